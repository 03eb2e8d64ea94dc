"""Every rule has a plan that breaks it and one that does not; and the plans that we show are good ones."""

import re
from pathlib import Path

import pytest

import changectl
from changectl.contracts.lint import LintRule, Severity
from changectl.planfile.config_team import SEVERITIES
from lint.plans import SHORTEST, broken, broken_by, read, rules, with_part

ROOT = Path(changectl.__file__).parents[1]
OF_FILES = {"ids-alike"}  # proven in test_ids
BESIDE = {"undo-does-nothing": {"unused-allow"}, "high-risk-without-lead": {"high-risk-untested-before"}}
"""What an example breaks besides: rules that are off, and rules about what the example has no room for."""


@pytest.mark.parametrize("key", sorted(set(rules()) - OF_FILES))
def test_the_bad_example_breaks_its_rule_alone_and_the_good_one_breaks_none(key: str) -> None:
    off = {other for other, rule in rules().items() if rule.severity is Severity.OFF}
    assert broken_by(rules()[key].bad) - BESIDE.get(key, set()) == {key}
    assert broken_by(rules()[key].good) - (off - {key}) == set()


@pytest.mark.parametrize("rule", rules().values(), ids=lambda rule: rule.id)
def test_every_rule_says_what_it_asks_and_why(rule: LintRule) -> None:
    assert all(text.strip() for text in (rule.title, rule.why, rule.bad, rule.good))
    assert re.fullmatch(r"CHG5\d\d", rule.id)
    assert rule.bad != rule.good
    assert rule.why.endswith(".")
    assert not rule.title.endswith(".")
    assert len(rule.title) < 70


def test_no_two_rules_share_an_id() -> None:
    ids = [rule.id for rule in rules().values()]
    assert sorted(ids) == sorted(set(ids))


def test_a_configuration_can_say_every_severity_that_there_is() -> None:
    assert {severity.value for severity in Severity} == set(SEVERITIES)


@pytest.mark.parametrize("key", sorted(set(rules()) - OF_FILES))
def test_every_finding_has_a_place_in_the_file_a_reason_and_a_mend(key: str) -> None:
    lines = (SHORTEST.decode() + rules()[key].bad + "\n").count("\n")
    for finding in broken(_bad(key))[key]:
        assert 1 <= finding.span.line <= lines
        assert finding.span.column >= 1
        assert 10 < len(finding.message) < 300
        assert finding.message.isprintable()
        assert finding.help
        assert not finding.message.endswith(".")


def _bad(key: str) -> bytes:
    return with_part(rules()[key].bad)


PLANS = sorted((ROOT / "plans").glob("*.yaml"))
SHOWN = [
    (f"{page.relative_to(ROOT)}:{text.count(chr(10), 0, found.start()) + 1}", found[1])
    for page in (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")))
    for text in [page.read_text("utf-8")]
    for found in re.finditer(r"^```yaml\n(plan: 1\n.*?)^```", text, re.MULTILINE | re.DOTALL)
]


@pytest.mark.parametrize("path", PLANS, ids=lambda path: path.stem)
def test_the_plans_of_this_repository_break_no_rule(path: Path) -> None:
    assert _seen(path.read_bytes(), path.stem) == {}


@pytest.mark.parametrize(("place", "text"), SHOWN, ids=[place for place, _ in SHOWN])
def test_the_plans_of_the_docs_break_no_rule(place: str, text: str) -> None:
    assert _seen(text.encode()) == {}


def test_there_are_such_plans() -> None:
    assert len(PLANS) >= 10
    assert len(SHOWN) >= 4


def _seen(content: bytes, plan_id: str = "2026-11-24-idle-timeout") -> dict[str, list[str]]:
    """What is found by the rules that nobody switched off."""
    found = {rules()[key]: findings for key, findings in broken(content, plan_id).items()}
    return {
        rule.key: [finding.message for finding in findings]
        for rule, findings in found.items()
        if rule.severity is not Severity.OFF
    }


def test_the_shortest_plan_breaks_no_rule_that_is_on_or_off() -> None:
    assert broken(SHORTEST) == {}
    assert read(SHORTEST)[0].id
