"""Deciding what is not in the register yet: which files, which locks, which refs one try has to push."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from changectl.errors import ConfigurationWrong
from changectl.model.codec import entry_of
from changectl.model.digest import canonical, digest, short
from changectl.model.entry import Entry
from changectl.model.frozen import dataclass
from changectl.register.envelope import DECISION, enveloped, event_files, file_name, unsound
from changectl.register.folders import Folder, find
from changectl.register.git import Found, Objects
from changectl.register.locks import Lock, Wish, epochs, lock_of, lock_ref, next_locks
from changectl.register.names import checked_id, day_of
from changectl.register.repository import Repository
from changectl.register.seen import follows

Decide = Callable[[tuple[Entry, ...]], bytes | None]
"""From all entries of a change, as they are once this is published, to its decision.md; None leaves that as it is."""

Admit = Callable[[tuple[Entry, ...]], None]
"""Raises where what the register has of a change by now forbids to publish more of it."""


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be published together."""

    entries: Sequence[Mapping[str, Any]]  # as JSON, ids included
    author: str
    locks: Wish | None
    also: Mapping[str, str]
    decide: Decide | None
    admit: Admit | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """What one try would push: files for the register, locks to set, refs to move; and every entry's number."""

    files: Mapping[str, bytes]
    seqs: tuple[int, ...]
    locks: Mapping[str, Lock]
    epochs: tuple[tuple[str, int], ...]
    also: Mapping[str, str]


def drafted(repository: Repository, objects: Objects, tip: str | None, order: Order, there: Mapping[str, str]) -> Draft:
    """What is not there yet.

    Raises what the order's `admit` raises, what `next_locks` does, RegisterUnsound, ConfigurationWrong.
    """
    files, seqs = _events(objects, tip, order)
    locks: Mapping[str, Lock] = {}
    held: tuple[tuple[str, int], ...] = ()
    if order.locks:
        names = [name for name in order.locks.names if lock_ref(name) in there]
        commits = objects.read_all(there[lock_ref(name)] for name in names)
        now = {name: lock_of(lock_ref(name), commit) for name, commit in zip(names, commits, strict=True)}
        locks = next_locks(order.locks, now)
        held = epochs(order.locks, now, locks)
    also = {ref: oid for ref, oid in order.also.items() if _must_move(repository, ref, oid, there.get(ref))}
    return Draft(files, seqs, locks, held, also)


def _events(objects: Objects, tip: str | None, order: Order) -> tuple[dict[str, bytes], tuple[int, ...]]:
    files: dict[str, bytes] = {}
    seqs: dict[str, int] = {}
    by_change: dict[str, list[Mapping[str, Any]]] = {}
    for value in order.entries:
        by_change.setdefault(value["change"], []).append(value)
    for change, values in by_change.items():
        folder = find(objects, tip, checked_id(change))
        path = folder.path if folder else f"changes/{day_of(values[0]['at'])}/{change}"
        there = _story(objects, folder) if folder and (order.decide or order.admit) else ()
        new = _chain(objects, folder or Folder(path, {}), values, files, seqs)
        if order.admit and new:
            order.admit(there)
        decision = order.decide((*there, *map(entry_of, new))) if order.decide else None
        if decision is not None and not _has(objects, folder, decision):
            files[f"{path}/{DECISION}"] = decision
    return files, tuple(seqs[value["id"]] for value in order.entries)


def _chain(
    objects: Objects,
    folder: Folder,
    values: Iterable[Mapping[str, Any]],
    files: dict[str, bytes],
    seqs: dict[str, int],
) -> list[Mapping[str, Any]]:
    """Put the entries that the folder does not have behind those it has; which those are."""
    new: list[Mapping[str, Any]] = []
    there = event_files(folder.files, folder.path)
    by_id = {prefix: (seq, name) for seq, prefix, name in there}
    last, previous = (there[-1][0], _digest(objects, folder, there[-1][2])) if there else (0, "")
    for value in values:
        if (found := by_id.get(short(value["id"]))) is not None:
            _same(objects, folder, found[1], value)
            seqs[value["id"]] = found[0]
        elif value["id"] not in seqs:
            last += 1
            content = enveloped(value, last, previous)
            files[f"{folder.path}/{file_name(value, last)}"] = content
            seqs[value["id"]], previous = last, digest(content)
            new.append(value)
    return new


def _story(objects: Objects, folder: Folder) -> tuple[Entry, ...]:
    """A change's entries as the folder has them. Raises RegisterUnsound for what is none."""
    names = [name for _, _, name in event_files(folder.files, folder.path)]
    found = objects.read_all(folder.files[name] for name in names)
    return tuple(_entry(f"{folder.path}/{name}", each) for name, each in zip(names, found, strict=True))


def _entry(path: str, found: Found | None) -> Entry:
    try:
        return entry_of(json.loads(found.content if found else b""))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise unsound(path, "it is not an event, or it was edited") from error


def _same(objects: Objects, folder: Folder, name: str, value: Mapping[str, Any]) -> None:
    found = objects.read(folder.files[name])
    try:
        there = json.loads(found.content) if found else {}
        same = canonical({member: there[member] for member in value}) == canonical(dict(value))
    except (ValueError, KeyError, TypeError):
        same = False
    if not same:
        raise unsound(f"{folder.path}/{name}", "an event of this id is in the journal of this machine, and differs")


def _digest(objects: Objects, folder: Folder, name: str) -> str:
    found = objects.read(folder.files[name])
    if found is None:
        raise unsound(f"{folder.path}/{name}", "its content is missing from the repository")
    return digest(found.content)


def _has(objects: Objects, folder: Folder | None, decision: bytes) -> bool:
    oid = folder.files.get(DECISION) if folder else None
    found = objects.read(oid) if oid else None
    return found is not None and found.content == decision


def _must_move(repository: Repository, ref: str, oid: str, now: str | None) -> bool:
    if now is None or now == oid:
        return now is None
    if follows(repository, oid, now):
        return False  # somebody has gone on from there already
    if follows(repository, now, oid):
        return True
    raise ConfigurationWrong(
        f"{ref} holds commits that {oid[:12]} does not follow",
        f"git fetch, look at the difference, and propose again: git log {oid[:12]}..{now[:12]}",
        ref=ref,
    )
