"""Whoever was taken over learns by whom, when, why, and what to type; and sends nothing more."""

import socket

import pytest
from register.team import Team, git

from changectl.errors import GateRefused, LeaseOver, Locked, RegisterUnsound, TakenOver
from changectl.model import events as e
from changectl.register.locks import Unlock, lock_ref
from tests.leases.machine import CHANGE, Operator, machine
from tests.leases.time import SetClocks

OTHER, HOST, HOUR = "2026-11-23-other", socket.gethostname(), 3600.0


class Ana:
    """Ana has begun, on a machine whose clocks are set; Ben is somewhere else."""

    def __init__(self, team: Team, *tables: str) -> None:
        self.team, self.clock = team, SetClocks()
        self.ben = machine(team, "ben")
        self.operator = Operator(machine(team, "ana"))
        self.keeper = self.operator.keeper
        self.keeper.holding.clock = self.clock
        assert self.operator.begins(*tables)
        [self.lock] = [lock.name for lock in self.operator.found.register.held()]

    def pushes(self) -> int:
        """Commits on the lock of the bookings' tags."""
        return int(git(self.team.bare, "rev-list", "--count", lock_ref(self.lock)))

    def is_taken_over(self, why: str = "the shop is closed") -> Operator:
        ben = Operator(self.ben, OTHER)
        assert ben.begins("bookings", over_lock=why)
        return ben


@pytest.fixture
def ana(team: Team) -> Ana:
    return Ana(team)


def test_a_lease_is_renewed_in_its_epoch_when_a_third_of_it_has_passed(ana: Ana) -> None:
    for _ in range(3):
        ana.keeper.hold(60)
        ana.clock.passes(300)
    assert ana.pushes() == 3
    [lock] = ana.ben.register.held()
    assert (lock.epoch, lock.lease and lock.lease.until) == (1, "2027-01-15T08:25:00+00:00")


def test_while_somebody_waits_or_is_asked_it_is_renewed_too(ana: Ana) -> None:
    ana.clock.passes(300)
    ana.keeper.keep_up()
    assert ana.pushes() == 2


def test_a_laptop_that_slept_asks_before_the_next_call(ana: Ana) -> None:
    ana.clock.sleeps(HOUR)
    ana.keeper.hold(60)
    assert ana.pushes() == 2
    ana.clock.sleeps(HOUR)
    ana.team.bare.rename(ana.team.folder / "away.git")
    with pytest.raises(LeaseOver):
        ana.keeper.hold(60)


def test_a_laptop_that_was_taken_over_while_it_slept_learns_by_whom_when_and_why(ana: Ana) -> None:
    ben = ana.is_taken_over()
    ana.clock.sleeps(HOUR)
    with pytest.raises(TakenOver) as lost:
        ana.keeper.hold(60)
    since = ben.keeper.entries[0].at
    assert lost.value.sentence == (
        f"{OTHER} has taken over {ana.lock} ({ben.by} on {HOST}, since {since}): the shop is closed. {CHANGE} sends nothing more."
    )
    assert lost.value.hint == f"changectl status {OTHER}; once that has ended: changectl rollback {CHANGE}"
    ana.keeper.publish()
    assert [lock.owner and lock.owner.holder for lock in ana.ben.register.held()] == [ben.by]


def test_a_take_over_that_has_ended_since_is_one_all_the_same(ana: Ana) -> None:
    ana.is_taken_over().ends()
    ana.clock.passes(300)
    with pytest.raises(TakenOver, match="That has ended since") as lost:
        ana.keeper.hold(60)
    assert lost.value.hint == f"changectl rollback {CHANGE}"


def test_whoever_was_closed_by_a_colleague_learns_who_that_was(ana: Ana, monkeypatch: pytest.MonkeyPatch) -> None:
    closed = e.Closed("accepted", "the laptop is in the lake", "machine-gone", "Ben <ben@example.com>")
    owner = ana.ben.register.held()[0].owner
    assert owner is not None
    monkeypatch.setattr(socket, "gethostname", lambda: "bens-laptop")
    from changectl.cli.entries import entry_now

    entry = entry_now(CHANGE, 1, "Ben <ben@example.com>", closed)
    ana.ben.register.append((entry,), locks=Unlock((ana.lock,), owner))
    ana.clock.passes(300)
    with pytest.raises(TakenOver, match=r"Ben <ben@example\.com> has closed") as lost:
        ana.keeper.hold(60)
    assert "on bens-laptop" in lost.value.sentence
    assert "the laptop is in the lake" in lost.value.sentence
    with pytest.raises(GateRefused, match="has accepted it already"):
        ana.keeper.tell(e.RollbackWanted("anew", ana.operator.by))


def test_a_lock_that_was_freed_by_hand_is_not_ours_either(ana: Ana) -> None:
    git(ana.team.bare, "update-ref", "-d", lock_ref(ana.lock))
    ana.clock.passes(300)
    with pytest.raises(TakenOver, match="nothing says who freed it"):
        ana.keeper.hold(60)


# The way back that somebody wishes


def stuck(ana: Ana) -> None:
    ana.keeper.record(e.OperatorNeeded("a stranger came", ()))


def test_a_way_back_renews_what_it_holds_in_the_push_that_tells_of_it(ana: Ana) -> None:
    stuck(ana)
    ana.clock.passes(HOUR)
    ana.keeper.tell(e.RollbackWanted("anew", ana.operator.by))
    before = ana.pushes()
    ana.keeper.hold(60)
    assert (before, ana.pushes()) == (2, 2)


def test_a_way_back_takes_what_came_free_again_in_a_new_epoch(ana: Ana) -> None:
    stuck(ana)
    ana.is_taken_over().ends()
    ana.keeper.tell(e.RollbackWanted("anew", ana.operator.by))
    ana.keeper.hold(60)
    assert [(lock.epoch, lock.owner and lock.owner.change) for lock in ana.ben.register.held()] == [(3, CHANGE)]


def test_a_way_forward_takes_nothing_again(ana: Ana) -> None:
    stuck(ana)
    ana.is_taken_over().ends()
    with pytest.raises(TakenOver):
        ana.keeper.tell(e.TakenUp())
    assert ana.ben.register.held() == ()


def test_a_way_back_waits_for_whoever_has_taken_over(ana: Ana) -> None:
    stuck(ana)
    ana.is_taken_over()
    with pytest.raises(TakenOver, match=f"{OTHER} has taken over"):
        ana.keeper.tell(e.RollbackWanted("anew", ana.operator.by))
    assert not any(isinstance(entry.event, e.RollbackWanted) for entry in ana.keeper.entries)


def test_a_way_back_that_says_why_takes_what_somebody_else_has(ana: Ana) -> None:
    stuck(ana)
    ana.is_taken_over()
    ana.keeper.tell(e.RollbackWanted("(over-lock: their laptop is dead)", ana.operator.by), over_lock=True)
    ana.keeper.hold(60)
    assert [(lock.epoch, lock.owner and lock.owner.change) for lock in ana.ben.register.held()] == [(3, CHANGE)]


def test_over_the_locks_of_others_goes_no_further_than_the_attempt_that_said_so(team: Team) -> None:
    ana, ben = Operator(machine(team, "ana")), Operator(machine(team, "ben"), OTHER)
    ana.begins(over_lock="the shop is closed")
    ana.keeper.record(e.Closed("applied"))
    ana.keeper.publish()
    assert ben.begins()
    with pytest.raises(Locked, match=OTHER):
        ana.keeper.take_locks()
    ana.keeper.take_locks(over_lock=True)
    assert [lock.owner and lock.owner.change for lock in ben.found.register.held()] == [CHANGE]


def test_whoever_died_while_taking_the_locks_of_others_takes_them_when_it_goes_on(team: Team) -> None:
    ana, ben = Operator(machine(team, "ana")), Operator(machine(team, "ben"), OTHER)
    assert ben.begins()
    assert ana.begins(over_lock="the shop is closed")
    ana.keeper.take_locks()
    assert [lock.owner and lock.owner.change for lock in ben.found.register.held()] == [CHANGE]


def test_a_register_that_is_not_sound_forbids_to_go_forward_and_not_to_go_back(ana: Ana) -> None:
    stuck(ana)
    ana.keeper.publish()
    ana.team.rewrite({path: b"{}" for path in ana.team.files() if path.endswith(".json")})
    with pytest.raises(RegisterUnsound):
        ana.keeper.tell(e.TakenUp())
    ana.keeper.tell(e.RollbackWanted("anew", ana.operator.by))
    ana.keeper.hold(60)
    assert (ana.keeper.change().rollback is not None, "was edited" in ana.keeper.untold) == (True, True)


def test_another_process_asks_before_its_first_call(ana: Ana) -> None:
    ana.operator.dies()
    journal = ana.operator.found.journals.open(CHANGE, 1)
    again = type(ana.keeper)(
        ana.operator.found, journal, ana.operator.by, ana.keeper.stops, ana.keeper.kinds, (), list(journal.recovered)
    )
    again.hold(60)
    assert ana.pushes() == 2


def test_what_holds_no_locks_asks_nobody(ana: Ana) -> None:
    ana.operator.keeper.record(e.Closed("applied"))
    ana.keeper.publish()
    ana.keeper.record(e.RollbackWanted("offline"))
    ana.team.bare.rename(ana.team.folder / "away.git")
    ana.clock.sleeps(HOUR)
    ana.keeper.hold(60)


def test_without_a_remote_there_is_no_lease(team: Team) -> None:
    git(team.folder, "init", "-q", "alone")
    for name, value in (("user.name", "Ana"), ("user.email", "ana@example.com")):
        git(team.folder / "alone", "config", name, value)
    operator = Operator(machine(team, "alone"))
    clock = operator.keeper.holding.clock = SetClocks()
    assert operator.begins()
    clock.sleeps(HOUR)
    operator.keeper.hold(60)
    assert [lock.epoch for lock in operator.found.register.held()] == [1]
