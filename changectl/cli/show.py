"""`changectl show`: one change from its proposal to its end."""

from pathlib import Path
from typing import Annotated

import typer

from changectl.cli.memory import memory, named
from changectl.cli.options import Json, output
from changectl.views.history import show_document, show_page

ChangeArgument = Annotated[str, typer.Argument(metavar="CHANGE", help="The change's id.")]


def verb(
    change: ChangeArgument,
    detail: Annotated[bool, typer.Option("--detail", help="Every call and lock too.")] = False,
    fetch: Annotated[bool, typer.Option("--fetch", help="First bring what the team has published.")] = False,
    json: Json = False,
) -> None:
    """Show why a change was decided, and what came of it."""
    wanted = named(change)
    story = memory(Path.cwd(), fetch=fetch).story(wanted)
    page = show_page(wanted, story.change, story.entries, detail=detail)
    output(json).result(page, show_document(wanted, story.change, story.entries, recorded=not story.unrecorded))
