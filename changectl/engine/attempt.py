"""An attempt in memory: the change so far, and what its settings are, were, and can be."""

from collections.abc import Iterable

from changectl.engine.capture import capture
from changectl.engine.world import World
from changectl.errors import CannotRecord, ChangectlError
from changectl.model.bodies import body_of, laid_over, snapshot_json, snapshot_of
from changectl.model.change import Change, Fate, evolve
from changectl.model.events import Event, RollbackWanted
from changectl.model.plan import Plan
from changectl.model.resource import Body, FacetRef, Ref, Resource, Snapshot
from changectl.model.values import ResultValue, later


class StepFault(Exception):
    """A step did not succeed; the reason is the message."""


class OperatorFault(Exception):
    """Nobody but a person can tell what a step has done."""


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
        self._bodies: dict[str, Snapshot] = {}
        self._expected: tuple[Change, Snapshot] | None = None

    @property
    def going_back(self) -> bool:
        """Whether the change goes back, or has ended: what may be done even unrecorded."""
        return bool(self.change.rollback or self.change.closed or self.change.operator)

    def record(self, event: Event) -> None:
        """Durable before anything else happens. Raises CannotRecord going forward; going back goes on without."""
        try:
            self.world.record(event)
        except CannotRecord as why:
            if not self.going_back and not isinstance(event, RollbackWanted):
                raise
            self.unrecorded = why.sentence
        self.change = evolve(self.change, event)
        self.world.announce(event)

    def keep(self, snapshot: Snapshot) -> str:
        """The vault's digest of these bodies, durable."""
        try:
            digest = self.world.vault.keep(snapshot_json(snapshot))
        except CannotRecord as why:
            if not self.going_back:
                raise
            self.unrecorded, digest = why.sentence, f"not kept: {len(self._bodies)}"
        self._bodies[digest] = snapshot
        return digest

    def bodies(self, digest: str) -> Snapshot:
        """The bodies kept under a digest; none for the empty digest."""
        if digest and digest not in self._bodies:
            self._bodies[digest] = snapshot_of(self.world.vault.fetch(digest))
        return self._bodies[digest] if digest else {}

    def before(self) -> Snapshot:
        """The state before the first call; what this attempt made was not there."""
        made = {ref: None for sent in self.change.calls for ref in (*sent.made, *sent.started.creates)}
        taken = self.bodies(self.change.snapshot.digest) if self.change.snapshot else {}
        return {**made, **taken}

    def expected(self) -> Snapshot:
        """What production is if nobody but this attempt has changed it."""
        if self._expected is not None and self._expected[0] is self.change:
            return self._expected[1]
        state = self.before()
        for step in (*self.change.wants, ""):
            for sent in self.change.calls:
                if sent.started.step == step and sent.fate is Fate.DONE:
                    state = laid_over(state, self.bodies(sent.started.leaves))
            state = laid_over(state, self.bodies(self.change.left_by.get(step, "")))
        self._expected = (self.change, state)
        return state

    def ours(self, facet: FacetRef) -> tuple[Body, ...]:
        """Every value that some call of this attempt, forward or back, can have left in a setting."""
        kept = (sent.started.leaves for sent in self.change.calls if sent.may_have_worked)
        digests = dict.fromkeys((*kept, *self.change.left_by.values()))
        holding = (self.bodies(digest) for digest in digests if digest)
        return tuple(body_of(bodies, facet) for bodies in holding if facet.ref in bodies)

    def lives(self, ref: Ref) -> tuple[Resource | None, ...]:
        """Every state as a whole in which our calls, one after the other, can have left a resource."""
        states = [self.before().get(ref)]
        for step in (*self.change.wants, ""):
            kept = [s.started.leaves for s in self.change.calls if s.started.step == step and s.may_have_worked]
            for bodies in map(self.bodies, (*kept, self.change.left_by.get(step, ""))):
                if ref in bodies:
                    states.append(laid_over({ref: states[-1]}, {ref: bodies[ref]})[ref])
        return tuple(states[1:])

    def read(self, refs: Iterable[Ref]) -> Snapshot:
        """Read afresh."""
        fresh = capture(self.world.ground.kinds, refs, self.world.ground.eyes)
        self.glance.update(fresh)
        return fresh

    def look(self, ref: Ref) -> Resource | None:
        """A resource now, or as just read if no time has passed since. Raises StepFault if a stranger came."""
        if ref not in self.glance:
            self.read([ref])
        now, expected = self.glance[ref], self.expected()
        if ref in expected and (moved := _moved(expected[ref], now)):
            raise StepFault(f"{ref} {', '.join(moved)} was changed by someone else since the snapshot")
        return now

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

    def wait(self, seconds: float) -> None:
        """Let time pass, unless a person asks to stop."""
        self.heed()
        self.blink()
        self.world.clock.wait(seconds)
        self.heed()


def _moved(expected: Resource | None, now: Resource | None) -> tuple[str, ...]:
    if expected is None or now is None:
        return () if expected is now else ("itself",)
    return tuple(name for name in sorted(expected) if expected[name] != now.get(name))
