"""What an attempt writes down and tells the team, and the locks that are its own."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any

from changectl.cli.clocks import Moment
from changectl.cli.entries import entry_now
from changectl.cli.holding import Holding
from changectl.cli.memory import Memory, lost_to, unpublished
from changectl.cli.stops import Stops
from changectl.cli.taken import taken
from changectl.engine.standing import may_accept
from changectl.errors import CannotRecord, ChangectlError, Locked, RegisterUnsound, RemoteNeeded, TakenOver
from changectl.model.change import Change, Outcome
from changectl.model.durable import can_wait
from changectl.model.entry import Entry
from changectl.model.events import Begun, Closed, Event, LocksHeld, Published, RollbackWanted
from changectl.model.fold import fold
from changectl.register.journal import Journal
from changectl.register.locks import Lease, LockWish, Owner, Renewal, Unlock, lease_from
from changectl.views.decision import decision


@dataclass(slots=True)
class Keeper:
    """Writes entries to the journal and tells the register of them; knows which locks are this attempt's."""

    memory: Memory
    journal: Journal
    by: str
    stops: Stops
    kinds: Mapping[str, Any]
    earlier: tuple[Entry, ...] = ()
    entries: list[Entry] = field(default_factory=list)
    lost_to: Entry | None = None
    unrecorded: str = ""
    untold: str = ""
    holding: Holding = field(init=False)
    _has_locks: bool = field(init=False, default=False)

    def __post_init__(self) -> None:
        self.holding = Holding(self.journal.change, self.memory.register.lease.total_seconds(), self._renew)
        for entry in self.entries:
            self._follow(entry.event)

    def record(self, event: Event) -> None:
        """Durable when it returns, but for what becomes so with the next intent. Raises CannotRecord."""
        self._keep(self._entry(event))

    def record_on_the_way_back(self, event: Event) -> None:
        """The same where that can be; production goes back unrecorded rather than not, and `unrecorded` says why."""
        try:
            self.record(event)
        except CannotRecord as why:
            self.unrecorded = why.sentence

    def tell(self, event: Event, over_lock: bool = False) -> None:
        """The same, and the team is told first, since a colleague may be closing the attempt; without a remote kept here.

        The locks are renewed with it; those that came free meanwhile are taken anew on the way back, and with `over_lock`
        those that somebody else has. Raises GateRefused, nothing being recorded, where somebody has closed it, TakenOver
        where somebody else has a lock. Whoever dies in between finds it in the register, from where `caught_up` takes it.
        No register that is not sound and no full disk forbids to go back: `untold` says why nobody knows of it.
        """
        back = isinstance(event, RollbackWanted)
        entry, begun = self._entry(event), self.holding.clock()
        names, owner, lease = self._names(), self._owner(), self._lease(begun)
        again = LockWish(names, owner, over_lock, lease) if back else Renewal(names, owner, lease)
        try:
            self.memory.register.append(
                (*unpublished(self.entries), entry), locks=again if self._is_leased else None, admit=self._still_open
            )
        except (Locked, TakenOver) as lost:
            raise taken(self.memory, owner, lost) from lost
        except (RemoteNeeded, RegisterUnsound, CannotRecord) as why:
            if not back and not isinstance(why, RemoteNeeded):
                raise
            self.untold = why.sentence
        else:
            self.holding.acknowledged(begun)
        try:
            self._keep(entry)
        except CannotRecord as why:
            if not back:
                raise
            self.unrecorded = why.sentence

    def hold(self, seconds: float) -> None:
        """What this attempt holds is its own for so long. Raises LeaseOver, TakenOver. Without a remote there is no lease."""
        if self._is_leased:
            self.holding.hold(seconds)

    def keep_up(self) -> None:
        """Renew the lease where that is due, while time passes."""
        if self._is_leased:
            self.holding.keep_up()

    def accept(self, event: Closed) -> str:
        """Close as accepted and free the locks, in one push, before it is journaled. Raises RemoteNeeded, GateRefused."""
        entry = self._entry(event)
        free = Unlock(self._names(), self._owner())
        decide = partial(decision, entry.change)
        entries = (*unpublished(self.entries), entry)
        tip = self.memory.register.append(entries, locks=free, decide=decide, admit=self._still_open).tip
        self._keep(entry)
        self.record(Published(tip))
        return tip

    def change(self) -> Change:
        """The change as it stands, earlier attempts included."""
        return fold((*self.earlier, *self.entries))

    def refuse(self, why: str) -> bool:
        """End what has changed nothing and cannot be recorded, told to the team alone; whether that was heard."""
        if self.lost_to:
            return True
        with suppress(CannotRecord):
            self.record(Closed(Outcome.REFUSED.value, why, "unrecorded"))
        try:
            self.publish()
        except (ChangectlError, OSError):
            return False
        return True

    def take_locks(self, over_lock: bool = False) -> tuple[tuple[str, int], ...]:
        """Publish the begin and take every lock, in one push; with `over_lock`, or where the begin of an attempt that has
        not ended says so, those that somebody else has too.

        Raises Locked, also where another machine has begun an attempt of the same number, and RemoteNeeded.
        """
        if self._begun().offline:
            return ()
        begun, over = self.holding.clock(), over_lock or bool(self._begun().over_lock and not self.change().closed)
        wish = LockWish(self._names(), self._owner(), over_lock=over, lease=self._lease(begun))
        taken_now = self.memory.register.append(unpublished(self.entries), locks=wish, admit=self._first_to_begin)
        self.holding.acknowledged(begun)
        return taken_now.epochs

    def publish(self) -> str:
        """Publish the end and, where there is one, free the locks, in one push. Raises RemoteNeeded; Locked as `take_locks`."""
        change, entries = self.change(), tuple(unpublished(self.entries))
        # Held or not: whoever died while taking them never learnt that they were taken.
        free = Unlock(self._names(), self._owner()) if change.closed and change.begun else None
        decide = partial(decision, self.journal.change) if change.closed else None
        return self.memory.register.append(entries, locks=free, decide=decide, admit=self._first_to_begin).tip

    @property
    def _is_leased(self) -> bool:
        return self._has_locks and self.memory.repository.remote is not None

    def _follow(self, event: Event) -> None:
        """Whether there are locks that are this attempt's; its end frees them."""
        if isinstance(event, LocksHeld | Closed):
            self._has_locks = isinstance(event, LocksHeld) and bool(event.epochs)

    def _lease(self, begun: Moment) -> Lease:
        return lease_from(datetime.fromtimestamp(begun.wall, UTC), self.memory.register.lease)

    def _renew(self, now: datetime) -> None:
        owner = self._owner()
        try:
            lease = lease_from(now, self.memory.register.lease)
            self.memory.register.append((), locks=Renewal(self._names(), owner, lease))
        except TakenOver as lost:
            raise taken(self.memory, owner, lost) from lost

    def _entry(self, event: Event) -> Entry:
        return entry_now(self.journal.change, self.journal.attempt, self.by, event)

    def _keep(self, entry: Entry) -> None:
        """In the journal; what that refuses is told on the way back all the same, and going forward has not happened."""
        try:
            self.journal.append(entry, durable=not can_wait(entry.event))
        except CannotRecord:
            change = fold((*self.entries, entry))
            if change.rollback or change.closed or change.operator:
                self.entries.append(entry)
                self._follow(entry.event)
            raise
        self.entries.append(entry)
        self._follow(entry.event)

    def _still_open(self, there: tuple[Entry, ...]) -> None:
        """Raises GateRefused where the register has by now that somebody closed this attempt."""
        if (change := fold(there)).attempt == self.journal.attempt and change.outcome is Outcome.ACCEPTED:
            may_accept(self.journal.change, change, "")

    def _first_to_begin(self, there: tuple[Entry, ...]) -> None:
        """Raises Locked where another machine has begun this very attempt, and the register has nothing of ours."""
        winner = self.lost_to = lost_to(there, self.journal.attempt, self.entries)
        if winner is not None:
            raise Locked(
                f"attempt {winner.attempt} of {winner.change} was begun a moment ago by {winner.by} on {winner.host}",
                f"changectl status {winner.change}",
            )

    def _begun(self) -> Begun:
        return next(entry.event for entry in self.entries if isinstance(entry.event, Begun))

    def _owner(self) -> Owner:
        return owner_of(self.entries[0], self.by)

    def _names(self) -> tuple[str, ...]:
        begun = self._begun()
        groups = {
            f"{begun.account}/{f.ref.region}/{f.ref}/{self.kinds[f.ref.kind].facet(f.facet).group or f.facet}"
            for f in begun.facets
        }
        return tuple(sorted(groups))


def owner_of(first: Entry, holder: str) -> Owner:
    """Who an attempt's locks belong to, told by the first entry of its journal."""
    return Owner(first.change, first.attempt, first.nonce, holder, first.host, first.at)
