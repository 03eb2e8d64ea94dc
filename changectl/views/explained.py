"""Rules explained: what each asks and why, an example of either side, and how bad it is to break it."""

from collections.abc import Iterable, Iterator, Sequence

from changectl.model.explained import Explained
from changectl.model.resource import Body
from changectl.views.page import Grid, Line, Page, Piece, Style, blank, command, line, text


def explained_page(rules: Sequence[Explained]) -> Page:
    """Each rule in full."""
    parts: list[Line] = []
    for rule in rules:
        parts += [*([blank()] if parts else []), *_one(rule)]
    return tuple(parts)


def rules_page(rules: Sequence[Explained]) -> Page:
    """One line a rule."""
    rows = tuple((text(rule.id, Style.STRONG), text(_severity(rule)), text(rule.title)) for rule in rules)
    after = line("Next: ", command(f"changectl explain {rules[0].id}"))
    return (Grid(("RULE", "SEVERITY", "ASKS"), rows, loose=("ASKS",)), blank(), after)


def rules_json(rules: Iterable[Explained]) -> Body:
    """The rules for programs, each in full."""
    return {"schema": "changectl/explain/1", "rules": [_json(rule) for rule in rules]}


def bending(rule: Explained) -> str:
    """What to write into changectl.toml, so that the rule is not looked for; or that it is."""
    return f'[lint]\n{rule.id} = "{"warning" if rule.severity == "off" else "off"}"'


def _one(rule: Explained) -> Iterator[Line]:
    yield line(text(f"{rule.id}: {rule.title}", Style.STRONG))
    yield line(text(rule.why))
    yield blank()
    yield line("Not so:")
    yield from _example(rule.bad)
    yield line("But so:")
    yield from _example(rule.good)
    yield blank()
    if not rule.bendable:
        yield line(f"Severity: {rule.severity}. No setting changes that.")
        return
    yield line(f"Severity: {rule.severity}. Your team may see it otherwise (error, warning, off), in changectl.toml:")
    yield from _example(bending(rule))


def _example(said: str) -> Iterator[Line]:
    """Our own text, as it is: its spaces mean something."""
    yield from (line(Piece(row.replace("\t", "→ ")), indent=4) for row in said.splitlines())


def _severity(rule: Explained) -> str:
    return f"{rule.severity} (lint)" if rule.bendable else rule.severity


def _json(rule: Explained) -> dict[str, Body]:
    return {
        "rule": rule.id,
        "title": rule.title,
        "severity": rule.severity,
        "bendable": rule.bendable,
        "why": rule.why,
        "bad": rule.bad,
        "good": rule.good,
    }
