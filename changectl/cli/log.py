"""`changectl log`: every change, newest first."""

from pathlib import Path
from typing import Annotated

import typer

from changectl.cli.memory import memory
from changectl.cli.options import Json, output
from changectl.register.rows import ChangeRow
from changectl.views.history import Row, log_document, log_page


def verb(
    limit: Annotated[
        int, typer.Option("--limit", "-n", metavar="N", min=1, max=100_000, help="How many at the most.")
    ] = 30,
    fetch: Annotated[bool, typer.Option("--fetch", help="First bring what the team has published.")] = False,
    json: Json = False,
) -> None:
    """List changes, newest first, as this machine knows them."""
    with memory(Path.cwd(), fetch=fetch).index() as index:
        rows = [_row(change) for change in index.newest(limit)]
    output(json).result(log_page(rows), log_document(rows))


def _row(change: ChangeRow) -> Row:
    stands = change.outcome or change.state
    return Row(
        change.id, change.title, change.env, stands, change.last_at, change.by, change.emergency, bool(change.owed)
    )
