"""The team's memory as git shows it, and what happens when the remote is rewritten, missing, or away."""

import json
import socket

import pytest

from changectl.model.digest import canonical
from tests.e2e import aws
from tests.e2e.team import REGISTER, Team, git, plan

CHANGE = "2026-11-23-protect-bookings"
PROTECT = """
- name: Protect the bookings
  set: table/bookings
  change: {protection: true}
"""
HOLD = """
- name: Hold on
  wait: {until: {command: [test, -e, go-on]}, for: 50s}
"""


@pytest.fixture
def team(moto_team: Team) -> Team:
    aws.table(moto_team.emulator)
    moto_team.ana.writes(CHANGE, plan(PROTECT, risk="medium"))
    return moto_team


def _approved(team: Team) -> None:
    team.ana.types("propose", CHANGE)
    team.ben.fetches(CHANGE)
    team.ben.types("approve", CHANGE)


def _pushes(team: Team) -> list[str]:
    return git(team.bare, "log", "--reverse", "--format=%an: %s", REGISTER).splitlines()


def test_a_change_is_four_pushes_of_canonical_json_with_a_decision_to_read(team: Team) -> None:
    _approved(team)
    team.ana.applies(CHANGE)
    pushed = _pushes(team)
    assert [line.rpartition(" and ")[0] or line for line in pushed] == [
        f"Ana: {CHANGE}: proposed",
        f"Ben: {CHANGE}: approved",
        f"Ana: {CHANGE}: begun",
        f"Ana: {CHANGE}: closed applied",
    ]

    team.ana.types("rollback", CHANGE)
    assert len(_pushes(team)) == len(pushed) + 1  # its locks are refs of their own

    files = team.register()
    events = {path: content for path, content in files.items() if path.endswith(".json")}
    for path, content in events.items():
        assert content.rstrip(b"\n") == canonical(json.loads(content)), path
    folder = {path.rpartition("/")[0] for path in files}
    assert len(folder) == 1
    assert next(iter(folder)).endswith(f"/{CHANGE}")
    assert files.keys() - events.keys() == {f"{next(iter(folder))}/decision.md"}
    decision = files[f"{next(iter(folder))}/decision.md"].decode()
    for words in ("# Give the bookings room", "rolled-back", "Weekends fill up (INC-7).", "approved by Ben"):
        assert words in decision.replace("\\", ""), decision


def test_a_change_that_needs_no_approval_is_two_pushes(team: Team) -> None:
    team.ana.writes(CHANGE, plan(PROTECT))

    team.ana.applies(CHANGE)

    assert len(_pushes(team)) == 2


def test_a_register_that_was_rewritten_stops_everybody_who_saw_more(team: Team) -> None:
    _approved(team)
    team.ana.types("status")
    before = aws.table_now(team.emulator)
    git(team.bare, "update-ref", f"refs/heads/{REGISTER}", f"{REGISTER}~1")

    for verb in (("status",), ("log", "--fetch"), ("apply", CHANGE, "--confirm", "prod"), ("propose", CHANGE)):
        ran = team.ana.types(*verb, status=20)
        assert "register" in ran.err
    assert aws.table_now(team.emulator) == before


def test_without_a_remote_a_change_lives_on_this_machine_alone(team: Team) -> None:
    team.ana.git("remote", "remove", "origin")
    before = aws.table_now(team.emulator)
    team.ana.writes(CHANGE, plan(PROTECT))

    team.ana.applies(CHANGE)
    assert aws.table_now(team.emulator) == {**before, "protection": True}
    team.ana.types("rollback", CHANGE)

    assert aws.table_now(team.emulator) == before
    assert "rolled-back" in team.ana.types("log").out
    assert team.ana.types("status").out == "No change is open.\n"


def test_a_remote_that_is_away_refuses_before_anything_is_changed(team: Team) -> None:
    _approved(team)
    before = aws.table_now(team.emulator)
    team.unplugs()

    for verb in (("apply", CHANGE, "--confirm", "prod"), ("propose", CHANGE), ("approve", CHANGE)):
        assert "Production is untouched." in team.ana.types(*verb, status=5).err
    assert "could not be asked" in team.ana.types("status").out
    team.ana.types("log")
    team.ana.types("show", CHANGE)

    assert aws.table_now(team.emulator) == before
    team.plugs()
    team.ana.applies(CHANGE)


def test_a_remote_that_goes_away_meanwhile_is_told_when_it_is_back(team: Team) -> None:
    before = aws.table_now(team.emulator)
    team.ana.writes(CHANGE, plan(PROTECT + HOLD))
    running = team.ana.starts("apply", CHANGE, "--confirm", "prod")
    running.says("step protect-the-bookings done")
    team.unplugs()
    (team.ana.folder / "go-on").touch()

    ended = running.ended()

    assert ended.status == 12, ended
    assert f"changectl apply --resume {CHANGE}" in ended.out
    assert CHANGE in team.ana.types("status").out
    team.plugs()
    assert len(_pushes(team)) == 1
    team.ana.types("apply", "--resume", CHANGE)
    assert len(_pushes(team)) == 2
    assert team.locks() == {}
    assert aws.table_now(team.emulator) == {**before, "protection": True}
    assert "applied" in team.ben.types("log", "--fetch").out
    assert team.ana.types("status").out == "No change is open.\n"


def test_a_rollback_goes_on_while_the_remote_is_away(team: Team) -> None:
    before = aws.table_now(team.emulator)
    failing = "- {command: [test, -e, never]}"
    team.ana.writes(CHANGE, plan(PROTECT + HOLD, test=failing))
    running = team.ana.starts("apply", CHANGE, "--confirm", "prod")
    running.says("step protect-the-bookings done")
    team.unplugs()
    (team.ana.folder / "go-on").touch()

    ended = running.ended()

    assert ended.status == 10, ended
    assert aws.table_now(team.emulator) == before
    team.plugs()
    team.ana.types("apply", "--resume", CHANGE, status=10)
    assert (aws.table_now(team.emulator), team.locks()) == (before, {})


def test_an_applied_change_is_not_rolled_back_without_its_locks(team: Team) -> None:
    team.ana.writes(CHANGE, plan(PROTECT))
    team.ana.applies(CHANGE)
    applied = aws.table_now(team.emulator)
    team.unplugs()

    ran = team.ana.types("rollback", CHANGE, status=5)

    assert "remote" in ran.err, ran
    assert aws.table_now(team.emulator) == applied
    team.plugs()
    team.ana.types("rollback", CHANGE)


def test_a_colleague_is_told_on_which_machine_it_can_be_rolled_back(team: Team) -> None:
    team.ana.writes(CHANGE, plan(PROTECT))
    team.ana.applies(CHANGE)
    applied = aws.table_now(team.emulator)
    team.ben.types("log", "--fetch")

    ran = team.ben.types("rollback", CHANGE, status=11)

    assert f"was begun by Ana <ana@example.com> on {socket.gethostname()}" in ran.err
    assert "it changed table/bookings protection." in ran.err
    assert f"on {socket.gethostname()} alone" in ran.err
    assert f"changectl new --undo {CHANGE}" in ran.err
    assert (aws.table_now(team.emulator), team.locks()) == (applied, {})


def test_everybody_sees_the_same_after_an_index_is_thrown_away(team: Team) -> None:
    _approved(team)
    told = team.ana.types("log").out

    for path in team.ana.kept():
        if path.name.startswith("index.sqlite3"):
            path.unlink()

    assert team.ana.types("log").out == told
