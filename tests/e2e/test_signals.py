"""Ctrl-C, SIGTERM, SIGHUP, and a machine that dies: finished, back, or stopped with the way on."""

import signal

import pytest

from tests.e2e import aws
from tests.e2e.team import Team, plan, soon

CHANGE = "2026-11-23-protect-bookings"
PROTECT = """
- name: Protect the bookings
  set: table/bookings
  change: {protection: true, tags: {Trial: office}}
"""
WAIT = """
- name: Let it settle
  wait: 50s
"""
HOLD = """
- name: Hold on
  wait: {until: {command: [test, -e, go-on]}, for: 50s}
"""
SLOW_BACK = "{auto: true, steps: [{name: Slowly, wait: 2s}]}"
STOPS = [signal.SIGINT, signal.SIGTERM]


@pytest.fixture
def team(moto_team: Team) -> Team:
    aws.table(moto_team.emulator)
    return moto_team


@pytest.mark.parametrize("stop", STOPS, ids=lambda stop: stop.name)
def test_once_while_it_waits_rolls_back(stop: signal.Signals, team: Team) -> None:
    before = aws.table_now(team.emulator)
    team.ana.writes(CHANGE, plan(PROTECT + WAIT))
    running = team.ana.starts("apply", CHANGE, "--confirm", "prod")
    running.says("step protect-the-bookings done")

    running.send(stop)
    ended = running.ended()

    assert ended.status == 10, ended
    assert "Finishing the call in flight, then going back." in ended.err
    assert "Production is as before" in ended.out
    assert (aws.table_now(team.emulator), team.locks()) == (before, {})
    assert "rolled-back" in team.ben.types("log", "--fetch").out


@pytest.mark.parametrize(("stop", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)], ids=["SIGINT", "SIGTERM"])
def test_once_before_the_first_step_leaves_production_untouched(stop: signal.Signals, status: int, team: Team) -> None:
    before = aws.table_now(team.emulator)
    tests = """
    before:
      - {name: first, command: ["true"]}
      - {name: second, command: [sleep, "2"]}
    """
    team.ana.writes(CHANGE, plan(PROTECT, test=tests))
    running = team.ana.starts("apply", CHANGE, "--confirm", "prod")
    running.says("check first passed")

    running.send(stop)
    ended = running.ended()

    assert ended.status == status, ended
    assert "Production is untouched" in ended.out
    assert (aws.table_now(team.emulator), team.locks()) == (before, {})


def test_once_in_a_step_that_has_sent_nothing_ends_as_before(team: Team) -> None:
    before = aws.table_now(team.emulator)
    waiting = "- {name: Wait, wait: {until: {command: [sh, -c, touch reached; false]}, for: 50s}}"
    team.ana.writes(CHANGE, plan(f"{waiting}{PROTECT}"))
    running = team.ana.starts("apply", CHANGE, "--confirm", "prod")
    soon((team.ana.folder / "reached").exists)

    running.send(signal.SIGINT)
    ended = running.ended()

    assert ended.status == 10, ended
    assert "Production is as before" in ended.out
    assert (aws.table_now(team.emulator), team.locks()) == (before, {})


@pytest.mark.parametrize("stop", STOPS, ids=lambda stop: stop.name)
def test_twice_stops_at_once_and_resuming_ends_it_whole(stop: signal.Signals, team: Team) -> None:
    before = aws.table_now(team.emulator)
    team.ana.writes(CHANGE, plan(PROTECT + WAIT, back_out=SLOW_BACK))
    running = team.ana.starts("apply", CHANGE, "--confirm", "prod")
    running.says("step protect-the-bookings done")

    running.send(stop)
    running.says("rolling back")
    running.send(stop)
    ended = running.ended()

    assert ended.status == 11, ended
    assert f"changectl apply --resume {CHANGE}" in ended.err
    assert len(team.locks()) == 1
    assert CHANGE in team.ana.types("status").out
    team.ana.applies(CHANGE, status=8)
    resumed = team.ana.types("apply", "--resume", CHANGE, status=10)
    assert "Production is as before" in resumed.out
    assert (aws.table_now(team.emulator), team.locks()) == (before, {})


def test_a_terminal_that_goes_away_stops_nothing(team: Team) -> None:
    before = aws.table_now(team.emulator)
    team.ana.writes(CHANGE, plan(PROTECT + HOLD))
    running = team.ana.starts("apply", CHANGE, "--confirm", "prod")
    running.says("step protect-the-bookings done")

    running.send(signal.SIGHUP)
    (team.ana.folder / "go-on").touch()

    assert running.ended().status == 0
    assert aws.table_now(team.emulator) == {
        **before,
        "protection": True,
        "tags": {"Team": "rentals", "Trial": "office"},
    }


@pytest.mark.parametrize(("way_on", "status"), [(("apply", "--resume"), 0), (("rollback",), 0)], ids=["resume", "back"])
def test_a_machine_that_died_goes_on_or_back(way_on: tuple[str, ...], status: int, team: Team) -> None:
    before = aws.table_now(team.emulator)
    team.ana.writes(CHANGE, plan(PROTECT + HOLD))
    running = team.ana.starts("apply", CHANGE, "--confirm", "prod")
    running.says("step protect-the-bookings done")

    running.send(signal.SIGKILL)
    assert running.ended().status == -signal.SIGKILL
    (team.ana.folder / "go-on").touch()
    assert f"changectl apply --resume {CHANGE}" in team.ana.types("status").out
    team.ana.types(*way_on, CHANGE, status=status)

    changed = {"protection": True, "tags": {"Team": "rentals", "Trial": "office"}}
    assert aws.table_now(team.emulator) == (before if way_on == ("rollback",) else {**before, **changed})
    assert team.locks() == {}


def test_another_process_does_not_conduct_the_same_attempt(team: Team) -> None:
    team.ana.writes(CHANGE, plan(PROTECT + HOLD))
    running = team.ana.starts("apply", CHANGE, "--confirm", "prod")
    running.says("step protect-the-bookings done")
    between = aws.table_now(team.emulator)

    for way_on in (("apply", "--resume"), ("rollback",)):
        team.ana.types(*way_on, CHANGE, status=8)
    assert aws.table_now(team.emulator) == between

    (team.ana.folder / "go-on").touch()
    assert running.ended().status == 0
