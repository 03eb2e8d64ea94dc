"""The catalogue lists what the folders hold, and nothing that is broken vanishes from it."""

import importlib
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

import changectl
from changectl.catalogue import Misfiled, catalogue, forms, listed
from changectl.contracts.probe import Probe
from changectl.planfile.plan import read_plan

ROOT = Path(changectl.__file__).parent
FOLDERS = {"resources": "kinds", "actions": "actions", "probes": "probes", "channels": "channels"}
Make = Callable[..., ModuleType]


@pytest.mark.parametrize(("folder", "table"), FOLDERS.items())
def test_every_file_of_a_folder_is_in_the_catalogue_under_its_name(folder: str, table: str) -> None:
    found = [*(ROOT / folder).glob("*.py"), *(path.parent for path in (ROOT / folder).glob("*/__init__.py"))]
    files = {path.stem.replace("_", "-") for path in found if path.stem != "__init__"}
    assert set(getattr(catalogue(), table)) == files


def test_it_is_listed_once() -> None:
    assert catalogue() is catalogue()


def test_its_tables_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        catalogue().probes["evil"] = catalogue().probes["http"]  # type: ignore[index]


@pytest.mark.parametrize("verb", ["read", "work", "observe", "judge", "says", "summary", "example"])
def test_every_form_has_all_of_its_parts(verb: str) -> None:
    both = [*catalogue().actions.values(), *catalogue().probes.values()]
    assert [form.key for form in both if hasattr(form, verb) and not getattr(form, verb)] == []


def test_no_boto_and_nothing_slow_is_loaded_by_listing() -> None:
    slow = ("boto3", "botocore", "urllib3", "rich", "git", "yaml", "jmespath", "sqlite3", "asyncio", "ssl")
    script = (
        "import sys; from changectl.catalogue import catalogue, forms; forms(catalogue());"
        f"print([name for name in {slow} if name in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT.parent)
    assert (result.stdout, result.stderr) == ("[]\n", "")


@pytest.fixture
def make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Make:
    """Makes a folder of files to list."""

    def folder(**files: str) -> ModuleType:
        name = f"folder_{tmp_path.name}"
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").touch()
        for stem, content in files.items():
            (tmp_path / name / f"{stem}.py").write_text(content)
        monkeypatch.syspath_prepend(tmp_path)
        return importlib.import_module(name)

    return folder


GOOD = """
from dataclasses import replace
from changectl.probes.http import PROBE as HTTP
PROBE = replace(HTTP, key="{}")
"""


def test_a_name_of_two_words_has_an_underscore_in_the_file_and_a_hyphen_in_a_plan(make: Make) -> None:
    found = listed(make(two_words=GOOD.format("two-words"), one=GOOD.format("one")), "PROBE", Probe)
    assert {name: probe.key for name, probe in found.items()} == {"one": "one", "two-words": "two-words"}


@pytest.mark.parametrize(
    ("content", "error", "words"),
    [
        ("", Misfiled, "broken exports no PROBE"),
        ("PROBE = 5", Misfiled, "broken exports no PROBE"),
        ("from changectl.actions.wait import ACTION as PROBE", Misfiled, "broken exports no PROBE"),
        (GOOD.format("other"), Misfiled, "broken holds PROBE 'other'; the file is named for what it holds"),
        ("import nothing_of_this_name", ModuleNotFoundError, "nothing_of_this_name"),
        ("1 / 0", ZeroDivisionError, "division"),
        ("def (", SyntaxError, "invalid syntax"),
    ],
)
def test_a_broken_file_fails_loudly(make: Make, content: str, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=re.escape(words)):
        listed(make(broken=content, good=GOOD.format("good")), "PROBE", Probe)


PLAN = b"""\
plan: 1
title: Raise the timeout
rationale: Checkouts are cut off.
risk: low
env: prod
comms: Checkouts may pause for a second.
steps:
  - name: Let it settle
    wait: {until: {http: "https://rentals.example.com/health", expect: 200}, for: 5m}
test:
  before: [{alarm: rentals-5xx, expect: red}]
  after:
    - ./smoke.sh --fast
    - {http: "https://rentals.example.com/health", expect: [200, 204], retry: 10 x 3s}
back_out: snapshot
"""


def test_a_plan_is_read_by_the_forms_of_the_catalogue() -> None:
    plan, complaints = read_plan(PLAN, "2026-11-23-x", forms(catalogue()))
    assert complaints == ()
    assert plan is not None
    (step,) = plan.steps
    tests = (*plan.test.before, *plan.test.after)
    assert [catalogue().actions[step.action].says(step.spec)] + [
        catalogue().probes[check.probe].says(check.spec) for check in tests
    ] == [
        "wait until http https://rentals.example.com/health passes, 5m at most",
        "the alarm rentals-5xx is OK",
        "./smoke.sh --fast ends with 0",
        "https://rentals.example.com/health answers 200 or 204",
    ]


def test_complaints_of_a_form_reach_whoever_reads_the_plan() -> None:
    wrong = PLAN.replace(b"./smoke.sh --fast", b"./smoke.sh | tee log").replace(b"expect: 200}", b"expect: 2000}")
    plan, complaints = read_plan(wrong, "2026-11-23-x", forms(catalogue()))
    assert (plan, [(found.rule, found.span.line) for found in complaints]) == (None, [("CHG127", 9), ("CHG211", 13)])
