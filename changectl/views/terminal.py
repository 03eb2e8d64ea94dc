"""A page on a terminal: coloured, wrapped to its width, grids aligned. The only view that knows rich."""

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from changectl.views.page import Grid, Line, Page


def show(page: Page, console: Console) -> None:
    """Print a page. Text is never markup, never highlighted, never turned into emoji."""
    for part in page:
        match part:
            case Line():
                console.print(_line(part), markup=False, highlight=False, emoji=False, soft_wrap=False)
            case Grid():
                console.print(_grid(part), markup=False, highlight=False, emoji=False)


def _line(part: Line) -> Text | Padding:
    text = Text(overflow="fold")
    for piece in part.pieces:
        text.append(piece.text, style=piece.style.value or None)
    return Padding(text, (0, 0, 0, part.indent)) if part.indent else text


def _grid(part: Grid) -> Table:
    table = Table(box=None, pad_edge=False, show_edge=False, header_style="dim", padding=(0, 2, 0, 0))
    for head in part.heads:
        table.add_column(head, overflow="fold", no_wrap=head not in part.loose)
    for row in part.rows:
        table.add_row(*(Text(piece.text, style=piece.style.value or "") for piece in row))
    return table
