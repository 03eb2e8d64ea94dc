"""What happened: the list of changes, and one change's story."""

from collections.abc import Iterable, Iterator, Sequence

from changectl.model.change import Change, State
from changectl.model.codec import entry_json
from changectl.model.entry import Entry
from changectl.model.events import Noted, Proposed, Reviewed
from changectl.model.exits import may_resume
from changectl.model.frozen import dataclass
from changectl.model.resource import Body
from changectl.views.narrate import is_detail, sentence
from changectl.views.page import Grid, Line, Page, Style, blank, command, line, paragraph, text
from changectl.views.preview import difference_lines

LOOKS = {
    "applied": Style.GOOD,
    "rolled-back": Style.WARN,
    "refused": Style.QUIET,
    "abandoned": Style.QUIET,
    "accepted": Style.WARN,
    "needs-operator": Style.BAD,
}

OWED = "; nobody else has reviewed it yet"


@dataclass(frozen=True, slots=True)
class Row:
    """A change in a list: times are RFC 3339 in UTC, `stands` is its outcome, or else its state.

    `owed`: it was an emergency that has ended, and nobody else has reviewed it yet.
    """

    change: str
    title: str
    env: str
    stands: str
    at: str
    by: str
    emergency: str = ""
    owed: bool = False


def stands(change: Change) -> str:
    """The outcome of a change that is closed, else its state."""
    if change.outcome is not None:
        return change.outcome.value
    return change.state.value if change.state else "unknown"


def log_page(rows: Sequence[Row]) -> Page:
    """Newest first, a line each."""
    if not rows:
        return (line("The register is empty. Next: ", command("changectl propose PLAN")),)
    cells = tuple(
        (
            text(row.at[:10], Style.QUIET),
            text(row.stands, LOOKS.get(row.stands, Style.PLAIN)),
            text(row.env),
            text(row.change, Style.STRONG),
            text(f"emergency {row.emergency}: {row.title}" if row.emergency else row.title),
            text(name_of(row.by), Style.QUIET),
        )
        for row in rows
    )
    return (Grid(("WHEN", "STANDS", "ENV", "CHANGE", "TITLE", "BY"), cells, loose=("TITLE", "BY")),)


def log_document(rows: Iterable[Row]) -> Body:
    """The same for programs."""
    return {
        "schema": "changectl/log/1",
        "changes": [_row_document(row) for row in rows],
    }


def _row_document(row: Row) -> dict[str, Body]:
    return {
        "change": row.change,
        "title": row.title,
        "env": row.env,
        "stands": row.stands,
        "at": row.at,
        "by": row.by,
        "emergency": row.emergency,
        "review_owed": row.owed,
    }


def show_page(change_id: str, change: Change, entries: Sequence[Entry], *, detail: bool) -> Page:
    """One change from its proposal to its end."""
    proposed = change.proposed
    stood = stands(change)
    head = [
        line(text(proposed.title if proposed else change_id, Style.STRONG)),
        line(text(change_id, Style.QUIET), "  ", text(stood, LOOKS.get(stood, Style.PLAIN))),
    ]
    if (why := emergency_of(change)) or change.owed:
        head.append(line(text(f"{f'emergency {why}'.rstrip()}{OWED if change.owed else ''}", Style.WARN)))
    if proposed:
        head += [blank(), *_why(proposed)]
    body = [part for entry in by_time(entries) if detail or not is_detail(entry.event) for part in _told(entry, change)]
    who = " and ".join(dict.fromkeys(name_of(entry.by) for entry in entries))
    foot = (
        [blank(), line(text(f"{len(entries)} event{'s' * (len(entries) != 1)} by {who}", Style.QUIET))]
        if entries
        else []
    )
    if change.read_only:
        foot.append(line(text("a newer changectl wrote part of this; this one only reads it", Style.WARN)))
    return (*head, blank(), *body, *foot)


def by_time(entries: Iterable[Entry]) -> Iterator[Entry]:
    """The entries as they happened. What was noted while a change ran reached the register before the end of that did."""
    notes: list[Entry] = []
    for entry in entries:
        if isinstance(entry.event, Noted):
            notes.append(entry)
            continue
        while notes and notes[0].at <= entry.at:
            yield notes.pop(0)
        yield entry
    yield from notes


def _told(entry: Entry, change: Change) -> Iterator[Line]:
    said, style = sentence(entry.event, change.names)
    at, several = _second(entry.at), isinstance(entry.event, Noted | Reviewed)
    for n, piece in enumerate(paragraph(said, style) if several else (text(said, style),)):
        yield line(text(at, Style.QUIET) if n == 0 else " " * len(at), "  ", piece, indent=2, hang=len(at) + 2)


def emergency_of(change: Change) -> str:
    """Why it went ahead of its approval; empty where it did not."""
    begun = change.begun.emergency if change.begun else ""
    return begun or (change.proposed.emergency if change.proposed else "")


def show_document(change_id: str, change: Change, entries: Sequence[Entry], *, recorded: bool) -> Body:
    """The same for programs: the register's own documents, in order."""
    return {
        "schema": "changectl/show/1",
        "change": change_id,
        "stands": stands(change),
        "attempt": change.attempt,
        "emergency": emergency_of(change),
        "review_owed": change.owed,
        "recorded": recorded,
        "events": [entry_json(entry) for entry in entries],
    }


def next_for(change_id: str, change: Change) -> str:
    """The command that an open change waits for."""
    match change.state:
        case State.PROPOSED:
            return f"changectl approve {change_id}"
        case State.APPROVED:
            return f"changectl apply {change_id}"
        case State.NEEDS_OPERATOR:
            return f"changectl {'apply --resume' if may_resume(change) else 'rollback'} {change_id}"
        case State.CLOSED:
            return f"changectl {'close' if change.owed else 'show'} {change_id}"
        case _:
            return f"changectl apply --resume {change_id}"


def _why(proposed: Proposed) -> list[Line]:
    return [line(text(proposed.rationale)), *(part for d in proposed.differences for part in difference_lines(d))]


def _second(at: str) -> str:
    return at[:19].replace("T", " ")


def name_of(by: str) -> str:
    """`Ana` of `Ana <ana@example.com>`."""
    return by.partition(" <")[0] or by
