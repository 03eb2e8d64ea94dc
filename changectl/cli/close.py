"""`changectl close`: answer for what went wrong, or accept production as it is."""

from pathlib import Path
from typing import Annotated

import typer

from changectl.cli.accepting import Acceptance, accepted
from changectl.cli.answers import given
from changectl.cli.conducting import Manner
from changectl.cli.desk import desk
from changectl.cli.memory import Story, me, memory, named
from changectl.cli.options import Confirm, Json, NoInput, output
from changectl.cli.previewing import rules
from changectl.cli.reviewing import Looking, reviewed
from changectl.cli.show import ChangeArgument
from changectl.model.change import State
from changectl.model.events import Begun
from changectl.views.ending import ending, ending_document, ending_page, exits_page


def verb(
    change: ChangeArgument,
    accept: Annotated[
        bool, typer.Option("--accept", help="Accept production as it is, and free the settings.")
    ] = False,
    why: Annotated[
        str, typer.Option("--why", metavar="REASON", help="Why you accept it, or review your own in a team of one.")
    ] = "",
    gone: Annotated[
        str, typer.Option("--gone", metavar="HOST", help="With --accept: the machine that conducted it does no more.")
    ] = "",
    confirm: Confirm = "",
    cause: Annotated[str, typer.Option("--cause", metavar="TEXT", help="What happened.")] = "",
    impact: Annotated[str, typer.Option("--impact", metavar="TEXT", help="What customers noticed.")] = "",
    then: Annotated[str, typer.Option("--next", metavar="TEXT", help="What will be different next time.")] = "",
    answers: Annotated[
        Path | None,
        typer.Option("--answers", metavar="FILE", help="Read the answers from a file; - is standard input."),
    ] = None,
    edit: Annotated[bool, typer.Option("--edit", help="Answer in your editor.")] = False,
    own: Annotated[bool, typer.Option("--self", help="Review your own emergency, where the team is of one.")] = False,
    no_input: NoInput = False,
    json: Json = False,
) -> None:
    """Answer for a change that failed, or accept what is. Emergencies want an answer too."""
    here, wanted = desk(), named(change)
    found = memory(here.root, fetch=True)
    if accept:
        closed = accepted(here, found, wanted, Acceptance(why, gone, confirm), Manner(json, no_input))
        end = ending(wanted, closed)
        output(json).result(ending_page(end), ending_document(wanted, closed, end))
        return
    story = found.story(wanted)
    if story.change.state is State.NEEDS_OPERATOR:
        _show_the_exits(story, json)
    looking = Looking(given((cause, impact, then)), answers, edit, own, why, no_input, json)
    reviewed(found, me(found), story, looking, lambda: rules(here, found).configuration.self_approval)


def _show_the_exits(story: Story, json: bool) -> None:
    host = [entry.host for entry in story.entries if isinstance(entry.event, Begun)][-1]
    end = ending(story.id, story.change)
    page = (*exits_page(story.id, story.change, host), *ending_page(end))
    output(json).result(page, ending_document(story.id, story.change, end))
    raise typer.Exit(int(end.status))
