"""Locks: who may change a setting. One ref a lock on the shared remote, set by compare-and-set, all of a change or none.

A lock ref's value is a chain of commits, free → held → free. Its epoch grows with every hold and never falls, so
that a holder who was taken over can be told from the one after. Who holds it renews its lease in the same epoch while
they conduct. A lock whose lease has ended is held all the same: whoever takes it over has to say so, and why.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import TypeAlias, assert_never

from changectl.errors import CannotRecord, InProgress, Locked, RegisterUnsound, TakenOver
from changectl.model.digest import canonical
from changectl.model.frozen import dataclass
from changectl.register.git import Found
from changectl.register.repository import LOCKS

LEASE = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Lease:
    """How long a lock may be counted on: from `since`, when its holder was last heard of, to `until`; RFC 3339."""

    since: str
    until: str

    def is_over(self, at: str) -> bool:
        """Whether it has ended by then."""
        return datetime.fromisoformat(self.until) <= datetime.fromisoformat(at)


def lease_from(since: datetime, length: timedelta) -> Lease:
    """A lease that begins then."""
    return Lease(since.isoformat(), (since + length).isoformat())


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
    """Hold all of these, or none. `over_lock`: even those that another change holds. Ours already: for another lease.

    `lease`: by default from the time since which the owner holds it.
    """

    names: tuple[str, ...]
    owner: Owner
    over_lock: bool = False
    lease: Lease | None = None


@dataclass(frozen=True, slots=True)
class Renewal:
    """Hold all of these for another lease, in their epoch; none where one of them is not the owner's any more."""

    names: tuple[str, ...]
    owner: Owner
    lease: Lease


@dataclass(frozen=True, slots=True)
class Unlock:
    """Free those of these that the owner still holds. `over_by`: only if their leases have ended by then."""

    names: tuple[str, ...]
    owner: Owner
    over_by: str = ""


Wish: TypeAlias = LockWish | Renewal | Unlock


@dataclass(frozen=True, slots=True)
class Lock:
    """What a lock ref says. An owner of None: free."""

    name: str
    epoch: int
    owner: Owner | None = None
    lease: Lease | None = None

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


def next_locks(wish: Wish, now: Mapping[str, Lock]) -> dict[str, Lock]:
    """The locks that must change, by name, given those that exist.

    Raises Locked with the holder, TakenOver where a renewal finds another one, InProgress where a lease has not ended.
    """
    current = {name: now.get(name) or Lock(name, 0) for name in sorted(set(wish.names))}
    mine = {name: lock for name, lock in current.items() if lock.is_of(wish.owner)}
    match wish:
        case Unlock():
            for lock in mine.values():
                _refuse_living(lock, wish.over_by)
            return {name: replace(lock, owner=None, lease=None) for name, lock in mine.items()}
        case Renewal(lease=lease):
            for lock in current.values():
                if not lock.is_of(wish.owner):
                    raise taken_over(lock, wish.owner)
            return _leased(mine, lease)
        case LockWish(lease=lease):
            wanted = {name: lock for name, lock in current.items() if name not in mine}
            for lock in wanted.values():
                if lock.owner and not wish.over_lock:
                    raise locked(lock, lease.since if lease else "")
            taken = {name: Lock(name, lock.epoch + 1, wish.owner, lease) for name, lock in wanted.items()}
            return {**(_leased(mine, lease) if lease else {}), **taken}
        case _:
            assert_never(wish)


def _leased(locks: Mapping[str, Lock], lease: Lease) -> dict[str, Lock]:
    return {name: replace(lock, lease=lease) for name, lock in locks.items() if lock.lease != lease}


def _refuse_living(lock: Lock, over_by: str) -> None:
    if over_by and lock.owner and lock.lease and not lock.lease.is_over(over_by):
        until = f"{datetime.fromisoformat(lock.lease.until):%H:%M} UTC"
        raise InProgress(
            f"{lock.owner.host} was heard of a moment ago, and has until {until} to be heard of again: it conducts "
            f"{lock.owner.change}",
            f"changectl status {lock.owner.change}",
        )


def epochs(wish: Wish, now: Mapping[str, Lock], then: Mapping[str, Lock]) -> tuple[tuple[str, int], ...]:
    """Name and epoch of each lock wished for, after the step."""
    after = {**now, **then}
    return tuple((name, after[name].epoch) for name in sorted(set(wish.names)) if name in after)


def locked(lock: Lock, at: str = "") -> Locked:
    """The refusal that names everything a person needs to find the other; and whether they are still there, at a time."""
    assert lock.owner is not None
    who = lock.owner
    over = lock.lease is not None and bool(at) and lock.lease.is_over(at)
    gone = f"; nobody conducts that any more, its lease ended at {lock.lease.until}" if lock.lease and over else ""
    return Locked(
        f"{lock.name} is held by {who.change} ({who.holder} on {who.host}, since {who.since}){gone}",
        f"changectl status {who.change}",
        setting=lock.name,
        change=who.change,
        attempt=who.attempt,
        holder=who.holder,
        host=who.host,
        since=who.since,
        epoch=lock.epoch,
        gone=over,
    )


def taken_over(lock: Lock, mine: Owner) -> TakenOver:
    """What whoever held a lock learns who does not hold it any more."""
    who = lock.owner
    by = f"{who.change} ({who.holder} on {who.host}, since {who.since}) holds it" if who else "it was freed"
    return TakenOver(
        f"{lock.name} is not held by {mine.change} any more: {by}",
        f"changectl status {who.change if who else mine.change}",
        setting=lock.name,
        epoch=lock.epoch,
        change=who.change if who else "",
    )


def message_of(lock: Lock) -> str:
    """A lock as the message of its commit."""
    if lock.owner is None:
        return canonical({"name": lock.name, "state": "free", "epoch": lock.epoch}).decode()
    lease = lock.lease or _first_lease(lock.owner)
    held = {"name": lock.name, "state": "held", "epoch": lock.epoch, "renewed": lease.since, "lease_until": lease.until}
    return canonical({**held, **asdict(lock.owner)}).decode()


def _first_lease(owner: Owner) -> Lease:
    try:
        return lease_from(datetime.fromisoformat(owner.since), LEASE)
    except ValueError:
        raise CannotRecord(f"{owner.since[:80]!r} is not the time since which a lock is held") from None


def lock_of(ref: str, commit: Found | None) -> Lock:
    """The lock that a ref's commit says. Raises RegisterUnsound where it is not one of ours."""
    try:
        assert commit is not None
        value = json.loads(commit.content.partition(b"\n\n")[2])
        members = ("change", "attempt", "nonce", "holder", "host", "since")
        owner = Owner(**{name: value[name] for name in members}) if value["state"] == "held" else None
        lease = Lease(value.get("renewed", value["since"]), value["lease_until"]) if owner else None
        lock = Lock(str(value["name"]), int(value["epoch"]), owner, lease)
        if lock_ref(lock.name) != ref:
            raise ValueError("the name of another lock")
    except (AssertionError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise RegisterUnsound(f"{ref} is not a lock of changectl's", f"git cat-file -p {ref}", ref=ref) from error
    else:
        return lock
