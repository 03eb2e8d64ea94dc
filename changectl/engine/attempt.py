"""An attempt in memory: the change so far, and what its settings are, were, and can be."""

import math
from collections.abc import Callable, Iterable
from datetime import datetime

from changectl.engine.capture import capture
from changectl.engine.classes import settle_horizon
from changectl.engine.world import World
from changectl.errors import CannotRecord, ChangectlError, LeaseOver
from changectl.model.bodies import body_of, laid_over, snapshot_json, snapshot_of
from changectl.model.change import Change, Fate, Sent
from changectl.model.events import CallDone, CallStarted, CallUnknown, Event, LeaseLost, OperatorNeeded, RollbackWanted
from changectl.model.fold import evolve
from changectl.model.merge import carried
from changectl.model.plan import Plan
from changectl.model.resource import EXISTENCE, Body, FacetRef, Ref, Resource, Snapshot
from changectl.model.values import ResultValue, later

ANSWER = 60.0
"""Seconds within which a call is answered or given up: what locks and credentials must last for before it is begun."""


GLANCES = 1.0
"""Seconds between two looks for an effect."""


class StepFault(Exception):
    """A step did not succeed; the reason is the message."""


class Untouched(StepFault):
    """A step did not succeed, and is known to have done nothing."""


class OperatorFault(Exception):
    """Nobody but a person can tell what a step has done."""


class PersonWanted(OperatorFault):
    """Somebody must be asked, and nobody who could be is here."""


class Turn(Exception):
    """What was just recorded decides what comes next."""


class StopWanted(Exception):
    """A person asked to stop while the change goes forward."""


class Stopped(ChangectlError):
    """A person asked twice to stop; production may be between two states."""


class Attempt:
    """One attempt while it is conducted. The only place in the engine that changes as time goes by."""

    def __init__(self, plan: Plan, world: World, change: Change) -> None:
        self.plan = plan
        self.world = world
        self.change = change
        self.asked_for = {v.step for v in later((plan.steps, plan.back_out.steps)) if isinstance(v, ResultValue)}
        self.glance: dict[Ref, Resource | None] = {}
        self.unrecorded = ""
        self.since: dict[str, datetime] = {}
        self.watched = -math.inf
        self.meanwhile: Callable[[], None] = lambda: None
        self.guards: dict[Ref, Body] = {}
        self._called = world.clock.monotonic() - _age(change, world.clock.now())
        self._bodies: dict[str, Snapshot] = {}
        self._found: dict[str, Snapshot] = {}
        self._expected: tuple[Change, Snapshot] | None = None
        self._before: tuple[Change, Snapshot] | None = None

    @property
    def going_back(self) -> bool:
        """Whether the change goes back, or has ended: what may be done even unrecorded."""
        return bool(self.change.rollback or self.change.closed or self.change.operator)

    def record(self, event: Event) -> None:
        """Durable before anything else happens. Raises CannotRecord going forward; going back goes on without."""
        try:
            self.world.record(event)
        except CannotRecord as why:
            if not self.going_back and not isinstance(event, RollbackWanted | OperatorNeeded):
                raise
            self.unrecorded = why.sentence
        self.change = evolve(self.change, event)
        if isinstance(event, CallStarted | CallDone | CallUnknown):
            self._called = self.world.clock.monotonic()
        self.world.announce(event)

    def keep(self, snapshot: Snapshot) -> str:
        """The vault's digest of these bodies, durable."""
        digest = self._keep(snapshot_json(snapshot))
        self._bodies[digest] = snapshot
        return digest

    def _keep(self, body: Body) -> str:
        try:
            return self.world.vault.keep(body)
        except CannotRecord as why:
            if not self.going_back:
                raise
            self.unrecorded = why.sentence
            return f"not kept: {len(self._bodies)}"

    def keep_call(self, found: Snapshot, left: Snapshot | None) -> str:
        """The vault's digest of what a call finds and, where that is foretold, leaves; durable."""
        digest = self._keep([snapshot_json(found), None if left is None else snapshot_json(left)])
        self._found[digest], self._bodies[digest] = found, left or {}
        return digest

    def found(self, sent: Sent) -> Snapshot:
        """What a call's settings were when it was sent."""
        self.leaves(sent)
        return self._found.get(sent.started.bodies, {})

    def leaves(self, sent: Sent) -> Snapshot:
        """What a call leaves of its settings; nothing where that could not be foretold."""
        digest = sent.started.bodies
        if digest and digest not in self._bodies:
            found, left = self.world.vault.fetch(digest)
            self._found[digest] = snapshot_of(found)
            self._bodies[digest] = {} if left is None else snapshot_of(left)
        return self._bodies[digest] if digest else {}

    def bodies(self, digest: str) -> Snapshot:
        """The bodies kept under a digest; none for the empty digest."""
        if digest and digest not in self._bodies:
            self._bodies[digest] = snapshot_of(self.world.vault.fetch(digest))
        return self._bodies[digest] if digest else {}

    def before(self) -> Snapshot:
        """The state before the first call; what this attempt made was not there."""
        if self._before is not None and self._before[0] is self.change:
            return self._before[1]
        made = {ref: None for sent in self.change.calls for ref in (*sent.made, *sent.started.creates)}
        late = {facet.ref: self._found_first(facet.ref) for facet in self.change.as_found()}
        taken = self.bodies(self.change.snapshot.digest) if self.change.snapshot else {}
        self._before = (self.change, {**late, **made, **taken})
        return self._before[1]

    def _found_first(self, ref: Ref) -> Resource | None:
        """What this attempt's first call found of a resource that nobody had thought of before."""
        found = (self.found(sent) for sent in self.change.calls)
        return next((bodies[ref] for bodies in found if ref in bodies), None)

    def expected(self) -> Snapshot:
        """What production is if nobody but this attempt has changed it."""
        if self._expected is not None and self._expected[0] is self.change:
            return self._expected[1]
        state = self.before()
        for step in (*self.change.wants, ""):
            for sent in self.change.calls:
                if sent.started.step == step and sent.fate is Fate.DONE:
                    state = laid_over(state, self._effect(sent))
            state = laid_over(state, self.bodies(self.change.left_by.get(step, "")))
        self._expected = (self.change, state)
        return state

    def ours(self, facet: FacetRef) -> tuple[Body, ...]:
        """Every value that some call of this attempt, forward or back, can have left in a setting.

        Only what a call changed is ours: what it found beside that, a stranger's item say, is not.
        """
        if facet.facet == EXISTENCE:
            return ()
        grain = self.world.ground.kinds[facet.ref.kind].facet(facet.facet).grain
        before = body_of(self.before(), facet)
        pairs = [(self.found(sent), self.leaves(sent)) for sent in self.change.calls if sent.may_have_worked]
        pairs += [(self._found_by(step, facet), self.bodies(digest)) for step, digest in self.change.left_by.items()]
        return tuple(
            carried(body_of(found, facet), body_of(left, facet), before, grain)
            for found, left in pairs
            if _says(left, facet)
        )

    def _found_by(self, step: str, facet: FacetRef) -> Snapshot:
        """What a step's first call found of a setting."""
        found = (self.found(sent) for sent in self.change.calls if sent.started.step == step)
        return next((bodies for bodies in found if _says(bodies, facet)), self.before())

    def lives(self, ref: Ref) -> tuple[Resource | None, ...]:
        """Every state as a whole in which our calls, one after the other, can have left a resource."""
        states = [self.before().get(ref)]
        for step in (*self.change.wants, ""):
            left = [self._effect(s) for s in self.change.calls if s.started.step == step and s.may_have_worked]
            for bodies in (*left, self.bodies(self.change.left_by.get(step, ""))):
                if ref in bodies:
                    states.append(laid_over({ref: states[-1]}, {ref: bodies[ref]})[ref])
        return tuple(states[1:])

    def _effect(self, sent: Sent) -> Snapshot:
        """What a call leaves, of what only its answer named as far as that it is there."""
        return {**{ref: {} for ref in sent.made}, **self.leaves(sent)}

    def read(self, refs: Iterable[Ref]) -> Snapshot:
        """Read afresh."""
        fresh = capture(self.world.ground.kinds, refs, self.world.ground.eyes, guards=self.guards)
        self.glance.update(fresh)
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
        left of it, or would have shown it.
        """
        if ref not in self.glance:
            self.read([ref])
        if moved := self._moved(ref):
            self.read_until([FacetRef(ref, name) for name in moved], lambda _: not self._moved(ref))
        return self.glance[ref]

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
        wanted = tuple(facets)
        refs, streak = dict.fromkeys(facet.ref for facet in wanted), 0
        while True:
            settled = self.settles_in(wanted) <= 0
            now = self.read(refs)
            streak = streak + 1 if seen(now) else 0
            if streak >= times or (settled and not streak):
                return now
            if not streak:
                self.wait(min(GLANCES, max(self.settles_in(wanted), 0.0)))

    def stirred(self) -> None:
        """Production was still changing by what this attempt did until now."""
        self._called = self.world.clock.monotonic()

    def settles_in(self, facets: Iterable[FacetRef]) -> float:
        """Seconds until a reading of these settings can no longer be older than the last call of this attempt.

        AWS is read from replicas: until then an absence may be old, while an effect that is seen is true.
        """
        horizon = settle_horizon(self.world.ground.kinds, facets) * self.world.settle
        return self._called + horizon - self.world.clock.monotonic()

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


def _says(bodies: Snapshot, facet: FacetRef) -> bool:
    """Whether bodies tell something of a setting: its value, or that its resource is gone."""
    return facet.ref in bodies and (bodies[facet.ref] is None or facet.facet in (bodies[facet.ref] or {}))


def _age(change: Change, now: datetime) -> float:
    """Seconds since this attempt last called AWS, as far as that is recorded."""
    if not change.called_at:
        return 0.0
    return max((now - datetime.fromisoformat(change.called_at)).total_seconds(), 0.0)
