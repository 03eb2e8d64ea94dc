"""Places in a text: an offset as line and column."""

from changectl.model.node import Span


def place(text: str, offset: int) -> Span:
    """The line and column, from 1, of one character."""
    start = text.rfind("\n", 0, offset) + 1
    line, column = text.count("\n", 0, offset) + 1, offset - start + 1
    return Span(line, column, line, column + 1)
