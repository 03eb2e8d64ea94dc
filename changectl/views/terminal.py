"""A page on a terminal: coloured, wrapped to its width, grids aligned. The only view that knows rich."""

import re
from collections.abc import Iterator

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from changectl.views.page import Grid, Line, Page, Piece, Style

NARROWEST = 20
"""Columns that a wrapped text must have beside what it hangs on; below that it goes on at the margin."""

ROOM = 12
"""Columns for each loose column of a grid, on the average; with less, words would stand upright."""

_WORD = re.compile(r"\s*\S+\s*")


def show(page: Page, console: Console) -> None:
    """Print a page. Text is never markup, never highlighted, never turned into emoji.

    Between words lines are broken to fit; a word that is longer than the terminal is wide, such as a URL, is left to it.
    """
    for part in page:
        match part:
            case Line():
                _print(_lines(part, console), console)
            case Grid() if _fits(part, console.width):
                console.print(_table(part), markup=False, highlight=False, emoji=False)
            case Grid():
                _print(_stacked(part, console), console)


def _print(lines: Iterator[Text], console: Console) -> None:
    for each in lines:
        console.print(each, markup=False, highlight=False, emoji=False, soft_wrap=True)


def _lines(part: Line, console: Console) -> Iterator[Text]:
    text, margin = Text(), " " * part.indent
    for piece in part.pieces:
        text.append_text(_text(piece))
    if any(piece.style is Style.COMMAND for piece in part.pieces):
        yield Text(margin) + text
        return
    room = console.width - part.indent
    hang = part.hang if room - part.hang >= NARROWEST else 0
    rest = text[hang:]
    for number, each in enumerate(rest.divide(_breaks(rest.plain, room - hang))):
        each.rstrip()
        yield Text(margin) + (text[:hang] if number == 0 else Text(" " * hang)) + each


def _breaks(words: str, room: int) -> Iterator[int]:
    """Where new lines begin; rich's own wrapping breaks words too."""
    at = 0
    for word in _WORD.finditer(words):
        if at and at + cell_len(word[0].rstrip()) > room:
            yield word.start()
            at = 0
        at += cell_len(word[0])


def _fits(part: Grid, width: int) -> bool:
    fixed = sum(wide + 2 for head, wide in zip(part.heads, _widths(part), strict=True) if head not in part.loose)
    return fixed + ROOM * len(part.loose) <= width + 2


def _widths(part: Grid) -> list[int]:
    return [
        max(cell_len(head), *(cell_len(row[number].text) for row in part.rows)) if part.rows else cell_len(head)
        for number, head in enumerate(part.heads)
    ]


def _table(part: Grid) -> Table:
    table = Table(box=None, pad_edge=False, show_edge=False, header_style="dim", padding=(0, 2, 0, 0))
    for head in part.heads:
        table.add_column(head, overflow="fold", no_wrap=head not in part.loose)
    for row in part.rows:
        table.add_row(*(_text(piece) for piece in row))
    return table


def _stacked(part: Grid, console: Console) -> Iterator[Text]:
    """Each row on a line, unbroken, and what is loose below it."""
    widths = _widths(part)
    for row in part.rows:
        cells = list(zip(part.heads, row, widths, strict=True))
        fixed = [(piece, wide) for head, piece, wide in cells if head not in part.loose]
        spaced = (_text(piece) + " " * (wide - cell_len(piece.text)) for piece, wide in fixed)
        together = Text("  ").join(spaced)
        together.rstrip()
        yield together
        loose = [piece for head, piece, _ in cells if head in part.loose and piece.text]
        if loose:
            gaps = (Piece("" if number == 0 else "  ") for number in range(len(loose)))
            pieces = (each for pair in zip(gaps, loose, strict=True) for each in pair)
            yield from _lines(Line(tuple(pieces), indent=2), console)


def _text(piece: Piece) -> Text:
    return Text(piece.text, style=piece.style.value, end="")
