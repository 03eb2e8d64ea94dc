"""Checksummed lines: how a record is spelled in a journal or a vault, and what of a file can be believed.

A line is eight hex digits of CRC-32, a space, canonical JSON, a newline. Behind the last line the file is filled with
zero bytes, so that a full disk is noticed before production is touched and not in the middle of it.

What a crash can leave behind the last whole line is its beginning, then zeros, or whole zero sectors inside it.
That is cut. Anything else is damage: a line that was acknowledged may be lost, so nothing goes on without a person.
"""

import json
import re
import zlib
from typing import Any

from changectl.errors import RegisterUnsound
from changectl.model.digest import canonical
from changectl.model.frozen import dataclass
from changectl.model.resource import Body

_SECTOR = 512
_WHOLE = re.compile(rb"[0-9a-f]{8} [^\n\0]*")
_DECODER = json.JSONDecoder()


def line_of(value: Body) -> bytes:
    """The line that stands for a JSON value."""
    content = canonical(value)
    return b"%08x %s\n" % (zlib.crc32(content), content)


def _good(line: bytes) -> bool:
    return _WHOLE.fullmatch(line) is not None and int(line[:8], 16) == zlib.crc32(line[9:])


@dataclass(frozen=True, slots=True)
class Whole:
    """What a file holds: each line's value with its offset, and where the last whole line ends."""

    values: tuple[tuple[int, Any], ...]
    end: int


def read_lines(content: bytes, place: str) -> Whole:
    """Every line up to a torn end. Raises RegisterUnsound naming `place` and the line where it was damaged."""
    values: list[tuple[int, Any]] = []
    at = 0
    while (stop := content.find(b"\n", at)) >= 0 and _good(content[at:stop]):
        values.append((at, json.loads(content[at + 9 : stop])))
        at = stop + 1
    if not _is_torn(content[at:], at):
        raise RegisterUnsound(
            f"{place} is damaged in line {len(values) + 1}",
            "keep a copy of this file, and compare production with the plan by hand before anything else",
            place=place,
            line=len(values) + 1,
            offset=at,
        )
    return Whole(tuple(values), at)


def _is_torn(rest: bytes, at: int) -> bool:
    """Whether a crash in the middle of writing one line can have left this."""
    written = rest.rstrip(b"\0")
    if not written:
        return True
    if b"\n" in written[:-1] or _starts_whole(written):
        return False
    holes = [(at + hole.start(), at + hole.end()) for hole in re.finditer(rb"\0+", written)]
    if not holes:
        return not written.endswith(b"\n")
    return all((start == at or start % _SECTOR == 0) and end % _SECTOR == 0 for start, end in holes)


def _starts_whole(written: bytes) -> bool:
    """Whether a whole record stands at the start: then its newline was damaged, for a record is never torn after it."""
    text = written[9:].decode(errors="replace")
    try:
        _, length = _DECODER.raw_decode(text)
    except ValueError:
        return False
    content = text[:length].encode()
    return len(written) > 9 + len(content) and _good(written[:9] + content)
