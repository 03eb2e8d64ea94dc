"""`changectl status`: who is doing what now, and what each open change waits for."""

from pathlib import Path

from changectl.cli.memory import Memory, memory
from changectl.cli.options import Json, output
from changectl.errors import RemoteNeeded
from changectl.views.history import Row, status_document, status_page
from changectl.views.page import Line, Page, Style, line, text


def verb(json: Json = False) -> None:
    """Show every open change, and the command that it waits for."""
    found, note = memory(Path.cwd()), tuple[Line, ...]()
    try:
        found.register.fetch()
    except RemoteNeeded as why:
        note = (line(text(f"The remote could not be asked; this is what was known last. {why.sentence}", Style.WARN)),)
    rows = _by_the_rules(found)
    page: Page = (*note, *status_page(rows))
    output(json).result(page, status_document(rows))


def _by_the_rules(found: Memory) -> tuple[tuple[Row, str], ...]:
    """The open changes, each with what it waits for; the rules are read only where something was proposed."""
    rows = found.open_changes()
    if not any(row.stands in ("proposed", "approved") for row, _ in rows):
        return rows
    from changectl.cli.awaiting import awaited, rules_near

    rules = rules_near(Path.cwd())
    return tuple((row, awaited(rules, row.change, found.known(row.change), usual)) for row, usual in rows)
