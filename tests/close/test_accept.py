"""`changectl close --accept`: a person ends what needs an operator, and its locks are free."""

import fcntl
import io
import json
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from changectl.cli import accepting, clocks, confirming
from changectl.cli.keeper import Keeper
from changectl.model import events as e
from changectl.model.fold import fold
from changectl.register.journal import Journal
from changectl.register.locks import LockWish, Owner
from tests.close.pair import ANA, BEGINNING, BEN, CHANGE, FAILED, OPERATOR, Pair, configure, story

ACCEPT = ("close", CHANGE, "--accept", "--why", "the new owner keeps it", "--confirm", "prod")
NEXT = "2026-11-23-after"


class Died(BaseException):
    """What no `except Exception` stops."""


def assert_accepted(pair: Pair, by: str) -> None:
    """Once, by whom, with what stood wrong; its locks are free, and production is as it was."""
    pair.events()
    entries = [one.entry for one in pair.ben.register.read(CHANGE)]
    closed = [each.event for each in entries if isinstance(each.event, e.Closed) and each.event.outcome == "accepted"]
    assert [(each.by, each.why) for each in closed] == [(by, "the new owner keeps it")]
    [standing] = closed[0].standing
    assert (str(standing.facet), standing.before, standing.ours, standing.now) == (
        "table/bookings tags",
        '{"Team": "rentals"}',
        '{"Team": "rentals", "Trial": "office"}',
        '{"Team": "rentals", "Trial": "strangers"}',
    )
    assert fold(entries).closed == closed[0]
    assert (pair.held(), pair.tags()) == ([], {"Team": "rentals", "Trial": "strangers"})
    assert "**accepted**. the new owner keeps it" in pair.decision()


def assert_everybody_sees(pair: Pair, by: str) -> None:
    """On both machines it is over; and the next change may begin."""
    for person in (pair.ana, pair.ben):
        assert person.types("status").out == "No change is open.\n"
        assert (
            f"accepted by {by}: the new owner keeps it (table/bookings tags: Trial was absent; we made it office; now strangers)"
            in person.shows()
        )
    pair.ben.writes(NEXT, steps=[{"name": "tag", "set": "table/bookings", "change": {"tags": {"Next": "1"}}}])
    pair.ben.applies(NEXT)
    assert pair.tags() == {"Team": "rentals", "Trial": "strangers", "Next": "1"}


def test_accepted_where_it_was_conducted(stuck: Pair) -> None:
    said = stuck.ana.types(*ACCEPT)
    assert "    Trial\n      was         absent\n      we made it  office\n      now         strangers\n" in said.err
    assert f"Production is as it is: {ANA} accepted that." in said.out
    assert f"Next: changectl show {CHANGE}\n      changectl close {CHANGE}\n" in said.out
    assert_accepted(stuck, ANA)
    assert_everybody_sees(stuck, ANA)


def test_accepted_by_a_colleague_and_the_machine_that_conducted_it_agrees(stuck: Pair) -> None:
    said = stuck.ben.types(*ACCEPT, "--json").document
    assert (said["outcome"], said["production"], said["status"], said["recorded"]) == ("accepted", "mixed", 0, True)
    assert_accepted(stuck, BEN)
    before = stuck.events()

    end = stuck.ana.types("rollback", CHANGE)

    assert f"Production is as it is: {BEN} accepted that." in end.out
    assert stuck.events() == before
    assert stuck.tags()["Trial"] == "strangers"
    assert len(list(stuck.ana.machine.rglob("ended"))) == 1
    assert_everybody_sees(stuck, BEN)


def test_after_it_was_accepted_the_same_change_may_be_tried_again(stuck: Pair) -> None:
    stuck.ben.types(*ACCEPT)
    stuck.ana.applies()
    assert stuck.tags() == {"Team": "rentals", "Trial": "office"}
    stuck.ana.types("rollback", CHANGE)
    assert (stuck.tags(), stuck.held()) == ({"Team": "rentals", "Trial": "strangers"}, [])


@pytest.mark.parametrize(("first", "second"), [("ana", "ben"), ("ben", "ana")])
def test_of_two_who_accept_at_once_one_wins_and_the_other_is_told(
    stuck: Pair, first: str, second: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    winner, loser = getattr(stuck, first), getattr(stuck, second)
    confirmed = accepting.confirmed

    def others_were_quicker(*args: Any, **named: Any) -> None:
        monkeypatch.setattr(accepting, "confirmed", confirmed)
        winner.types(*ACCEPT)
        confirmed(*args, **named)

    monkeypatch.setattr(accepting, "confirmed", others_were_quicker)
    said = loser.types(*ACCEPT, status=5)

    name = {"ana": ANA, "ben": BEN}[first]
    assert f"{name} has accepted it already: the new owner keeps it" in said.err
    assert_accepted(stuck, name)


def test_a_way_back_that_was_begun_is_not_accepted_under_its_feet(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    tell = Keeper.tell
    refused: list[str] = []

    def and_ben_comes(self: Keeper, event: e.Event, over_lock: bool) -> None:
        tell(self, event, over_lock)
        refused.append(pair.ben.types(*ACCEPT, status=8).err)

    monkeypatch.setattr(Keeper, "tell", and_ben_comes)
    pair.stick()
    pair.tag(Trial="office")
    pair.ana.types("rollback", CHANGE)

    assert f"attempt 1 of {CHANGE} has not ended" in refused[0]
    assert (pair.tags(), pair.held()) == ({"Team": "rentals"}, [])


def test_who_goes_back_learns_that_it_was_accepted_a_moment_before(
    stuck: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell = Keeper.tell

    def ben_was_quicker(self: Keeper, event: e.Event, over_lock: bool) -> None:
        stuck.ben.types(*ACCEPT)
        tell(self, event, over_lock)

    monkeypatch.setattr(Keeper, "tell", ben_was_quicker)
    said = stuck.ana.types("rollback", CHANGE, status=5)
    assert f"{BEN} has accepted it already" in said.err
    assert_accepted(stuck, BEN)


def test_while_another_process_conducts_it_nobody_accepts(stuck: Pair) -> None:
    [journal] = stuck.ana.machine.rglob("1/journal.jsonl")
    with journal.open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        assert "is being conducted by process" in stuck.ana.types(*ACCEPT, status=8).err
    assert stuck.held() != []


BEFORE: dict[str, Callable[[pytest.MonkeyPatch], None]] = {
    "before it is told": lambda patch: patch.setattr("changectl.register.log.Register.append", _dies),
    "before it is journaled": lambda patch: patch.setattr(Journal, "append", _dies),
    "before its end is journaled": lambda patch: patch.setattr(Keeper, "record", _dies),
}


def _dies(*_: object, **__: object) -> None:
    raise Died


@pytest.mark.parametrize("arrange", BEFORE.values(), ids=BEFORE)
def test_killed_in_the_middle_it_is_accepted_when_it_is_typed_again(
    stuck: Pair, arrange: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        arrange(patch)
        with pytest.raises(Died):
            stuck.ana.types(*ACCEPT)
    was_told = stuck.held() == []
    said = stuck.ana.types(*ACCEPT, status=5 if was_told else 0)
    assert ("has accepted it already" in said.err) is was_told
    end = stuck.ana.types("rollback", CHANGE)
    assert f"{ANA} accepted that" in end.out
    assert_accepted(stuck, ANA)


def test_without_the_remote_nothing_is_accepted(stuck: Pair) -> None:
    stuck.unplugs()
    assert "Production is untouched." in stuck.ana.types(*ACCEPT, status=5).err
    stuck.plugs()
    assert stuck.ana.types("close", CHANGE, status=11).err == ""
    assert stuck.held() != []


def test_production_is_confirmed_by_its_name_and_a_reason_is_given(
    stuck: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "needs a reason" in stuck.ben.types("close", CHANGE, "--accept", status=2).err
    for confirm in ((), ("--confirm", "production")):
        said = stuck.ben.types("close", CHANGE, "--accept", "--why", "x", *confirm, status=5)
        assert "prod is production and was not confirmed" in said.err
    assert stuck.held() != []
    monkeypatch.setattr(confirming, "can_ask", lambda _: True)
    monkeypatch.setattr(sys, "stdin", io.StringIO("prod\n"))
    stuck.ben.types("close", CHANGE, "--accept", "--why", "x")
    assert stuck.held() == []


def test_without_accept_the_ways_out_are_told_and_nothing_is_done(stuck: Pair) -> None:
    said = stuck.ben.types("close", CHANGE, status=11)
    for words in ("three ways out", f"changectl rollback {CHANGE}", "--accept --why", "changectl new"):
        assert words in said.out
    assert stuck.held() != []


def test_whoever_was_told_that_it_needs_an_operator_is_told_that_it_was_accepted(desk: Pair) -> None:
    left_behind(desk, *OPERATOR)
    heard: list[Any] = []

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            heard.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing on stderr."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Hook) as server:
        server.socket.settimeout(1)  # a caller that is gone before accept is no reason to wait for the next
        threading.Thread(target=server.serve_forever, daemon=True).start()
        hook = f'\n[[channel]]\nkind = "webhook"\nurl = "http://127.0.0.1:{server.server_port}/"\n'
        configure(desk.ana.folder, (desk.ana.folder / "changectl.toml").read_text() + hook)
        desk.ben.types(*ACCEPT)
        server.shutdown()

    [said] = heard
    assert (said["change"], said["title"], said["production"]) == (CHANGE, "Tag the bookings", "mixed")
    assert said["sentence"].startswith(f"accepted by {BEN}: the new owner keeps it (table/bookings tags")


# What a machine left that is not heard of any more


def left_behind(desk: Pair, *events: e.Event) -> None:
    """What the register and its locks say of Ana's change."""
    entries = story(*events)
    first = entries[0]
    owner = Owner(first.change, first.attempt, first.nonce, ANA, first.host, first.at)
    desk.ana.register.append(entries, locks=LockWish(("123456789012/r/table/bookings/tags", "other"), owner))
    assert len(desk.held()) == 2


def test_where_production_cannot_be_read_what_was_recorded_is_shown(desk: Pair) -> None:
    left_behind(desk, *OPERATOR)
    said = desk.ben.types(*ACCEPT)
    for words in ("was         rentals", "we made it  office", "Production could not be read: "):
        assert words in said.err
    assert "now  " not in said.err
    assert desk.held() == []


def test_what_a_dead_machine_conducted_to_no_end_is_closed_by_its_name(desk: Pair) -> None:
    left_behind(desk, *BEGINNING)
    assert "--accept --gone anas-laptop" in desk.ben.types(*ACCEPT, status=8).err
    assert "conducted by anas-laptop, not by bens" in desk.ben.types(*ACCEPT, "--gone", "bens", status=2).err
    assert len(desk.held()) == 2

    said = desk.ben.types(*ACCEPT, "--gone", "anas-laptop", "--json").document

    assert (said["outcome"], said["production"], desk.held()) == ("accepted", "mixed", [])
    assert desk.events()[-1] == "Closed"


def test_a_machine_that_has_just_begun_is_not_gone(desk: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    left_behind(desk, *BEGINNING)
    soon = datetime(2026, 11, 23, 3, 0, tzinfo=UTC) + timedelta(minutes=14)
    monkeypatch.setattr(clocks, "now", lambda: soon)
    said = desk.ben.types(*ACCEPT, "--gone", "anas-laptop", status=8)
    assert "has until 03:15 UTC to be heard of" in said.err
    assert len(desk.held()) == 2


@pytest.mark.parametrize(
    ("events", "status", "sentence"),
    [
        (BEGINNING[:1], 2, "has not been applied"),
        (FAILED, 5, "has ended (rolled-back), and nothing of it stands wrong"),
        ((*OPERATOR, e.Closed("accepted", "so be it", by=BEN)), 5, f"{BEN} has accepted it already: so be it"),
        ((*OPERATOR, e.RollbackWanted("again", ANA)), 8, "has not ended"),
    ],
)
def test_nothing_else_is_accepted(desk: Pair, events: tuple[e.Event, ...], status: int, sentence: str) -> None:
    desk.ana.register.append(story(*events))
    before = desk.events()
    assert sentence in desk.ben.types(*ACCEPT, status=status).err
    assert desk.events() == before


def test_locks_of_others_stay(desk: Pair) -> None:
    left_behind(desk, *OPERATOR)
    taken = Owner("2026-11-23-other", 1, "n", BEN, "h", "2026-11-23T00:00:00Z")
    desk.ben.register.append((), locks=LockWish(("other", "third"), taken, over_lock=True))
    desk.ben.types(*ACCEPT)
    assert desk.held() == ["other", "third"]
