"""`changectl status`: who is doing what now, and what each open change waits for."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from changectl.cli.conductors import UNDER_WAY, conductor_of
from changectl.cli.entries import now
from changectl.cli.memory import Memory, memory, named
from changectl.cli.options import Json, output
from changectl.errors import RemoteNeeded
from changectl.register.locks import Lock
from changectl.views.page import Line, Page, Style, line, text
from changectl.views.status import Open, status_document, status_page


def verb(
    change: Annotated[str, typer.Argument(metavar="[CHANGE]", help="Only this change.")] = "",
    json: Json = False,
) -> None:
    """Show every open change, and the command that it waits for."""
    found, note = memory(Path.cwd()), tuple[Line, ...]()
    try:
        locks = found.register.fetch_held()
    except RemoteNeeded as why:
        note = (line(text(f"The remote could not be asked; this is what was known last. {why.sentence}", Style.WARN)),)
        locks = found.register.held_when_fetched()
    opened = tuple(
        each for each in _opened(found, locks) if change in ("", each.row.change) or named(change) == each.row.change
    )
    page: Page = (*note, *status_page(opened))
    output(json).result(page, status_document(opened))


def _opened(found: Memory, locks: tuple[Lock, ...]) -> tuple[Open, ...]:
    at = now()
    rows = _by_the_rules(found)
    return tuple(
        replace(each, conductor=conductor_of(found, each.row.change, locks, at))
        if each.row.stands in UNDER_WAY
        else each
        for each in rows
    )


def _by_the_rules(found: Memory) -> tuple[Open, ...]:
    """The open changes, each with what it waits for; the rules are read only where something was proposed."""
    rows = tuple(Open(row, waits) for row, waits in found.open_changes())
    if not any(each.row.stands in ("proposed", "approved") for each in rows):
        return rows
    from changectl.cli.awaiting import awaited, rules_near

    rules = rules_near(Path.cwd())
    return tuple(
        replace(each, waits=awaited(rules, each.row.change, found.known(each.row.change), each.waits)) for each in rows
    )
