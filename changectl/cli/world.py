"""The World of an attempt: the only place where real effects become one."""

import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from changectl.cli.entries import entry_now
from changectl.cli.ground import Signed
from changectl.cli.memory import Memory, unpublished
from changectl.cli.senses import real_command, real_http
from changectl.cli.stops import Stops
from changectl.engine.standing import may_accept
from changectl.engine.world import Admit, World
from changectl.errors import ChangectlError, NotFound, RemoteNeeded
from changectl.model.change import Change, Outcome
from changectl.model.durable import can_wait
from changectl.model.entry import Entry
from changectl.model.events import Begun, Closed, Event, Published
from changectl.model.fold import fold
from changectl.model.resource import Call
from changectl.register.journal import Journal
from changectl.register.locks import LockWish, Owner, Unlock
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

    def record(self, event: Event) -> None:
        """Durable when it returns, but for what becomes so with the next intent. Raises CannotRecord."""
        self._keep(self._entry(event))

    def tell(self, event: Event) -> None:
        """The same, and the team is told first, since a colleague may be closing the attempt; without a remote kept here.

        Raises GateRefused, nothing being recorded, where somebody has closed it. Whoever dies in between finds it in the
        register, from where `caught_up` takes it.
        """
        entry = self._entry(event)
        with suppress(RemoteNeeded):
            self.memory.register.append((*unpublished(self.entries), entry), admit=self._still_open)
        self._keep(entry)

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
        """Publish the begin and take every lock, in one push. Raises Locked, RemoteNeeded."""
        if self._begun().offline:
            return ()
        wish = LockWish(self._names(), self._owner(), over_lock=bool(self._begun().over_lock))
        return self.memory.register.append(tuple(unpublished(self.entries)), locks=wish).epochs

    def publish(self) -> str:
        """Publish the end and, where there is one, free the locks, in one push. Raises RemoteNeeded."""
        change, entries = self.change(), tuple(unpublished(self.entries))
        # Held or not: whoever died while taking them never learnt that they were taken.
        free = Unlock(self._names(), self._owner()) if change.closed and change.begun else None
        decide = partial(decision, self.journal.change) if change.closed else None
        return self.memory.register.append(entries, locks=free, decide=decide).tip

    def _entry(self, event: Event) -> Entry:
        return entry_now(self.journal.change, self.journal.attempt, self.by, event)

    def _keep(self, entry: Entry) -> None:
        self.entries.append(entry)
        self.journal.append(entry, durable=not can_wait(entry.event))

    def _still_open(self, there: tuple[Entry, ...]) -> None:
        """Raises GateRefused where the register has by now that somebody closed this attempt."""
        if (change := fold(there)).attempt == self.journal.attempt and change.outcome is Outcome.ACCEPTED:
            may_accept(self.journal.change, change, "")

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
        secret=secrets_used.get,
        outside=Outside(),
        redact=lambda call: secrets_used.hidden(redacted(call)),
        token=lambda call: token_member(call.service, call.operation),
        settle=signed.settle,
    )


class Secrets:
    """The secrets that a plan names, from the environment, and what is shown in their place."""

    def __init__(self) -> None:
        self._used: dict[str, str] = {}

    def get(self, name: str) -> str:
        """The secret of that name. Raises NotFound."""
        if not (value := os.environ.get(name, "")):
            raise NotFound(f"the secret {name} is not set", f"export {name}=… (it is never shown or recorded)")
        self._used[name] = value
        return value

    def hidden(self, value: Any) -> Any:
        """The value with every secret that was used replaced, wherever in it that stands."""
        match value:
            case str():
                for name, secret in self._used.items():
                    value = value.replace(secret, f"(secret {name})")
                return value
            case Mapping():
                return {self.hidden(name): self.hidden(child) for name, child in value.items()}
            case list() | tuple():
                return [self.hidden(child) for child in value]
            case _:
                return value
