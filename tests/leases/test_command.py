"""The real command with leases of seconds: renewed while it waits, shown to everybody, and taken over when it stands still."""

import os
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.e2e import aws
from tests.e2e.team import REGISTER, Person, Running, Team, git, plan, soon

FIRST, SECOND = "2026-11-23-first", "2026-11-23-second"
STEPS = """
- name: Tag it
  set: table/bookings
  change: {tags: {First: "1"}}
- name: Hold on
  wait: {until: {command: [test, -e, go-on], retry: 1 x 1s}, for: 50s}
- name: Tag it again
  set: table/bookings
  change: {tags: {Last: "1"}}
"""
OTHER = """
- name: Tag it too
  set: table/bookings
  change: {tags: {Second: "1"}}
"""
SHORT = 1.0
LONG = pytest.mark.skipif(
    "CHANGECTL_LEASES" not in os.environ,
    reason="the long form, CHANGECTL_LEASES=all: told without processes in test_take_over.py and test_holding.py",
)


def starts(person: Person, lease: float, *words: str) -> Running:
    """The command with leases of so many seconds."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.leases.command", str(lease), *words],
        cwd=person.folder,
        env={**person._environment(None), "PYTHONPATH": os.pathsep.join(sys.path)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    return Running(process)


def begun(team: Team, lease: float) -> Running:
    """Ana's change has sent its first call, and waits."""
    aws.table(team.emulator)
    team.ana.writes(FIRST, plan(STEPS))
    team.ben.writes(SECOND, plan(OTHER))
    running = starts(team.ana, lease, "apply", FIRST, "--confirm", "prod")
    running.says("step tag-it done")
    return running


def lease_is_over(team: Team) -> bool:
    [lock] = team.locks().values()
    return datetime.fromisoformat(lock["lease_until"]) < datetime.now(UTC)


def the_open_one(person: Person) -> Any:
    [shown] = person.types("status", "--json").document["open"]
    return shown


def commits(team: Team, ref: str) -> int:
    return int(git(team.bare, "rev-list", "--count", ref))


def test_a_short_change_is_two_pushes(moto_team: Team) -> None:
    team = moto_team
    git(team.bare, "config", "core.logAllRefUpdates", "always")
    aws.table(team.emulator)
    team.ana.writes(SECOND, plan(OTHER))
    team.ana.applies(SECOND)
    [lock] = git(team.bare, "for-each-ref", "--format=%(refname)", "refs/changectl/locks/").split()
    assert [commits(team, REGISTER), commits(team, lock)] == [2, 2]
    assert len(git(team.bare, "reflog", "show", REGISTER).splitlines()) == 2


def test_a_change_that_waits_renews_its_lease_and_everybody_sees_who_conducts_it(moto_team: Team) -> None:
    team = moto_team
    running = begun(team, 9)
    [lock] = team.locks()
    soon(lambda: commits(team, lock) >= 2)
    pushed = commits(team, REGISTER)
    shown = the_open_one(team.ben)["conductor"]
    (team.ana.folder / "go-on").touch()

    assert running.ended().status == 0
    assert pushed == 1
    assert (shown["presence"], shown["conducted"], shown["by"]) == ("there", True, "Ana <ana@example.com>")
    assert {git(team.bare, "log", "-1", "--format=%B", f"{lock}~{n}").count('"epoch":1') for n in range(3)} == {1}
    assert team.locks() == {}


def test_a_process_that_stood_still_while_it_was_taken_over_sends_nothing_more(moto_team: Team) -> None:
    team = moto_team
    running = begun(team, SHORT)
    running.send(signal.SIGSTOP)
    try:
        soon(lambda: lease_is_over(team))
        shown = the_open_one(team.ben)
        said = team.ben.types("status", FIRST).out
        team.ben.applies(SECOND, "--over-lock", "the shop is closed")
        left = aws.table_now(team.emulator)
        (team.ana.folder / "go-on").touch()
    finally:
        running.send(signal.SIGCONT)
    ended = running.ended()

    assert (shown["conductor"]["presence"], shown["conductor"]["conducted"]) == ("gone", False)
    assert "nobody is conducting it since" in said
    assert f"changectl rollback {FIRST}" in said
    assert aws.table_now(team.emulator) == left
    assert left["tags"] == {"Team": "rentals", "First": "1", "Second": "1"}
    assert ended.status == 11, ended
    assert f"{SECOND} has taken over" in ended.said
    assert "the shop is closed" in ended.said


@LONG
def test_a_process_that_stood_still_while_it_was_closed_sends_nothing_more(moto_team: Team) -> None:
    team = moto_team
    running = begun(team, SHORT)
    running.send(signal.SIGSTOP)
    try:
        soon(lambda: lease_is_over(team))
        host = the_open_one(team.ben)["conductor"]["host"]
        team.ben.types("close", FIRST, "--accept", "--gone", host, "--why", "the laptop is gone", "--confirm", "prod")
        left = aws.table_now(team.emulator)
        (team.ana.folder / "go-on").touch()
    finally:
        running.send(signal.SIGCONT)
    running.ended()

    assert aws.table_now(team.emulator) == left
    assert left["tags"] == {"Team": "rentals", "First": "1"}
    assert team.locks() == {}
    assert "accepted" in team.ben.types("log", "--fetch").out


@LONG
def test_a_process_that_stood_still_and_was_left_alone_goes_on(moto_team: Team) -> None:
    team = moto_team
    running = begun(team, SHORT)
    running.send(signal.SIGSTOP)
    soon(lambda: lease_is_over(team))
    (team.ana.folder / "go-on").touch()
    running.send(signal.SIGCONT)
    assert running.ended().status == 0
    assert aws.table_now(team.emulator)["tags"] == {"Team": "rentals", "First": "1", "Last": "1"}


def test_who_conducts_it_lives_until_their_lease_ends_and_nobody_closes_it_meanwhile(moto_team: Team) -> None:
    team = moto_team
    running = begun(team, timedelta(minutes=15).total_seconds())
    conductor = the_open_one(team.ana)["conductor"]
    host = conductor["host"]
    refused = team.ben.types("close", FIRST, "--accept", "--gone", host, "--why", "x", "--confirm", "prod", status=8)
    (team.ana.folder / "go-on").touch()
    assert running.ended().status == 0
    assert conductor["presence"] == "here"
    assert str(running.process.pid) in conductor["process"]
    assert "to be heard of again" in refused.err


def test_a_process_that_was_killed_is_missed_on_its_own_machine_at_once(moto_team: Team) -> None:
    team = moto_team
    running = begun(team, 900)
    running.process.kill()
    running.ended()
    shown = the_open_one(team.ana)
    assert shown["conductor"]["presence"] == "left-here"
    assert [each["type"] for each in shown["conductor"]["next"]] == [
        f"changectl apply --resume {FIRST}",
        f"changectl rollback {FIRST}",
    ]
    doctor = team.ana.types("doctor", status=5).out
    assert f"{FIRST}: nobody is conducting it since" in doctor
    assert f"changectl apply --resume {FIRST}" in doctor
    elsewhere = team.ben.types("rollback", FIRST, status=11).err
    assert "it may have changed table/bookings tags" in elsewhere
    assert "conducted by Ana on" in elsewhere
    team.ana.types("rollback", FIRST)
    assert aws.table_now(team.emulator)["tags"] == {"Team": "rentals"}


@LONG
def test_without_the_remote_nothing_goes_forward_once_the_lease_is_over(moto_team: Team) -> None:
    team = moto_team
    running = begun(team, SHORT)
    soon(lambda: lease_is_over(team))
    team.unplugs()
    (team.ana.folder / "go-on").touch()
    ended = running.ended()
    team.plugs()

    assert ended.status in (10, 11), ended
    assert "could not be renewed" in ended.said
    told = team.ana.types("show", FIRST, "--json").document["events"]
    sent = [each["event"] for each in told if each["type"] == "call-started"]
    assert [each["step"] for each in sent if each["phase"] == "forward"] == ["tag-it"]
    team.ana.types("apply", "--resume", FIRST, status=None)
    assert team.locks() == {}
    assert aws.table_now(team.emulator)["tags"] == {"Team": "rentals"}


def test_a_way_back_goes_on_without_the_remote_though_the_lease_is_over_and_says_so(moto_team: Team) -> None:
    team = moto_team
    running = begun(team, SHORT)
    soon(lambda: lease_is_over(team))
    team.unplugs()
    running.send(signal.SIGINT)
    ended = running.ended()
    team.plugs()

    assert aws.table_now(team.emulator)["tags"] == {"Team": "rentals"}
    assert "could not be renewed" in ended.said, ended
    team.ana.types("apply", "--resume", FIRST, status=None)
    assert team.locks() == {}
