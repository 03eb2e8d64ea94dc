"""`changectl explain`: every rule, by whatever name it is called."""

import pytest

from changectl.catalogue import all_rules, lint_rules
from tests.check.place import Place

KNOWN = """\
CHG104: Only known members
A misspelt member that nobody reads would be a part of the plan that never happens.

Not so:
    stesp: []
But so:
    ticket: OPS-1

Severity: error. No setting changes that.
"""


@pytest.mark.parametrize("name", ["CHG104", "chg104", "104", " Chg104 "])
def test_a_rule_is_explained_by_any_of_its_names(place: Place, name: str) -> None:
    assert place.type("explain", name).out == KNOWN


def test_several_are_explained_one_after_the_other(place: Place) -> None:
    out = place.type("explain", "104", "CHG501").out
    assert out.startswith(f"{KNOWN}\nCHG501: ")
    assert out.endswith(
        "Severity: error. Your team may see it otherwise (error, warning, off), in changectl.toml:\n"
        '    [lint]\n    CHG501 = "off"\n'
    )


def test_what_it_says_to_write_into_the_configuration_works(place: Place) -> None:
    for rule in (one for one in all_rules().values() if one.bendable):
        place.configure("\n".join(line.strip() for line in place.type("explain", rule.id).lines[-2:]))
        assert place.check().out == "0 plans checked, none wrong.\n", rule.id


def test_without_a_name_there_is_a_line_for_each(place: Place) -> None:
    lines = place.type("explain").lines
    assert [line.split("\t")[0] for line in lines[:-2]] == list(all_rules())
    assert "CHG104\terror\tOnly known members" in lines
    assert lines[-1] == "Next: changectl explain CHG101"


def test_programs_get_everything(place: Place) -> None:
    document = place.type("explain", "--json").document
    assert [one["rule"] for one in document["rules"]] == list(all_rules())
    assert {one["rule"] for one in document["rules"] if one["bendable"]} == {r.id for r in lint_rules().values()}
    assert place.type("explain", "104", "--json").document == {
        "schema": "changectl/explain/1",
        "rules": [
            {
                "rule": "CHG104",
                "title": "Only known members",
                "severity": "error",
                "bendable": False,
                "why": "A misspelt member that nobody reads would be a part of the plan that never happens.",
                "bad": "stesp: []",
                "good": "ticket: OPS-1",
            }
        ],
    }


@pytest.mark.parametrize(
    ("name", "near"), [("CHG1O4", "changectl explain CHG"), ("tabs", "changectl explain"), ("١٠٤", "")]
)
def test_a_rule_that_does_not_exist_is_said_with_the_nearest(place: Place, name: str, near: str) -> None:
    ended = place.type("explain", name)
    assert (ended.status, ended.out) == (2, "")
    assert f'there is no rule "{name}"' in ended.err
    assert f"Next: {near}" in ended.err
