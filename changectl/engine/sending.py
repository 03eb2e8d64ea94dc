"""Sending a call until its fate is known."""

from changectl.engine.attempt import Attempt, StepFault
from changectl.engine.fate import settle_open_calls
from changectl.engine.gate import send
from changectl.errors import CallUnknown
from changectl.model.change import Fate
from changectl.model.resource import Call


def send_settled(attempt: Attempt, call: Call, phase: str, step: str, *, again: bool) -> None:
    """Send a call; what timed out is read back, and sent once more only where it had no effect.

    `again`: this very call may have been sent before. Raises CallNotDone, GateRefused, and StepFault where nobody can say.
    """
    attempt.heed()
    attempt.hold()
    try:
        send(attempt, call, phase, step, again=again)
    except CallUnknown as unknown:
        if settle_open_calls(attempt):
            raise StepFault(f"nobody can say whether {call} was done: {unknown.sentence}") from unknown
        if attempt.change.calls[-1].fate is Fate.DONE:
            return
        try:
            send(attempt, call, phase, step, again=True)
        except CallUnknown as twice:
            raise StepFault(f"{call} was not answered twice: {twice.sentence}") from twice
