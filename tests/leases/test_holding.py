"""When a lease is renewed, when it is asked about, and when it is over: by clocks that are set."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from changectl.cli.clocks import JUMP, moment
from changectl.cli.holding import AGAIN, Holding
from changectl.errors import ChangectlError, LeaseOver, RegisterUnsound, RemoteNeeded, TakenOver
from tests.leases.time import SetClocks

LENGTH, ANSWER = 900.0, 60.0


class Held:
    """A holding over clocks that are set, and a remote that answers as it is told."""

    def __init__(self, *, begun: bool = True) -> None:
        self.clock = SetClocks()
        self.asked: list[datetime] = []
        self.answer: ChangectlError | OSError | None = None
        self.takes = 0.0
        self.holding = Holding("c1", LENGTH, self._renew, self.clock)
        if begun:
            self.holding.acknowledged(self.clock())

    def _renew(self, now: datetime) -> None:
        self.asked.append(now)
        self.clock.passes(self.takes)
        if self.answer:
            raise self.answer

    def hold(self, seconds: float = ANSWER) -> int:
        """How often the remote has been asked once it returns."""
        self.holding.hold(seconds)
        return len(self.asked)


GONE = RemoteNeeded("origin could not be read: no route to host")
TAKEN = TakenOver("c2 has taken over table/bookings")


def test_until_a_third_of_it_has_passed_nobody_is_asked() -> None:
    held = Held()
    counts = []
    for _ in range(10):
        counts.append(held.hold())
        held.clock.passes(30)
    assert counts == [0] * 10
    assert held.hold() == 1
    assert held.asked == [datetime.fromtimestamp(held.clock.wall, UTC)]
    held.clock.passes(299)
    assert held.hold() == 1


def test_a_process_that_has_no_word_from_the_remote_yet_asks_first() -> None:
    held = Held(begun=False)
    assert (held.hold(), held.hold()) == (1, 1)


@pytest.mark.parametrize(
    "happens",
    [
        lambda clock: clock.sleeps(JUMP + 1),
        lambda clock: clock.freezes(JUMP + 1),
        lambda clock: clock.is_set(-JUMP - 1),
        lambda clock: clock.is_set(-86_400),
    ],
    ids=["slept", "was frozen", "set back", "set back a day"],
)
def test_after_a_jump_of_the_clocks_the_remote_is_asked_first(happens: Callable[[SetClocks], None]) -> None:
    held = Held()
    happens(held.clock)
    assert (held.hold(), held.hold()) == (1, 1)


@pytest.mark.parametrize("way", ["sleeps", "freezes", "is_set"])
def test_what_cannot_be_asked_after_a_jump_is_not_held_however_long_it_lasts(way: str) -> None:
    held = Held()
    held.answer = GONE
    getattr(held.clock, way)(JUMP + 1)
    with pytest.raises(
        LeaseOver, match="slept or its time was set, and could not be renewed: origin could not be read"
    ):
        held.hold()


def test_clocks_that_drift_apart_a_little_are_no_jump() -> None:
    held = Held()
    held.clock.passes(200)
    held.clock.is_set(JUMP - 1)
    assert held.hold() == 0


def test_without_the_remote_it_is_held_for_as_long_as_it_lasts_and_not_longer() -> None:
    held = Held()
    held.answer = GONE
    held.clock.passes(LENGTH - ANSWER - 1)
    held.hold()
    held.clock.passes(1)
    with pytest.raises(LeaseOver) as over:
        held.hold()
    assert "ends at 08:15:00 UTC" in over.value.sentence
    assert over.value.hint == ("when the remote answers: changectl apply --resume c1, or: changectl rollback c1")


def test_a_machine_that_can_do_nothing_just_now_ends_no_wait() -> None:
    held = Held()
    held.answer = OSError(12, "Cannot allocate memory")
    held.clock.passes(LENGTH)
    held.holding.keep_up()
    with pytest.raises(LeaseOver, match="Cannot allocate memory"):
        held.hold()


def test_a_longer_call_wants_a_longer_lease() -> None:
    held = Held()
    held.answer = GONE
    held.clock.passes(LENGTH / 2)
    held.hold(LENGTH / 2 - 1)
    with pytest.raises(LeaseOver):
        held.hold(LENGTH / 2)


def test_a_renewal_that_takes_long_is_counted_from_its_beginning() -> None:
    held = Held()
    held.clock.passes(LENGTH / 3)
    held.takes = 200
    held.hold()
    held.answer, held.takes = GONE, 0
    held.clock.passes(LENGTH - 200 - ANSWER - 1)
    held.hold()
    held.clock.passes(1)
    with pytest.raises(LeaseOver):
        held.hold()


def test_a_remote_that_hangs_until_the_lease_is_over_holds_nothing() -> None:
    held = Held()
    held.clock.passes(LENGTH - 2 * ANSWER)
    held.answer, held.takes = GONE, ANSWER
    with pytest.raises(LeaseOver):
        held.hold()


def test_a_remote_that_does_not_answer_is_not_asked_before_each_call() -> None:
    held = Held()
    held.answer = GONE
    held.clock.passes(LENGTH / 3)
    assert [held.hold() for _ in range(5)] == [1] * 5
    held.clock.passes(AGAIN)
    assert held.hold() == 2
    held.answer = None
    held.clock.passes(AGAIN)
    assert held.hold() == 3
    held.clock.passes(LENGTH / 3 - 1)
    assert held.hold() == 3


def test_going_back_without_the_remote_is_not_slowed_down_by_asking_for_it() -> None:
    held = Held(begun=False)
    held.answer = GONE
    for _ in range(5):
        with pytest.raises(LeaseOver):
            held.hold()
    assert len(held.asked) == 1


@pytest.mark.parametrize("later", [0, 1, 10_000])
def test_once_taken_over_it_stays_so(later: float) -> None:
    held = Held()
    held.answer = TAKEN
    held.clock.passes(LENGTH / 3)
    with pytest.raises(TakenOver):
        held.hold()
    held.answer = None
    held.clock.passes(later)
    with pytest.raises(TakenOver, match="c2 has taken over"):
        held.hold()
    assert len(held.asked) == 1


def test_a_take_over_that_was_seen_while_waiting_is_told_by_the_next_hold() -> None:
    held = Held()
    held.answer = TAKEN
    held.clock.passes(LENGTH / 3)
    held.holding.keep_up()
    held.holding.keep_up()
    with pytest.raises(TakenOver):
        held.hold()
    assert len(held.asked) == 1


def test_while_time_passes_it_is_renewed_at_a_third_and_no_oftener() -> None:
    held = Held()
    for _ in range(360):  # an hour of rounds of ten seconds
        held.clock.passes(10)
        held.holding.keep_up()
    assert len(held.asked) == 3600 * 3 / LENGTH
    assert held.hold() == len(held.asked)


@pytest.mark.parametrize("trouble", [GONE, RegisterUnsound("its history was rewritten")])
def test_what_goes_wrong_while_time_passes_ends_no_wait(trouble: ChangectlError) -> None:
    held = Held()
    held.answer = trouble
    for _ in range(120):
        held.clock.passes(10)
        held.holding.keep_up()
    with pytest.raises(LeaseOver, match=trouble.sentence):
        held.hold()


def test_the_clocks_of_this_machine_go_forward_together() -> None:
    earlier = moment()
    later = moment()
    assert not later.jumped(earlier)
    assert 0 <= later.since(earlier) < JUMP
