"""`changectl status`: who is doing what now, and what each open change waits for."""

from pathlib import Path

from changectl.cli.memory import memory
from changectl.cli.options import Json, output
from changectl.errors import RemoteNeeded
from changectl.views.history import status_document, status_page
from changectl.views.page import Line, Page, Style, line, text


def verb(json: Json = False) -> None:
    """Show every open change, and the command that it waits for."""
    found, note = memory(Path.cwd()), tuple[Line, ...]()
    try:
        found.register.fetch()
    except RemoteNeeded as why:
        note = (line(text(f"The remote could not be asked; this is what was known last. {why.sentence}", Style.WARN)),)
    rows = found.open_changes()
    page: Page = (*note, *status_page(rows))
    output(json).result(page, status_document(rows))
