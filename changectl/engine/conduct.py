"""Apply, resume and rollback are one function: decide the next move, do it, record it, until there is none."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import assert_never

from changectl.engine.attempt import Attempt
from changectl.engine.checks import run_check, soak, watch, watch_if_due
from changectl.engine.deciding import PASSING, decided, paused, turn_back
from changectl.engine.deeds import take_back
from changectl.engine.fate import settle_open_calls
from changectl.engine.faults import OperatorFault, PersonWanted, StepFault, Stopped, StopWanted, Turn, Untouched
from changectl.engine.rest import StillMoving, come_to_rest
from changectl.engine.restore import prove, restore
from changectl.engine.steps import run_step
from changectl.engine.verify import confirm, verify
from changectl.engine.world import World
from changectl.errors import (
    CannotRecord,
    ChangectlError,
    Locked,
    NeverSent,
    RegisterUnsound,
    RemoteNeeded,
    TakenOver,
    Unreachable,
)
from changectl.model import events as e
from changectl.model import moves as m
from changectl.model.change import Change, Outcome
from changectl.model.moves import Move, next_move
from changectl.model.plan import Plan, Step

BLIPS = (1.0, 4.0, 10.0)
"""Seconds of patience before a network that cannot be reached is more than a blip, each time that something succeeded."""


def conduct(plan: Plan, world: World, past: Change) -> Change:
    """Carry an attempt on to its end, whatever it has behind it, and publish what happened.

    Gives the change as it stands: closed, or waiting for an operator. `published` is False where the remote could
    not be told, `unrecorded` says why this machine has not recorded all of the way back. Raises Stopped when a person
    asked twice, CannotRecord when nothing was changed and nothing can be.
    """
    attempt = Attempt(plan, world, _looked_at_again(past) if past.wants else _afresh(past))
    attempt.meanwhile = partial(watch_if_due, attempt)
    blips = 0
    while (move := next_move(plan, attempt.change)) is not None:
        try:
            if blips:
                attempt.wait(BLIPS[blips - 1])
            attempt.heed()
            _perform(move, attempt)
            blips = 0
        except (Unreachable, NeverSent) as why:
            blips += 1
            if blips > len(BLIPS):
                blips = 0
                _cannot_go_on(attempt, why)
        except StopWanted:
            _turn_round(attempt)
        except Turn:
            continue
        except CannotRecord as why:
            if not attempt.change.deeds and not any(sent.may_have_worked for sent in attempt.change.calls):
                raise
            _back_unrecorded(attempt, why)
        except Stopped:
            raise
        except StillMoving as why:
            attempt.record(e.Paused("moving", str(why)))
        except ChangectlError as why:
            _cannot_go_on(attempt, why)
    _publish(attempt)
    return replace(attempt.change, unrecorded=attempt.unrecorded)


def _looked_at_again(past: Change) -> Change:
    """What was applied may have been put back since: by a way back of ours that could not be recorded, say."""
    return past if past.closed else replace(past, verified=False)


def _afresh(past: Change) -> Change:
    """Nothing was begun, and days may have passed: what was read and asked is read and asked again."""
    return replace(past, confirmed=False, passed=frozenset(), red=frozenset())


def _perform(move: Move, attempt: Attempt) -> None:
    if not isinstance(move, m.Confirm | m.RunStep | m.RunUndo):
        attempt.blink()
    match move:
        case m.TakeLocks():
            _take_locks(attempt)
        case m.Confirm():
            confirm(attempt)
        case m.RunStep(step):
            _forward(attempt, step)
        case m.RunCheck(phase, number, check):
            run_check(attempt, phase, number, check)
        case m.Soak():
            soak(attempt)
        case m.Verify():
            verify(attempt)
        case m.GoBack(why):
            attempt.record(e.RollbackWanted(why))
        case m.AskWhetherBack() | m.AskAboutCheck() | m.AskWhetherOn():
            decided(attempt, move)
        case m.RunUndo(step):
            come_to_rest(attempt)
            _undo(attempt, step, lambda: run_step(attempt, step, "undo"))
        case m.TakeBack(step):
            _undo(attempt, step, lambda: take_back(attempt, step))
        case m.Restore():
            come_to_rest(attempt)
            restore(attempt)
        case m.Prove():
            prove(attempt)
        case m.NeedOperator(why, facets, because):
            attempt.record(e.OperatorNeeded(why, facets, because))
        case m.Close(outcome, why, because):
            attempt.record(e.Closed(outcome.value, why, because))
        case _:
            assert_never(move)


def _take_locks(attempt: Attempt) -> None:
    try:
        epochs = attempt.world.take_locks()
    except (Locked, RemoteNeeded) as why:
        because = "locked" if isinstance(why, Locked) else "remote"
        attempt.record(e.Closed(Outcome.REFUSED.value, why.sentence, because))
    else:
        attempt.record(e.LocksHeld(epochs))


def _forward(attempt: Attempt, step: Step) -> None:
    watch_if_due(attempt)
    try:
        run_step(attempt, step, "forward")
        if step.id in attempt.change.left_by:
            watch(attempt)
    except StillMoving:
        raise
    except StepFault as why:
        _step_failed(attempt, step, str(why), untouched=isinstance(why, Untouched))
    except OperatorFault as why:
        because = "person" if isinstance(why, PersonWanted) else ""
        attempt.record(e.OperatorNeeded(str(why), attempt.change.touched(), because))
    except (CannotRecord, Stopped, *PASSING):
        raise
    except ChangectlError as why:
        _step_failed(attempt, step, why.sentence)


def _step_failed(attempt: Attempt, step: Step, why: str, *, untouched: bool = False) -> None:
    if step.id not in attempt.change.wants:  # it failed before it could begin
        attempt.record(e.StepStarted(step.id))
    attempt.record(e.StepFailed(step.id, why, untouched))


def _undo(attempt: Attempt, step: Step, undo: Callable[[], None]) -> None:
    try:
        settle_open_calls(attempt)
        undo()
    except (Stopped, StillMoving, *PASSING):
        raise
    except (StepFault, OperatorFault) as why:
        attempt.record(e.UndoFailed(step.id, str(why)))
    except ChangectlError as why:
        attempt.record(e.UndoFailed(step.id, why.sentence))
    else:
        attempt.record(e.UndoDone(step.id))


def _back_unrecorded(attempt: Attempt, why: CannotRecord) -> None:
    try:
        turn_back(attempt, f"{why.sentence}; what follows may not be recorded on this machine")
    except StopWanted:  # somebody was asked, and wants to stop
        _turn_round(attempt)


def _cannot_go_on(attempt: Attempt, why: ChangectlError) -> None:
    """It did not come to what it was about to do: nothing was changed yet, or it waits, or a person must look."""
    if not attempt.change.wants and not attempt.change.rollback:
        because = "register" if isinstance(why, RegisterUnsound) else "aws"
        attempt.record(e.Closed(Outcome.REFUSED.value, why.sentence, because))
    elif isinstance(why, TakenOver):
        attempt.record(e.OperatorNeeded(why.sentence, attempt.change.touched(), "taken-over"))
    elif isinstance(why, PASSING):
        attempt.record(paused(why))
    else:
        attempt.record(e.OperatorNeeded(why.sentence, attempt.change.touched()))


def _turn_round(attempt: Attempt) -> None:
    if attempt.change.wants:
        attempt.record(e.RollbackWanted("interrupted by the operator"))
    else:
        attempt.record(e.Closed(Outcome.ABANDONED.value, "interrupted before anything was changed", "interrupted"))


def _publish(attempt: Attempt) -> None:
    """The end, or the need of an operator, goes to the remote; if that cannot be, it stays pending and is said."""
    if attempt.change.published:
        return
    try:
        tip = attempt.world.publish()
    except (RemoteNeeded, Locked, TakenOver):
        return
    except ChangectlError as why:  # a full disk, an unsound register: what is so in production is so all the same
        attempt.unrecorded = why.sentence
        return
    attempt.record(e.Published(tip))
