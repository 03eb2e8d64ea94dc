"""Doing a step, forward or on the authored way back; taking it up again where it was left."""

from collections.abc import Mapping
from datetime import timedelta

from changectl.contracts.action import Aim, Deed, Pause, Send, Until, Work
from changectl.contracts.probe import Verdict
from changectl.engine.attempt import Attempt, OperatorFault, StepFault
from changectl.engine.checks import WATCH_EVERY, asked, watch
from changectl.engine.deeds import have_done
from changectl.engine.fate import GLANCES, horizon, settle_open_calls
from changectl.engine.rest import at_rest
from changectl.engine.sending import send_settled
from changectl.engine.sight import Live
from changectl.engine.writing import writes
from changectl.model import events as e
from changectl.model.bodies import body_of, facets_of
from changectl.model.change import Fate, Sent
from changectl.model.digest import digest
from changectl.model.merge import is_reached
from changectl.model.plan import Check, Step
from changectl.model.resource import Body, Call, FacetRef, Ref, Resource, Snapshot


def run_step(attempt: Attempt, step: Step, phase: str) -> None:
    """Do what is left of a step. Raises StepFault, OperatorFault, StopWanted, or a ChangectlError that says why not."""
    action, sight = attempt.world.ground.actions[step.action], Live(attempt, step)
    again = step.id in attempt.change.wants
    if again:
        work = _taken_up(attempt, step, sight)
    else:
        work = action.work(step.spec, sight)
        want = attempt.keep(_as_snapshot(work.want)) if isinstance(work, Aim) else ""
        attempt.record(e.StepStarted(step.id, want, asked=work.what if isinstance(work, Deed) else ""))
    if isinstance(work, Deed):
        attempt.record(e.StepDone(step.id, said=have_done(attempt, step, work, again=again)))
        return
    left = _do(attempt, step, phase, work)
    attempt.record(e.StepDone(step.id, _kept(attempt, step, left)))


def _kept(attempt: Attempt, step: Step, left: Snapshot) -> str:
    """The vault's digest of what a step left: that of its aim, where it left just that, which saves a sync of 5 ms."""
    want = attempt.change.wants[step.id]
    if want and attempt.bodies(want) == left:
        return want
    return attempt.keep(left) if left else ""


def _taken_up(attempt: Attempt, step: Step, sight: Live) -> Work:
    """The same work as before the interruption, once it is known what each of its calls has done."""
    fateless = settle_open_calls(attempt)
    if fateless:
        _ask_the_step(attempt, step, fateless[-1])
    want = attempt.change.wants[step.id]
    if want:
        kept = attempt.bodies(want)
        return Aim({facet: body_of(kept, facet) for facet in facets_of(kept)})
    return attempt.world.ground.actions[step.action].work(step.spec, sight)


def _ask_the_step(attempt: Attempt, step: Step, sent: Sent) -> None:
    """A call that cannot be read back: the step's own `check` says whether it was done."""
    if step.check is None:
        what = f"{sent.started.service}.{sent.started.operation}"
        raise OperatorFault(f"nobody can say whether {what} of step {step.id} was done")
    verdict = asked(attempt, step.check).verdict
    if verdict in (Verdict.ERROR, Verdict.NO_DATA):
        raise OperatorFault(f"the check that says whether step {step.id} was done could not be asked")
    done = verdict is Verdict.PASSED
    number = sent.started.number
    attempt.record(e.CallDone(number, settled=True) if done else e.CallFailed(number, "NotSeen", "its check says no"))


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
    ground, left = attempt.world.ground, {}
    again = any(sent.started.step == step.id for sent in attempt.change.calls)
    for ref, facets in _as_snapshot(want).items():
        kind, now = ground.kinds[ref.kind], attempt.look(ref)
        if now is None:
            raise StepFault(f"{ref} does not exist any more")
        for call in writes(kind, ref, now, facets, ground.eyes.account):
            send_settled(attempt, call, phase, step.id, again=again)
            at_rest(attempt, ref)
        after = _read_until(attempt, ref, facets) or {}
        grains = {name: kind.facet(name).grain for name in facets}
        missed = [n for n in facets if not is_reached(facets[n], now.get(n), after.get(n), grains[n])]
        if missed:
            raise StepFault(f"AWS accepted it, but {ref} {', '.join(missed)} is not what was asked for")
        left[ref] = facets  # as reached: what was read may hold a stranger's items beside ours
    return left


def _send(attempt: Attempt, step: Step, phase: str, call: Call) -> Snapshot:
    earlier = [sent for sent in attempt.change.calls if sent.started.step == step.id and sent.started.phase == phase]
    if not any(sent.fate is Fate.DONE for sent in earlier):
        call = _with_token(attempt, step, call)
        send_settled(attempt, call, phase, step.id, again=bool(earlier))
    sent = next(s for s in reversed(attempt.change.calls) if s.started.step == step.id)
    leaves, left = attempt.leaves(sent), {}
    for ref in dict.fromkeys((*(f.ref for f in sent.started.facets), *sent.made)):
        at_rest(attempt, ref)
        after = _read_until(attempt, ref, leaves.get(ref, {}))
        made = ref in (*sent.made, *sent.started.creates)
        left[ref] = after if after is None or made else _left(attempt, sent, ref, after)
    return left


def _left(attempt: Attempt, sent: Sent, ref: Ref, after: Resource) -> Resource:
    """What a call left of each setting: as foretold, where that shows, else as AWS made of it."""
    kind, left = attempt.world.ground.kinds[ref.kind], {}
    found, foretold = attempt.found(sent).get(ref) or {}, attempt.leaves(sent).get(ref) or {}
    for name in dict.fromkeys(facet.facet for facet in sent.started.facets if facet.ref == ref):
        shows = name in foretold and is_reached(
            foretold[name], found.get(name), after.get(name), kind.facet(name).grain
        )
        left[name] = foretold[name] if shows else after.get(name)
    return left


def _with_token(attempt: Attempt, step: Step, call: Call) -> Call:
    """The same token for the same step of the same attempt, so that AWS knows a call that was sent before."""
    member = attempt.world.token(call)
    if not member or member in call.params:
        return call
    token = digest(f"{attempt.plan.id}/{attempt.change.attempt}/{step.id}".encode()).removeprefix("sha256:")[:32]
    return Call(call.service, call.operation, {**call.params, member: token}, call.region)


def _read_until(attempt: Attempt, ref: Ref, facets: Resource | None) -> Resource | None:
    """The resource as read, as soon as it shows these facets, or when it would have shown them."""
    touched_facets = tuple(FacetRef(ref, name) for name in facets or {})
    until = attempt.world.clock.monotonic() + horizon(attempt, touched_facets)
    while True:
        now = attempt.read([ref])[ref]
        seen = now is None if facets is None else all((now or {}).get(name) == body for name, body in facets.items())
        left = until - attempt.world.clock.monotonic()
        if seen or left <= 0:
            return now
        attempt.wait(min(GLANCES, left))


def _pause(attempt: Attempt, duration: timedelta) -> None:
    until = attempt.world.clock.monotonic() + duration.total_seconds()
    while (left := until - attempt.world.clock.monotonic()) > 0:
        attempt.wait(min(WATCH_EVERY, left))
        watch(attempt)


def _until(attempt: Attempt, check: Check, budget: timedelta) -> None:
    until = attempt.world.clock.monotonic() + budget.total_seconds()
    while (seen := asked(attempt, check)).verdict is not Verdict.PASSED:
        left = until - attempt.world.clock.monotonic()
        if left <= 0:
            raise StepFault(f"waited {budget} for {check.name}: {seen.says}")
        attempt.wait(min(max(check.every.total_seconds(), GLANCES), left))
        watch(attempt)


def _as_snapshot(want: Mapping[FacetRef, Body]) -> dict[Ref, dict[str, Body]]:
    refs = dict.fromkeys(facet.ref for facet in want)
    return {ref: {f.facet: body for f, body in want.items() if f.ref == ref} for ref in refs}
