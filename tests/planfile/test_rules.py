"""Every rule has an explanation, an example that breaks it and one that keeps it; and each complaint has a rule."""

import re
from pathlib import Path

import pytest

import changectl.planfile
from changectl.planfile.config import read_configuration
from changectl.planfile.rules import RULES
from planfile.plans import SHORTEST, read

CONFIGURATION = '[env.prod]\naccount = "123456789012"\nregions = ["ap-southeast-2"]\n'
HERE = Path(changectl.planfile.__file__).parent

SPELLED_OUT = {
    "CHG101": (b"lead: Jos\xe9\n", "lead: José\n".encode()),
    "CHG113": (b"#" * 300 * 1024, b"#" * 3 * 1024),
    "CHG115": (b"lead: [" + b"1," * 20_001 + b"]", b""),
    "CHG116": (b"# nothing but a comment\n", SHORTEST),
}
OF_FILES = {"CHG150", "CHG151", "CHG152"}  # proven in test_find
OF_CONFIGURATION = {rule for rule in RULES if rule >= "CHG160"}
OF_PLANS = sorted(set(RULES) - OF_FILES - OF_CONFIGURATION)


def with_part(part: bytes) -> bytes:
    """The shortest plan, with the part in the place of the members of the same name."""
    names = set(re.findall(rb"^(\w+):", part, re.MULTILINE))
    sections = re.split(rb"^(?=\w)", SHORTEST, flags=re.MULTILINE)
    return b"".join(s for s in sections if s.split(b":")[0] not in names) + part + b"\n"


def rules_broken_by(content: bytes) -> set[str]:
    return {complaint.rule for complaint in read(content)[1]}


@pytest.mark.parametrize("rule", OF_PLANS)
def test_the_bad_example_of_a_plan_breaks_its_rule_and_the_good_one_breaks_none(rule: str) -> None:
    bad, good = SPELLED_OUT.get(rule, (RULES[rule].bad.encode(), RULES[rule].good.encode()))
    assert rule in rules_broken_by(bad if rule == "CHG116" else with_part(bad))
    assert rules_broken_by(with_part(good)) == set()


@pytest.mark.parametrize("rule", sorted(OF_CONFIGURATION))
def test_the_bad_example_of_a_configuration_breaks_its_rule_and_the_good_one_breaks_none(rule: str) -> None:
    def broken_by(part: str) -> set[str]:
        name = part.split("=")[0]
        rows = [row for row in CONFIGURATION.splitlines() if row.split("=")[0] != name]
        text = "\n".join([*rows, part])
        return {complaint.rule for complaint in read_configuration(text.encode())[1]}

    assert rule in broken_by(RULES[rule].bad)
    assert broken_by(RULES[rule].good) == set()


def test_every_complaint_names_a_rule_and_every_rule_is_complained_of() -> None:
    code = "".join(path.read_text() for path in HERE.glob("*.py") if not path.name.startswith("rule"))
    assert set(re.findall(r'"(CHG\d{3})"', code)) == set(RULES)


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.id)
def test_every_rule_says_what_it_asks_and_why(rule: object) -> None:
    texts = (rule.title, rule.why, rule.bad, rule.good)  # type: ignore[attr-defined]
    assert all(text.strip() for text in texts)
    assert rule.bad != rule.good  # type: ignore[attr-defined]
    assert rule.why.endswith(".")  # type: ignore[attr-defined]
    assert not rule.title.endswith(".")  # type: ignore[attr-defined]
