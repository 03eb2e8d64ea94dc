"""An attempt in memory: the change so far, and what its settings are, were, and can be."""

from collections.abc import Callable, Iterable
from datetime import datetime

from changectl.engine.capture import capture
from changectl.engine.world import World
from changectl.errors import CannotRecord, ChangectlError, LeaseOver
from changectl.model.bodies import body_of, laid_over, snapshot_json, snapshot_of
from changectl.model.change import Change, Fate, Sent
from changectl.model.events import Event, RollbackWanted
from changectl.model.fold import evolve
from changectl.model.merge import carried
from changectl.model.plan import Plan
from changectl.model.resource import Body, FacetRef, Ref, Resource, Snapshot
from changectl.model.values import ResultValue, later

ANSWER = 60.0
"""Seconds within which a call is answered or given up: what locks and credentials must last for before it is begun."""


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
        self.unheld = ""
        self.since: dict[str, datetime] = {}
        self._bodies: dict[str, Snapshot] = {}
        self._found: dict[str, Snapshot] = {}
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
                    state = laid_over(state, self.leaves(sent))
            state = laid_over(state, self.bodies(self.change.left_by.get(step, "")))
        self._expected = (self.change, state)
        return state

    def ours(self, facet: FacetRef) -> tuple[Body, ...]:
        """Every value that some call of this attempt, forward or back, can have left in a setting.

        Only what a call changed is ours: what it found beside that, a stranger's item say, is not.
        """
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
            left = [self.leaves(s) for s in self.change.calls if s.started.step == step and s.may_have_worked]
            for bodies in (*left, self.bodies(self.change.left_by.get(step, ""))):
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

    def hold(self) -> None:
        """What a call needs is held for long enough. Raises TakenOver, and LeaseOver only going forward."""
        try:
            self.world.hold(ANSWER)
        except LeaseOver as why:
            if not self.going_back:
                raise
            self.unheld = why.sentence

    def ask(self, question: str, options: tuple[str, ...], meanwhile: Callable[[], None] = lambda: None) -> str | None:
        """What a person answers, or None where nobody can be asked; time passes meanwhile. Raises as `heed` does."""
        self.heed()
        answer = self.world.ask(question, options, meanwhile)
        self.blink()
        self.heed()
        return answer

    def wait(self, seconds: float) -> None:
        """Let time pass, unless a person asks to stop."""
        self.heed()
        self.blink()
        self.world.clock.wait(seconds)
        self.heed()


def _says(bodies: Snapshot, facet: FacetRef) -> bool:
    """Whether bodies tell something of a setting: its value, or that its resource is gone."""
    return facet.ref in bodies and (bodies[facet.ref] is None or facet.facet in (bodies[facet.ref] or {}))


def _moved(expected: Resource | None, now: Resource | None) -> tuple[str, ...]:
    if expected is None or now is None:
        return () if expected is now else ("itself",)
    return tuple(name for name in sorted(expected) if expected[name] != now.get(name))
