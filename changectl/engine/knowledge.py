"""What an attempt knows of its settings: as they were, as it expects them, and as its calls can have left them.

Nothing is read here but the vault: production may be anything else.
"""

from collections.abc import Callable, Iterator

from changectl.engine.world import World
from changectl.model.bodies import body_of, laid_over, snapshot_of
from changectl.model.change import Change, Fate, Sent
from changectl.model.merge import carried
from changectl.model.resource import EXISTENCE, Body, FacetRef, Ref, Resource, Snapshot


class Knowledge:
    """Follows from the change so far; what is worked out is kept until that goes on."""

    def __init__(self, world: World, change: Change) -> None:
        self.world = world
        self.change = change
        self._bodies: dict[str, Snapshot] = {}
        self._found: dict[str | int, Snapshot] = {}
        self._left: dict[str | int, Snapshot] = {}
        self._expected: tuple[Change, Snapshot] | None = None
        self._before: tuple[Change, Snapshot] | None = None

    def remember(self, key: str | int, found: Snapshot, left: Snapshot) -> None:
        """What a call finds and leaves: under its digest, or its number where the vault could not keep it."""
        self._found[key], self._left[key] = found, left

    def found(self, sent: Sent) -> Snapshot:
        """What a call's settings were when it was sent."""
        self.leaves(sent)
        return self._found.get(_key(sent), {})

    def leaves(self, sent: Sent) -> Snapshot:
        """What a call leaves of its settings; nothing where that could not be foretold."""
        key = _key(sent)
        if isinstance(key, str) and key not in self._left:
            found, left = self.world.vault.fetch(key)
            self.remember(key, snapshot_of(found), {} if left is None else snapshot_of(left))
        return self._left.get(key, {})

    def unsaid(self, facet: FacetRef) -> bool:
        """Whether a call may have changed a setting, going forward, and nobody can say to what."""
        return any(
            facet in sent.started.facets
            and facet.ref not in sent.started.creates  # what it makes is its own as a whole
            and sent.may_have_worked
            and sent.started.step
            and not _says(self.leaves(sent), facet)
            and not _says(self.bodies(self.change.left_by.get(sent.started.step, "")), facet)
            for sent in self.change.calls
        )

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
        for bodies in self._in_order(lambda sent: sent.fate is Fate.DONE):
            state = laid_over(state, bodies)
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

    def made(self, facet: FacetRef) -> Body:
        """What the change made of a setting going forward: what each call changed, on top of what those before it had."""
        grain = self.world.ground.kinds[facet.ref.kind].facet(facet.facet).grain
        body = body_of(self.before(), facet)
        for found, left in self._forward(facet):
            if _says(left, facet):
                body = carried(body_of(found, facet), body_of(left, facet), body, grain)
        return body

    def _forward(self, facet: FacetRef) -> Iterator[tuple[Snapshot, Snapshot]]:
        """What each call forward found and left, one after the other, and each step behind its last call."""
        forward = [sent for sent in self.change.calls if sent.started.phase == "forward" and sent.may_have_worked]
        last = {sent.started.step: sent for sent in forward}
        for sent in forward:
            yield self.found(sent), self.leaves(sent)
            if last[step := sent.started.step] is sent:
                yield self._found_by(step, facet), self.bodies(self.change.left_by.get(step, ""))

    def _found_by(self, step: str, facet: FacetRef) -> Snapshot:
        """What a step's first call found of a setting."""
        found = (self.found(sent) for sent in self.change.calls if sent.started.step == step)
        return next((bodies for bodies in found if _says(bodies, facet)), self.before())

    def lives(self, ref: Ref) -> tuple[Resource | None, ...]:
        """Every state as a whole in which our calls, one after the other, can have left a resource."""
        states = [self.before().get(ref)]
        for bodies in self._in_order(lambda sent: sent.may_have_worked):
            if ref in bodies:
                states.append(laid_over({ref: states[-1]}, {ref: bodies[ref]})[ref])
        return tuple(states[1:])

    def _in_order(self, counts: Callable[[Sent], bool]) -> Iterator[Snapshot]:
        """What each call left, one after the other, and each step behind its last call."""
        last = {sent.started.step: sent for sent in self.change.calls}
        for sent in self.change.calls:
            if counts(sent):
                yield self._effect(sent)
            if last[sent.started.step] is sent:
                yield self.bodies(self.change.left_by.get(sent.started.step, ""))

    def _effect(self, sent: Sent) -> Snapshot:
        """What a call leaves, of what only its answer named as far as that it is there."""
        return {**{ref: {} for ref in sent.made}, **self.leaves(sent)}


def _says(bodies: Snapshot, facet: FacetRef) -> bool:
    """Whether bodies tell something of a setting: its value, or that its resource is gone."""
    return facet.ref in bodies and (bodies[facet.ref] is None or facet.facet in (bodies[facet.ref] or {}))


def _key(sent: Sent) -> str | int:
    return sent.started.bodies or sent.started.number
