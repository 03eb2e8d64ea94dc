"""A page: lines of styled pieces, before anyone knows whether it goes to a terminal, a pipe or a file.

Text from plans, AWS and git enters only through `text`, which takes control characters and escape sequences out.
Nothing is ever markup.
"""

from collections.abc import Iterable
from enum import Enum

from changectl.model.frozen import dataclass
from changectl.model.text import one_line, safe_lines

WIDE = 2000
LONG = 100_000
"""Characters of one line, and of what people wrote in several: three answers of 20,000 with their questions."""


class Style(Enum):
    """What a piece means; what that looks like is decided where it is printed."""

    PLAIN = ""
    STRONG = "bold"
    GOOD = "green"
    BAD = "bold red"
    WARN = "yellow"
    QUIET = "dim"
    COMMAND = "cyan"


@dataclass(frozen=True, slots=True)
class Piece:
    """Some text with a meaning."""

    text: str
    style: Style = Style.PLAIN


@dataclass(frozen=True, slots=True)
class Line:
    """One line; a long one goes on below its `indent`, and `hang` columns further in.

    One with a command in it is not broken: whoever copies it gets all of it.
    """

    pieces: tuple[Piece, ...]
    indent: int = 0
    hang: int = 0


@dataclass(frozen=True, slots=True)
class Grid:
    """Columns that stand under each other on a terminal, and are separated by tabs in a pipe.

    Where the terminal is too narrow, the columns in `loose` are wrapped, or stand below the others; what people copy is
    never broken.
    """

    heads: tuple[str, ...]
    rows: tuple[tuple[Piece, ...], ...]
    loose: tuple[str, ...] = ()


Part = Line | Grid
Page = tuple[Part, ...]


def text(value: object, style: Style = Style.PLAIN, limit: int = WIDE) -> Piece:
    """A piece of any text, made safe to show."""
    return Piece(one_line(str(value), limit), style)


def paragraph(value: str, style: Style = Style.PLAIN) -> tuple[Piece, ...]:
    """A piece for each line of a text that may have several, made safe to show."""
    return tuple(Piece(each, style) for each in safe_lines(value, LONG))


def line(*pieces: Piece | str, indent: int = 0, hang: int = 0) -> Line:
    """A line of pieces; plain words of ours may be given as they are."""
    return Line(tuple(p if isinstance(p, Piece) else Piece(p) for p in pieces), indent, hang)


def blank() -> Line:
    """An empty line."""
    return Line(())


def command(words: str) -> Piece:
    """Something to type."""
    return text(words, Style.COMMAND)


def plain_lines(page: Iterable[Part]) -> Iterable[str]:
    """The page for a pipe: nothing wrapped, nothing coloured, grids as tab-separated values without a head."""
    for part in page:
        match part:
            case Line(pieces, indent):
                yield (" " * indent + "".join(piece.text for piece in pieces)).rstrip()
            case Grid(rows=rows):
                yield from ("\t".join(piece.text for piece in row) for row in rows)
