"""Two machines that begin the same attempt: one of them has it, and the other has changed nothing and says so."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from register.team import Team, meddled

from changectl.cli.conducting import taken_up
from changectl.cli.loose import tied_up
from changectl.cli.memory import Memory
from changectl.errors import Locked
from changectl.model import events as e
from changectl.model.events import Begun, Closed
from changectl.register.locks import Lock
from tests.leases.machine import CHANGE, Operator, machine


def begun_in(found: Memory) -> list[tuple[int, str]]:
    """Attempt and person of each begin that the register has, proven to be a chain."""
    found.register.fetch()
    found.register.verify()
    return [(each.attempt, each.by) for each in found.recorded(CHANGE) if isinstance(each.event, Begun)]


def held(found: Memory) -> list[str]:
    return [lock.owner.holder for lock in found.register.held() if lock.owner]


@pytest.mark.parametrize("ended", [False, True], ids=["while it is under way", "when it has ended"])
@pytest.mark.parametrize("tables", [("bookings",), ("orders",)], ids=["the same settings", "other settings"])
def test_of_two_that_begin_the_same_attempt_one_has_it(team: Team, tables: tuple[str, ...], ended: bool) -> None:
    ana, ben = Operator(machine(team, "ana")), Operator(machine(team, "ben"))
    assert ana.begins("bookings")
    if ended:
        ana.ends()

    assert not ben.begins(*tables)

    assert begun_in(ben.found) == [(1, ana.by)]
    assert held(ben.found) == ([] if ended else [ana.by])
    assert ben.keeper.lost_to is not None
    refused = ben.keeper.entries[-1].event
    assert isinstance(refused, Closed)
    assert f"attempt 1 of {CHANGE} was begun a moment ago by {ana.by} on " in refused.why


def test_whoever_lost_sees_the_others_attempt_and_begins_the_next(team: Team) -> None:
    ana, ben = Operator(machine(team, "ana")), Operator(machine(team, "ben"))
    ana.begins()
    ben.begins()
    assert (ben.found.journals.attempts(CHANGE), ben.change().in_progress) == ((), True)
    assert ben.found.journals.open_changes() == ()
    ana.ends(e.Closed("rolled-back"))
    ben.found.register.fetch()
    tied_up(ben.found, ben.by, CHANGE)

    again = Operator(ben.found, attempt=ben.change().attempt + 1)
    assert again.begins()
    again.ends()

    assert begun_in(ana.found) == [(1, ana.by), (2, ben.by)]
    assert held(ana.found) == []


@pytest.mark.parametrize("first", [1, 2, 3], ids=["once", "twice", "thrice"])
def test_a_lost_acknowledgement_makes_nobody_lose_to_themselves(team: Team, first: int) -> None:
    found = machine(team, "ana")
    register, remote = meddled(found.register, acknowledged=lambda n: n > first)
    ana = Operator(replace(found, register=register))
    assert ana.begins()
    ana.ends()
    assert (begun_in(found), held(found), len(remote.pushes)) == ([(1, ana.by)], [], 2)


def test_whoever_is_quicker_between_the_look_and_the_push_has_it(team: Team) -> None:
    ana = Operator(machine(team, "ana"))
    found = machine(team, "ben")
    register, remote = meddled(found.register, before=lambda n: n == 1 and ana.begins())
    ben = Operator(replace(found, register=register))
    assert not ben.begins("orders")
    assert (begun_in(ana.found), held(ana.found), len(remote.pushes)) == ([(1, ana.by)], [ana.by], 1)


@pytest.mark.parametrize("dies", ["before it is refused", "before it is set aside"])
@pytest.mark.parametrize("comes_back", ["to begin anew", "to resume"])
def test_whoever_died_as_it_lost_learns_it_when_it_is_typed_again(team: Team, dies: str, comes_back: str) -> None:
    ana, ben = Operator(machine(team, "ana")), Operator(machine(team, "ben"))
    ana.begins()
    for event in (e.SnapshotTaken("sha256:s", ()), e.Begun("p", "v", "t", "prod", "1", "r", "", (), "s", (), (), "0")):
        ben.keeper.record(event)
    if dies == "before it is set aside":
        with pytest.raises(Locked):
            ben.keeper.take_locks()
        ben.keeper.record(e.Closed("refused", "lost", "locked"))
    ben.dies()
    ben.found.register.fetch()
    assert ben.change().begun == ana.change().begun

    back: Callable[[], object] = lambda: tied_up(ben.found, ben.by, CHANGE)  # noqa: E731
    if comes_back == "to resume":
        with pytest.raises(Exception, match=f"begun by {ana.by} on"):
            taken_up(None, ben.found, CHANGE)  # type: ignore[arg-type]
    else:
        back()

    assert ben.found.journals.attempts(CHANGE) == ()
    assert len(list(ben.found.state.rglob("1-lost-*/journal.jsonl"))) == 1
    assert begun_in(ben.found) == [(1, ana.by)]


def test_what_was_done_without_the_remote_is_told_all_the_same(team: Team) -> None:
    ana, ben = Operator(machine(team, "ana")), Operator(machine(team, "ben"))
    ana.begins()
    ben.keeper.record(e.SnapshotTaken("sha256:s", ()))
    ben.keeper.record(e.Begun("p", "v", "t", "prod", "1", "r", "", (), "s", (), (), "0", offline="no network"))
    assert ben.keeper.take_locks() == ()
    ben.ends()
    ana.ends()
    assert begun_in(ana.found) == [(1, ana.by), (1, ben.by)]
    assert [type(each) for each in ana.found.register.held()] == [Lock] * 0
