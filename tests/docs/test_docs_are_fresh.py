"""The docs say what the program does: nothing is stale, nothing is missing, no link is dead, every plan is right."""

import re
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import unquote

import pytest

from changectl.catalogue import catalogue, forms
from changectl.cli.main import VERBS
from changectl.model.codec import event_types
from changectl.model.status import Status
from changectl.planfile.config import read_configuration
from changectl.planfile.plan import read_plan
from tests.docs.blocks import BLOCKS, error_classes, rule_tables, subcommands
from tests.docs.generate import ROOT, pages, stale

REFERENCE = ROOT / "docs" / "reference"
PAGES = {str(path.relative_to(ROOT)): path.read_text("utf-8") for path in pages()}


def test_nothing_that_is_generated_is_stale() -> None:
    assert [str(path.relative_to(ROOT)) for path in stale()] == [], "run: python -m tests.docs.generate"


def test_every_block_stands_somewhere() -> None:
    used = {name for page in PAGES.values() for name in re.findall(r"<!-- begin ([a-z]+) -->", page)}
    assert used == set(BLOCKS)


# What there is has its place


def places() -> Iterator[tuple[str, str, str]]:
    """The page, what must stand in it, and of which sort that is."""
    for verb in VERBS:
        yield "cli.md", f"\n## changectl {verb}\n", "verb"
        yield from (("cli.md", f"\n### changectl {verb} {sub}\n", "verb") for sub in subcommands(verb))
    yield from (("cli.md", f"\n| `{int(status)}` |", "status") for status in Status)
    yield from (("cli.md", f"\n| `{name}` |", "error") for name in error_classes())
    yield from (("events.md", f"\n### {name}\n", "event") for name in event_types())
    yield from (("rules.md", f"\n### {rule.id}: ", "rule") for _, rules in rule_tables() for rule in rules)
    found = catalogue()
    yield from (("kinds.md", f"\n## {name}\n", "kind") for name in found.kinds)
    yield from (("plan.md", f"\n### {name}\n", "form") for name in (*found.actions, *found.probes))
    yield from (("configuration.md", f"\n| `{name}` |", "channel") for name in found.channels)


@pytest.mark.parametrize(("page", "words", "sort"), [*places()])
def test_everything_that_there_is_stands_in_the_docs(page: str, words: str, sort: str) -> None:
    assert words in (REFERENCE / page).read_text("utf-8"), sort


def test_every_rule_that_the_program_complains_with_is_explained() -> None:
    sources = (path.read_text("utf-8") for path in (ROOT / "changectl").rglob("*.py"))
    said = {rule for source in sources for rule in re.findall(r'"(CHG\d{3})"', source)}
    assert said == {rule.id for _, rules in rule_tables() for rule in rules}


# Links


def links() -> Iterator[tuple[str, str]]:
    """Each link of each page that does not lead out of the repository."""
    for page, content in PAGES.items():
        prose = re.sub(r"```.*?```", "", content, flags=re.DOTALL)
        for target in re.findall(r"\]\(([^)\s]+)\)", prose):
            if "://" not in target:
                yield page, target


@pytest.mark.parametrize(("page", "target"), [*links()])
def test_no_link_is_dead(page: str, target: str) -> None:
    name, _, anchor = target.partition("#")
    path = (ROOT / page).parent / unquote(name) if name else ROOT / page
    assert path.exists()
    if anchor:
        assert anchor in {_anchor(title) for title in re.findall(r"^#+ (.*)$", path.read_text("utf-8"), re.MULTILINE)}


def _anchor(title: str) -> str:
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")


def test_every_page_can_be_reached_from_the_readme() -> None:
    seen, todo = set[Path](), [ROOT / "README.md"]
    while todo:
        page = todo.pop()
        if page in seen or page.suffix not in ("", ".md"):
            continue
        seen.add(page)
        if page.is_dir():
            todo += [path.resolve() for path in page.glob("*.md")]
            continue
        prose = page.read_text("utf-8")
        todo += [
            (page.parent / target.partition("#")[0]).resolve()
            for target in re.findall(r"\]\(([^)\s#]+)[^)]*\)", prose)
            if "://" not in target and (page.parent / target.partition("#")[0]).exists()
        ]
    assert {str(page.relative_to(ROOT)) for page in seen if page.is_file()} == set(PAGES)


# Plans, configurations, commands


def fences() -> Iterator[tuple[str, str, str]]:
    """Page, info string and content of every fence."""
    for page, content in PAGES.items():
        for info, text in re.findall(r"^```(\S[^\n]*)\n(.*?)^```$", content, re.DOTALL | re.MULTILINE):
            yield page, info, text


PLANS = [(page, info, text) for page, info, text in fences() if info.startswith("yaml") and text.startswith("plan:")]


@pytest.mark.parametrize(("page", "info", "text"), PLANS)
def test_every_plan_passes_check_and_the_wrong_one_does_not(page: str, info: str, text: str) -> None:
    plan, complaints = read_plan(text.encode(), "2026-11-23-x", forms(catalogue()))
    assert (plan is None) is (info == "yaml wrong"), complaints


@pytest.mark.parametrize("text", [text for _, info, text in fences() if info == "toml"])
def test_every_configuration_is_right(text: str) -> None:
    configuration, complaints = read_configuration(text.encode())
    assert configuration is not None
    assert complaints == ()


HEAD = """\
plan: 1
title: As the docs have it
rationale: An example that does not pass is worse than none.
risk: low
env: prod
comms: Nobody notices.
back_out: snapshot
"""


def test_every_example_of_a_step_or_a_check_passes_check() -> None:
    wait = "steps:\n  - name: Wait\n    wait: 1s\n"
    for example in (action.example for action in catalogue().actions.values()):
        _passes(f"{HEAD}test: {{none: an example}}\nsteps:\n{_listed(example)}")
    for example in (probe.example for probe in catalogue().probes.values()):
        _passes(f"{HEAD}{wait}test:\n{_listed(example)}")


def _listed(example: str) -> str:
    example = example if example.startswith("-") else f"- name: An example\n  {example}"
    return "".join(f"  {line}\n" for line in example.splitlines())


def _passes(text: str) -> None:
    wrong = [c for c in read_plan(text.encode(), "2026-11-23-x", forms(catalogue()))[1] if c.severity == "error"]
    unknown_kinds = {"CHG201"}  # an example may be about a kind that is not there
    assert [c for c in wrong if c.rule not in unknown_kinds] == [], text


def test_ci_ends_with_the_test_command_of_the_readme() -> None:
    last = [line for line in (ROOT / ".ci" / "run").read_text().splitlines() if line.startswith("stage ")][-1]
    command = last.removeprefix("stage tests ")
    assert [line for line in PAGES["README.md"].splitlines() if line.endswith(f"&& {command}")]


def test_every_command_in_the_docs_is_one_that_there_is() -> None:
    said: Mapping[str, set[str]] = {
        page: set(re.findall(r"(?:^\$ |^|`|&& |bin/)changectl ([a-z]+)", content, re.MULTILINE)) - PROSE
        for page, content in PAGES.items()
    }
    assert {page: words - set(VERBS) for page, words in said.items() if words - set(VERBS)} == {}


PROSE = {"must", "reads", "keeps", "wrote", "writes", "says", "captures", "does"}


def test_the_shell_scripts_can_be_parsed() -> None:
    for script in (ROOT / ".ci" / "run", ROOT / "tests" / "ministack" / "install.sh"):
        subprocess.run(["bash", "-n", script], check=True)
