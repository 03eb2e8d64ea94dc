"""What happened: the list of changes, one change's story, and who is doing what now."""

from collections.abc import Iterable, Sequence

from changectl.model.change import Change, Outcome, State
from changectl.model.codec import entry_json
from changectl.model.digest import short
from changectl.model.entry import Entry
from changectl.model.events import Proposed
from changectl.model.frozen import dataclass
from changectl.model.resource import Body
from changectl.views.markdown import md
from changectl.views.narrate import is_detail, sentence
from changectl.views.page import WIDE, Grid, Line, Page, Style, blank, command, line, text
from changectl.views.preview import difference_lines

LOOKS = {
    "applied": Style.GOOD,
    "rolled-back": Style.WARN,
    "refused": Style.QUIET,
    "abandoned": Style.QUIET,
    "accepted": Style.WARN,
    "needs-operator": Style.BAD,
}


@dataclass(frozen=True, slots=True)
class Row:
    """A change in a list: times are RFC 3339 in UTC, `stands` is its outcome, or else its state."""

    change: str
    title: str
    env: str
    stands: str
    at: str
    by: str


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
            text(row.title),
            text(_name(row.by), Style.QUIET),
        )
        for row in rows
    )
    return (Grid(("WHEN", "STANDS", "ENV", "CHANGE", "TITLE", "BY"), cells, loose=("TITLE", "BY")),)


def log_document(rows: Iterable[Row]) -> Body:
    """The same for programs."""
    return {
        "schema": "changectl/log/1",
        "changes": [
            {"change": r.change, "title": r.title, "env": r.env, "stands": r.stands, "at": r.at, "by": r.by}
            for r in rows
        ],
    }


def show_page(change_id: str, change: Change, entries: Sequence[Entry], *, detail: bool) -> Page:
    """One change from its proposal to its end."""
    proposed = change.proposed
    stood = stands(change)
    head = [
        line(text(proposed.title if proposed else change_id, Style.STRONG)),
        line(text(change_id, Style.QUIET), "  ", text(stood, LOOKS.get(stood, Style.PLAIN))),
    ]
    if proposed:
        head += [blank(), *_why(proposed)]
    body = [
        line(text(_second(entry.at), Style.QUIET), "  ", text(*sentence(entry.event, change.names)), indent=2)
        for entry in entries
        if detail or not is_detail(entry.event)
    ]
    who = " and ".join(dict.fromkeys(_name(entry.by) for entry in entries))
    foot = [blank(), line(text(f"{len(entries)} events by {who}", Style.QUIET))] if entries else []
    if change.read_only:
        foot.append(line(text("a newer changectl wrote part of this; this one only reads it", Style.WARN)))
    return (*head, blank(), *body, *foot)


def show_document(change_id: str, change: Change, entries: Sequence[Entry], *, recorded: bool) -> Body:
    """The same for programs: the register's own documents, in order."""
    return {
        "schema": "changectl/show/1",
        "change": change_id,
        "stands": stands(change),
        "attempt": change.attempt,
        "recorded": recorded,
        "events": [entry_json(entry) for entry in entries],
    }


def status_page(rows: Sequence[tuple[Row, str]]) -> Page:
    """Every change that is open, with what it waits for; or the good news that there is none."""
    if not rows:
        return (line("No change is open."),)
    parts: list[Line] = []
    for row, waits in rows:
        head = (
            text(row.change, Style.STRONG),
            "  ",
            text(row.stands, LOOKS.get(row.stands, Style.WARN)),
            "  ",
            text(row.env),
        )
        parts += [line(*head), line(text(row.title), indent=2)]
        parts += [line(text(f"since {_minute(row.at)} UTC, {_name(row.by)}", Style.QUIET), indent=2)]
        parts += [line("Next: ", command(waits), indent=2)]
    return tuple(parts)


def status_document(rows: Iterable[tuple[Row, str]]) -> Body:
    """The same for programs."""
    listed = [{**dict(log_document([row])["changes"][0]), "next": waits} for row, waits in rows]
    return {"schema": "changectl/status/1", "open": listed}


def next_for(change_id: str, change: Change) -> str:
    """The command that an open change waits for."""
    match change.state:
        case State.PROPOSED:
            return f"changectl approve {change_id}"
        case State.APPROVED:
            return f"changectl apply {change_id}"
        case State.NEEDS_OPERATOR:
            return f"changectl rollback {change_id}"
        case State.CLOSED:
            return f"changectl show {change_id}"
        case _:
            return f"changectl apply --resume {change_id}"


def decision(change_id: str, change: Change, entries: Sequence[Entry]) -> bytes:
    """`decision.md`: what was decided, why, by whom, and what came of it, for whoever reads the register with `cat`."""
    proposed, outcome = change.proposed, change.outcome or Outcome.ABANDONED
    lines = [f"# {_said(proposed.title if proposed else change_id)}", ""]
    lines += [
        f"{change_id}: **{outcome.value}**"
        + (f". {_said(change.closed.why)}" if change.closed and change.closed.why else "")
    ]
    if proposed:
        lines += ["", "## Why", "", _said(proposed.rationale), "", "## What", ""]
        lines += [
            f"- {_said(d.facet)} {_said(d.path)}: {_said(d.before)} → {_said(d.after)}" for d in proposed.differences
        ]
        lines += ["", f"Risk {proposed.risk}; {proposed.env}, account {proposed.account}, {proposed.region}."]
        lines += [f"Plan `{short(proposed.plan_digest)}`, preview `{short(proposed.preview_digest)}`."]
    lines += ["", "## What happened", ""]
    lines += [
        f"- {entry.at} {_said(_name(entry.by))}: {_said(sentence(entry.event, change.names)[0])}"
        for entry in entries
        if not is_detail(entry.event)
    ]
    return ("\n".join(lines) + "\n").encode()


def _why(proposed: Proposed) -> list[Line]:
    return [line(text(proposed.rationale)), *(part for d in proposed.differences for part in difference_lines(d))]


def _said(value: str) -> str:
    return md(value, WIDE)


def _minute(at: str) -> str:
    return at[:16].replace("T", " ")


def _second(at: str) -> str:
    return at[:19].replace("T", " ")


def _name(by: str) -> str:
    return by.partition(" <")[0] or by
