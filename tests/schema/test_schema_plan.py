"""The JSON Schema of plans: it takes every plan that there is, and refuses what is wrong by its shape."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft7Validator
from planfile.plans import SHORTEST

from changectl.catalogue import catalogue, forms
from changectl.cli.authoring.schemas import of_configuration, of_plans
from changectl.cli.main import run
from changectl.model.node import Complaints, Node, Span, plain
from changectl.planfile.durations import duration, retry, some_time
from changectl.planfile.jsonschema_parts import DURATION, RETRY, SOME_TIME
from changectl.planfile.plan import read_plan
from changectl.planfile.rules import RULES
from changectl.planfile.yaml import read_yaml

HERE = Path(__file__).parents[2]
DOCS = [HERE / "README.md", *sorted((HERE / "docs").rglob("*.md"))]


@cache
def validator() -> Draft7Validator:
    return Draft7Validator(of_plans())


def value(text: str | bytes) -> Any:
    """The plan as an editor sees it; None where it is no YAML."""
    complaints = Complaints()
    root = read_yaml(text.encode() if isinstance(text, str) else text, complaints)
    return None if root is None else plain(root)


def wrong(plan: Any) -> list[str]:
    return [f"{'/'.join(map(str, each.absolute_path))}: {each.message[:200]}" for each in validator().iter_errors(plan)]


def with_part(part: str) -> str:
    """The shortest plan, with the part in the place of the members of the same name."""
    names = set(re.findall(r"^(\w+):", part, re.MULTILINE))
    sections = re.split(r"^(?=\w)", SHORTEST.decode(), flags=re.MULTILINE)
    return "".join(s for s in sections if s.split(":")[0] not in names) + part + "\n"


def in_docs() -> Iterator[tuple[str, str]]:
    for page in DOCS:
        blocks = re.findall(r"^```yaml\n(.*?)^```", page.read_text(), re.MULTILINE | re.DOTALL)
        yield from ((f"{page.name} {n}", block) for n, block in enumerate(blocks) if block.startswith("plan:"))


def test_the_schema_is_of_draft_07() -> None:
    Draft7Validator.check_schema(of_plans())
    assert of_plans()["$schema"] == "http://json-schema.org/draft-07/schema#"
    assert "prefixItems" not in str(of_plans())
    assert "$defs" not in str(of_plans())


@pytest.mark.parametrize("path", sorted((HERE / "plans").glob("*.yaml")), ids=lambda path: path.stem)
def test_every_plan_is_taken(path: Path) -> None:
    assert wrong(value(path.read_bytes())) == []


@pytest.mark.parametrize(("place", "text"), list(in_docs()), ids=lambda each: each.split("\n")[0])
def test_every_plan_of_the_docs_is_taken(place: str, text: str) -> None:
    assert wrong(value(text)) == []


@pytest.mark.parametrize("name", [*catalogue().actions, *catalogue().probes])
def test_every_example_of_a_form_is_taken(name: str) -> None:
    action = catalogue().actions.get(name)
    example = (action or catalogue().probes[name]).example
    part = ("steps:\n" if action else "test:\n") + example
    assert wrong(value(with_part(part))) == []


@pytest.mark.parametrize("name", [*catalogue().actions, *catalogue().probes])
def test_every_form_says_something_of_each_of_its_members(name: str) -> None:
    form = catalogue().actions.get(name) or catalogue().probes[name]
    assert {form.key, *form.members} == set(form.schema(catalogue().kinds)["properties"])


JUDGED = {
    "CHG104", "CHG105", "CHG120", "CHG121", "CHG122", "CHG123", "CHG124", "CHG127", "CHG128", "CHG129", "CHG130",
    "CHG131", "CHG132", "CHG133", "CHG140", "CHG141", "CHG142", "CHG143", "CHG145", "CHG146", "CHG147", "CHG149",
}  # fmt: skip
"""The other rules are about the text, the calendar, files, or two places of a plan that must fit together."""

OF_PLANS = sorted(rule for rule in RULES if rule in ("CHG104", "CHG105") or "CHG120" <= rule < "CHG150")


def as_it_is(part: str) -> str:
    """The rules' examples speak of a form `run`; where there is none, another stands for it."""
    part = re.sub(r"set: security-group/web$", "wait: 30s", part, flags=re.MULTILINE)
    return part if "run" in catalogue().actions else re.sub(r"\brun: \./[\w-]+\.sh", "wait: 30s", part)


@pytest.mark.parametrize("rule", [rule for rule in OF_PLANS if rule in JUDGED])
def test_the_bad_example_of_a_rule_about_shape_is_refused_and_the_good_one_is_taken(rule: str) -> None:
    bad, good = RULES[rule].bad, RULES[rule].good
    assert wrong(value(with_part(bad if rule in ("CHG142", "CHG143") else as_it_is(bad)))) != []
    assert wrong(value(with_part(as_it_is(good)))) == []


@pytest.mark.parametrize("rule", [rule for rule in OF_PLANS if rule not in JUDGED])
def test_what_is_not_said_to_be_judged_is_not_judged(rule: str) -> None:
    bad = value(with_part(as_it_is(RULES[rule].bad)))
    assert bad is None or wrong(bad) == []


STEP = "steps:\n  - name: Go\n    "


@pytest.mark.parametrize(
    ("part", "said"),
    [
        ("stesp: []", "stesp"),
        (f"{STEP}set: load-blancer/web\n    change: {{tags: {{a: b}}}}", "steps/0/set"),
        (f"{STEP}set: security-group/web", "'change' is a required property"),
        (
            f"{STEP}set: security-group/web\n    change: {{identity: {{to: x}}}}",
            "steps/0/change: Additional properties",
        ),
        (f"{STEP}set: security-group/web\n    change: {{ingres: {{to: x}}}}", "'ingres' was unexpected"),
        (f"{STEP}set: security-group/web\n    change: {{ingress: {{add: [{{prot: tcp}}]}}}}", "'prot' was unexpected"),
        (f"{STEP}set: load-balancer/web\n    change: {{attributes: [a]}}", "steps/0/change/attributes"),
        (f"{STEP}set: table/x\n    change: {{}}", "steps/0/change"),
        (f"{STEP}wait: 30", "steps/0/wait"),
        (f"{STEP}wait: 0s", "steps/0/wait"),
        (f"{STEP}wait: {{until: ./x.sh}}", "'for' is a required property"),
        (f"{STEP}wait: 3s\n    undo: {{wait: 3s, undo: {{wait: 3s}}}}", "undo"),
        (f"{STEP}wait: 3s\n    with: {{}}", "'with' is not one of"),
        ("test: []", "test: [] should be non-empty"),
        ("test: {soak: 5m}", "test: "),
        ("test: {none: why, soak: 5m}", "'soak' was unexpected"),
        ("test: [{alarm: x, expect: red}]", "'expect' is not one of"),
        ("test: [{facet: security-group/web ingres, absent: [a]}]", "test/0/facet"),
        ("test: [{facet: security-group/web ingress}]", "test/0"),
        ("back_out: revert", "back_out: 'snapshot' was expected"),
        ("comms: none", "comms"),
        ("rationale: true", "rationale: True is not of type"),
        ("risk: <how bad>", "risk"),
    ],
)
def test_what_is_wrong_by_its_shape_is_refused_at_its_place(part: str, said: str) -> None:
    found = wrong(value(with_part(part)))
    assert any(said in each for each in found), found


def test_a_check_may_be_red_before_the_change_and_not_after_it() -> None:
    assert wrong(value(with_part("test: {before: [{alarm: x, expect: red}, {http: 'https://x', expect: red}]}"))) == []
    assert wrong(value(with_part("test: {after: [{http: 'https://x', expect: red}]}"))) != []


@given(st.from_regex(r"\A(\d{1,3}d)? ?(\d{1,4}h)? ?(\d{1,5}m)? ?(\d{1,6}s)?( ?x ?\d?\d?s)?\Z"))
def test_every_duration_that_check_takes_is_taken(text: str) -> None:
    for reader, pattern in ((duration, DURATION), (some_time, SOME_TIME), (retry, RETRY)):
        complaints = Complaints()
        if reader(Node(text, Span(1, 1), quoted=True), complaints) is not None:
            assert Draft7Validator(pattern).is_valid(text)


@pytest.mark.parametrize("of", ["plan", "config"])
def test_the_command_prints_the_schema(of: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["schema", of]) == 0
    out = capsys.readouterr().out
    assert json.loads(out) == (of_plans() if of == "plan" else of_configuration())


def test_printing_it_loads_no_aws_no_git_library_and_no_terminal() -> None:
    code = (
        "import sys; from changectl.cli.main import run; run(['schema', 'plan']); print(*sys.modules, file=sys.stderr)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert {"boto3", "botocore", "git", "rich", "urllib3", "sqlite_utils", "jsonschema"} & set(
        ran.stderr.split()
    ) == set()


def test_another_word_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["schema", "plans"]) == 2
    assert "'plans' is not one of 'plan', 'config'" in capsys.readouterr().err


WORDS = st.sampled_from(
    [
        "red",
        "same",
        "none",
        "snapshot",
        "ok",
        "ask",
        "45m",
        "0s",
        "3 x 1s",
        "true",
        "web",
        "alarm",
        "$ref",
        "a/b",
        "from",
        "to",
    ]
)
SCALARS = st.none() | st.booleans() | st.integers(-5, 700) | WORDS
ANYTHING = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(WORDS, inner, max_size=2), max_leaves=4
)
PLANS = [value(path.read_bytes()) for path in sorted((HERE / "plans").glob("*.yaml"))]


@st.composite
def damaged(draw: st.DrawFn) -> Any:
    """A plan with something else in one place, or nothing there."""
    plan = json.loads(json.dumps(draw(st.sampled_from(PLANS))))
    at = plan
    while True:
        key = draw(st.sampled_from(sorted(at) if isinstance(at, dict) else range(len(at))))
        if not isinstance(at[key], dict | list) or not at[key] or draw(st.booleans()):
            break
        at = at[key]
    if draw(st.booleans()):
        at[key] = draw(ANYTHING)
    elif isinstance(at, dict) and draw(st.booleans()):
        at[draw(WORDS)] = draw(ANYTHING)
    else:
        del at[key]
    return plan


STRICTER = re.compile(r"steps/\d+/(?:undo/)?change/(?:ingress|egress|security-groups): .* is not of type 'object'")
"""Items are listed; that `ingress: false` says nothing is found out by preview."""


@settings(max_examples=150, deadline=None)
@given(damaged())
def test_what_the_schema_refuses_check_refuses_too(plan: Any) -> None:
    read, _ = read_plan(json.dumps(plan).encode(), "x", forms(catalogue()))
    if read is not None:
        assert [each for each in wrong(plan) if not STRICTER.match(each)] == []
