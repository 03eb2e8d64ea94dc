"""The journal: every event of one attempt, durable on the machine that conducts it. Crash recovery starts here.

`<state>/changes/<change>/<attempt>/journal.jsonl`, which holds the attempt's vault too: a body stands before the event that
names it, and one sync makes both durable. Attempt 0 is what happens before any apply. Whoever has a journal open for writing
holds an advisory lock on it, so that two processes never conduct the same attempt.
"""

import os
import secrets
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from changectl.errors import CannotRecord, InProgress, NotFound, RegisterUnsound
from changectl.model.codec import entry_json, entry_of
from changectl.model.digest import canonical
from changectl.model.entry import Entry
from changectl.model.events import Closed, Published
from changectl.model.resource import Body
from changectl.register.conducted import process_at, take
from changectl.register.disk import Lines, create_lines, open_lines, recover
from changectl.register.lines import read_lines
from changectl.register.names import checked_id
from changectl.register.vault import Vault, bodies_in, is_body

LARGEST_EVENT = 1024 * 1024  # bytes of one event's JSON: the register is cloned by everybody, for ever
_FILE, _ENDED = "journal.jsonl", "ended"


@dataclass(slots=True)
class Journal:
    """An attempt's journal, open and ours. `recovered` holds the events that were in it when it was opened."""

    change: str
    attempt: int
    recovered: tuple[Entry, ...]
    vault: Vault
    _lines: Lines
    _ended: bool = False

    @property
    def folder(self) -> Path:
        """Where this attempt keeps its journal."""
        return self._lines.path.parent

    def append(self, entry: Entry, durable: bool = True) -> None:
        """Record one event; durable when this returns, with all events and bodies before it, unless told otherwise.

        Raises CannotRecord: nothing may go forward then.
        """
        if (entry.change, entry.attempt) != (self.change, self.attempt):
            raise ValueError("this event belongs to another attempt")
        value = checked_size(entry)
        self._lines.append(value, durable=durable)
        self._ended = isinstance(entry.event, Published)

    def close(self) -> None:
        """Let go of the journal. An attempt whose end is published is not looked at again by `open_changes`."""
        closed_before = self._ended and any(isinstance(e.event, Closed) for e in self._entries())
        self._lines.close()
        if closed_before:
            with suppress(OSError):  # then it is looked at again, and found to have ended
                (self.folder / _ENDED).touch(mode=0o600)

    def _entries(self) -> Iterator[Entry]:
        return (entry_of(value) for _, value in self._lines.values() if not is_body(value))

    def __enter__(self) -> "Journal":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


@dataclass(frozen=True, slots=True)
class Unfinished:
    """An attempt that has not ended, or whose events the remote has not acknowledged."""

    change: str
    attempt: int
    ended: bool
    damage: str = ""  # where its journal cannot be read; it does not hide the others


@dataclass(frozen=True, slots=True)
class Journals:
    """All journals of this machine, under one state folder."""

    state: Path

    def folder(self, change: str, attempt: int) -> Path:
        """Where an attempt's journal is. Raises WrongUsage where the id could leave the state folder."""
        return self.state / "changes" / checked_id(change) / str(int(attempt))

    def create(self, change: str, attempt: int) -> Journal:
        """A new journal, with room in it before anything is done. Raises InProgress if there is one, CannotRecord."""
        path = self.folder(change, attempt) / _FILE
        try:
            lines = create_lines(path)
        except FileExistsError:
            raise InProgress(
                f"attempt {attempt} of {change} has been begun on this machine already",
                f"changectl apply {change} --resume",
                change=change,
                attempt=attempt,
            ) from None
        take(lines, change, attempt)
        return Journal(change, attempt, (), Vault(lines), lines)

    def open(self, change: str, attempt: int) -> Journal:
        """An attempt's journal to go on with: durable again, its torn end cut.

        Raises NotFound, InProgress, CannotRecord, RegisterUnsound.
        """
        path = self.folder(change, attempt) / _FILE
        try:
            lines = open_lines(path)
        except FileNotFoundError:
            raise _no_journal(change, attempt) from None
        take(lines, change, attempt)
        try:
            values = recover(lines)
            entries, bodies = _entries_in(values, path), bodies_in(values, str(path))
            (path.parent / _ENDED).unlink(missing_ok=True)
        except (CannotRecord, RegisterUnsound):
            os.close(lines.descriptor)
            raise
        is_told = bool(entries) and isinstance(entries[-1].event, Published)
        return Journal(change, attempt, entries, Vault(lines, bodies), lines, is_told)

    def read(self, change: str, attempt: int) -> tuple[Entry, ...]:
        """An attempt's events for showing, while somebody else may be writing. Raises NotFound, RegisterUnsound."""
        path = self.folder(change, attempt) / _FILE
        try:
            return _entries_in(_values(path), path)
        except FileNotFoundError:
            raise _no_journal(change, attempt) from None

    def attempts(self, change: str) -> tuple[int, ...]:
        """The attempts of a change that this machine conducted, oldest first."""
        folder = self.state / "changes" / checked_id(change)
        found = (child.name for child in folder.iterdir() if (child / _FILE).exists()) if folder.is_dir() else ()
        return tuple(sorted(int(name) for name in found if name.isdecimal()))

    def latest(self, change: str) -> int | None:
        """The newest attempt of a change on this machine; None where there is none."""
        return max(self.attempts(change), default=None)

    def held_by(self, change: str, attempt: int) -> str | None:
        """The process that has an attempt's journal open for going on, as it names itself; None where none has.

        Raises NotFound.
        """
        try:
            return process_at(self.folder(change, attempt) / _FILE)
        except FileNotFoundError:
            raise _no_journal(change, attempt) from None

    def set_aside(self, change: str, attempt: int) -> None:
        """Keep an attempt's folder under a name that is no attempt's: another machine has begun the one of that number.

        Raises InProgress where another process has its journal open.
        """
        with self.open(change, attempt) as journal:
            aside = journal.folder.with_name(f"{attempt}-lost-{secrets.token_hex(4)}")
            journal.folder.rename(aside)

    def open_changes(self) -> tuple[Unfinished, ...]:
        """Every attempt on this machine that has not ended or is not published yet, by change id."""
        folder = self.state / "changes"
        names = sorted(child.name for child in folder.iterdir()) if folder.is_dir() else []
        places = ((name, attempt) for name in names for attempt in self.attempts(name))
        found = (self._unfinished(*place) for place in places if not (self.folder(*place) / _ENDED).exists())
        return tuple(one for one in found if one is not None)

    def _unfinished(self, change: str, attempt: int) -> Unfinished | None:
        try:
            entries = self.read(change, attempt)
        except RegisterUnsound as damage:
            return Unfinished(change, attempt, False, damage.sentence)
        ended = any(isinstance(entry.event, Closed) for entry in entries)
        published = bool(entries) and isinstance(entries[-1].event, Published)
        return None if published and (ended or attempt == 0) else Unfinished(change, attempt, ended)


def kept(folder: Path) -> Mapping[str, Body]:
    """The bodies that an attempt's journal holds, by digest, while somebody else may be writing; none without a journal.

    Raises RegisterUnsound.
    """
    path = folder / _FILE
    try:
        return bodies_in(_values(path), str(path))
    except FileNotFoundError:
        return {}


def unpublished(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """What the remote has not acknowledged yet, of one journal's entries in order."""
    waiting: list[Entry] = []
    for entry in entries:
        if isinstance(entry.event, Published):
            waiting.clear()
        else:
            waiting.append(entry)
    return tuple(waiting)


def checked_size(entry: Entry) -> dict[str, Any]:
    """The entry as JSON. Raises CannotRecord where it is too large for a register that everybody clones."""
    value = entry_json(entry)
    if (size := len(canonical(value))) > LARGEST_EVENT:
        raise CannotRecord(
            f"an event of {entry.change} has {size:,} bytes; the register takes {LARGEST_EVENT:,}",
            "split the step into smaller ones",
            change=entry.change,
            size=size,
        )
    return value


def _values(path: Path) -> tuple[Any, ...]:
    return tuple(value for _, value in read_lines(path.read_bytes(), str(path)).values)


def _entries_in(values: Iterable[Any], path: Path) -> tuple[Entry, ...]:
    try:
        return tuple(entry_of(value) for value in values if not is_body(value))
    except ValueError as error:
        raise RegisterUnsound(f"{path}: {error}", "keep a copy of this file; it was changed by hand") from error


def _no_journal(change: str, attempt: int) -> NotFound:
    return NotFound(
        f"attempt {attempt} of {change} was not conducted on this machine", f"changectl show {change}", change=change
    )
