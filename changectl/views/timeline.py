"""The timeline of an attempt: when it began, what failed, when it was back, how long that took, and who took part."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from changectl.model import events as e
from changectl.model.change import Change
from changectl.model.entry import Entry
from changectl.model.frozen import dataclass
from changectl.model.resource import Body
from changectl.views.history import name_of
from changectl.views.narrate import sentence
from changectl.views.page import Line, Page, Piece, Style, line, text

TOLD = (
    e.Begun
    | e.StepFailed
    | e.CheckFailed
    | e.CheckErrored
    | e.VerifyFailed
    | e.RollbackWanted
    | e.UndoFailed
    | e.FacetLeft
    | e.OperatorNeeded
    | e.RestoreProven
    | e.Verified
    | e.Closed
)


@dataclass(frozen=True, slots=True)
class Moment:
    """One thing that happened; `after`: since the attempt began, None where its times cannot be read."""

    at: str
    by: str
    said: str
    style: Style
    after: timedelta | None


def moments(story: Sequence[Entry], change: Change) -> tuple[Moment, ...]:
    """What mattered in the attempt that ended last, oldest first. `story`: the change up to that end."""
    told = [entry for entry in _attempt(story, change) if isinstance(entry.event, TOLD)]
    first = told[0].at if told else ""
    return tuple(
        Moment(entry.at, entry.by, *sentence(entry.event, change.names), _between(first, entry.at)) for entry in told
    )


def timeline_page(story: Sequence[Entry], change: Change) -> Page:
    """A line for each moment, and one for how long it took."""
    lines = [
        line(
            text(moment.at[:19].replace("T", " "), Style.QUIET),
            f"{_plus(moment.after):>12}  ",
            _words(moment),
            indent=2,
            hang=33,
        )
        for moment in moments(story, change)
    ]
    return (*lines, *_summary(story, change))


def timeline_document(story: Sequence[Entry], change: Change) -> Body:
    """The same for programs; durations in seconds."""
    return [
        {
            "at": each.at,
            "by": each.by,
            "what": each.said,
            "after": None if each.after is None else each.after.total_seconds(),
        }
        for each in moments(story, change)
    ]


def took(duration: timedelta) -> str:
    """`4 min 12 s`, `2 h 5 min`, `0.4 s`."""
    seconds = duration.total_seconds()
    if seconds < 10:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s" if minutes else f"{rest} s"
    return f"{minutes // 60} h {minutes % 60} min"


def _attempt(story: Sequence[Entry], change: Change) -> Iterator[Entry]:
    return (entry for entry in story if entry.attempt == change.attempt)


def _summary(story: Sequence[Entry], change: Change) -> Iterator[Line]:
    events = [entry for entry in _attempt(story, change) if not isinstance(entry.event, e.Noted | e.Reviewed)]
    who = " and ".join(dict.fromkeys(name_of(entry.by) for entry in events))
    touched = [entry.at for entry in events if isinstance(entry.event, e.CallStarted)]
    back = [entry.at for entry in events if isinstance(entry.event, e.RestoreProven)]
    parts = [f"by {who}"]
    if touched and back and (changed := _between(touched[0], back[-1])) is not None:
        parts.append(f"production was changed for {took(changed)}")
    elif touched:
        parts.append(f"production was changed from {touched[0][:19].replace('T', ' ')} on")
    yield line(text("; ".join(parts), Style.QUIET), indent=2)


def _between(first: str, then: str) -> timedelta | None:
    """None for what is no time, or goes backwards, as it may where two machines wrote."""
    try:
        passed = datetime.fromisoformat(then) - datetime.fromisoformat(first)
    except (ValueError, TypeError):
        return None
    return passed if passed >= timedelta() else None


def _plus(after: timedelta | None) -> str:
    return "" if after is None or not after else f"+{took(after)}"


def _words(moment: Moment) -> Piece:
    return text(moment.said, moment.style)
