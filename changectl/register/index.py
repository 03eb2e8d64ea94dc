"""The index: SQLite beside the register, for listing and searching in milliseconds. Derived: delete it and it comes back.

It remembers the commit it was built from, so that being up to date is an equality. sqlite-utils makes the tables and the
full-text search; its import costs 120 ms, so that catching up with a few events and reading go without it.
"""

import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields
from itertools import groupby
from operator import attrgetter
from pathlib import Path

from changectl.errors import CannotRecord
from changectl.model.entry import Entry
from changectl.model.frozen import dataclass
from changectl.register.arrivals import added, documents
from changectl.register.disk import make_folders
from changectl.register.log import Register
from changectl.register.rows import ChangeRow, EventRow, Searched, change_row, entry_in, event_row, facets, searched

FORMAT = 2  # another number in the file: it is built anew
_BUSY = 60.0  # seconds to wait for another process, which may be building all of it
_NO_ROOM = (
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_READONLY,
)
_change_values = attrgetter(*(field.name for field in fields(ChangeRow)))  # astuple copies deeply: six times slower
_event_values = attrgetter(*(field.name for field in fields(EventRow)))
_searched_values = attrgetter(*(field.name for field in fields(Searched)))
_CHANGE = ", ".join(f"changes.{field.name}" for field in fields(ChangeRow))


@dataclass(frozen=True, slots=True)
class Index:
    """An index that was up to date when it was opened. Close it."""

    connection: sqlite3.Connection
    tip: str

    def newest(self, limit: int = 50, before: str = "") -> tuple[ChangeRow, ...]:
        """Changes by their last event, newest first; `before` is the id of the last one already seen."""
        where, given = "", []
        if before:
            where = "WHERE (last_at, id) < (SELECT last_at, id FROM changes WHERE id = ?)"
            given = [before]
        return self._changes(f"{where} ORDER BY last_at DESC, id DESC LIMIT ?", (*given, limit))

    def change(self, change: str) -> ChangeRow | None:
        """One change; None where the register does not know it."""
        return next(iter(self._changes("WHERE id = ?", (change,))), None)

    def of_change(self, change: str) -> tuple[EventRow, ...]:
        """A change's events, oldest first."""
        rows = self.connection.execute(
            "SELECT change, seq, attempt, at, by, type, text, json FROM events WHERE change = ? ORDER BY seq", (change,)
        )
        return tuple(EventRow(*row) for row in rows)

    def search(self, text: str, limit: int = 50) -> tuple[ChangeRow, ...]:
        """Changes in whose title, rationale, differences, reasons or notes every word occurs, the newest change first."""
        words = " ".join('"' + word.replace('"', '""').replace("\0", "") + '"*' for word in text.split())
        if not words:
            return ()
        found = "JOIN changes_fts ON changes_fts.rowid = changes.rowid WHERE changes_fts MATCH ?"
        return self._changes(f"{found} ORDER BY changes_fts.rowid DESC LIMIT ?", (words, limit))

    def touching(self, setting: str, limit: int = 50) -> tuple[ChangeRow, ...]:
        """Changes that named or touched a resource (`security-group/sg-1`) or one of its settings, newest first."""
        ids = "SELECT change FROM facets WHERE facet = ?1 OR (facet > ?1 || ' ' AND facet < ?1 || '!')"
        return self._changes(f"WHERE id IN ({ids}) ORDER BY last_at DESC, id DESC LIMIT ?2", (setting, limit))

    def unfinished(self) -> tuple[ChangeRow, ...]:
        """Changes that have not ended, or wait for somebody, a review included; newest first."""
        return self._changes("WHERE state != 'closed' OR owed != 0 ORDER BY last_at DESC, id DESC", ())

    def ended(self) -> frozenset[str]:
        """The changes that came to their end in production: applied, or accepted as they stood."""
        rows = self.connection.execute("SELECT id FROM changes WHERE outcome IN ('applied', 'accepted')")
        return frozenset(str(row[0]) for row in rows)

    def _changes(self, rest: str, given: tuple[object, ...]) -> tuple[ChangeRow, ...]:
        rows = self.connection.execute(f"SELECT {_CHANGE} FROM changes {rest}", given)  # noqa: S608
        return tuple(ChangeRow(*row) for row in rows)

    def close(self) -> None:
        """Let go of the file."""
        self.connection.close()

    def __enter__(self) -> "Index":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def catch_up(register: Register, path: Path) -> Index:
    """The index at the register's tip; made, carried on or made anew as needed; where the disk takes none, in memory.

    Raises CannotRecord where another process holds it for a minute or its folder cannot be made, and RegisterUnsound.
    """
    tip = register.tip() or ""
    try:
        return _followed(register, path, tip)
    except sqlite3.DatabaseError as error:
        code = error.sqlite_errorcode & 0xFF
        if code == sqlite3.SQLITE_BUSY:
            raise CannotRecord(f"the index {path} cannot be used: {error}", f"fuser {path}") from error
        if code in _NO_ROOM:
            return _followed(register, None, tip)
    for suffix in ("", "-wal", "-shm"):  # whoever still has it open goes on with what it has
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    return _followed(register, path, tip)


def _followed(register: Register, path: Path | None, tip: str) -> Index:
    connection = _opened(path) if path else sqlite3.connect(":memory:", isolation_level=None)
    try:
        if _built_from(connection) != tip:
            _carry_on(register, connection, tip)
    except BaseException:
        connection.close()
        raise
    return Index(connection, tip)


def _opened(path: Path) -> sqlite3.Connection:
    try:
        make_folders(path.parent)
    except OSError as error:
        raise CannotRecord(f"{path.parent} cannot be made: {error.strerror}", f"ls -ld {path.parent.parent}") from error
    connection = sqlite3.connect(path, timeout=_BUSY, isolation_level=None)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _built_from(connection: sqlite3.Connection) -> str | None:
    if connection.execute("PRAGMA user_version").fetchone() != (FORMAT,):
        return None
    found = connection.execute("SELECT tip FROM built_from").fetchone()
    return str(found[0]) if found else None


def _carry_on(register: Register, connection: sqlite3.Connection, tip: str) -> None:
    with _transaction(connection):
        since = _built_from(connection)
        if since == tip:
            return
        new = added(register, since, tip) if since else None
        if new is None:
            _create(connection)
            new = added(register, "", tip) or {}
        _put(connection, register, new, fresh=not since)
        connection.execute("DELETE FROM built_from")
        connection.execute("INSERT INTO built_from VALUES (?)", (tip,))


def _put(connection: sqlite3.Connection, register: Register, new: Mapping[str, str], *, fresh: bool) -> None:
    """Put events in, and work out anew what is shown of each change that they belong to."""
    for _, group in groupby(documents(register, new), key=lambda pair: pair[0]["change"]):
        values = list(group)
        rows = [event_row(value, content) for value, content in values]
        marks = ", ".join("?" * len(fields(EventRow)))
        connection.executemany(f"INSERT INTO events VALUES ({marks})", map(_event_values, rows))  # noqa: S608
        entries = [] if fresh else _known(connection, rows[0])
        _show(connection, [*entries, *(entry_in(value) for value, _ in values)])


def _known(connection: sqlite3.Connection, first: EventRow) -> list[Entry]:
    found = connection.execute(
        "SELECT json FROM events WHERE change = ? AND seq < ? ORDER BY seq", (first.change, first.seq)
    )
    return [entry_in(json.loads(text)) for (text,) in found]


def _show(connection: sqlite3.Connection, entries: list[Entry]) -> None:
    row, words = change_row(entries), searched(entries)
    values = (*_change_values(row), *_searched_values(words))
    names = [field.name for field in (*fields(ChangeRow), *fields(Searched))]
    sets = ", ".join(f"{name} = excluded.{name}" for name in names)
    connection.execute(
        f"INSERT INTO changes ({', '.join(names)}) VALUES ({', '.join('?' * len(names))}) "  # noqa: S608
        f"ON CONFLICT (id) DO UPDATE SET {sets}",
        values,
    )
    connection.executemany("INSERT OR IGNORE INTO facets VALUES (?, ?)", {(row.id, facet) for facet in facets(entries)})


def _create(connection: sqlite3.Connection) -> None:
    """Tables and full-text search, empty, inside the transaction that is open."""
    from sqlite_utils import Database

    db = Database(connection)
    for name in ("changes_fts", "changes", "events", "facets", "built_from"):
        connection.execute(f"DROP TABLE IF EXISTS {name}")
    columns = {field.name: field.type for field in (*fields(ChangeRow), *fields(Searched))}
    db.table("changes").create(columns, pk="id")
    db.table("changes").create_index(["last_at", "id"])
    db.table("changes").enable_fts(["id", "title", "rationale", "differences", "reasons"], create_triggers=True)
    db.table("events").create({field.name: field.type for field in fields(EventRow)}, pk=("change", "seq"))
    db.table("facets").create({"change": str, "facet": str}, pk=("facet", "change"))
    db.table("built_from").create({"tip": str})
    connection.execute(f"PRAGMA user_version = {FORMAT}")


@contextmanager
def _transaction(connection: sqlite3.Connection) -> Iterator[None]:
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
