"""A call that cannot be read back: AWS knows it again by its token, or its step's check says whether it was done.

A yes of the check is true at once; a no is believed when the call would have arrived.
"""

from changectl.contracts.probe import Verdict
from changectl.engine.attempt import Attempt
from changectl.engine.checks import asked
from changectl.model import events as e
from changectl.model.change import Sent
from changectl.model.plan import Check
from changectl.model.resource import Call


def told_by_its_check(attempt: Attempt, sent: Sent) -> bool:
    """Whether its fate is known now. Returns when the call, if it is still under way, would have arrived."""
    check, number, verdict = _check(attempt, sent), sent.started.number, Verdict.ERROR

    def look() -> bool:
        nonlocal verdict
        verdict = asked(attempt, check).verdict if check is not None else Verdict.ERROR
        return verdict is Verdict.PASSED

    attempt.until(
        sent.started.facets, look, f"{sent.started.service}.{sent.started.operation}: waiting whether it arrives"
    )
    match verdict:
        case Verdict.PASSED:
            attempt.record(e.CallDone(number, settled=True))
        case Verdict.FAILED:
            attempt.record(e.CallFailed(number, "NotSeen", "its check says no"))
        case Verdict.NO_DATA | Verdict.ERROR:
            return False
    return True


def is_known_again(attempt: Attempt, sent: Sent) -> bool:
    """Whether AWS knows this call again by its token, so that sending it twice does it once."""
    started = sent.started
    call = Call(started.service, started.operation, started.params, started.region)
    return attempt.world.token(call) in call.params


def _check(attempt: Attempt, sent: Sent) -> Check | None:
    steps = {step.id: step for step in attempt.plan.all_steps()}
    return steps[sent.started.step].check if sent.started.step in steps else None
