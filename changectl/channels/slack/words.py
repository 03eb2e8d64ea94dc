"""What is shown in Slack: plain text in blocks, which nothing in a plan can turn into a mention, a link or markup.

https://docs.slack.dev/messaging/formatting-message-text#escaping
https://docs.slack.dev/reference/block-kit/blocks (3,000 characters in a section, 150 in a header)
"""

import re
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import Any

from changectl.contracts.channel import Announcement
from changectl.model.text import one_line

SECTION, HEADER, FALLBACK = 3000, 150, 3000
"""Characters that Slack takes; of the text beside blocks it takes more, and recommends no more than 4,000."""

PRODUCTION = {
    "untouched": "Production is untouched.",
    "mixed": "Production is between two states.",
    "as-intended": "Production is as intended.",
    "as-before": "Production is as before.",
}

Block = dict[str, Any]

_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_MENTION = re.compile(r"(?<!\w)@(?=\w)")
_JOINER = "\u2060"
"""Between @ and a name: it is not seen, and there is no name any more."""


def top(now: Announcement, notice: str, *, continued: bool) -> tuple[str, list[Block]]:
    """The one message of a change: what it is, where it stands, what happened last. Text for notifications, and blocks."""
    state = PRODUCTION.get(now.production, "Nobody knows the state of production.")
    attempt = f"attempt {now.attempt}" if now.attempt > 1 else ""
    facts = (now.env, now.change, attempt, now.lead and f"led by {now.lead}", now.who and f"carried on by {now.who}")
    blocks = [
        {"type": "header", "text": _plain(now.title, HEADER)},
        _section(f"{state} {_clock(now)} UTC: {now.sentence}"),
        *([_section(notice)] if notice else []),
        *([_section("Continued: the earlier message of this attempt is further up, or gone.")] if continued else []),
        {"type": "context", "elements": [_plain(", ".join(filter(None, facts)), 1000)]},
        *([{"type": "context", "elements": [_plain(f"Next: {now.next}", 1000)]}] if now.next else []),
    ]
    return escaped(f"{now.title}: {state} {now.sentence}", FALLBACK), blocks


def detail(announcements: Sequence[Announcement]) -> Iterator[tuple[int, str, list[Block]]]:
    """The thread: a line for each, in as few messages as they fit into. How many each message tells, its text, its blocks."""
    lines = [escaped(f"{_clock(each)} {each.sentence}", SECTION) for each in announcements]
    while lines:
        count, size = 1, len(lines[0])
        while count < len(lines) and size + 1 + len(lines[count]) <= SECTION:
            size += 1 + len(lines[count])
            count += 1
        text = "\n".join(lines[:count])
        yield count, text, [{"type": "section", "text": {"type": "plain_text", "text": text, "emoji": False}}]
        lines = lines[count:]


def escaped(text: str, limit: int) -> str:
    """One line of at most `limit` characters as Slack counts them; what is cut off shows as an ellipsis."""
    line = _MENTION.sub(f"@{_JOINER}", one_line(text, limit))
    spelled = [_ENTITIES.get(character, character) for character in line]
    if sum(map(_counted, spelled)) <= limit:
        return "".join(spelled)
    sizes = accumulate(map(_counted, spelled))
    return "".join(each for each, size in zip(spelled, sizes, strict=True) if size < limit) + "…"


def _counted(spelled: str) -> int:
    """As UTF-16 counts, which is the more careful way: Slack does not say how it counts."""
    return len(spelled.encode("utf-16-le")) // 2


def _section(text: str) -> Block:
    return {"type": "section", "text": _plain(text, SECTION)}


def _plain(text: str, limit: int) -> Block:
    return {"type": "plain_text", "text": escaped(text, limit) or "-", "emoji": False}


def _clock(announcement: Announcement) -> str:
    return announcement.at[11:19]
