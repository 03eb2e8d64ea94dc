"""Characters that a reader of a plan cannot see, or that turn around what stands beside them."""

import re
from collections.abc import Iterator

_HIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"  # control characters, but for tab, newline, carriage return
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # direction marks, overrides, isolates (CVE-2021-42574)
    "\u00ad\u115f\u1160\u180e\u200b\u2060-\u2065\u206a-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb"  # invisible
    "\u2028\u2029"  # line breaks to some programs and not to others
    "\ud800-\udfff\ufffe\uffff\U000e0000-\U000e007f]"  # no characters; tags
    "|\r(?!\n)"  # a lone carriage return paints over its line
)


NOTHING = frozenset("\u200b\u2060\ufeff")
"""Those that are nothing but invisible, pasted along from a chat or put in front by an editor: without them the text
looks the same and is what it looks like."""


def hidden(text: str) -> int | None:
    """Where the first such character stands; None if there is none."""
    found = _HIDDEN.search(text)
    return found.start() if found else None


def all_hidden(text: str) -> Iterator[int]:
    """Where each such character stands."""
    return (found.start() for found in _HIDDEN.finditer(text))


def visible(text: str) -> str:
    """The text with every such character, and every line break and tab, spelled as an escape."""
    return _HIDDEN.sub(_escape, text).replace("\r", "\\r").replace("\n", "\\n").replace("\t", "\\t")


def named(character: str) -> str:
    """`U+202E RIGHT-TO-LEFT OVERRIDE`."""
    import unicodedata

    return f"U+{ord(character):04X} {unicodedata.name(character, 'control character')}"


def _escape(found: re.Match[str]) -> str:
    code = ord(found[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
