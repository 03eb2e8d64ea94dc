"""An attempt in memory: the change so far, and what its settings are, were, and can be."""

import math
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import cached_property

from changectl.engine.capture import capture
from changectl.engine.faults import StepFault, Stopped, StopWanted
from changectl.engine.horizon import Horizon, called_by
from changectl.engine.knowledge import Knowledge
from changectl.engine.patience import Patience
from changectl.engine.world import World
from changectl.errors import CannotRecord, LeaseOver
from changectl.model.bodies import body_of, snapshot_json
from changectl.model.change import Change
from changectl.model.events import (
    CallDone,
    CallStarted,
    CallUnknown,
    Event,
    LeaseLost,
    OperatorNeeded,
    Paused,
    RollbackWanted,
)
from changectl.model.fold import evolve
from changectl.model.merge import merged
from changectl.model.plan import Plan
from changectl.model.resource import EXISTENCE, Body, FacetRef, Ref, Resource, Snapshot
from changectl.model.values import ResultValue, later

ANSWER = 60.0
"""Seconds within which a call is answered or given up: what locks and credentials must last for before it is begun."""

GLANCES, LONGEST_GLANCE = 1.0, 5.0
"""Seconds between two looks for an effect: at first, and when it takes long."""

GLANCE_LASTS = 5.0
"""Seconds for which what was read may decide a call: the window in which a stranger is not seen, against a read a call."""


class Attempt(Knowledge):
    """One attempt while it is conducted. The only place in the engine that changes as time goes by."""

    def __init__(self, plan: Plan, world: World, change: Change) -> None:
        super().__init__(world, change)
        self.plan = plan
        self.glance: dict[Ref, Resource | None] = {}
        self.unrecorded = ""
        self.since: dict[str, datetime] = {}
        self.watched = -math.inf
        self.meanwhile: Callable[[], None] = lambda: None
        self._glanced: dict[Ref, float] = {}
        self.guards: dict[Ref, Body] = {}
        self.decided: Snapshot = {}  # what the next write on the way back was decided on
        self.horizon = Horizon(world, change)

    @cached_property
    def asked_for(self) -> frozenset[str]:
        """The steps whose answers a later step asks for."""
        told = later((self.plan.steps, self.plan.back_out.steps))
        return frozenset(value.step for value in told if isinstance(value, ResultValue))

    @property
    def going_back(self) -> bool:
        """Whether the change goes back, or has ended: what may be done even unrecorded."""
        return bool(self.change.rollback or self.change.closed or self.change.operator)

    def record(self, event: Event) -> None:
        """Durable before anything else happens. Raises CannotRecord going forward; going back goes on without."""
        try:
            self.world.record(event)
        except CannotRecord as why:
            if not self.going_back and not isinstance(event, RollbackWanted | OperatorNeeded | Paused):
                raise
            self.unrecorded = why.sentence
        self.change = evolve(self.change, event)
        if isinstance(event, CallStarted | CallDone | CallUnknown):
            sent = next(each for each in reversed(self.change.calls) if each.started.number == event.number)
            self.horizon.stirred(called_by(sent))
        self.world.announce(event)

    def keep(self, snapshot: Snapshot) -> str:
        """The vault's digest of these bodies, durable with the event that names it."""
        digest = self.keep_body(snapshot_json(snapshot))
        if digest:
            self._bodies[digest] = snapshot
        return digest

    def keep_body(self, body: Body) -> str:
        """The vault's digest of it; none where the disk is full on the way back: what nobody can find later is not named."""
        try:
            return self.world.vault.keep(body)
        except CannotRecord as why:
            if not self.going_back:
                raise
            self.unrecorded = why.sentence
            return ""

    def keep_call(self, found: Snapshot, left: Snapshot | None) -> str:
        """The vault's digest of what a call finds and, where that is foretold, leaves; durable with its intent."""
        digest = self.keep_body([snapshot_json(found), None if left is None else snapshot_json(left)])
        self.remember(digest or len(self.change.calls), found, left or {})
        return digest

    def read(self, refs: Iterable[Ref]) -> Snapshot:
        """Read afresh."""
        fresh = capture(self.world.ground.kinds, refs, self.world.ground.eyes, guards=self.guards)
        self.glance.update(fresh)
        self._glanced |= dict.fromkeys(fresh, self.world.clock.monotonic())
        return fresh

    def look(self, ref: Ref) -> Resource | None:
        """As `see`, going forward. Raises StepFault if a stranger came."""
        now = self.see(ref)
        if moved := self._moved(ref):
            raise StepFault(f"{ref} {', '.join(moved)} was changed by someone else since the snapshot")
        return now

    def see(self, ref: Ref) -> Resource | None:
        """A resource now, or as just read if no time has passed since.

        What it was before may still be read, just after it was changed: it is read until it shows what this attempt has
        left of it, or would have shown it. What somebody else does beside that is not waited for.
        """
        if ref not in self.glance or self.world.clock.monotonic() - self._glanced[ref] > GLANCE_LASTS:
            self.read([ref])
        if behind := self._behind(ref):
            self.read_until(behind, lambda _: not self._behind(ref))
        return self.glance[ref]

    def _behind(self, ref: Ref) -> tuple[FacetRef, ...]:
        """The settings that this attempt has touched and that, as they were read, may be older than that."""
        touched = [facet for facet in self.change.touched() if facet.ref == ref]
        expected, now = self.expected().get(ref), self.glance[ref]
        if expected is None or now is None:
            return tuple(touched) if expected is not now else ()
        return tuple(facet for facet in touched if self._is_behind(facet, expected, now))

    def _is_behind(self, facet: FacetRef, expected: Resource, now: Resource) -> bool:
        name, before = facet.facet, body_of(self.before(), facet)
        if name == EXISTENCE:
            return False
        if self.unsaid(facet):
            return bool(now.get(name) == before)
        grain = self.world.ground.kinds[facet.ref.kind].facet(name).grain
        earlier = merged(expected.get(name), (before, *self.ours(facet)), now.get(name), grain)
        return bool(earlier.want != now.get(name))

    def _moved(self, ref: Ref) -> tuple[str, ...]:
        """What of a resource is not as this attempt left it, as far as it was read last."""
        expected, now = self.expected(), self.glance[ref]
        if ref not in expected or expected[ref] == now:
            return ()
        before = expected[ref]
        if before is None or now is None:
            return (EXISTENCE,)
        return tuple(name for name in sorted(before) if before[name] != now.get(name))

    def read_until(self, facets: Iterable[FacetRef], seen: Callable[[Snapshot], bool], times: int = 1) -> Snapshot:
        """Read until it is seen so many times in a row, or until what a call has left would be seen by every reader."""
        wanted, now = tuple(facets), dict[Ref, Resource | None]()
        refs = dict.fromkeys(facet.ref for facet in wanted)

        def look() -> bool:
            for _ in range(times):
                now.update(self.read(refs))
                if not seen(now):
                    return False
            return True

        self.until(
            wanted, look, f"{', '.join(self.change.names.get(ref, str(ref)) for ref in refs)}: reading whether it shows"
        )
        return now

    def until(self, facets: Iterable[FacetRef], look: Callable[[], bool], what: str) -> None:
        """Look until it is so, or until it would be seen to be so; `what` is said while that takes long."""
        wanted, pause = tuple(facets), GLANCES
        patience = Patience(self.world.clock.monotonic, what, max(self.horizon.left(wanted), 0.0))
        while True:
            settled = self.horizon.left(wanted) <= 0
            if look() or settled:
                return
            if pause > GLANCES:
                self.world.progress(patience.says)
            self.wait(min(pause, max(self.horizon.left(wanted), 0.0)))
            pause = min(pause * 1.5, LONGEST_GLANCE)

    def blink(self) -> None:
        """Time passes: what was read is no longer now."""
        self.glance.clear()

    def heed(self) -> None:
        """Raises Stopped when a person asked twice, StopWanted when once and the change still goes forward."""
        wanted = self.world.stop()
        if wanted >= 2:
            raise Stopped("stopped at once, as you asked twice")
        if wanted and not self.change.rollback:
            raise StopWanted

    def hold(self) -> None:
        """What a call needs is held for long enough. Raises TakenOver; LeaseOver going forward only: back, it says so once."""
        try:
            self.world.hold(ANSWER)
        except LeaseOver as why:
            if not self.going_back:
                raise
            if not self.change.unheld:
                self.record(LeaseLost(why.sentence))

    def ask(self, question: str, options: tuple[str, ...], meanwhile: Callable[[], None] = lambda: None) -> str | None:
        """What a person answers, or None where nobody can be asked; time passes meanwhile. Raises as `heed` does."""
        self.heed()
        answer = self.world.ask(question, options, meanwhile)
        self.blink()
        self.heed()
        return answer

    def wait(self, seconds: float) -> None:
        """Let time pass, unless a person asks to stop; then look at what is watched. Raises as `heed` and `meanwhile` do."""
        self.heed()
        self.blink()
        self.world.clock.wait(seconds)
        self.heed()
        self.meanwhile()
