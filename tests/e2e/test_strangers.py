"""Somebody else changes production between apply and rollback: theirs stays, ours goes back."""

from tests.e2e import aws
from tests.e2e.team import Team, plan

CHANGE = "2026-11-23-tag-bookings"
STEPS = """
- name: Tag the bookings
  set: table/bookings
  change: {tags: {Trial: office, Team: bookings}, protection: true}
"""


def test_a_strangers_value_stands_the_rest_goes_back_and_the_three_columns_say_so(team: Team) -> None:
    aws.table(team.emulator)
    before = aws.table_now(team.emulator)
    team.ana.writes(CHANGE, plan(STEPS))
    team.ana.applies(CHANGE)
    aws.tag_table(team.emulator, Trial="strangers")

    ran = team.ana.types("rollback", CHANGE, status=11)

    assert aws.table_now(team.emulator) == {**before, "tags": {"Team": "rentals", "Trial": "strangers"}}
    assert "Production is between two states" in ran.out
    shown = team.ben.types("show", CHANGE, "--fetch").out
    for said in (ran.err, shown):
        assert "left table/bookings tags alone: someone else changed it; the rest of it is put back" in said
        assert "(Trial was absent; we made it office; now strangers)" in said
    left = team.ana.types("rollback", CHANGE, "--json", status=11).document["left"]
    assert [(each["facet"], each["stranger"]) for each in left] == [("table/bookings tags", True)]
    assert [name for name in ("before", "ours", "now") if not left[0][name]] == []


def test_what_we_did_not_change_stays_as_somebody_else_made_it(team: Team) -> None:
    aws.table(team.emulator)
    before = aws.table_now(team.emulator)
    team.ana.writes(CHANGE, plan(STEPS.replace(", Team: bookings", "")))
    team.ana.applies(CHANGE)
    aws.tag_table(team.emulator, Team="strangers", Cost="7")
    aws.expire_table(team.emulator)

    ran = team.ana.types("rollback", CHANGE)

    assert "Production is as before" in ran.out
    assert aws.table_now(team.emulator) == {
        **before,
        "ttl": "expires",
        "tags": {"Team": "strangers", "Cost": "7"},
    }


def test_who_takes_the_value_back_by_hand_leaves_nothing_to_do(team: Team) -> None:
    aws.table(team.emulator)
    before = aws.table_now(team.emulator)
    team.ana.writes(CHANGE, plan(STEPS.replace("Trial: office, ", "")))
    team.ana.applies(CHANGE)
    aws.tag_table(team.emulator, Team="rentals")

    team.ana.types("rollback", CHANGE)

    assert aws.table_now(team.emulator) == before


def test_somebody_who_comes_while_it_runs_is_not_overwritten(moto_team: Team) -> None:
    team = moto_team
    aws.table(team.emulator)
    before = aws.table_now(team.emulator)
    wait = "- name: Hold on\n  wait: {until: {command: [test, -e, go-on]}, for: 50s}\n"
    again = "- name: Tag again\n  set: table/bookings\n  change: {tags: {Cost: '1'}}\n"
    team.ana.writes(CHANGE, plan(f"{STEPS}{wait}{again}"))
    running = team.ana.starts("apply", CHANGE, "--confirm", "prod")
    running.says("step tag-the-bookings done")
    aws.tag_table(team.emulator, Trial="strangers")
    (team.ana.folder / "go-on").touch()

    ended = running.ended()

    assert ended.status == 11, ended
    assert "was changed by someone else since the snapshot" in ended.err
    assert aws.table_now(team.emulator) == {**before, "tags": {"Team": "rentals", "Trial": "strangers"}}
