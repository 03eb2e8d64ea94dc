"""Untrusted text in the Markdown of GitHub and GitLab: it renders as itself, and nothing that it says is obeyed.

A backslash alone is not enough. Both look for mentions, references, addresses and emoji in what was rendered already,
where the backslash is gone; so a character without width stands behind each sign that begins one.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import TypeVar

from changectl.model.text import one_line

Item = TypeVar("Item")

LINE = 300
"""Characters of one text on a line, where nothing else is said."""

_APART = "\u200b"
_UNSEEN = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2065\u2800\u3164\ufe00-\ufe0f\uffa0\ufff0-\ufff8\U000e0000-\U000e0fff]"
)
"""Fillers and selectors: no shape, and yet no control or format characters, which `one_line` has taken out."""

_MARKUP = str.maketrans({sign: f"\\{sign}" for sign in r"\`*_{}[]<>#~|$&^"})
_BEGINS = re.compile(r"\\?[@#!$~%&^:\[{](?=\S)|www(?=\.)|\b(?:GH|GHSA|CVE)-(?=\w)", re.IGNORECASE)
_COMMIT = re.compile(r"(?<![^\W_])[0-9a-f]{7,}(?![^\W_])", re.IGNORECASE)
_BLOCK = re.compile(r"^(\d*)(?=[-+=/.)])")  # a list, an underline, a quick action of GitLab, a numbered list
_TICKS = re.compile("`+")


def md(value: object, limit: int = LINE) -> str:
    """One line of text as inline Markdown, good at the beginning of a line too. Empty where nothing can be seen."""
    return _inert(_COMMIT.sub(_in_pieces, visible(value, limit)))


def filed(value: object, limit: int = LINE) -> str:
    """The same in a file of a repository, where digits are no link to a commit: they stay whole, for `grep` and to copy."""
    return _inert(visible(value, limit))


def code(value: object, limit: int = LINE) -> str:
    """The same in a code span, from which it can be copied as it was."""
    text = visible(value, limit)
    if not text:
        return "(nothing)"
    ticks = _more_than(0, text)
    space = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{ticks}{space}{text}{space}{ticks}"


def fenced(lines: Iterable[tuple[str, object]], language: str = "", limit: int = LINE) -> str:
    """A block of code: words of ours, which may be spaces, and a text behind them on each line."""
    shown = [f"{ours}{visible(value, limit)}" for ours, value in lines]
    ticks = _more_than(2, *shown)
    return "\n".join((f"{ticks}{language}", *shown, ticks))


def cut(items: Sequence[Item], say: Callable[[Item], str], most: int, ask: str) -> list[str]:
    """The first items, each as a line of a list; then how many more there are, and what to type to see them."""
    left = len(items) - most
    more = [f"- … and {left:,} more; run: {code(ask)}"] if left > 0 else []
    return [*(f"- {say(item)}" for item in items[:most]), *more]


@lru_cache(4096)  # a comment that is too long is made anew, shorter, of the same texts
def visible(value: object, limit: int = LINE) -> str:
    """What can be seen of a text, in one line of at most `limit` characters."""
    return one_line(_UNSEEN.sub("", str(value)), limit)


def _inert(text: str) -> str:
    escaped = _BEGINS.sub(lambda found: found[0] + _APART, text.translate(_MARKUP))
    return _BLOCK.sub(r"\1\\", escaped)


def _in_pieces(found: re.Match[str]) -> str:
    """Digits that could be a commit's, six by six: seven are a link to it."""
    return _APART.join(re.findall(".{1,6}", found[0]))


def _more_than(least: int, *texts: str) -> str:
    """More backticks than stand together in any of the texts, and more than `least`."""
    return "`" * (1 + max((least, *(len(run) for text in texts for run in _TICKS.findall(text)))))
