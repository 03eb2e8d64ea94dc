"""Every rule about settings and checks is complained of, and its examples prove it."""

import re
from pathlib import Path

import pytest
from kinds_to_set import KINDS
from parts import read_part

import changectl
from changectl.actions.set import ACTION as SET
from changectl.engine.rules import TABLE
from changectl.planfile.rule import Rule
from changectl.probes.command import PROBE as COMMAND
from changectl.probes.facet import PROBE as FACET
from changectl.probes.http import PROBE as HTTP
from changectl.probes.metric import PROBE as METRIC

FILES = ("engine/naming.py", "engine/wishes.py", "probes", "actions/set.py", "actions/wait.py")


def broken_by(part: str) -> set[str]:
    """The rules that a part of a plan breaks."""
    section, _, item = part.partition("\n")
    probes = {"http:": HTTP, "command:": COMMAND, "facet:": FACET, "metric:": METRIC}
    forms = {"set:": SET} if section == "steps:" else probes
    form = next(form for key, form in forms.items() if key in item)
    return {rule for rule, _ in read_part(form, item, KINDS)[1]}


@pytest.mark.parametrize("rule", TABLE, ids=lambda rule: rule.id)
def test_the_bad_example_breaks_its_rule_and_the_good_one_breaks_none(rule: Rule) -> None:
    assert (rule.id in broken_by(rule.bad), broken_by(rule.good)) == (True, set())


@pytest.mark.parametrize("rule", TABLE, ids=lambda rule: rule.id)
def test_every_rule_says_what_it_asks_and_why(rule: Rule) -> None:
    assert (rule.title[-1:].isalnum(), rule.why.endswith(".")) == (True, True)


def test_every_complaint_names_a_rule_and_every_rule_is_complained_of() -> None:
    root = Path(changectl.__file__).parent
    paths = [path for name in FILES for path in ((root / name).rglob("*.py") if "." not in name else [root / name])]
    named = {rule for path in paths for rule in re.findall(r'"(CHG2\d\d)"', path.read_text())}
    assert named == {rule.id for rule in TABLE}
