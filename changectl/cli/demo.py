"""`changectl demo`: the whole story, in a temporary folder of its own. Needs no account and no configuration."""

import sys
import textwrap
from collections.abc import Iterable
from typing import Annotated, assert_never

import typer

from changectl.cli.demo_stage import Stage, stage
from changectl.cli.demo_story import STORY, Act, ByHand, Compares, Offers, Part, Says, ShowsEvent, Types, Writes
from changectl.cli.desk import width
from changectl.cli.options import output
from changectl.errors import ChangectlError
from changectl.model.status import Status
from changectl.views.page import Line, Style, blank, command, line, text

WIDEST = 78
"""Columns of narration, so that nothing breaks in a terminal of 80."""


class StoryBroken(ChangectlError):
    """A step ended otherwise than the story says. Nothing outside the demo's folder was touched."""

    status = Status.BUG


def verb(
    keep: Annotated[bool, typer.Option("--keep", help="Keep the folder, to look around in it afterwards.")] = False,
) -> None:
    """Watch changes: one applied, one that goes back, one refused.

    Everything is real but AWS: a pretend one runs on this machine while the story lasts.
    """
    _say(_told("A pretend AWS with the production of Unicorn Rentals is being started. Nothing real is touched."))
    with stage(keep=keep, color=output(False).color) as here:
        for part in STORY:
            _play(part, here)
        if keep:
            _say((blank(), line("The folder is kept: ", command(str(here.folder)))))


def _play(part: Part, here: Stage) -> None:
    match part:
        case Act(title):
            _say((blank(), blank(), line(text(title, Style.STRONG))))
        case Says(words):
            _say((blank(), *_told(words)))
        case Writes(who, plan):
            here.write_plan(who, plan)
            _type(here, who, f"cat plans/{plan}.yaml", 0)
        case Types(who, words, status):
            _type(here, who, words, status)
        case ShowsEvent(who, change, event):
            _type(here, who, f"git show {here.event(who, change, event)}", 0)
        case ByHand(name, value):
            _say((blank(), line(text(here.change_by_hand(name, value), Style.QUIET))))
        case Compares(expected):
            found = here.differences()
            changed = (line("  ", text(f"{name}: {was} → {now}")) for name, was, now in found)
            _say((blank(), *changed, line(f"  {here.compared - len(found)} other settings: as they were")))
            if found != expected:
                wanted = ", ".join(name for name, *_ in expected)
                raise StoryBroken(f"the story broke: in AWS other settings differ than {wanted}")
        case Offers(words, purpose):
            _say((line("  ", command(words), " " * (34 - len(words)), text(purpose)),))
        case _:
            assert_never(part)


def _type(here: Stage, who: str, words: str, expected: int) -> None:
    """Show a command as a person types it, run it, and show what it says while it says it. Raises StoryBroken."""
    _say((blank(), line(text(f"{who}$", Style.QUIET), " ", command(words))))
    status = here.run(who, words)
    if status != expected:
        raise StoryBroken(f"the story broke: `{words}` ended with {status}, and the story says {expected}")
    if status:
        _say((line(text(f"(exit status {status})", Style.QUIET)),))


def _told(words: str) -> tuple[Line, ...]:
    return tuple(line(text(each)) for each in textwrap.wrap(words, min(WIDEST, width() - 1)))


def _say(lines: Iterable[Line]) -> None:
    output(False).page(tuple(lines))
    sys.stdout.flush()
