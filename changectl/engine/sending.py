"""Sending a call until its fate is known."""

from changectl.engine.attempt import Attempt
from changectl.engine.evidence import is_known_again
from changectl.engine.fate import settle_open_calls
from changectl.engine.faults import StepFault
from changectl.engine.gate import send
from changectl.errors import CallUnknown
from changectl.model import events as e
from changectl.model.change import Fate
from changectl.model.resource import Call

UNANSWERED = 3
"""How often a call goes out that nobody answers and that has had no effect, or that AWS knows again by its token."""


def send_settled(attempt: Attempt, call: Call, phase: str, step: str, *, again: bool) -> None:
    """Send a call; what timed out is read back, and sent again only where it had no effect or AWS knows it again.

    `again`: this very call may have been sent before. Raises CallNotDone, GateRefused, and StepFault where nobody can say.
    """
    for _ in range(UNANSWERED):
        attempt.heed()
        attempt.hold()
        try:
            send(attempt, call, phase, step, again=again)
        except CallUnknown as unknown:
            this, again = attempt.change.calls[-1].started.number, True
            unsettled = [sent for sent in settle_open_calls(attempt) if sent.started.number == this]
            if attempt.change.calls[-1].fate is Fate.DONE:
                return
            if not all(is_known_again(attempt, sent) for sent in unsettled):
                raise StepFault(f"nobody can say whether {call} was done: {unknown.sentence}") from unknown
        else:
            _settle_the_same(attempt, phase, step)
            return
    raise StepFault(f"{call} was not answered {UNANSWERED} times")


def _settle_the_same(attempt: Attempt, phase: str, step: str) -> None:
    """What was sent before under the same token was this call, which is answered now."""
    last = attempt.change.calls[-1]
    for sent in attempt.change.calls[:-1]:
        same = (sent.started.phase, sent.started.step, sent.started.operation) == (phase, step, last.started.operation)
        if same and sent.fate in (Fate.OPEN, Fate.UNKNOWN) and is_known_again(attempt, sent):
            attempt.record(e.CallDone(sent.started.number, last.made, last.answer, settled=True))
