"""What the index shows of a change, worked out from its entries; pure."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from changectl.model import events as e
from changectl.model.codec import event_of, type_name
from changectl.model.entry import Entry
from changectl.model.fold import fold, last_of
from changectl.model.frozen import dataclass
from changectl.model.text import one_line

_SHORT = ("why", "saw", "name", "step", "code", "outcome", "operation", "title", "approver", "text", "cause")
_LONGEST = 200
_SAID = ("why", "text", "cause", "impact", "followup", "emergency")


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """One line of `changectl log`. Times are RFC 3339, empty where it has not happened.

    `owed`: 1 where it was an emergency that has ended, and nobody else has reviewed it.
    """

    id: str
    title: str
    env: str
    risk: str
    state: str
    outcome: str
    attempt: int
    by: str
    lead: str
    proposed_at: str
    begun_at: str
    closed_at: str
    last: str
    last_at: str
    emergency: str
    owed: int


@dataclass(frozen=True, slots=True)
class EventRow:
    """One event of a change as the index keeps it; `json` is the file in the register."""

    change: str
    seq: int
    attempt: int
    at: str
    by: str
    type: str
    text: str
    json: str


@dataclass(frozen=True, slots=True)
class Searched:
    """The words of a change that a search looks through."""

    rationale: str
    differences: str
    reasons: str


def entry_in(value: Mapping[str, Any]) -> Entry:
    """The entry of a register file that `verify` proves, not this: the index is derived and can be built again."""
    text = {name: str(value[name]) for name in ("change", "at", "by", "host", "nonce")}
    return Entry(**text, attempt=int(value["attempt"]), event=event_of(str(value["type"]), value["event"]))


def event_row(value: Mapping[str, Any], content: str) -> EventRow:
    """One event, with the few words that tell it apart."""
    event = value["event"] if isinstance(value["event"], dict) else {}
    words = (event.get(name) for name in _SHORT)
    text = ", ".join(one_line(word, _LONGEST) for word in words if isinstance(word, str) and word)
    who = (str(value["at"]), str(value["by"]), str(value["type"]))
    return EventRow(str(value["change"]), int(value["seq"]), int(value["attempt"]), *who, text, content)


def change_row(entries: Sequence[Entry]) -> ChangeRow:
    """Where a change stands. `entries`: all of them, oldest first."""
    change, first, last = fold(entries), entries[0], last_of(entries)
    proposed, begun = change.proposed, change.begun
    return ChangeRow(
        id=first.change,
        title=proposed.title if proposed else begun.title if begun else "",
        env=proposed.env if proposed else begun.env if begun else "",
        risk=proposed.risk if proposed else "",
        state=change.state.value if change.state else "",
        outcome=change.closed.outcome if change.closed else "",
        attempt=change.attempt,
        by=first.by,
        lead=proposed.lead if proposed else "",
        proposed_at=_last_at(entries, e.Proposed),
        begun_at=_last_at(entries, e.Begun),
        closed_at=_last_at(entries, e.Closed),
        last=type_name(last.event),
        last_at=last.at,
        emergency=begun.emergency if begun else proposed.emergency if proposed else "",
        owed=int(change.owed),
    )


def searched(entries: Sequence[Entry]) -> Searched:
    """Rationale, differences and every reason, note and answer that was ever given, each once."""
    proposals = [entry.event for entry in entries if isinstance(entry.event, e.Proposed)]
    differences = (f"{d.facet} {d.path} {d.before} {d.after}" for event in proposals for d in event.differences)
    reasons = (getattr(entry.event, name, "") for entry in entries for name in _SAID)
    return Searched(
        "\n".join(dict.fromkeys(event.rationale for event in proposals)),
        "\n".join(dict.fromkeys(differences)),
        "\n".join(dict.fromkeys(filter(None, reasons))),
    )


def facets(entries: Sequence[Entry]) -> Iterator[str]:
    """Every setting that the change named or touched, as people write it."""
    for entry in entries:
        match entry.event:
            case e.Proposed(seen=seen):
                yield from (str(one.facet) for one in seen)
            case e.Begun(facets=found) | e.SnapshotTaken(facets=found) | e.CallStarted(facets=found):
                yield from map(str, found)
            case _:
                pass


def _last_at(entries: Sequence[Entry], kind: type) -> str:
    return next((entry.at for entry in reversed(entries) if isinstance(entry.event, kind)), "")
