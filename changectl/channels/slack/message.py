"""The one message of a change: posted once, edited in place, with the detail in its thread; found again after a crash."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from changectl.channels.slack.asking import Ask, Gone, Refused
from changectl.channels.slack.words import detail, top
from changectl.contracts.channel import Announcement, TellLater

SKEW = timedelta(minutes=5)
"""How far Slack's clock may be behind ours."""

PAGES = 20
"""Of 200 messages each, in which an earlier message of this attempt is looked for."""

URGENT = frozenset({"OperatorNeeded", "RollbackWanted"})
"""An edit rings no bell: these lines of the thread are shown in the channel too."""

PLAIN = {"mrkdwn": False, "parse": "none", "link_names": False, "unfurl_links": False, "unfurl_media": False}

_ID = re.compile(r"[CDG][A-Z0-9]{6,20}", re.ASCII)


class Message:
    """The message of the attempt that is being told of; `tell` is a channel's teller."""

    def __init__(self, ask: Ask, channel: str) -> None:
        self._ask, self._channel = ask, channel
        self._owed: list[Announcement] = []
        self._now: Announcement | None = None
        self._shown: Announcement | None = None
        self._notice = self._ts = ""
        self._unsure = self._continued = False

    def tell(self, announcements: Sequence[Announcement]) -> None:
        """Post or edit the message, then the thread; what could not be told is told next time. Raises OSError."""
        if self._now is None and any(each.began and each.event != "Begun" for each in announcements[:1]):
            self._unsure = self._continued = True  # another process may have posted it
        for each in announcements:
            self._owed.append(each)
            self._now = each
            self._notice = each.notice or self._notice
        if self._now is None:
            return
        try:
            self._show(self._now)
        except Gone:
            self._ts, self._unsure, self._continued = "", False, True
            self._show(self._now)

    def _show(self, now: Announcement) -> None:
        if not self._ts:
            self._post(now)
        for told, text, blocks in detail(tuple(self._owed)):
            urgent = any(each.event in URGENT for each in self._owed[:told])
            self._ask(
                "chat.postMessage", channel=self._channel, thread_ts=self._ts, text=text, blocks=blocks,
                reply_broadcast=urgent, **PLAIN,
            )  # fmt: skip
            del self._owed[:told]
        if now is not self._shown:
            text, blocks = top(now, self._notice, continued=self._continued)
            self._ask(
                "chat.update", channel=self._channel, ts=self._ts, text=text, blocks=blocks,
                metadata=_metadata(now), parse="none", link_names=False,
            )  # fmt: skip
            self._shown = now

    def _post(self, now: Announcement) -> None:
        """Post it, unless somebody, or a try of ours that nobody answered, has posted it already."""
        if self._unsure and (found := self._found(now)):
            self._ts, self._continued = found, False
            return
        text, blocks = top(now, self._notice, continued=self._continued)
        self._unsure = True
        answer = self._ask(
            "chat.postMessage", channel=self._channel, text=text, blocks=blocks, metadata=_metadata(now), **PLAIN
        )
        self._ts, self._shown = str(answer.get("ts", "")), now
        self._channel = str(answer.get("channel") or self._channel)  # an edit wants the ID, and takes no name
        if not self._ts:
            raise TellLater("Slack did not say which message it is", 2.0)
        self._unsure = False

    def _found(self, now: Announcement) -> str:
        """The newest message of this attempt; "" where there is none, or where the app may not read the channel."""
        if not _ID.fullmatch(self._channel) or not now.began:
            return ""
        oldest = (datetime.fromisoformat(now.began) - SKEW).timestamp()
        cursor = ""
        for _ in range(PAGES):
            try:
                answer = self._ask(
                    "conversations.history", channel=self._channel, oldest=f"{oldest:.6f}", limit=200,
                    include_all_metadata=True, **({"cursor": cursor} if cursor else {}),
                )  # fmt: skip
            except Refused:
                return ""
            messages, more = answer.get("messages"), answer.get("response_metadata")
            for message in messages if isinstance(messages, list) else ():
                if isinstance(message, Mapping) and message.get("metadata") == _metadata(now):
                    return str(message.get("ts", ""))
            cursor = str(more.get("next_cursor") or "") if isinstance(more, Mapping) else ""
            if not cursor:
                break
        return ""


def _metadata(now: Announcement) -> dict[str, object]:
    return {"event_type": "changectl", "event_payload": {"change": now.change, "attempt": now.attempt}}
