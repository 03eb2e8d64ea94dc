"""The preview: what a plan would do, step by step, over production as it is now. A value; nothing is changed."""

from collections.abc import Iterable, Mapping
from dataclasses import field, replace
from typing import Any, assert_never

from changectl.contracts.action import Aim, Deed, Pause, Send, Until, Work
from changectl.engine.capture import capture
from changectl.engine.effects import Touch, touched
from changectl.engine.finding import find
from changectl.engine.foretell import Unforeseeable, foretold
from changectl.engine.sight import Foresight, pin_name
from changectl.engine.verdict import asks_back, joined, may_ask_back, reversibility
from changectl.engine.world import Ground
from changectl.engine.writing import writes
from changectl.errors import GateRefused
from changectl.model.bodies import laid_over, targets_in
from changectl.model.difference import snapshot_differences
from changectl.model.frozen import dataclass
from changectl.model.plan import Plan, Step
from changectl.model.preview import Preview, Reversibility, StepPreview, Verdict
from changectl.model.resource import Body, Call, FacetRef, Ref, Resource, Snapshot, Target


@dataclass(frozen=True, slots=True)
class Foreseen:
    """A preview with the state it was made over, which is the snapshot if nothing moves until the lock."""

    preview: Preview
    before: Snapshot = field(hash=False)
    pinned: dict[str, Ref] = field(hash=False)


def foresee(plan: Plan, ground: Ground) -> Foreseen:
    """What the plan would do now. Raises NotFound, Drifted (a `from:` is not so), GateRefused (unknown operation)."""
    pinned, anchors = _pinned(plan, ground)
    before = capture(ground.kinds, _refs(plan, ground, pinned), ground.eyes, anchors)
    state: Snapshot = dict(before)
    previews: list[StepPreview] = []
    for step in plan.steps:
        after, seen = _step(plan, step, ground, pinned, state)
        previews.append(seen)
        previews += [_back_step(plan, undo, ground, pinned, after) for undo in step.undo]
        state = after
    previews += [_back_step(plan, step, ground, pinned, state) for step in plan.back_out.steps]
    if plan.back_out.auto_given:  # the author has decided, and nobody will be asked
        previews = [replace(each, asks_back="") for each in previews]
    touched_facets = {facet for each in previews for facet in each.facets}
    facets = tuple(sorted(touched_facets | _declared(plan, ground, pinned)))
    account = ground.eyes.account
    preview = Preview(plan.digest, account, ground.region, tuple(previews), facets, _texts(pinned))
    return Foreseen(preview, before, pinned)


def _pinned(plan: Plan, ground: Ground) -> tuple[dict[str, Ref], dict[Ref, Any]]:
    """Every resource that the plan names, looked up once, region by region; and what that has shown of them."""
    named: dict[str, list[Target]] = {}
    parts = [(step.region, step.spec) for step in plan.all_steps()]
    parts += [(step.region, step.check) for step in plan.all_steps()]
    parts += [("", check) for check in (*plan.test.before, *plan.test.during, *plan.test.after, *plan.back_out.test)]
    parts += [("", plan.affects)]
    for region, part in parts:
        for target in targets_in(part):
            named.setdefault(target.region or region or ground.region, []).append(target)
    pinned: dict[str, Ref] = {}
    anchors: dict[Ref, Any] = {}
    for region, targets in named.items():
        found = find(ground.kinds, dict.fromkeys(targets), ground.eyes, region)
        pinned |= {pin_name(target, region): ref for target, ref in found.refs.items()}
        anchors |= found.anchors
    return pinned, anchors


def _refs(plan: Plan, ground: Ground, pinned: dict[str, Ref]) -> frozenset[Ref]:
    """Everything to read: what `set` steps and `affects` name, and what the calls of the others touch."""
    refs: set[Ref] = set()
    for step in plan.all_steps():
        sight = Foresight(ground.kinds, pinned, {}, step.region or ground.region)
        try:
            work = ground.actions[step.action].work(step.spec, sight)
        except Unforeseeable:
            refs |= {sight.ref(target) for target in targets_in(step.spec)}
            refs |= {facet.ref for facet in _known_facets(step, ground, sight)}
        else:
            refs |= _refs_of(work, ground)
    for target in plan.affects:
        refs.add(pinned[pin_name(target, ground.region)])
    return frozenset(refs)


ANSWER = "(an answer)"


def _known_facets(step: Step, ground: Ground, sight: Foresight) -> tuple[FacetRef, ...]:
    """What a call touches that waits for an answer: its resource is known where only a value is waited for."""
    try:
        work = ground.actions[step.action].work(step.spec, replace(sight, answered=ANSWER))
    except Unforeseeable:
        return ()
    touch = touched(ground.rows, ground.kinds, work.call) if isinstance(work, Send) else None
    return tuple(sorted(f for f in touch.writes if ANSWER not in f.ref.id)) if touch else ()


def _refs_of(work: Work, ground: Ground) -> set[Ref]:
    if isinstance(work, Send):
        touch = touched(ground.rows, ground.kinds, work.call)
        return {facet.ref for facet in touch.writes} | touch.creates | touch.deletes
    return {facet.ref for facet in work.want} if isinstance(work, Aim) else set()


def _step(
    plan: Plan, step: Step, ground: Ground, pinned: dict[str, Ref], state: Snapshot
) -> tuple[Snapshot, StepPreview]:
    """The state after a step, and the step's preview."""
    sight = Foresight(ground.kinds, pinned, state, step.region or ground.region)
    try:
        work = ground.actions[step.action].work(step.spec, sight)
    except Unforeseeable as why:
        facets = _known_facets(step, ground, sight)
        verdict = _authored(step, Verdict(Reversibility.UNKNOWN, why.reason))
        asks = _may_ask(ground, facets)
        return state, StepPreview(step.id, facets, (), verdict, unforeseeable=why.reason, asks_back=asks)
    match work:
        case Aim(want):
            return _aim(step, ground, state, want)
        case Send(call):
            return _send(plan, step, ground, state, call)
        case Deed():
            return state, _deed(plan, step)
        case Pause() | Until():
            return state, StepPreview(step.id, (), (), Verdict(Reversibility.EXACT))
        case _:
            assert_never(work)


def _deed(plan: Plan, step: Step) -> StepPreview:
    """Nobody can read what a person does; only a person can take it back."""
    why = "a person does it, and nothing here can read it"
    if step.id in {each.id for each in plan.steps}:
        verdict = _authored(step, Verdict(Reversibility.UNKNOWN, f"{why} or take it back"))
    else:
        verdict = Verdict(Reversibility.COMPENSATED, why)
    return StepPreview(step.id, (), (), verdict, unforeseeable=why)


def _aim(step: Step, ground: Ground, state: Snapshot, want: Mapping[FacetRef, Body]) -> tuple[Snapshot, StepPreview]:
    bodies: dict[Ref, dict[str, Body]] = {}
    for facet in want:
        bodies.setdefault(facet.ref, {})[facet.facet] = want[facet]
    after = laid_over(state, bodies)
    calls = (
        call
        for ref, facets in bodies.items()
        for call in writes(ground.kinds[ref.kind], ref, state[ref], facets, ground.eyes.account)
    )
    touches = [touched(ground.rows, ground.kinds, call) for call in calls]
    facets = frozenset(want).union(*(touch.writes for touch in touches))
    return after, _preview(step, ground, state, after, facets, Touch(facets, frozenset(), frozenset(), True, False))


def _send(plan: Plan, step: Step, ground: Ground, state: Snapshot, call: Call) -> tuple[Snapshot, StepPreview]:
    touch = touched(ground.rows, ground.kinds, call)
    if not touch.known:
        return state, _unknown(plan, step, call)
    names = {ref: [facet.name for facet in ground.kinds[ref.kind].facets] for ref in touch.creates | touch.deletes}
    facets = touch.writes | {FacetRef(ref, name) for ref, all_names in names.items() for name in all_names}
    try:
        after = laid_over(state, foretold(ground.rows, ground.kinds, call, state))
    except Unforeseeable as why:
        verdict = _authored(step, Verdict(Reversibility.UNKNOWN, why.reason))
        return state, StepPreview(
            step.id,
            tuple(sorted(facets)),
            (),
            verdict,
            tuple(sorted(touch.creates)),
            tuple(sorted(touch.deletes)),
            why.reason,
            _may_ask(ground, touch.writes),
        )
    return after, _preview(step, ground, state, after, facets, touch)


def _unknown(plan: Plan, step: Step, call: Call) -> StepPreview:
    allowed = {name.replace("_", "").lower() for name in plan.allow}
    forward = step.id in {each.id for each in plan.steps}  # a step on the way back has no way back of its own
    if str(call).lower() not in allowed or (forward and not step.undo):
        raise GateRefused(
            f"step {step.id}: no resource kind knows what {call} changes",
            "name it under `allow:` and give the step an `undo:`, so that there is a way back",
        )
    why = f"nobody knows what {call} changes; the plan allows it"
    return StepPreview(step.id, (), (), Verdict(Reversibility.COMPENSATED, why), unforeseeable=why)


def _preview(
    step: Step, ground: Ground, before: Snapshot, after: Snapshot, facets: frozenset[FacetRef], touch: Touch
) -> StepPreview:
    refs = {facet.ref for facet in facets}
    pairs = [(ground.kinds[ref.kind], before.get(ref), after.get(ref)) for ref in sorted(refs)]
    verdicts = [reversibility(kind, was, will) for kind, was, will in pairs]
    worst = max(
        verdicts, key=lambda v: list(Reversibility).index(v.reversibility), default=Verdict(Reversibility.EXACT)
    )
    return StepPreview(
        step.id,
        tuple(sorted(facets)),
        snapshot_differences(_only(before, refs), _only(after, refs)),
        _authored(step, worst),
        tuple(sorted(touch.creates)),
        tuple(sorted(touch.deletes)),
        asks_back=joined(asks_back(kind, was, will) for kind, was, will in pairs),
    )


def _back_step(plan: Plan, step: Step, ground: Ground, pinned: dict[str, Ref], state: Snapshot) -> StepPreview:
    """The preview of a step on the way back: what that opens is what it does, not what would take it back."""
    after, seen = _step(plan, step, ground, pinned, state)
    if seen.unforeseeable:
        return seen
    refs = sorted({facet.ref for facet in seen.facets})
    return replace(
        seen, asks_back=joined(asks_back(ground.kinds[ref.kind], after.get(ref), state.get(ref)) for ref in refs)
    )


def _may_ask(ground: Ground, facets: Iterable[FacetRef]) -> str:
    """The same where nobody knows yet what a step will do."""
    return joined(may_ask_back(ground.kinds[facet.ref.kind].facet(facet.facet)) for facet in sorted(facets))


def _authored(step: Step, verdict: Verdict) -> Verdict:
    """What cannot come back by itself is compensated where the author wrote a way back."""
    better = (Reversibility.EXACT, Reversibility.LOSSY)
    if verdict.reversibility in better or not step.undo:
        return verdict
    return Verdict(Reversibility.COMPENSATED, f"by its undo; without it: {verdict.why}")


def _only(state: Snapshot, refs: set[Ref]) -> dict[Ref, Resource | None]:
    return {ref: state.get(ref) for ref in refs}


def _declared(plan: Plan, ground: Ground, pinned: dict[str, Ref]) -> set[FacetRef]:
    refs = [pinned[pin_name(target, ground.region)] for target in plan.affects]
    return {FacetRef(ref, facet.name) for ref in refs for facet in ground.kinds[ref.kind].facets}


def _texts(pinned: dict[str, Ref]) -> dict[str, str]:
    return {name: f"{ref} in {ref.region}" for name, ref in pinned.items()}
