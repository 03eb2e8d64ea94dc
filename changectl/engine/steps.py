"""Doing a step, forward or on the authored way back; taking it up again where it was left."""

from collections.abc import Mapping
from datetime import timedelta

from changectl.contracts.action import Aim, Deed, Pause, Send, Until, Work
from changectl.contracts.probe import Verdict
from changectl.engine.attempt import GLANCES, Attempt
from changectl.engine.bringing import bring
from changectl.engine.checks import asked, watching_wait
from changectl.engine.deeds import have_done
from changectl.engine.evidence import is_known_again
from changectl.engine.fate import read_until_right, settle_open_calls
from changectl.engine.faults import OperatorFault, Overtaken, StepFault, Turn
from changectl.engine.patience import Patience, spelled
from changectl.engine.rest import at_rest
from changectl.engine.sending import send_settled
from changectl.engine.sight import Live
from changectl.model import events as e
from changectl.model.bodies import body_of, facets_of
from changectl.model.change import Fate, Sent
from changectl.model.digest import digest
from changectl.model.merge import is_reached
from changectl.model.plan import Check, Step
from changectl.model.resource import EXISTENCE, Body, Call, FacetRef, Ref, Resource, Snapshot


def run_step(attempt: Attempt, step: Step, phase: str) -> None:
    """Do what is left of a step. Raises StepFault, OperatorFault, StopWanted, or a ChangectlError that says why not."""
    action, sight = attempt.world.ground.actions[step.action], Live(attempt, step)
    again = step.id in attempt.change.wants
    work = _taken_up(attempt, step, sight) if again else action.work(step.spec, sight)
    if not again or _never_aimed(attempt, step, work):
        want = attempt.keep(_as_snapshot(work.want)) if isinstance(work, Aim) else ""
        attempt.record(e.StepStarted(step.id, want, asked=work.what if isinstance(work, Deed) else ""))
    if isinstance(work, Deed):
        attempt.record(e.StepDone(step.id, said=have_done(attempt, step, work, again=again)))
        return
    left = _do(attempt, step, phase, work)
    attempt.record(e.StepDone(step.id, _kept(attempt, step, left)))


def _never_aimed(attempt: Attempt, step: Step, work: Work) -> bool:
    """Whether a step is tried again that failed before it knew what to aim at."""
    change = attempt.change
    return isinstance(work, Aim) and not change.wants[step.id] and all(s.started.step != step.id for s in change.calls)


def _kept(attempt: Attempt, step: Step, left: Snapshot) -> str:
    """The vault's digest of what a step left: that of its aim, where it left just that, which saves a sync of 5 ms."""
    want = attempt.change.wants[step.id]
    if want and attempt.bodies(want) == left:
        return want
    return attempt.keep(left) if left else ""


def _taken_up(attempt: Attempt, step: Step, sight: Live) -> Work:
    """The same work as before the interruption, once it is known what each of its calls has done."""
    for sent in settle_open_calls(attempt):
        if not is_known_again(attempt, sent):
            raise OperatorFault(_nobody_can_say(sent, step))
    want = attempt.change.wants[step.id]
    if want:
        kept = attempt.bodies(want)
        return Aim({facet: body_of(kept, facet) for facet in facets_of(kept)})
    return attempt.world.ground.actions[step.action].work(step.spec, sight)


def _nobody_can_say(sent: Sent, step: Step) -> str:
    return f"nobody can say whether {sent.started.service}.{sent.started.operation} of step {step.id} was done"


def _do(attempt: Attempt, step: Step, phase: str, work: Aim | Send | Pause | Until) -> Snapshot:
    match work:
        case Aim(want):
            return _aim(attempt, step, phase, want)
        case Send(call):
            return _send(attempt, step, phase, call)
        case Pause(duration):
            _pause(attempt, duration)
        case Until(check, budget):
            _until(attempt, check, budget)
    return {}


def _aim(attempt: Attempt, step: Step, phase: str, want: Mapping[FacetRef, Body]) -> Snapshot:
    kinds, left = attempt.world.ground.kinds, {}
    again = any(sent.started.step == step.id and sent.may_have_worked for sent in attempt.change.calls)
    for ref, facets in _as_snapshot(want).items():
        if again:
            at_rest(attempt, ref)
        now = attempt.look(ref)
        if now is None:
            raise StepFault(f"{ref} does not exist any more")
        try:
            bring(attempt, ref, now, facets, phase, step.id, again=again)
        except Overtaken as slower:
            raise StepFault(str(slower)) from slower
        wanted = tuple(FacetRef(ref, name) for name in facets)

        def reached(facet: FacetRef, seen: Snapshot, was: Resource = now) -> bool:
            grain = kinds[facet.ref.kind].facet(facet.facet).grain
            return is_reached(want[facet], was.get(facet.facet), body_of(seen, facet), grain)

        _, missed = read_until_right(attempt, wanted, reached)
        at_rest(attempt, ref)
        if missed:
            names = ", ".join(facet.facet for facet in missed)
            raise StepFault(f"AWS accepted it, but {ref} {names} is not what was asked for")
        left[ref] = facets  # as reached: what was read may hold a stranger's items beside ours
    return left


def _send(attempt: Attempt, step: Step, phase: str, call: Call) -> Snapshot:
    earlier = [sent for sent in attempt.change.calls if sent.started.step == step.id]
    if not any(sent.fate is Fate.DONE for sent in earlier):
        call = _with_token(attempt, step, call)
        send_settled(attempt, call, phase, step.id, again=any(sent.may_have_worked for sent in earlier))
    sent = next(s for s in reversed(attempt.change.calls) if s.started.step == step.id)
    left = {}
    for ref in dict.fromkeys((*(f.ref for f in sent.started.facets), *sent.made)):
        at_rest(attempt, ref)
        after = _read_until(attempt, sent, ref)
        made = ref in (*sent.made, *sent.started.creates)
        left[ref] = after if after is None or made else _left(attempt, sent, ref, after)
    return left


def send_again(attempt: Attempt, step: Step, sent: Sent) -> None:
    """Send once more what AWS knows again by its token, to learn what it made. Raises StepFault, CallNotDone, GateRefused."""
    work = attempt.world.ground.actions[step.action].work(step.spec, Live(attempt, step))
    if not isinstance(work, Send):
        raise StepFault(_nobody_can_say(sent, step))
    send_settled(attempt, _with_token(attempt, step, work.call), sent.started.phase, step.id, again=True)


def _left(attempt: Attempt, sent: Sent, ref: Ref, after: Resource) -> Resource:
    """What a call left of each setting: as foretold, or as AWS made of it where nobody foretells that.

    Raises StepFault where what is foretold does not show: what does may be somebody else's.
    """
    kind = attempt.world.ground.kinds[ref.kind]
    found, foretold = attempt.found(sent).get(ref) or {}, attempt.leaves(sent).get(ref) or {}
    names = dict.fromkeys(facet.facet for facet in sent.started.facets if facet.ref == ref)
    left = {name: foretold.get(name, after.get(name)) for name in names}
    missed = [
        name
        for name, body in left.items()
        if not is_reached(body, found.get(name), after.get(name), kind.facet(name).grain)
    ]
    if missed:
        raise StepFault(f"AWS accepted it, but {ref} {', '.join(missed)} is not what {sent.started.operation} leaves")
    return left


def _with_token(attempt: Attempt, step: Step, call: Call) -> Call:
    """The same token for the same step of the same attempt, so that AWS knows a call that was sent before."""
    member = attempt.world.token(call)
    if not member or member in call.params:
        return call
    token = digest(f"{attempt.plan.id}/{attempt.change.attempt}/{step.id}".encode()).removeprefix("sha256:")[:32]
    return Call(call.service, call.operation, {**call.params, member: token}, call.region)


def _read_until(attempt: Attempt, sent: Sent, ref: Ref) -> Resource | None:
    """The resource as read, as soon as it shows what a call leaves of it, or when it would have shown."""
    foretold, found = attempt.leaves(sent), attempt.found(sent)
    left = foretold.get(ref, {})
    made = ref in (*sent.made, *sent.started.creates)
    names = tuple(left or dict.fromkeys(facet.facet for facet in sent.started.facets if facet.ref == ref))

    def shows(seen: Snapshot) -> bool:
        now = seen[ref]
        if left is None or now is None:
            return now is left
        if made and attempt.before().get(ref) is not None:
            return False  # there was one before, which may still be read: only time tells the two apart
        if left or ref not in found:
            return all(now.get(name) == body for name, body in left.items())
        return any(now.get(name) != (found[ref] or {}).get(name) for name in names)  # what it will be nobody has said

    return attempt.read_until([FacetRef(ref, name) for name in names or (EXISTENCE,)], shows)[ref]


def _pause(attempt: Attempt, duration: timedelta) -> None:
    seconds = duration.total_seconds()
    watching_wait(attempt, seconds, Patience(attempt.world.clock.monotonic, "waiting", seconds))


def _until(attempt: Attempt, check: Check, budget: timedelta) -> None:
    patience = Patience(
        attempt.world.clock.monotonic, f"waiting for {check.name}: not yet passed", budget.total_seconds()
    )
    while (seen := asked(attempt, check)).verdict is not Verdict.PASSED:
        if not patience.left:
            if seen.verdict is Verdict.ERROR:
                attempt.record(e.Paused("could-not-ask", f"the check {check.name} could not be asked: {seen.says}"))
                raise Turn
            raise StepFault(f"waited {spelled(int(patience.seconds))} for {check.name}: {seen.says}")
        watching_wait(attempt, min(max(check.every.total_seconds(), GLANCES), patience.left), patience)


def _as_snapshot(want: Mapping[FacetRef, Body]) -> dict[Ref, dict[str, Body]]:
    refs = dict.fromkeys(facet.ref for facet in want)
    return {ref: {f.facet: body for f, body in want.items() if f.ref == ref} for ref in refs}
