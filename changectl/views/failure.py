"""What went wrong: one sentence, the state of production, what to type next."""

import traceback

from changectl.errors import ChangectlError
from changectl.model.resource import Body
from changectl.model.status import Production
from changectl.views.page import Page, Piece, Style, command, line, text

STATES = {
    Production.UNTOUCHED: "Production is untouched.",
    Production.AS_BEFORE: "Production is as before.",
    Production.AS_INTENDED: "Production is as intended.",
    Production.MIXED: "Production is between two states.",
    Production.UNKNOWN: "The state of production is unknown.",
}


def failure_page(error: ChangectlError) -> Page:
    """The sentence, the bold line about production, the hint."""
    hint = (line("Next: ", command(error.hint)),) if error.hint else ()
    return (
        line(Piece("error: ", Style.BAD), text(error.sentence)),
        line(text(STATES[error.production], Style.STRONG)),
        *hint,
    )


def failure_document(error: ChangectlError) -> Body:
    """The same for programs."""
    facts = {name: fact for name, fact in error.facts.items() if isinstance(fact, str | int | bool | list | dict)}
    return {
        "schema": "changectl/error/1",
        "error": type(error).__name__,
        "sentence": error.sentence,
        "hint": error.hint,
        "status": int(error.status),
        "production": error.production.value,
        "facts": facts,
    }


def bug_page(error: Exception, version: str) -> Page:
    """A bug in changectl: where it happened, so that it can be reported; no values, which may be secret."""
    frames = traceback.extract_tb(error.__traceback__)[-6:]
    return (
        line(
            Piece("error: ", Style.BAD), text(f"this is a bug in changectl {version}: {type(error).__name__}: {error}")
        ),
        *(
            line(text(f"{frame.filename.rpartition('changectl/')[2]}:{frame.lineno} {frame.name}"), indent=2)
            for frame in frames
        ),
        line(text("If a change was running, production may be between two states.", Style.STRONG)),
        line("Next: ", text("changectl status", Style.COMMAND)),
    )
