"""Errors of the YAML parser as complaints with a place and advice."""

from typing import Any

from changectl.model.node import Complaints, Span

_ADVICE = {
    "@": "text that begins with @ stands in quotes",
    "`": "text that begins with a backtick stands in quotes",
    "%": "text that begins with % stands in quotes",
}
_HELP = {
    "mapping values are not allowed in this context": "text that has a colon and a space in it stands in quotes",
    "could not find expected ':'": "a key is followed by a colon and a space",
    "found unexpected end of stream": "is a quote not closed?",
    "did not find expected ',' or ']'": "is a bracket not closed, or a comma missing?",
    "did not find expected ',' or '}'": "is a brace not closed, or a comma missing?",
    "did not find expected key": "does the line stand as far to the right as its neighbours?",
    "did not find expected '-' indicator": "does the line stand as far to the right as its neighbours?",
    "found unknown escape character": "in double quotes a backslash is written twice",
}


def complain_of_syntax(error: Any, text: str, complaints: Complaints) -> None:
    """One complaint for what the parser could not read."""
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    at = Span(mark.line + 1, mark.column + 1) if mark else Span(1, 1)
    problem = getattr(error, "problem", None) or "this is no YAML"
    context = getattr(error, "context", None)
    line, here = _line(text, at)
    if "\t" in line[: at.column] and not line[: at.column - 1].strip():
        _complain_of_tabs(text, at, complaints)
        return
    sentence = f"{context}: {problem}" if context else problem
    complaints.add("CHG103", sentence, at, _ADVICE.get(here) or _HELP.get(problem, ""))


def _complain_of_tabs(text: str, first: Span, complaints: Complaints) -> None:
    """The tab that stopped the parser, and each further line that begins with tabs, which would stop it next."""
    for number, line in enumerate(text.split("\n"), 1):
        tabs = len(line) - len(line.lstrip("\t"))
        if number == first.line and not tabs:
            complaints.add("CHG107", "a tab where the indentation is", first, "indent with spaces")
        elif number == first.line or (number > first.line and tabs and line.strip()):
            at, fix = Span(number, 1, number, tabs + 1), "  " * tabs if line.strip() else ""
            complaints.add("CHG107", "a tab where the indentation is", at, "indent with spaces", fix=fix)


def _line(text: str, at: Span) -> tuple[str, str]:
    lines = text.split("\n")
    line = lines[at.line - 1] if at.line <= len(lines) else ""
    return line, line[at.column - 1 : at.column]
