"""Slack: one message a change, edited in place; a thread; and nothing in a plan that Slack would obey."""

import builtins
import json
import socket
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from channels.slack_server import CHANNEL as ROOM
from channels.slack_server import TOKEN, Failure, Slack, refusal, slack, texts

from changectl.channels.slack import CHANNEL
from changectl.channels.slack import asking as asking_slack
from changectl.channels.slack.words import escaped, top
from changectl.contracts.channel import Announcement, Teller, TellLater

BEGUN = Announcement(
    "2026-alb", "Raise the timeout", "Begun", "begun in prod", "untouched", "2026-11-24T03:00:00+00:00", "ana", "prod",
    attempt=1, began="2026-11-24T03:00:00+00:00", who="Ana <ana@example.com>", next="changectl show 2026-alb",
    notice="Checkouts may pause.",
)  # fmt: skip
STEP = replace(BEGUN, event="StepDone", sentence="step raise done", production="mixed", detail=True, notice="")
APPLIED = replace(BEGUN, event="Closed", sentence="applied", production="as-intended", notice="Long ones now survive.")
NEEDS = replace(BEGUN, event="OperatorNeeded", sentence="needs an operator", production="mixed", notice="")


@pytest.fixture
def server() -> Iterator[Slack]:
    with slack() as running:
        yield running


def bot(server: Slack, channel: str = ROOM) -> Teller:
    return CHANNEL.open({"token": TOKEN, "channel": channel, "api": f"{server.url}/api/"})


def test_a_change_is_one_message_edited_in_place_with_its_detail_in_the_thread(server: Slack) -> None:
    tell = bot(server)
    tell((BEGUN,))
    assert server.says() == (
        "Raise the timeout | Production is untouched. 03:00:00 UTC: begun in prod | Checkouts may pause. | "
        "prod, 2026-alb, led by ana, carried on by Ana &lt;ana@\u2060example.com&gt; | Next: changectl show 2026-alb"
    ).replace("ana@\u2060", "ana@")
    tell((STEP,))
    tell((APPLIED,))
    assert len(server.tops()) == 1
    assert "Production is as intended. 03:00:00 UTC: applied | Long ones now survive." in server.says()
    assert server.thread() == ["03:00:00 begun in prod", "03:00:00 step raise done", "03:00:00 applied"]
    post, update = "chat.postMessage", "chat.update"
    assert server.methods == [post, post, post, update, post, update]
    assert server.tokens == {f"Bearer {TOKEN}"}


def test_what_comes_together_is_one_edit_and_one_message_of_the_thread(server: Slack) -> None:
    tell = bot(server)
    tell((BEGUN,))
    server.asked.clear()
    tell((STEP, replace(STEP, sentence="step two done"), APPLIED))
    assert server.methods == ["chat.postMessage", "chat.update"]
    assert server.thread()[1:] == ["03:00:00 step raise done", "03:00:00 step two done", "03:00:00 applied"]
    assert "Production is as intended." in server.says()


def test_an_edit_goes_to_the_id_that_slack_answered_and_carries_no_more_than_it_takes(server: Slack) -> None:
    bot(server, "#unicorn-ops")((BEGUN, STEP))
    bot_tells = bot(server, "#unicorn-ops")
    bot_tells((BEGUN,))
    bot_tells((APPLIED,))
    method, edited = server.asked[-1]
    assert (method, edited["channel"], edited["parse"], edited["link_names"]) == ("chat.update", ROOM, "none", False)
    assert edited["metadata"] == {"event_type": "changectl", "event_payload": {"change": "2026-alb", "attempt": 1}}


def test_what_is_urgent_is_shown_in_the_channel_too(server: Slack) -> None:
    tell = bot(server)
    tell((BEGUN,))
    tell((STEP,))
    tell((NEEDS,))
    broadcast = [params["reply_broadcast"] for method, params in server.asked if "thread_ts" in params]
    assert broadcast == [False, False, True]


# After a crash, and when the message is gone


def test_another_process_goes_on_in_the_same_message_however_far_back_it_is(server: Slack) -> None:
    bot(server)((BEGUN,))
    for number in range(5):
        bot(server)((replace(BEGUN, change=f"other-{number}"),))
    server.page = 2
    bot(server)((replace(APPLIED, detail=False),))
    assert [params.get("cursor") for method, params in server.asked if method == "conversations.history"] == [
        None,
        "2",
        "4",
    ]
    assert len(server.tops()) == 6
    assert "Production is as intended." in " ".join(texts(server.tops()[0]))


def test_another_attempt_has_a_message_of_its_own(server: Slack) -> None:
    bot(server)((BEGUN,))
    bot(server)((replace(NEEDS, attempt=2),))
    assert len(server.tops()) == 2


@pytest.mark.parametrize("code", ["missing_scope", "not_in_channel", "channel_not_found", "not_allowed_token_type"])
def test_where_it_may_not_look_it_goes_on_in_a_new_message_that_says_so(server: Slack, code: str) -> None:
    bot(server)((BEGUN,))
    server.fails("conversations.history", refusal(code))
    bot(server)((NEEDS,))
    assert len(server.tops()) == 2
    assert "Continued: the earlier message of this attempt is further up, or gone." in server.says()


@pytest.mark.parametrize("code", ["message_not_found", "cant_update_message", "edit_window_closed"])
def test_a_message_that_is_gone_is_posted_anew(server: Slack, code: str) -> None:
    tell = bot(server)
    tell((BEGUN,))
    server.fails("chat.update", refusal(code))
    tell((APPLIED,))
    assert len(server.tops()) == 2
    assert "Production is as intended." in server.says()
    assert "Continued" in server.says()


def test_a_post_that_nobody_answered_is_looked_for_and_not_posted_twice(server: Slack) -> None:
    tell = bot(server)
    server.fails("chat.postMessage", Failure(502, b"<html>", did=True))
    with pytest.raises(TellLater):
        tell((BEGUN,))
    tell(())
    assert len(server.tops()) == 1
    assert server.thread() == ["03:00:00 begun in prod"]


# Refusals


@pytest.mark.parametrize(
    ("failure", "wait"),
    [
        (Failure(429, b'{"ok":false,"error":"ratelimited"}', {"Retry-After": "7"}), 7),
        (Failure(429, b"", {"retry-after": "0"}), 1),
        (Failure(429, b"slow down", {"Retry-After": "soon"}), 30),
        (Failure(429, b"", {"Retry-After": "999999"}), 3600),
        (refusal("ratelimited"), 30),
        (refusal("internal_error"), 2),
        (Failure(500, b"no"), 2),
        (Failure(503, b'{"ok":false}'), 2),
        (Failure(200, b"<html>not JSON"), 2),
        (Failure(200, b"[1, 2]"), 2),
        (Failure(200, b"\xff\xfe"), 2),
        (Failure(200, b""), 2),
    ],
)
def test_what_may_pass_is_told_later_and_nothing_is_lost(server: Slack, failure: Failure, wait: float) -> None:
    tell = bot(server)
    tell((BEGUN,))
    server.fails("chat.update", failure)
    with pytest.raises(TellLater, match=r"^Slack ") as later:
        tell((STEP, APPLIED))
    assert (later.value.wait, TOKEN in str(later.value)) == (wait, False)
    tell(())
    assert "Production is as intended." in server.says()
    assert server.thread() == ["03:00:00 begun in prod", "03:00:00 step raise done", "03:00:00 applied"]


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("invalid_auth", "Slack answered invalid_auth: the token is not valid"),
        ("not_in_channel", "Slack answered not_in_channel: invite the app into the channel"),
        ("msg_too_long", "Slack answered msg_too_long"),
        ("restricted_action", "Slack answered restricted_action"),
    ],
)
def test_what_will_not_pass_is_a_failure_in_slacks_word(server: Slack, code: str, why: str) -> None:
    server.fails("chat.postMessage", refusal(code))
    with pytest.raises(OSError, match=f"^{why}$") as failure:
        bot(server)((BEGUN,))
    assert not isinstance(failure.value, TellLater)


def test_an_error_with_more_than_a_word_in_it_is_not_repeated(server: Slack) -> None:
    server.fails("chat.postMessage", refusal(f"bad token {TOKEN} \x1b[2J"))
    with pytest.raises(TellLater, match=r"^Slack did not answer in JSON$"):
        bot(server)((BEGUN,))


def test_a_server_that_is_not_there_is_asked_later() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    tell = CHANNEL.open({"token": TOKEN, "channel": ROOM, "api": f"http://127.0.0.1:{port}"})
    with pytest.raises(TellLater, match=r"^Slack could not be told \(URLError\)$"):
        tell((BEGUN,))


def test_a_slow_server_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking_slack, "PATIENCE", 0.05)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        api = f"http://127.0.0.1:{listener.getsockname()[1]}"
        tell = CHANNEL.open({"token": TOKEN, "channel": ROOM, "api": api})
        with pytest.raises(TellLater, match=r"^Slack could not be told"):
            tell((BEGUN,))


# Webhook


def test_a_webhook_is_told_each_announcement_but_no_detail_in_order(server: Slack) -> None:
    tell = CHANNEL.open({"webhook": f"{server.url}/hook/T0/canary"})
    tell((BEGUN, STEP))
    server.fails("webhook", Failure(429, b"", {"Retry-After": "3"}))
    with pytest.raises(TellLater) as later:
        tell((NEEDS, APPLIED))
    assert later.value.wait == 3
    tell(())
    said = [texts(message)[1] for message in server.messages.values()]
    assert said == [
        "Production is untouched. 03:00:00 UTC: begun in prod",
        "Production is between two states. 03:00:00 UTC: needs an operator",
        "Production is as intended. 03:00:00 UTC: applied",
    ]


@pytest.mark.parametrize(
    ("failure", "why"),
    [(Failure(404, b"no_service"), "Slack answered no_service"), (Failure(403, b"<b>canary"), "Slack answered 403"),
     (Failure(200, b"hello"), "Slack answered hello")],
)  # fmt: skip
def test_a_webhook_that_is_no_more_is_said_without_its_url(server: Slack, failure: Failure, why: str) -> None:
    server.fails("webhook", failure)
    with pytest.raises(OSError, match=f"^{why}$"):
        CHANNEL.open({"webhook": f"{server.url}/hook/T0/canary"})((BEGUN,))


# Untrusted text

HOSTILE = (
    "<!channel> <!here> <@U0123> <#C0123> <!subteam^S1> <https://evil.example|Approve here> @here @channel @everyone "
    "*bold* _it_ ~no~ `code` ```fence``` :tada: & &lt;!channel&gt; \u202etxt\u2066 \x1b[2J \x07 line\nbreak <!date^1^{x}|y>"
)


@pytest.mark.parametrize("member", ["title", "sentence", "lead", "env", "who", "next", "notice", "change"])
def test_nothing_in_any_field_is_obeyed(server: Slack, member: str) -> None:
    tell = bot(server)
    tell((replace(BEGUN, **{member: HOSTILE}),))
    tell((replace(APPLIED, **{member: HOSTILE}), replace(NEEDS, **{member: HOSTILE})))
    for message in server.messages.values():
        assert {key: message[key] for key in ("parse", "link_names")} == {"parse": "none", "link_names": False}
        shown = [*texts(message), message["text"]]
        assert not [text for text in shown if "<" in text or ">" in text or "@here" in text or "@channel" in text]
        assert not [text for text in shown if any(sign in text for sign in "\u202e\u2066\x1b\x07")]
        kinds = {
            part["type"]
            for block in message["blocks"]
            for part in (*block.get("elements", ()), block.get("text"))
            if part
        }
        assert kinds == {"plain_text"}


@pytest.mark.parametrize(
    ("text", "limit", "shown"),
    [
        ("a < b & c > d", 100, "a &lt; b &amp; c &gt; d"),
        ("&lt;", 100, "&amp;lt;"),
        ("abc", 3, "abc"),
        ("abcd", 3, "ab…"),
        ("<<<<", 9, "&lt;&lt;…"),
        ("🦄🦄🦄", 6, "🦄🦄🦄"),
        ("🦄🦄🦄", 5, "🦄🦄…"),
        ("ping @ana, mail ana@example.com", 100, "ping @\u2060ana, mail ana@example.com"),
    ],
)
def test_text_is_escaped_and_cut_where_an_entity_ends(text: str, limit: int, shown: str) -> None:
    assert escaped(text, limit) == shown


def test_however_long_it_is_it_fits(server: Slack) -> None:
    tell = bot(server)
    long = "<&>" * 5000
    huge = replace(BEGUN, title=long, sentence=long, notice=long, who=long, lead=long, next=long)
    tell((huge,))
    tell(tuple(replace(STEP, sentence=f"{number} {'&' * 400}") for number in range(40)))
    assert "…" in server.says()
    assert [line.split()[1] for line in server.thread()[1:]] == [str(number) for number in range(40)]
    assert max(len(text) for message in server.messages.values() for text in texts(message)) <= 3000
    assert len(texts(server.tops()[0])[0]) <= 150
    assert len(top(huge, long, continued=False)[0]) <= 3000


# Settings


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"token": TOKEN},
        {"channel": ROOM},
        {"token": "canary", "channel": ROOM},
        {"token": f"{TOKEN}\r\nX: y", "channel": ROOM},
        {"token": TOKEN, "channel": "canary canary"},
        {"token": TOKEN, "channel": ROOM, "api": "http://canary.example"},
        {"token": TOKEN, "channel": ROOM, "api": "ftp://canary"},
        {"webhook": "canary"},
        {"webhook": "https://hooks.slack.com/canary", "token": TOKEN},
    ],
)
def test_settings_that_cannot_work_are_refused_without_being_repeated(settings: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="slack channel") as refusal_:
        CHANNEL.open(settings)
    assert "canary" not in str(refusal_.value)


def test_the_token_is_in_no_words_of_the_teller(server: Slack) -> None:
    tell = bot(server)
    assert TOKEN not in repr(tell) + repr(vars(tell.__self__))  # type: ignore[attr-defined]
    tell((BEGUN, APPLIED))
    assert TOKEN not in json.dumps(server.asked)


def test_without_the_library_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def absent(name: str, *rest: Any) -> Any:
        if name.partition(".")[0] == "slack_sdk":
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", absent)
    with pytest.raises(ValueError, match=r"^a slack channel needs one more package: pip install 'changectl\[slack\]'$"):
        CHANNEL.open({"token": TOKEN, "channel": ROOM})
