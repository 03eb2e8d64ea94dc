"""Who is doing what now: every open change, whether anybody conducts it still, and what it waits for."""

from collections.abc import Iterable, Sequence
from typing import assert_never

from changectl.model.conductor import Conductor, Presence
from changectl.model.frozen import dataclass
from changectl.model.resource import Body
from changectl.views.history import LOOKS, OWED, Row, log_document, name_of
from changectl.views.page import Line, Page, Piece, Style, command, line, text


@dataclass(frozen=True, slots=True)
class Open:
    """A change that has not ended, what it waits for, and who conducts it, where an attempt is under way."""

    row: Row
    waits: str
    conductor: Conductor | None = None


def status_page(opened: Sequence[Open]) -> Page:
    """Every change that is open, with what it waits for; or the good news that there is none."""
    if not opened:
        return (line("No change is open."),)
    return tuple(part for each in opened for part in _one(each))


def _one(each: Open) -> Iterable[Line]:
    row, conductor = each.row, each.conductor
    look = LOOKS.get(row.stands, Style.WARN)
    yield line(text(row.change, Style.STRONG), "  ", text(row.stands, look), "  ", text(row.env))
    yield line(text(row.title), indent=2)
    if conductor is None:
        yield line(text(f"since {_minute(row.at)}, {name_of(row.by)}", Style.QUIET), indent=2)
    else:
        yield line(text(said(conductor), Style.WARN if conductor.is_gone else Style.QUIET), indent=2)
    if row.emergency or row.owed:
        why = f"emergency {row.emergency}".rstrip()
        yield line(text(f"{why}{OWED if row.owed else ''}", Style.WARN), indent=2)
    review = f"changectl close {row.change}"
    typed = _typed(each)
    typed += [("", review)] if row.owed and review not in {words for _, words in typed} else []
    for n, (where, words) in enumerate(typed):
        yield line("Next: " if n == 0 else "      ", *_where(where), command(words), indent=2)


def said(conductor: Conductor) -> str:
    """One sentence: who conducts it; or that nobody does any more, and since when."""
    who, since = f"{name_of(conductor.by)} on {conductor.host}", _minute(conductor.since)
    match conductor.presence:
        case Presence.HERE:
            return f"conducted here, by {conductor.process}, since {since}"
        case Presence.THERE:
            return f"conducted by {who}, since {since}; its lease lasts until {_minute(conductor.until)}"
        case Presence.LEFT_HERE:
            heard = f" since {_minute(conductor.heard)}" if conductor.heard else ""
            return f"nobody is conducting it{heard}: {who} began it at {since}, and no process carries it on"
        case Presence.GONE:
            return (
                f"nobody is conducting it since {_minute(conductor.heard)}, when {who} was last heard of; "
                f"its lease ended at {_minute(conductor.until)}"
            )
        case Presence.UNHELD:
            return f"begun by {who} at {since}, and it holds no lock: nobody can tell from here whether it is conducted"
        case _:
            assert_never(conductor.presence)


def ways_on(change: str, conductor: Conductor) -> tuple[tuple[str, str], ...]:
    """What to type, each with where that is typed, for an attempt that is under way or was left."""
    resume, back = f"changectl apply --resume {change}", f"changectl rollback {change}"
    gone = f'changectl close {change} --accept --gone {conductor.host} --why "…"'
    match conductor.presence:
        case Presence.HERE | Presence.THERE:
            return (("", f"changectl show {change}"),)
        case Presence.LEFT_HERE:
            return (("", resume), ("", back))
        case Presence.GONE | Presence.UNHELD:
            on = f"on {conductor.host}"
            return ((on, resume), (on, back), ("where that machine is gone for good", gone))
        case _:
            assert_never(conductor.presence)


def status_document(opened: Iterable[Open]) -> Body:
    """The same for programs."""
    return {
        "schema": "changectl/status/1",
        "open": [
            {
                **dict(log_document([each.row])["changes"][0]),
                "next": _typed(each)[0][1],
                "conductor": _conductor_document(each),
            }
            for each in opened
        ],
    }


def _conductor_document(each: Open) -> Body:
    who = each.conductor
    if who is None:
        return None
    return {
        "presence": who.presence.value,
        "conducted": not who.is_gone,
        "by": who.by,
        "host": who.host,
        "since": who.since,
        "heard": who.heard,
        "lease_until": who.until,
        "process": who.process,
        "next": [{"where": where, "type": words} for where, words in _typed(each)],
    }


def _typed(each: Open) -> list[tuple[str, str]]:
    return [("", each.waits)] if each.conductor is None else [*ways_on(each.row.change, each.conductor)]


def _where(where: str) -> tuple[Piece, ...]:
    return (text(f"{where}: "),) if where else ()


def _minute(at: str) -> str:
    return f"{at[:16].replace('T', ' ')} UTC"
