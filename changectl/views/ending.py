"""How a command ends: the state of production in one line, and what to type next."""

from collections.abc import Iterator
from dataclasses import replace

from changectl.model.change import Change, Outcome
from changectl.model.events import spoken
from changectl.model.exits import may_resume, why_not_forward
from changectl.model.frozen import dataclass
from changectl.model.resource import Body
from changectl.model.status import Production, Status
from changectl.views.page import Page, Style, blank, command, line, text

REFUSED = {
    "drifted": Status.STALE,
    "locked": Status.LOCKED,
    "interrupted": Status.INTERRUPTED,
    "aws": Status.AWS_REFUSED,
    "register": Status.REGISTER_UNSOUND,
}


@dataclass(frozen=True, slots=True)
class Ending:
    """A status, what production is like, one sentence about it, and the next command with the ids in it.

    `notes`: what the sentence alone would leave unsaid, each a sentence.
    """

    status: Status
    production: Production
    sentence: str
    next: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def ending(
    change_id: str, change: Change, *, rolled_back_on_demand: bool = False, terminated: bool = False,
    broken: tuple[str, ...] = (),
) -> Ending:  # fmt: skip
    """How an apply, a resume or a rollback ended. `broken`: what of our own promises does not hold of it."""
    end = _ending(change_id, change, rolled_back_on_demand=rolled_back_on_demand, terminated=terminated)
    if broken:
        return _unsure(change_id, end, broken)
    if change.unrecorded and end.production is Production.AS_BEFORE:
        end = replace(end, next=(f"changectl rollback {change_id}", f"changectl show {change_id}"))
    return replace(end, notes=tuple(_notes(change_id, change)))


def _notes(change_id: str, change: Change) -> Iterator[str]:
    if change.unrecorded and not change.rollback:
        yield f"The team has not been told of it: {change.unrecorded}"
    elif change.unrecorded:
        yield f"Not all of it is recorded on this machine: {change.unrecorded}"
        again = f"changectl rollback {change_id}"
        yield f"Once there is room, {again} records it: it reads production and sends nothing where all is back"
    if change.unheld:
        yield f"It went back without its locks: {change.unheld}"
    if found := change.as_found():
        named = ", ".join(spoken(facet, change.names) for facet in found)
        yield f"First read after the first call, so that going back means as found, not as before: {named}"
    if change.forward:
        yield f"{change.forward.by} wants to go forward, and somebody else has to agree: {change.forward.why}"


def _unsure(change_id: str, end: Ending, broken: tuple[str, ...]) -> Ending:
    """Nothing is claimed where our own record contradicts it."""
    said = "unknown: a promise of changectl's own was broken, which is a bug of ours; do not rely on what is said above"
    look = (f"changectl show {change_id} --json", *end.next)
    return Ending(Status.BUG, Production.UNKNOWN, said, tuple(dict.fromkeys(look)), broken)


def _ending(change_id: str, change: Change, *, rolled_back_on_demand: bool, terminated: bool) -> Ending:
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
    ways = tuple(command for command, _ in exits(change_id, change))
    return Ending(Status.NEEDS_OPERATOR, Production.MIXED, said, (f"changectl show {change_id}", *ways))


def exits(change_id: str, change: Change) -> Iterator[tuple[str, str]]:
    """The commands that lead out of needing an operator, each with what it does, the simplest first."""
    if may_resume(change):
        yield f"changectl apply --resume {change_id}", "goes on, once the reason has passed"
    if change.operator is not None and change.operator.because == "taken-over":
        yield "changectl status", "says who has it now"
        return
    yield f"changectl rollback {change_id}", "takes back what is still this change's"
    if not why_not_forward(change):
        yield f'changectl apply --resume {change_id} --forward --why "…"', "tries again what failed, and goes on"
    yield f'changectl close {change_id} --accept --why "…"', "leaves production as it is, and frees the settings"


_COUNT = {2: "two", 3: "three", 4: "four", 5: "five"}


def exits_page(change_id: str, change: Change, host: str) -> Page:
    """What a person can decide where a change needs an operator. `host`: where its snapshot is."""
    why = change.operator.why if change.operator else ""
    ways = (
        *exits(change_id, change),
        ("changectl new", "goes forward with another change, once this one is closed"),
    )
    return (
        line(text(f"{change_id} needs an operator: {why}.")),
        line(f"There are {_COUNT.get(len(ways), len(ways))} ways out, where it was begun (", text(host), "):"),
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
        *(line(text(f"{note.rstrip('.')}.", Style.WARN)) for note in end.notes),
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
        "because": change.operator.because if change.operator else change.closed.because if change.closed else "",
        "recorded": change.published,
        "unrecorded": change.unrecorded,
        "notes": list(end.notes),
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
