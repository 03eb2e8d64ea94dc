"""Checksummed lines: how a record is spelled in a journal, and what of a file can be believed.

A line is eight hex digits of CRC-32, a space, how many lines before it were durable when it was written, a space, canonical
JSON, a newline. Behind the last line the file is filled with zero bytes, so that a full disk is noticed before production
is touched and not in the middle of it.

What was written since the last sync a power cut can leave in part: in whole sectors, any of them, and the rest zeros. From
the first line that is broken by that, all is cut. Anything else is damage, and so is a broken line of which a later one says
that it was durable: a line that was acknowledged may be lost, so nothing goes on without a person.
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
_WHOLE = re.compile(rb"([0-9a-f]{8}) ((\d+) [^\n\0]*)")
_DECODER = json.JSONDecoder()


def line_of(value: Body, durable: int = 0) -> bytes:
    """The line that stands for a JSON value. `durable`: how many lines before it are."""
    content = b"%d %s" % (durable, canonical(value))
    return b"%08x %s\n" % (zlib.crc32(content), content)


def _durable_before(line: bytes) -> int | None:
    """What a whole line says of those before it; None where it is not whole."""
    found = _WHOLE.fullmatch(line)
    return int(found[3]) if found is not None and int(found[1], 16) == zlib.crc32(found[2]) else None


@dataclass(frozen=True, slots=True)
class Whole:
    """What a file holds: each line's value with its offset, and where the last whole line ends."""

    values: tuple[tuple[int, Any], ...]
    end: int


def read_lines(content: bytes, place: str) -> Whole:
    """Every line up to a torn end. Raises RegisterUnsound naming `place` and the line where it was damaged."""
    values: list[tuple[int, Any]] = []
    at = 0
    while (stop := content.find(b"\n", at)) >= 0 and _durable_before(content[at:stop]) is not None:
        values.append((at, json.loads(content[content.index(b" ", at + 9) + 1 : stop])))
        at = stop + 1
    if not _is_torn(content[at:], at, len(values)):
        raise RegisterUnsound(
            f"{place} is damaged in line {len(values) + 1}",
            "keep a copy of this file, and compare production with the plan by hand before anything else",
            place=place,
            line=len(values) + 1,
            offset=at,
        )
    return Whole(tuple(values), at)


def _is_torn(rest: bytes, at: int, number: int) -> bool:
    """Whether a power cut while lines were written, of which `number` is the first, can have left this."""
    *lines, last = rest.rstrip(b"\0").split(b"\n")
    for line in lines:
        said = _durable_before(line)
        if said is None and not _has_holes(line, at):
            return False
        if said is not None and said > number:
            return False
        at += len(line) + 1
    return not last or _has_holes(last, at) or (b"\0" not in last and not _starts_whole(last))


def _has_holes(written: bytes, at: int) -> bool:
    """Whether something is missing, and no more than sectors: each from its start or the line's, to its end."""
    holes = [(at + hole.start(), at + hole.end()) for hole in re.finditer(rb"\0+", written)]
    return bool(holes) and all((start == at or start % _SECTOR == 0) and end % _SECTOR == 0 for start, end in holes)


def _starts_whole(written: bytes) -> bool:
    """Whether a whole record stands at the start: then its newline was damaged, for a record is never torn after it."""
    number, _, text = written[9:].decode(errors="replace").partition(" ")
    try:
        _, length = _DECODER.raw_decode(text)
    except ValueError:
        return False
    content = f"{number} {text[:length]}".encode()
    return len(written) > 9 + len(content) and _durable_before(written[:9] + content) is not None
