"""Slack: by a bot one message a change, edited in place, with the detail in its thread; by a webhook a message for each."""

import re
from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from changectl.channels.slack.asking import Ask, bot, webhook
from changectl.channels.slack.message import Message
from changectl.channels.slack.words import top
from changectl.contracts.channel import Announcement, Channel, Teller

API = "https://slack.com/api/"

_TOKEN = re.compile(r"xox[a-z]-[A-Za-z0-9-]{5,500}|xoxe\.xox[a-z]-[A-Za-z0-9-]{5,500}", re.ASCII)
_CHANNEL = re.compile(r"#?[\w.-]{1,80}")


def open_slack(settings: Mapping[str, str]) -> Teller:
    """By `token` into `channel`, or by `webhook`. Raises ValueError, which repeats no secret."""
    if settings.get("webhook"):
        if settings.get("token") or settings.get("channel"):
            raise ValueError("a slack channel has a webhook, or a token and a channel")
        return Postings(webhook(_address(settings["webhook"], "webhook"))).tell
    token, channel = settings.get("token", ""), settings.get("channel", "")
    if not token or not channel:
        raise ValueError("a slack channel has a token and a channel, or a webhook")
    if not _TOKEN.fullmatch(token):
        raise ValueError("the token of a slack channel begins with xoxb-, and this one does not")
    if not _CHANNEL.fullmatch(channel):
        raise ValueError("the channel of a slack channel is its ID, such as C0123456789, or its name")
    return Message(bot(token, _address(settings.get("api", API), "api")), channel).tell


def _address(url: str, setting: str) -> str:
    try:
        parts = urlsplit(url)
        local = parts.hostname in ("localhost", "127.0.0.1", "::1")
        if parts.hostname and (parts.scheme == "https" or (parts.scheme == "http" and local)) and url.isprintable():
            return url
    except ValueError:
        pass
    raise ValueError(f"{setting} of a slack channel begins with https:// and a host")


class Postings:
    """A message for each announcement: a webhook cannot edit."""

    def __init__(self, post: Ask) -> None:
        self._post = post
        self._owed: list[Announcement] = []

    def tell(self, announcements: Sequence[Announcement]) -> None:
        """Post them in their order; what could not be told is told next time. Raises OSError."""
        self._owed += [each for each in announcements if not each.detail]
        while self._owed:
            text, blocks = top(self._owed[0], self._owed[0].notice, continued=False)
            self._post(text=text, blocks=blocks)
            del self._owed[0]


CHANNEL = Channel(
    key="slack",
    summary="one message a change, edited in place, with the detail in its thread; or a message for each by a webhook",
    settings=("channel", "token", "webhook", "api"),
    open=open_slack,
    secrets=("token", "webhook"),
    details=True,
    every=1.0,
)
