"""Locks: who may change a setting. One ref a lock on the shared remote, set by compare-and-set, all of a change or none.

A lock ref's value is a chain of commits, free → held → free. Its epoch grows with every hold and never falls, so
that a holder who was taken over can be told from the one after. The lease (15 minutes) is recorded; nobody renews or
enforces it yet: whoever takes over has to say so, and why.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import datetime, timedelta

from changectl.errors import CannotRecord, Locked, RegisterUnsound
from changectl.model.digest import canonical
from changectl.model.frozen import dataclass
from changectl.register.git import Found
from changectl.register.repository import LOCKS

LEASE = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Owner:
    """Who holds a lock: one attempt of one change. The nonce makes it this very attempt. `since` is RFC 3339."""

    change: str
    attempt: int
    nonce: str
    holder: str
    host: str
    since: str


@dataclass(frozen=True, slots=True)
class LockWish:
    """Hold all of these, or none. `over_lock`: even those that another change holds."""

    names: tuple[str, ...]
    owner: Owner
    over_lock: bool = False


@dataclass(frozen=True, slots=True)
class Unlock:
    """Free those of these that the owner still holds."""

    names: tuple[str, ...]
    owner: Owner


@dataclass(frozen=True, slots=True)
class Lock:
    """What a lock ref says. An owner of None: free."""

    name: str
    epoch: int
    owner: Owner | None = None

    def is_of(self, owner: Owner) -> bool:
        """Whether this very attempt holds it."""
        mine = self.owner
        return mine is not None and (mine.change, mine.attempt, mine.nonce) == (
            owner.change,
            owner.attempt,
            owner.nonce,
        )


def lock_ref(name: str) -> str:
    """The ref of a lock. Hashed: names hold what a ref may not, and a remote lists its refs to everybody."""
    return LOCKS + hashlib.sha256(name.encode()).hexdigest()


def next_locks(wish: LockWish | Unlock, now: Mapping[str, Lock]) -> dict[str, Lock]:
    """The locks that must change, by name, given those that exist. Raises Locked with the holder."""
    current = {name: now.get(name) or Lock(name, 0) for name in sorted(set(wish.names))}
    if isinstance(wish, Unlock):
        return {name: replace(lock, owner=None) for name, lock in current.items() if lock.is_of(wish.owner)}
    wanted = {name: lock for name, lock in current.items() if not lock.is_of(wish.owner)}
    if not wish.over_lock:
        for lock in wanted.values():
            if lock.owner:
                raise locked(lock)
    return {name: Lock(name, lock.epoch + 1, wish.owner) for name, lock in wanted.items()}


def epochs(wish: LockWish | Unlock, now: Mapping[str, Lock], then: Mapping[str, Lock]) -> tuple[tuple[str, int], ...]:
    """Name and epoch of each lock wished for, after the step."""
    after = {**now, **then}
    return tuple((name, after[name].epoch) for name in sorted(set(wish.names)) if name in after)


def locked(lock: Lock) -> Locked:
    """The refusal that names everything a person needs to find the other."""
    assert lock.owner is not None
    who = lock.owner
    return Locked(
        f"{lock.name} is held by {who.change} ({who.holder} on {who.host}, since {who.since})",
        f"changectl status {who.change}",
        setting=lock.name,
        change=who.change,
        attempt=who.attempt,
        holder=who.holder,
        host=who.host,
        since=who.since,
        epoch=lock.epoch,
    )


def message_of(lock: Lock) -> str:
    """A lock as the message of its commit."""
    if lock.owner is None:
        return canonical({"name": lock.name, "state": "free", "epoch": lock.epoch}).decode()
    try:
        lease_until = (datetime.fromisoformat(lock.owner.since) + LEASE).isoformat()
    except ValueError:
        raise CannotRecord(f"{lock.owner.since[:80]!r} is not the time since which a lock is held") from None
    held = {"name": lock.name, "state": "held", "epoch": lock.epoch, "lease_until": lease_until}
    return canonical({**held, **asdict(lock.owner)}).decode()


def lock_of(ref: str, commit: Found | None) -> Lock:
    """The lock that a ref's commit says. Raises RegisterUnsound where it is not one of ours."""
    try:
        assert commit is not None
        value = json.loads(commit.content.partition(b"\n\n")[2])
        members = ("change", "attempt", "nonce", "holder", "host", "since")
        owner = Owner(**{name: value[name] for name in members}) if value["state"] == "held" else None
        lock = Lock(str(value["name"]), int(value["epoch"]), owner)
        if lock_ref(lock.name) != ref:
            raise ValueError("the name of another lock")
    except (AssertionError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise RegisterUnsound(f"{ref} is not a lock of changectl's", f"git cat-file -p {ref}", ref=ref) from error
    else:
        return lock
