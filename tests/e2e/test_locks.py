"""Two changes never hold the same setting at once."""

import socket

from tests.e2e import aws
from tests.e2e.team import Team, plan

FIRST, SECOND = "2026-11-23-first", "2026-11-23-second"
TAG = """
- name: Tag it
  set: table/bookings
  change: {tags: {First: "1"}}
"""
OTHER_TAG = TAG.replace("First", "Second")
HOLD = """
- name: Hold on
  wait: {until: {command: [test, -e, go-on], retry: 1 x 1s}, for: 50s}
"""


def test_a_second_change_of_a_setting_is_told_who_holds_it_and_goes_when_the_first_has_ended(moto_team: Team) -> None:
    team = moto_team
    aws.table(team.emulator)
    team.ana.writes(FIRST, plan(TAG + HOLD))
    team.ben.writes(SECOND, plan(OTHER_TAG))
    first = team.ana.starts("apply", FIRST, "--confirm", "prod")
    first.says("step tag-it done")
    between = aws.table_now(team.emulator)

    refused = team.ben.applies(SECOND, "--json", status=7).document

    assert (refused["outcome"], refused["production"]) == ("refused", "untouched")
    held = next(iter(team.locks().values()))
    for words in (FIRST, socket.gethostname(), "Ana"):
        assert words in refused["why"], refused["why"]
    assert held["since"][:16].replace("T", " ") in refused["why"].replace("T", " ")
    assert aws.table_now(team.emulator) == between
    assert FIRST in team.ben.types("status").out

    (team.ana.folder / "go-on").touch()
    assert first.ended().status == 0
    assert team.locks() == {}
    team.ben.applies(SECOND)
    assert aws.table_now(team.emulator)["tags"] == {"Team": "rentals", "First": "1", "Second": "1"}


def test_a_change_of_another_resource_does_not_wait(moto_team: Team) -> None:
    team = moto_team
    aws.table(team.emulator)
    aws.parameter(team.emulator)
    team.ana.writes(FIRST, plan(TAG + HOLD))
    team.ben.writes(SECOND, plan(OTHER_TAG.replace("table/bookings", f"parameter{aws.PARAMETER}")))
    first = team.ana.starts("apply", FIRST, "--confirm", "prod")
    first.says("step tag-it done")

    team.ben.applies(SECOND)

    (team.ana.folder / "go-on").touch()
    assert first.ended().status == 0


def test_what_needs_an_operator_keeps_its_lock_until_it_is_back(moto_team: Team) -> None:
    team = moto_team
    aws.table(team.emulator)
    before = aws.table_now(team.emulator)
    team.ana.writes(FIRST, plan(TAG))
    team.ben.writes(SECOND, plan(OTHER_TAG))
    team.ana.applies(FIRST)
    aws.tag_table(team.emulator, First="strangers")
    team.ana.types("rollback", FIRST, status=11)

    assert FIRST in team.ben.applies(SECOND, status=7).said
    assert FIRST in team.ben.types("status").out

    aws.tag_table(team.emulator, First="1")
    team.ana.types("rollback", FIRST)
    assert (aws.table_now(team.emulator), team.locks()) == (before, {})
    team.ben.applies(SECOND)


def test_over_a_lock_with_a_reason_is_recorded(moto_team: Team) -> None:
    team = moto_team
    aws.table(team.emulator)
    aws.parameter(team.emulator)
    team.ana.writes(FIRST, plan(TAG))
    team.ben.writes(SECOND, plan(OTHER_TAG))
    team.ana.applies(FIRST)
    aws.tag_table(team.emulator, First="strangers")
    team.ana.types("rollback", FIRST, status=11)

    team.ben.applies(SECOND, "--over-lock", "the shop is closed")

    begun = [each for each in team.ben.types("show", SECOND, "--json").document["events"] if each["type"] == "begun"]
    assert begun[0]["event"]["over_lock"] == "the shop is closed"
