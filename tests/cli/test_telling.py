"""Channels beside a change: in order, together where they are slow, told again where they ask for it, and never in its way."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from changectl.cli import telling
from changectl.cli.announcing import Announcer
from changectl.cli.output import Output
from changectl.cli.telling import Telling, opened
from changectl.contracts.channel import Announcement, Channel, Teller, TellLater
from changectl.model import events as e
from changectl.model.change import Change
from changectl.model.plan import BackOut, Comms, Plan, Risk
from changectl.model.plan import Tests as PlanTests
from changectl.planfile.config import ChannelSettings

SOON = 30.0


@dataclass
class Room:
    """A channel that keeps what it is told, and does first what `first` says."""

    told: list[tuple[str, ...]] = field(default_factory=list)
    first: list[Callable[[], object]] = field(default_factory=list)
    reports: list[str] = field(default_factory=list)
    been: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))

    def tell(self, announcements: Sequence[Announcement]) -> None:
        try:
            if self.first:
                self.first.pop(0)()
            self.told.append(tuple(each.sentence for each in announcements))
        finally:
            self.been.release()

    def channel(self, **more: Any) -> Channel:
        return Channel("room", "", ("name", "token"), lambda settings: self.tell, **more)

    def telling(self, every: float = 0.0) -> Telling:
        return Telling(self.channel(every=every), self.tell, self.reports.append)

    def heard(self) -> None:
        """Wait until it was told once more."""
        assert self.been.acquire(timeout=SOON)


def said(sentence: str) -> Announcement:
    return Announcement("c", "t", "Begun", sentence, "untouched", "", "", "prod")


def raising(error: Exception) -> Callable[[], None]:
    def fail() -> None:
        raise error

    return fail


def test_what_comes_while_a_channel_is_told_is_told_together_and_in_order() -> None:
    room, entered, go = Room(), threading.Event(), threading.Event()
    room.first = [lambda: (entered.set(), go.wait(SOON))]
    one = room.telling()
    one.put(said("a"))
    assert entered.wait(SOON)
    for sentence in "bcd":
        one.put(said(sentence))
    go.set()
    room.heard()
    room.heard()
    one.close()
    one.join(SOON)
    assert (room.told, room.reports) == ([("a",), ("b", "c", "d")], [])


def test_its_pace_is_kept_and_the_last_words_are_not_lost_to_it() -> None:
    room = Room()
    one = room.telling(every=3600)
    one.put(said("a"))
    room.heard()
    one.put(said("b"))
    one.put(said("c"))
    assert room.told == [("a",)]
    one.close()
    one.join(SOON)
    assert (room.told, room.reports) == ([("a",), ("b", "c")], [])


def test_what_asks_for_another_try_gets_one_without_being_handed_the_same_again() -> None:
    room = Room()
    room.first = [raising(TellLater("wait", 0.0)), raising(TellLater("wait", 0.0))]
    one = room.telling()
    one.put(said("a"))
    for _ in range(3):
        room.heard()
    one.put(said("b"))
    one.close()
    one.join(SOON)
    assert (room.told, room.reports) == ([(), ("b",)], [])


def test_what_asks_for_ever_is_dropped_and_reported_once() -> None:
    room = Room()
    room.first = [raising(TellLater("Slack answered 503", 0.0))] * 20
    one = room.telling()
    one.put(said("a"))
    for _ in range(telling.MOST + 1):
        room.heard()
    one.put(said("b"))
    one.close()
    one.join(SOON)
    one.join(SOON)
    assert (len(room.first), room.told, room.reports) == (20 - telling.MOST - 1, [], ["Slack answered 503"])


def test_one_that_fails_is_dropped_and_reported_once() -> None:
    room = Room()
    room.first = [raising(OSError("no such channel"))]
    one = room.telling()
    one.put(said("a"))
    room.heard()
    one.put(said("b"))
    one.close()
    one.join(SOON)
    assert (room.told, room.reports) == ([], ["no such channel"])


@pytest.mark.parametrize("held", ["answers nothing", "asks to wait"])
def test_one_that_is_late_at_the_end_is_not_waited_for(held: str) -> None:
    room, go = Room(), threading.Event()
    room.first = [lambda: go.wait(SOON)] if held == "answers nothing" else [raising(TellLater("wait", 3600))]
    one = room.telling()
    one.put(said("a"))
    if held == "asks to wait":
        room.heard()
    one.close()
    one.join(0.01)
    assert room.reports == ["it was not told everything in time"]
    go.set()


# Settings

SECRET = "a secret does not stand in a file"
NOT_IN_A_FILE = f"token of a room channel is the name of an environment variable, such as ROOM_TOKEN; {SECRET}"


def test_a_secret_is_named_in_the_file_and_stands_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    handed: list[Any] = []

    def open_(settings: Any) -> Teller:
        handed.append(dict(settings))
        return lambda announcements: None

    channel = Channel("room", "", ("name", "token"), open_, secrets=("token",))
    monkeypatch.setenv("ROOM_TOKEN", " canary ")
    opened(channel, {"name": "n", "token": "ROOM_TOKEN"})
    opened(channel, {"name": "n"})
    assert handed == [{"name": "n", "token": "canary"}, {"name": "n"}]


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        ({"token": "xoxb-canary-1"}, NOT_IN_A_FILE),
        ({"token": "https://hooks.example/canary"}, NOT_IN_A_FILE),
        ({"token": "NOT_THERE"}, "NOT_THERE, which token of a room channel names, is not set"),
        ({"tokn": "canary"}, "a room channel has no setting tokn; it has name, token"),
    ],
)  # fmt: skip
def test_settings_that_cannot_be_are_refused_without_being_repeated(settings: dict[str, str], why: str) -> None:
    with pytest.raises(ValueError, match="room") as refusal:
        opened(Room().channel(secrets=("token",)), settings)
    assert str(refusal.value) == why


# Announcing

PLAN = Plan(
    "2026-alb", "d", "Raise it", "r", Risk.LOW, "prod", (), PlanTests(), BackOut(),
    Comms(before="It may pause.", after="It lasts longer."), lead="ana",
)  # fmt: skip
BEGUN = e.Begun("p", "v", "t", "prod", "1", "r", "", (), "d", (), (), "0")
CALL = e.CallStarted(0, "forward", "raise", "ssm", "PutParameter", "r", {})


@dataclass
class Listener:
    """A channel that keeps whole announcements."""

    heard: list[Announcement] = field(default_factory=list)

    def channel(self, **more: Any) -> Channel:
        return Channel("room", "", (), lambda settings: self.heard.extend, **more)


SECOND = Change(attempt=2)


def announced(*events: e.Event, change: Change = SECOND, **more: Any) -> list[Announcement]:
    listener = Listener()
    room = listener.channel(**more)
    announcer = Announcer(PLAN, Output(), {"room": room}, (ChannelSettings("room", {}),), change, "Ana")
    for event in events:
        announcer(event)
    announcer.close()
    return listener.heard


def test_an_announcement_says_who_what_next_and_how_production_is() -> None:
    heard = announced(BEGUN, e.CheckPassed("before", 0, "up", "fine"), e.StepStarted("raise"), CALL, e.CheckFailed(
        "after", 0, "up", "down"), e.RollbackWanted("down"), e.Closed("rolled-back"))  # fmt: skip
    assert [(each.event, each.production, each.detail) for each in heard] == [
        ("Begun", "untouched", False),
        ("CheckFailed", "mixed", False),
        ("RollbackWanted", "mixed", False),
        ("Closed", "as-before", False),
    ]
    first = replace(heard[0], at="", began="")
    assert first == Announcement(
        "2026-alb", "Raise it", "Begun", "begun in prod, account 1, r", "untouched", "", "ana", "prod",
        attempt=2, who="Ana", next="changectl show 2026-alb --fetch", notice="It may pause.",
    )  # fmt: skip
    assert {each.began for each in heard} == {heard[0].began} != {""}


def test_what_the_plan_tells_its_people_goes_out_as_it_begins_and_when_it_is_applied() -> None:
    assert [each.notice for each in announced(BEGUN, e.Closed("applied"))] == ["It may pause.", "It lasts longer."]
    assert [each.notice for each in announced(BEGUN, e.Closed("rolled-back"))] == ["It may pause.", ""]


def test_detail_is_for_channels_that_want_it_and_a_person_who_is_waited_for_is_for_all() -> None:
    asked = e.StepStarted("valve", asked="open it")
    events = (BEGUN, asked, e.StepDone("valve", said="confirmed"), e.CheckPassed("after", 0, "up", "fine"))
    assert [each.sentence for each in announced(*events)][1:] == ["step valve waits for a person: open it"]
    assert [(each.sentence, each.production) for each in announced(*events, details=True)][1:] == [
        ("step valve waits for a person: open it", "mixed"),
        ("step valve done: confirmed", "mixed"),
        ("check up passed: fine", "mixed"),
    ]


@pytest.mark.parametrize(
    ("event", "command"),
    [
        (e.OperatorNeeded("x", (), "person"), "changectl apply --resume 2026-alb"),
        (e.OperatorNeeded("x", ()), "changectl rollback 2026-alb"),
    ],
)
def test_what_to_type_next_goes_with_it(event: e.Event, command: str) -> None:
    assert [each.next for each in announced(event)] == [command]


def test_a_resumed_attempt_is_the_same_attempt() -> None:
    change = Change(attempt=3, began_at="2026-11-24T03:00:00Z", deeds=frozenset({"valve"}))
    [heard] = announced(e.RollbackWanted("x"), change=change)
    assert (heard.attempt, heard.began, heard.production) == (3, "2026-11-24T03:00:00Z", "mixed")


def test_a_channel_that_cannot_be_opened_is_left_out_and_the_change_goes_on(capsys: pytest.CaptureFixture[str]) -> None:
    def refuse(settings: Any) -> Teller:
        raise ValueError("a room has walls")

    channels = {"room": Channel("room", "", (), refuse), "other": Listener().channel()}
    chosen = tuple(ChannelSettings(kind, {}) for kind in ("room", "nowhere"))
    announcer = Announcer(PLAN, Output(), channels, chosen, Change())
    announcer(BEGUN)
    announcer.close()
    said = capsys.readouterr().err.splitlines()
    assert said[:2] == ["channel room is left out: a room has walls", "there is no channel nowhere"]
    assert said[2].endswith("begun in prod, account 1, r")
