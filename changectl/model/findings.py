"""What is found out while a change is carried on, and what each finding makes of it. Pure."""

from dataclasses import replace
from typing import assert_never

from changectl.model import events as e
from changectl.model.change import Change


def checked(change: Change, event: e.CheckPassed | e.CheckFailed | e.CheckErrored | e.BaselineRed) -> Change:
    """The change after a check said something, or could not."""
    one = frozenset({(event.phase, event.number)})
    match event:
        case e.CheckPassed():
            return replace(change, passed=change.passed | one, red=change.red - one, errored=None)
        case e.CheckFailed(phase, _, name, saw):
            when = _when(phase if change.wants else "before")
            return replace(
                change,
                failure=f"the check {name} failed {when}: {saw}",
                failed=event,
                errored=None,
                paused=None,
                red=change.red - one,
            )
        case e.CheckErrored():
            return replace(change, errored=event)
        case e.BaselineRed(phase):
            counts = phase in ("before", "back-out") or (phase == "after" and change.wants)
            answered = one if counts else frozenset()
            return replace(change, red=change.red | one, passed=change.passed | answered, errored=None)
        case _:
            assert_never(event)


def noticed(change: Change, event: e.Soaked | e.Verified | e.VerifyFailed | e.Paused | e.LeaseLost) -> Change:
    """The change after something was found out about production, or about what is needed to go on."""
    match event:
        case e.Soaked():
            return replace(change, soaked=True)
        case e.Verified():
            return replace(change, verified=True)
        case e.VerifyFailed(why):
            return replace(change, failure=why, failed=None)
        case e.Paused():
            return replace(change, paused=event)
        case e.LeaseLost(why):
            return replace(change, unheld=why)
        case _:
            assert_never(event)


def _when(phase: str) -> str:
    return {
        "before": "before the first step",
        "during": "while it ran",
        "after": "after the last step",
        "back-out": "after the way back",
    }.get(phase, phase)
