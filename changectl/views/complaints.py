"""Complaints as text, with the line and a caret under the place, and as JSON."""

import unicodedata
from collections.abc import Iterable, Sequence
from typing import TypeAlias

from changectl.model.node import Complaint, Span
from changectl.model.resource import Body

Cell: TypeAlias = tuple[str, int]
"""What is shown for one character of the file, and how many columns that takes."""

_GUTTER = "{:>5} | "
_LONGEST = 400


def complaints_text(path: str, content: bytes, complaints: Sequence[Complaint], width: int = 80) -> str:
    """Every complaint with its line, as plain text that is safe to print whatever the file holds; lines fit `width`.

    The first line of each (`plans/x.yaml:12:7: error CHG104: …`) and its help are not cut to the width, so that
    editors and people can read all of it.
    """
    lines = content.decode(errors="replace").split("\n")
    return "".join(_one(path, lines, complaint, width) for complaint in complaints)


def complaints_json(files: Iterable[tuple[str, Sequence[Complaint]]]) -> dict[str, Body]:
    """The complaints of several files; `ok` where none is an error. `fix` may safely take the place; null: nobody knows."""
    plans = [
        {"path": path, "ok": _is_ok(complaints), "complaints": [_json(complaint) for complaint in complaints]}
        for path, complaints in files
    ]
    return {"schema": "changectl/check/1", "ok": all(plan["ok"] for plan in plans), "plans": plans}


def _is_ok(complaints: Sequence[Complaint]) -> bool:
    return not any(complaint.severity == "error" for complaint in complaints)


def _json(complaint: Complaint) -> dict[str, Body]:
    span = complaint.span
    return {
        "rule": complaint.rule,
        "severity": complaint.severity,
        "message": complaint.message,
        "help": complaint.help,
        "line": span.line,
        "column": span.column,
        "end_line": span.end_line or span.line,
        "end_column": span.end_column or span.column,
        "fix": complaint.fix,
    }


def _one(path: str, lines: Sequence[str], complaint: Complaint, width: int) -> str:
    span = complaint.span
    place = f"{one_row(path)}:{span.line}:{span.column}"
    text = f"{place}: {complaint.severity} {complaint.rule}: {one_row(complaint.message)}\n"
    if 1 <= span.line <= len(lines) and lines[span.line - 1].strip():
        text += _excerpt(lines[span.line - 1].removesuffix("\r"), span, width)
    if complaint.help:
        text += f"      help: {one_row(complaint.help)}\n"
    return text


def _excerpt(line: str, span: Span, width: int) -> str:
    """The line, or the part of it around the place, and a caret under each column of the span."""
    gutter = _GUTTER.format(span.line)
    room = max(width - len(gutter), 20)
    cells = [_cell(character) for character in line[: span.column + 2 * room]]
    start = min(span.column - 1, len(cells))
    end = span.end_column - 1 if span.end_line == span.line else len(line) if span.end_line > span.line else start + 1
    cells, start, end = _window(cells, start, max(end, start + 1), room, len(line))
    before = sum(size for _, size in cells[:start])
    under = max(sum(size for _, size in cells[start:end]), 1)
    shown = "".join(text for text, _ in cells).rstrip()
    return f"{gutter}{shown}\n{_GUTTER.format('')}{' ' * before}{'^' * min(under, room - before)}\n"


def _window(cells: list[Cell], start: int, end: int, room: int, length: int) -> tuple[list[Cell], int, int]:
    """The cells that fit into `room` columns with the start well in view; an ellipsis for what is left out."""
    if sum(size for _, size in cells) <= room and len(cells) == length:
        return cells, start, end
    first, used = start, 0
    while first > 0 and used + cells[first - 1][1] <= room // 2:
        first -= 1
        used += cells[first][1]
    left: list[Cell] = [("…", 1)] if first else []
    used, last = len(left), first
    while last < len(cells) and used + cells[last][1] <= room - 1:
        used += cells[last][1]
        last += 1
    right: list[Cell] = [("…", 1)] if last < length else []
    shift = len(left) - first
    return [*left, *cells[first:last], *right], start + shift, min(end, last) + shift


def _cell(character: str) -> Cell:
    if character == "\t":
        return " ", 1
    if not _is_safe(character):
        escape = _escape(character)
        return escape, len(escape)
    if unicodedata.combining(character) or unicodedata.category(character) in ("Mn", "Me"):
        return character, 0
    return character, 2 if unicodedata.east_asian_width(character) in "WF" else 1


def one_row(text: str) -> str:
    """The text on one line, not endless, with nothing in it that a terminal obeys, and what is hidden as an escape."""
    cut = text if len(text) <= _LONGEST else text[:_LONGEST] + "…"
    return "".join(character if _is_safe(character) else _escape(character) for character in cut)


def _is_safe(character: str) -> bool:
    """Whether it is a visible character or a space: no control, format, surrogate, private or line separator."""
    return (character.isascii() and character.isprintable()) or unicodedata.category(character)[0] not in "CZ"


def _escape(character: str) -> str:
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
