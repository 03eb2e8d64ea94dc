"""Publishing: events into the register exactly once, with locks and other refs in the same all-or-nothing push.

An entry's id is fixed in the journal; its number and predecessor are put on here, against the tip that was just looked
at. Whoever loses the race looks again, drops what is already there and puts the rest on the new tip. Nothing is ever
merged or rebased, and only an acknowledgement, or finding everything there, counts as published.
"""

from collections.abc import Mapping
from typing import Any

from changectl.errors import RemoteNeeded
from changectl.model.frozen import dataclass
from changectl.register.draft import Draft, Order, drafted
from changectl.register.git import Objects
from changectl.register.locks import Lock, lock_ref, message_of
from changectl.register.remote import Remote, Update, remember
from changectl.register.repository import BRANCH, Repository
from changectl.register.seen import View
from changectl.register.stream import Commit, write

TURNS = 40  # tries; eight writers at once need up to nine
STUCK = 8  # tries in a row, over a second, that neither succeeded nor found anything new: then it is no race
_FIRST_WAIT, _LONGEST_WAIT = 0.02, 0.6  # seconds


@dataclass(frozen=True, slots=True)
class Receipt:
    """The remote has it: the register's tip, each entry's number in its change, each lock's epoch."""

    tip: str
    seqs: tuple[int, ...]
    epochs: tuple[tuple[str, int], ...] = ()


def wait_before(turn: int, chance: float) -> float:
    """Seconds to wait before another try, so that those who lost together do not lose together again."""
    return chance * min(_FIRST_WAIT * 2.0 ** min(turn, 10), _LONGEST_WAIT)


def refs_of(order: Order) -> tuple[str, ...]:
    """Every ref on the remote that this order depends on, besides the register's."""
    names = order.locks.names if order.locks else ()
    return (*(lock_ref(name) for name in names), *order.also)


def one_try(repository: Repository, remote: Remote, objects: Objects, order: Order, view: View) -> Receipt | str:
    """Push once against what was just looked at: the receipt, or git's words where nobody acknowledged."""
    there, tip = view.there, view.tip
    draft = drafted(repository, objects, tip, order, there)
    commits = [*_register_commit(draft, order, tip), *_lock_commits(draft, order, there)]
    made = write(repository.root, commits, synced=repository.remote is None) if commits else ()
    new_tip = made[0] if draft.files else tip
    updates = [Update(BRANCH, new_tip, there.get(BRANCH, ""))] if new_tip and new_tip != there.get(BRANCH) else []
    locks = {lock_ref(name): oid for name, oid in zip(draft.locks, made[bool(draft.files) :], strict=True)}
    updates += [Update(ref, oid, there.get(ref, "")) for ref, oid in {**locks, **draft.also}.items()]
    if updates and (words := remote.push(updates)) is not None:
        return words
    mirrors = {remote.mirror(update.ref): (update.new, update.old) for update in updates}
    remember(repository, {**mirrors, **({remote.seen: (new_tip, view.seen)} if new_tip else {})})
    return Receipt(new_tip or "", draft.seqs, draft.epochs)


def _register_commit(draft: Draft, order: Order, tip: str | None) -> list[Commit]:
    if not draft.files:
        return []
    files = {path.encode(): content for path, content in draft.files.items()}
    new = sum(path.endswith(".json") for path in draft.files)
    return [Commit(tip or "", _message(order.entries[-1], new), order.author, order.entries[-1]["at"], files)]


def _message(last: Mapping[str, Any], new: int) -> str:
    """The last event, and how many others are published with it."""
    event = last["event"] if isinstance(last["event"], Mapping) else {}
    words = " ".join(filter(None, (last["type"], str(event.get("outcome", ""))[:40])))
    return f"{last['change']}: {words}" + (f" and {new - 1} more" if new > 1 else "")


def _lock_commits(draft: Draft, order: Order, there: Mapping[str, str]) -> list[Commit]:
    if order.locks is None:
        return []
    return [
        Commit(there.get(lock_ref(name), ""), message_of(lock), order.author, _at(order, lock))
        for name, lock in draft.locks.items()
    ]


def _at(order: Order, lock: Lock) -> str:
    if order.entries:
        return str(order.entries[-1]["at"])
    return lock.lease.since if lock.lease else str(order.locks.owner.since if order.locks else "")


def refused(repository: Repository, words: str, *, stuck: bool) -> RemoteNeeded:
    """The error for a push that is refused each time, or lost every race."""
    where = repository.remote or "this repository"
    why = "refuses what is pushed to it" if stuck else "is too busy: every try lost the race"
    return RemoteNeeded(
        f"{where} {why}: {words}",
        f"ask for the right to push changectl/register and refs/changectl/* to {where}",
        remote=where,
        denied=stuck,
        git=words,
    )
