"""One comment on a pull request: newer runs write over older ones, never the other way, whoever comes between."""

import threading
from datetime import UTC, datetime
from itertools import product

import pytest

from changectl.cli.ci_comment import LATER, TURNS, stick
from changectl.contracts.forge import Forge
from changectl.views.comment_mark import Mark, folded, mark_of
from tests.ci.remarks import NUMBER, Remarks

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
HEAD, OLD = "b" * 40, "a" * 40


def body(minute: int, order: tuple[int, ...] = (1, 1), head: str = HEAD, says: str = "") -> str:
    """A comment of a run that read production in that minute."""
    at = f"2026-11-23T11:{minute:02}:00.000000Z"
    return f"{Mark(at, order, head).line()}\n{says or f'read at {minute}, run {order}'}\n"


def stuck(forge: Remarks, text: str) -> list[str]:
    """The comments after a run has said this."""
    stick(forge, NUMBER, text, NOW, lambda _: None)
    return forge.bodies


def test_protocol_is_kept_by_the_fake() -> None:
    forge: Forge = Remarks()
    assert forge.request(NUMBER).head == HEAD


def test_the_first_run_says_it_and_the_next_writes_it_anew_in_its_place() -> None:
    forge = Remarks()
    assert stuck(forge, body(1)) == [body(1)]
    assert stuck(forge, body(2)) == [body(2)]
    assert forge.written == [body(1), body(2)]


def test_what_is_so_already_is_not_written_again() -> None:
    forge = Remarks()
    forge.put(body(1).replace("\n", "\r\n") + "  ")
    stuck(forge, body(1))
    assert len(forge.written) == 1


@pytest.mark.parametrize(
    ("there", "older"),
    [
        (body(5), body(4)),
        (body(5, (2, 1)), body(5, (1, 9))),
        (body(5, (1, 2)), body(5, (1, 1))),
        (body(5), body(9, head=OLD)),  # it took longer, and what it looked at is no more
        (body(5, (10,)), body(5, (9,))),
    ],
)
def test_an_older_run_writes_nothing(there: str, older: str) -> None:
    forge = Remarks()
    forge.put(there)
    assert stuck(forge, older) == [there]
    assert forge.written == [there]


def test_a_branch_that_went_back_is_told_of_as_it_is_now() -> None:
    forge = Remarks(head=OLD)
    forge.put(body(9, head=HEAD))
    assert stuck(forge, body(5, head=OLD)) == [body(5, head=OLD)]


def test_a_time_that_is_still_to_come_holds_nobody_off() -> None:
    forge = Remarks()
    forge.put(f"{Mark('9999-12-31T23:59:59.999999Z', (10**17,), HEAD).line()}\nfor ever")
    assert stuck(forge, body(5)) == [body(5)]


@pytest.mark.parametrize(
    "text",
    [
        "## looks good\n" + body(59),
        " " + body(59),
        body(59).replace("-->", "--> x", 1),
        body(59).replace("2026", "２０２６"),  # noqa: RUF001
        body(59).replace("11-23", "02-31"),
        body(59).replace("order=1.1", "order=" + "9" * 400),
        "> " + body(59),
        "",
    ],
)
def test_a_comment_that_only_looks_like_ours_is_left_alone(text: str) -> None:
    forge = Remarks()
    forge.put(text)
    forge.put(body(59), mine=False)
    assert stuck(forge, body(5)) == [text, body(59), body(5)]


def test_of_two_first_comments_the_earlier_one_stays_and_the_newer_text_stands_in_it() -> None:
    forge = Remarks()
    forge.put(body(1))
    forge.put("hello", mine=False)
    forge.put(body(3))
    assert stuck(forge, body(2)) == [body(3), "hello", folded("https://forge/7#1")]
    assert stuck(forge, body(4)) == [body(4), "hello", folded("https://forge/7#1")]


def test_a_comment_that_somebody_deleted_is_said_anew() -> None:
    forge = Remarks()
    forge.put(folded("https://forge/7#1"))
    assert stuck(forge, body(2)) == [folded("https://forge/7#1"), body(2)]


def test_the_last_look_comes_later() -> None:
    waits: list[float] = []
    stick(Remarks(), NUMBER, body(1), NOW, waits.append)
    assert waits == [LATER]


def test_a_fight_ends() -> None:
    forge = Remarks()

    def meddle(call: str) -> None:
        if call == "request" and forge.remarks_:
            forge.remarks_[0] = type(forge.remarks_[0])("1", body(0), True)

    forge.meanwhile = meddle
    stuck(forge, body(5))
    assert len(forge.written) == TURNS


def interleaved(forge: Remarks, order: tuple[bool, ...], older: str, newer: str) -> None:
    """Two runs whose calls come in that order (True: the newer one's turn), then one after the other.

    While a run waits for its last look, the other makes four calls, which is more than from a look to what it writes.
    """
    turns, done, whose = list(order), {True: False, False: False}, threading.local()
    may = {True: threading.Semaphore(0), False: threading.Semaphore(0)}

    def next_turn() -> None:
        while turns and done[turns[0]]:
            turns.pop(0)
        may[turns.pop(0) if turns else not done[True]].release()

    def meanwhile(_: str) -> None:
        next_turn()
        may[whose.me].acquire()

    def pause(_: float) -> None:
        turns[:0] = [not whose.me] * 4
        meanwhile("")

    def run(me: bool, text: str) -> None:
        whose.me = me
        may[me].acquire()
        stick(forge, NUMBER, text, NOW, pause)
        done[me] = True
        next_turn()

    forge.meanwhile = meanwhile
    threads = [threading.Thread(target=run, args=pair, daemon=True) for pair in ((False, older), (True, newer))]
    for thread in threads:
        thread.start()
    next_turn()
    for thread in threads:
        thread.join(10)
        assert not thread.is_alive()


@pytest.mark.parametrize("there", [True, False])
def test_whatever_the_order_of_two_runs_the_newer_text_stands_alone_in_the_end(there: bool) -> None:
    for order in product((True, False), repeat=8):
        forge = Remarks()
        if there:
            forge.put(body(1))
        interleaved(forge, order, body(5, (1, 1)), body(9, (2, 1)))
        assert [text for text in forge.bodies if mark_of(text)] == [body(9, (2, 1))], order
