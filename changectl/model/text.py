"""Text from outside, made safe to show: no control characters, no longer than we want, one line unless asked for more."""

import re
import unicodedata

_ESCAPES = re.compile(
    "(?:\x1b\\[|\x9b)[0-?]*[ -/]*[@-~]"  # CSI: colours, cursor movement (ECMA-48, 5.4)
    "|(?:\x1b[\\]PX^_]|[\x9d\x90\x98\x9e\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\\\|\x9c)?"  # OSC and the other strings
    "|\x1b[ -/]*[0-~]?"
)
_UNSEEN = frozenset({"Cc", "Cf", "Cs"})


def one_line(text: str, limit: int = 200) -> str:
    """The text in one line of at most `limit` characters, without escapes, control and direction-changing characters."""
    words = "".join(map(_seen, _ESCAPES.sub("", text[: 16 * limit]))).split()
    line = " ".join(words)
    return line if len(line) <= limit and len(text) <= 16 * limit else line[: limit - 1] + "…"


def safe_lines(text: str, limit: int = 20_000) -> tuple[str, ...]:
    """The text line by line, each as safe as `one_line` makes it, indentation kept; at most `limit` characters.

    Empty lines around it are left out, and of several in a row all but one.
    """
    kept: list[str] = []
    for line in _ESCAPES.sub("", text[: 2 * limit]).splitlines():
        seen = "".join(map(_seen, line.expandtabs(4))).rstrip()
        if seen or (kept and kept[-1]):
            kept.append(seen)
    whole = "\n".join(kept).rstrip("\n")
    cut = whole if len(whole) <= limit and len(text) <= 2 * limit else f"{whole[: limit - 1]}…"
    return tuple(cut.split("\n")) if cut else ()


def _seen(char: str) -> str:
    if char.isspace():
        return " "
    return "" if unicodedata.category(char) in _UNSEEN else char
