"""How a command ends: the state of production in one line, and what to type next."""

from changectl.model.change import Change, Outcome
from changectl.model.events import spoken
from changectl.model.frozen import dataclass
from changectl.model.resource import Body
from changectl.model.status import Production, Status
from changectl.views.page import Page, Style, blank, command, line, text

REFUSED = {
    "drifted": Status.STALE,
    "locked": Status.LOCKED,
    "interrupted": Status.INTERRUPTED,
    "aws": Status.AWS_REFUSED,
}


@dataclass(frozen=True, slots=True)
class Ending:
    """A status, what production is like, one sentence about it, and the next command with the ids in it."""

    status: Status
    production: Production
    sentence: str
    next: tuple[str, ...] = ()


def ending(change_id: str, change: Change, *, rolled_back_on_demand: bool = False, terminated: bool = False) -> Ending:
    """How an apply, a resume or a rollback ended."""
    if change.operator:
        return _operator(change_id, change)
    match change.outcome:
        case Outcome.APPLIED:
            status = Status.DONE if change.published else Status.RECORDING_PENDING
            said = "as intended: every step is done, tested and read again"
            return Ending(status, Production.AS_INTENDED, said, _after(change_id, change))
        case Outcome.ROLLED_BACK:
            status = Status.DONE if rolled_back_on_demand else Status.ROLLED_BACK
            said = "as before: everything this change did was put back and read again"
            return Ending(status, Production.AS_BEFORE, said, _after(change_id, change))
        case Outcome.ACCEPTED:
            said = f"as it is: {_by_whom(change)} accepted that"
            return Ending(Status.DONE, Production.MIXED, said, _after(change_id, change))
        case Outcome.REFUSED | Outcome.ABANDONED:
            because = change.closed.because if change.closed else ""
            status = REFUSED.get(because, Status.GATE_REFUSED)
            status = Status.TERMINATED if terminated and status is Status.INTERRUPTED else status
            return Ending(
                status, Production.UNTOUCHED, "untouched: nothing was changed", _after_refusal(change_id, because)
            )
        case None:
            return Ending(
                Status.WAITING,
                Production.UNKNOWN,
                "unknown: the attempt has not ended",
                (f"changectl apply --resume {change_id}", f"changectl rollback {change_id}"),
            )


def _operator(change_id: str, change: Change) -> Ending:
    facets = [left.facet for left in change.left] or change.touched()
    named = ", ".join(dict.fromkeys(spoken(facet, change.names) for facet in facets))
    said = f"between two states, and needs an operator{f': look at {named}' if named else ''}"
    wanted = change.operator is not None and change.operator.because == "person"
    on = (f"changectl apply --resume {change_id}",) if wanted else ()
    out = (f"changectl rollback {change_id}", f'changectl close {change_id} --accept --why "…"')
    return Ending(Status.NEEDS_OPERATOR, Production.MIXED, said, (f"changectl show {change_id}", *on, *out))


def exits_page(change_id: str, change: Change, host: str) -> Page:
    """What a person can decide where a change needs an operator. `host`: where its snapshot is."""
    why = change.operator.why if change.operator else ""
    ways = (
        (f"changectl rollback {change_id}", f"on {host}: takes back what is still this change's"),
        (f'changectl close {change_id} --accept --why "…"', "leaves production as it is, and frees the settings"),
        ("changectl new", "goes forward with another change, once this one is closed"),
    )
    return (
        line(text(f"{change_id} needs an operator: {why}.")),
        line("There are three ways out:"),
        *(part for words, what in ways for part in (line(command(words), indent=2), line(text(what), indent=6))),
    )


def _by_whom(change: Change) -> str:
    return (change.closed.by if change.closed else "") or "somebody"


def _after(change_id: str, change: Change) -> tuple[str, ...]:
    """Telling the team where that is still to be done, looking at it, and answering for what went wrong."""
    untold = () if change.published else (f"changectl apply --resume {change_id}",)
    review = (f"changectl close {change_id}",) if change.owed or change.unanswered else ()
    return (*untold, f"changectl show {change_id}", *review)


def _after_refusal(change_id: str, because: str) -> tuple[str, ...]:
    match because:
        case "drifted":
            return (f"changectl preview {change_id}", f"changectl propose {change_id}")
        case "locked":
            return ("changectl status",)
        case _:
            return (f"changectl apply {change_id}",)


def ending_page(end: Ending) -> Page:
    """The bold line, then the commands."""
    good = (Production.AS_INTENDED, Production.UNTOUCHED, Production.AS_BEFORE)
    style = Style.STRONG if end.production in good else Style.BAD
    return (
        blank(),
        line(text(f"Production is {end.sentence}.", style)),
        *(line("Next: " if n == 0 else "      ", command(words)) for n, words in enumerate(end.next)),
    )


def ending_document(change_id: str, change: Change, end: Ending) -> Body:
    """The same for programs."""
    return {
        "schema": "changectl/ending/1",
        "change": change_id,
        "attempt": change.attempt,
        "state": change.state.value if change.state else "",
        "outcome": change.outcome.value if change.outcome else "",
        "why": _why(change),
        "production": end.production.value,
        "status": int(end.status),
        "recorded": change.published,
        "left": [
            {
                "facet": str(x.facet),
                "why": x.why,
                "stranger": x.stranger,
                "before": x.before,
                "ours": x.ours,
                "now": x.now,
            }
            for x in change.left
        ],
        "next": list(end.next),
    }


def _why(change: Change) -> str:
    if change.operator:
        return change.operator.why
    return change.closed.why if change.closed else change.failure
