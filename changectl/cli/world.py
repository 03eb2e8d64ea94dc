"""The World of an attempt: the only place where real effects become one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any

from changectl.cli.clocks import Moment
from changectl.cli.entries import entry_now
from changectl.cli.ground import Signed
from changectl.cli.holding import Holding
from changectl.cli.memory import Memory, lost_to, unpublished
from changectl.cli.secrets import Secrets
from changectl.cli.senses import real_command, real_http
from changectl.cli.signing import Signing
from changectl.cli.stops import Stops
from changectl.cli.taken import taken
from changectl.engine.standing import may_accept
from changectl.engine.world import Admit, World
from changectl.errors import CannotRecord, ChangectlError, Locked, RemoteNeeded, TakenOver
from changectl.model.change import Change, Outcome
from changectl.model.durable import can_wait
from changectl.model.entry import Entry
from changectl.model.events import Begun, Closed, Event, LocksHeld, Published, RollbackWanted
from changectl.model.fold import fold
from changectl.model.resource import Call
from changectl.register.journal import Journal
from changectl.register.locks import Lease, LockWish, Owner, Renewal, Unlock, lease_from
from changectl.register.vault import Vault
from changectl.views.decision import decision


class Outside:
    """The world outside AWS, as probes see it."""

    http = staticmethod(real_http)
    command = staticmethod(real_command)


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
    holding: Holding = field(init=False)
    _has_locks: bool = field(init=False, default=False)

    def __post_init__(self) -> None:
        self.holding = Holding(self.journal.change, self.memory.register.lease.total_seconds(), self._renew)
        for entry in self.entries:
            self._follow(entry.event)

    def record(self, event: Event) -> None:
        """Durable when it returns, but for what becomes so with the next intent. Raises CannotRecord."""
        self._keep(self._entry(event))

    def tell(self, event: Event) -> None:
        """The same, and the team is told first, since a colleague may be closing the attempt; without a remote kept here.

        The locks are renewed with it; those that came free meanwhile are taken anew on the way back. Raises GateRefused,
        nothing being recorded, where somebody has closed it, TakenOver where somebody else has a lock. Whoever dies in
        between finds it in the register, from where `caught_up` takes it.
        """
        entry, begun = self._entry(event), self.holding.clock()
        names, owner, lease = self._names(), self._owner(), self._lease(begun)
        again = (
            LockWish(names, owner, lease=lease) if isinstance(event, RollbackWanted) else Renewal(names, owner, lease)
        )
        try:
            self.memory.register.append(
                (*unpublished(self.entries), entry), locks=again if self._is_leased else None, admit=self._still_open
            )
        except (Locked, TakenOver) as lost:
            raise taken(self.memory, owner, lost) from lost
        except RemoteNeeded:
            pass
        else:
            self.holding.acknowledged(begun)
        self._keep(entry)

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

    def take_locks(self) -> tuple[tuple[str, int], ...]:
        """Publish the begin and take every lock, in one push.

        Raises Locked, also where another machine has begun an attempt of the same number, and RemoteNeeded.
        """
        if self._begun().offline:
            return ()
        begun, over = self.holding.clock(), bool(self._begun().over_lock)
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


def world_of(
    signed: Signed,
    keeper: Keeper,
    vault: Vault,
    announce: Callable[[Event], None],
    ask: Callable[[str, tuple[str, ...], Callable[[], None]], str | None],
) -> World:
    """Real effects, as one value."""
    from changectl.aws.models import token_member
    from changectl.aws.sensitive import redacted

    secrets_used = Secrets()

    def send(call: Call, admit: Admit) -> Mapping[str, Any]:
        try:
            return signed.aws.gated(admit).send(call)
        except ChangectlError as error:
            error.sentence = secrets_used.hidden(error.sentence)
            raise

    signing = Signing(signed.aws.clients, signed.aws.settings.profile)

    def hold(seconds: float) -> None:
        signing.hold(seconds)
        keeper.hold(seconds)

    keeper.stops.meanwhile = keeper.keep_up
    return World(
        ground=signed.ground,
        send=send,
        clock=keeper.stops,
        record=keeper.record,
        vault=vault,
        take_locks=keeper.take_locks,
        publish=keeper.publish,
        announce=announce,
        ask=ask,
        stop=keeper.stops.count,
        hold=hold,
        secret=secrets_used.get,
        outside=Outside(),
        redact=lambda call: secrets_used.hidden(redacted(call)),
        token=lambda call: token_member(call.service, call.operation),
        settle=signed.settle,
    )
