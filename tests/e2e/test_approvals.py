"""What was approved is what runs: the plan's bytes, production as it was seen, and enough other people."""

import pytest

from tests.e2e import aws
from tests.e2e.team import Person, Team, plan

CHANGE = "2026-11-23-tag-bookings"
TAG = """
- name: Tag the bookings
  set: table/bookings
  change: {tags: {Trial: office}}
"""
OF_ONE = "[team]\nof_one = true\n"


@pytest.fixture
def proposed(moto_team: Team) -> Team:
    """A team in which Ana has proposed a change of the table's tags."""
    aws.table(moto_team.emulator)
    moto_team.ana.writes(CHANGE, plan(TAG, risk="medium"))
    moto_team.ana.types("propose", CHANGE)
    return moto_team


def _approves(person: Person) -> None:
    person.fetches(CHANGE)
    person.types("approve", CHANGE)


def test_whoever_is_asked_to_approve_learns_how_to_get_the_plan(proposed: Team) -> None:
    said = proposed.ana.types("propose", CHANGE).out
    assert said.endswith(f"Next: ask a colleague to run: changectl approve {CHANGE}\n")
    proposed.ben.types("status")
    ran = proposed.ben.types("approve", CHANGE, status=2)
    assert ran.err == (
        f'error: there is no plan "{CHANGE}"\nProduction is untouched.\nNext: git fetch && git switch change/{CHANGE}\n'
    )
    assert "Next: plans stand in" in proposed.ben.types("approve", "nobody-knows-it", status=2).err


def test_an_approval_is_void_after_one_more_byte_in_the_plan(proposed: Team) -> None:
    _approves(proposed.ben)
    before = aws.table_now(proposed.emulator)
    proposed.ana.writes(CHANGE, plan(TAG, risk="medium") + "\n")

    ran = proposed.ana.applies(CHANGE, status=6)

    assert "the plan was changed after Ben <ben@example.com> approved it" in ran.err
    assert "Production is untouched." in ran.err
    assert f"changectl propose {CHANGE}" in ran.err
    assert (aws.table_now(proposed.emulator), proposed.locks()) == (before, {})
    proposed.ana.types("propose", CHANGE)
    proposed.ana.applies(CHANGE, status=5)


def test_an_approval_is_void_after_production_drifted_and_the_setting_is_named(proposed: Team) -> None:
    _approves(proposed.ben)
    aws.tag_table(proposed.emulator, Team="strangers")
    before = aws.table_now(proposed.emulator)

    ran = proposed.ana.applies(CHANGE, status=6)

    assert "production changed after Ben <ben@example.com> approved it: table/bookings tags" in ran.err
    assert (aws.table_now(proposed.emulator), proposed.locks()) == (before, {})
    proposed.ben.types("approve", CHANGE, status=6)


def test_a_plan_that_starts_from_another_value_is_stale(moto_team: Team) -> None:
    aws.table(moto_team.emulator)
    moto_team.ana.writes(CHANGE, plan(TAG.replace("Trial: office", "Team: {from: nobody, to: office}")))

    for verb in ("preview", "propose"):
        ran = moto_team.ana.types(verb, CHANGE, status=6)
        assert "table/bookings tags Team is rentals, and the plan starts from nobody" in ran.err


def test_a_setting_that_the_plan_does_not_touch_may_drift(proposed: Team) -> None:
    _approves(proposed.ben)
    aws.expire_table(proposed.emulator)

    proposed.ana.applies(CHANGE)


def test_a_high_risk_needs_two_people_and_one_who_says_it_twice_is_one(moto_team: Team) -> None:
    aws.table(moto_team.emulator)
    moto_team.ana.writes(CHANGE, plan(TAG, risk="high"))
    moto_team.ana.types("propose", CHANGE)
    _approves(moto_team.ben)
    moto_team.ben.types("approve", CHANGE)

    ran = moto_team.ana.applies(CHANGE, status=5)
    assert "needs 2 approvals for prod and it has 1" in ran.err

    _approves(moto_team.person("eve"))
    moto_team.ana.applies(CHANGE)


def test_who_wrote_the_plan_does_not_approve_it_whatever_their_own_configuration_says(proposed: Team) -> None:
    configuration = proposed.ana.folder / "changectl.toml"
    configuration.write_text(configuration.read_text() + OF_ONE)

    ran = proposed.ana.types("approve", CHANGE, "--self", "--why", "nobody else is here", status=5)

    assert "whoever wrote a plan does not approve it" in ran.err
    proposed.ana.applies(CHANGE, status=5)


def test_a_team_of_one_approves_with_a_reason_and_it_is_shown_for_ever(proposed: Team) -> None:
    proposed.configures(OF_ONE)

    assert "needs a reason" in proposed.ana.types("approve", CHANGE, status=5).err
    proposed.ana.types("approve", CHANGE, "--self", "--why", "nobody else is here")
    proposed.ana.applies(CHANGE)

    shown = proposed.ben.types("show", CHANGE, "--fetch").out
    assert "approved by Ana <ana@example.com> (their own plan: nobody else is here)" in shown


def test_a_second_attempt_after_a_rollback_needs_a_new_approval(proposed: Team) -> None:
    _approves(proposed.ben)
    proposed.ana.applies(CHANGE)
    proposed.ana.types("rollback", CHANGE)
    before = aws.table_now(proposed.emulator)

    proposed.ana.applies(CHANGE, status=5)
    assert aws.table_now(proposed.emulator) == before

    proposed.ana.types("propose", CHANGE)
    proposed.ana.applies(CHANGE, status=5)
    _approves(proposed.ben)
    ended = proposed.ana.applies(CHANGE, "--json").document
    assert (ended["attempt"], ended["outcome"]) == (2, "applied")


def test_an_approval_that_failed_by_itself_is_spent_too(moto_team: Team) -> None:
    aws.table(moto_team.emulator)
    moto_team.ana.writes(CHANGE, plan(TAG, risk="medium", test='- command: ["false"]'))
    moto_team.ana.types("propose", CHANGE)
    _approves(moto_team.ben)

    moto_team.ana.applies(CHANGE, status=10)
    moto_team.ana.applies(CHANGE, status=5)
