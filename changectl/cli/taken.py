"""Who has taken over what a change held, when, why, and what is to be typed then: told by the locks and the register."""

from changectl.cli.memory import Memory
from changectl.errors import Locked, TakenOver
from changectl.model.entry import Entry
from changectl.model.events import Begun, Closed
from changectl.register.locks import Lock, Owner


def taken(found: Memory, mine: Owner, refused: TakenOver | Locked) -> TakenOver:
    """The refusal of a renewal, as it is said to a person. The remote has just been looked at."""
    setting = str(refused.facts["setting"])
    last = found.register.last_held(setting)
    if last is None or last.owner is None or last.is_of(mine):
        return _freed(found, mine, setting)
    return _others(found, mine, setting, last)


def _others(found: Memory, mine: Owner, setting: str, last: Lock) -> TakenOver:
    assert last.owner is not None
    who = last.owner
    begun = [e for e in _of(found, who.change, who.attempt) if isinstance(e.event, Begun)]
    why = next((f": {e.event.over_lock}" for e in begun if isinstance(e.event, Begun) and e.event.over_lock), "")
    is_held = setting in {lock.name for lock in found.register.held_when_fetched()}
    ended = "" if is_held else " That has ended since."
    first = f"changectl status {who.change}; once that has ended: " if is_held else ""
    return TakenOver(
        f"{who.change} has taken over {setting} ({who.holder} on {who.host}, since {who.since}){why}. {mine.change} sends "
        f"nothing more.{ended}",
        f"{first}changectl rollback {mine.change}",
        setting=setting,
        change=who.change,
        holder=who.holder,
        host=who.host,
        since=who.since,
    )


def _freed(found: Memory, mine: Owner, setting: str) -> TakenOver:
    for entry in reversed(_of(found, mine.change, mine.attempt)):
        if isinstance(entry.event, Closed) and entry.host != mine.host:
            who = entry.event.by or entry.by
            return TakenOver(
                f"{who} has closed {mine.change} on {entry.host}, at {entry.at}: {entry.event.why}. It sends nothing more",
                f"changectl show {mine.change}",
                setting=setting,
                change=mine.change,
                holder=who,
                host=entry.host,
                since=entry.at,
            )
    return TakenOver(
        f"{setting} is not held by {mine.change} any more, and nothing says who freed it. {mine.change} sends nothing more",
        f"changectl show {mine.change}",
        setting=setting,
        change="",
    )


def _of(found: Memory, change: str, attempt: int) -> list[Entry]:
    return [entry for entry in found.recorded(change) if entry.attempt == attempt]
