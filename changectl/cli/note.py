"""`changectl note`: a few words beside a change, whether it waits, runs, or ended years ago."""

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from changectl.cli.entries import entry_now, writable
from changectl.cli.memory import Memory, me, memory, named
from changectl.cli.options import Json, output
from changectl.cli.output import can_ask
from changectl.cli.show import ChangeArgument
from changectl.cli.writing import from_editor, from_file, kept_unless_told, recordable
from changectl.errors import NotFound, WrongUsage
from changectl.model.change import Change
from changectl.model.events import Noted
from changectl.model.fold import fold
from changectl.views.decision import decision
from changectl.views.page import command, line, text

Words = Annotated[
    list[str] | None,
    typer.Argument(metavar="TEXT...", help="What to write; - reads standard input, and without any your editor opens."),
]


def verb(change: ChangeArgument, words: Words = None, json: Json = False) -> None:
    """Write a sentence beside a change, for who reads it later."""
    found, wanted = memory(Path.cwd(), fetch=True), named(change)
    by, known = me(found), _known(found, wanted)
    draft = found.state / "drafts" / f"{wanted}.{'said' if words else 'note'}"  # what is half written stays where it is
    said = _said(found, wanted, words or [], draft)
    noted = Noted(by, recordable(said, "the note"))
    note = entry_now(wanted, known.attempt, by, noted)
    with kept_unless_told(draft, said, f"changectl note {wanted} - < {draft}"):
        found.register.append((note,), decide=partial(decision, wanted))
    page = (line("Noted beside ", text(wanted), "."), line("Next: ", command(f"changectl show {wanted}")))
    document = {"schema": "changectl/noted/1", "change": wanted, "by": by, "at": note.at, "text": noted.text}
    output(json).result(page, document)


def _known(found: Memory, change: str) -> Change:
    """The change as the register has it. Raises NotFound where it has nothing, GateRefused where it may not be added to."""
    recorded = found.recorded(change)
    if not recorded:
        found.story(change)
        raise NotFound(f"the team has not been told of {change} yet", f"changectl apply --resume {change}")
    return writable(change, fold(recorded))


def _said(found: Memory, change: str, words: list[str], draft: Path) -> str:
    if words == ["-"]:
        return from_file(Path("-"), "the note")
    if words:
        return " ".join(words)
    if not can_ask(no_input=False):
        raise WrongUsage("what is to be noted?", f'changectl note {change} "…", or - to read it from standard input')
    return from_editor(draft, "", found.repository.root)
