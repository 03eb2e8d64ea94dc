"""Apply, resume and rollback are one function: decide the next move, do it, record it, until there is none."""

from collections.abc import Callable
from dataclasses import replace
from typing import assert_never

from changectl.engine.attempt import (
    Attempt,
    OperatorFault,
    PersonWanted,
    StepFault,
    Stopped,
    StopWanted,
    Turn,
    Untouched,
)
from changectl.engine.checks import check_of, run_check, soak, watch
from changectl.engine.deeds import take_back
from changectl.engine.fate import settle_open_calls
from changectl.engine.restore import prove, restore
from changectl.engine.steps import run_step
from changectl.engine.verify import confirm, verify
from changectl.engine.world import World
from changectl.errors import CannotRecord, ChangectlError, Locked, RemoteNeeded
from changectl.model import events as e
from changectl.model import moves as m
from changectl.model.change import Change, Outcome
from changectl.model.moves import Move, next_move
from changectl.model.plan import Plan, Step

AGAIN, BACK, STOP = "try again", "go back", "stop here"


def conduct(plan: Plan, world: World, past: Change) -> Change:
    """Carry an attempt on to its end, whatever it has behind it, and publish what happened.

    Gives the change as it stands: closed, or waiting for an operator. `published` is False where the remote could
    not be told. Raises Stopped when a person asked twice, CannotRecord when nothing was changed and nothing can be.
    """
    attempt = Attempt(plan, world, past if past.wants else replace(past, confirmed=False))  # days may have passed since
    while (move := next_move(plan, attempt.change)) is not None:
        try:
            attempt.heed()
            _perform(move, attempt)
        except StopWanted:
            _turn_round(attempt)
        except Turn:
            continue
        except CannotRecord as why:
            if not attempt.change.deeds and not any(sent.may_have_worked for sent in attempt.change.calls):
                raise
            attempt.record(e.RollbackWanted(f"{why.sentence}; what follows may not be recorded on this machine"))
        except Stopped:
            raise
        except ChangectlError as why:
            _could_not(attempt, why)
    _publish(attempt)
    return attempt.change


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
        case m.AskWhetherBack() | m.AskAboutCheck():
            _ask(attempt, move)
        case m.RunUndo(step):
            _undo(attempt, step, lambda: run_step(attempt, step, "undo"))
        case m.TakeBack(step):
            _undo(attempt, step, lambda: take_back(attempt, step))
        case m.Restore():
            restore(attempt)
        case m.Prove():
            prove(attempt)
        case m.NeedOperator(why, facets):
            attempt.record(e.OperatorNeeded(why, facets))
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
    try:
        run_step(attempt, step, "forward")
        if step.id in attempt.change.left_by:
            watch(attempt)
    except StepFault as why:
        _step_failed(attempt, step, str(why), untouched=isinstance(why, Untouched))
    except OperatorFault as why:
        because = "person" if isinstance(why, PersonWanted) else ""
        attempt.record(e.OperatorNeeded(str(why), attempt.change.touched(), because))
    except (CannotRecord, Stopped):
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
    except Stopped:
        raise
    except (StepFault, OperatorFault) as why:
        attempt.record(e.UndoFailed(step.id, str(why)))
    except ChangectlError as why:
        attempt.record(e.UndoFailed(step.id, why.sentence))
    else:
        attempt.record(e.UndoDone(step.id))


def _ask(attempt: Attempt, move: m.AskWhetherBack | m.AskAboutCheck) -> None:
    options = (AGAIN, BACK, STOP) if isinstance(move, m.AskAboutCheck) else (BACK, STOP)
    answer, errored = attempt.ask(move.why, options), attempt.change.errored
    if answer == BACK:
        attempt.record(e.RollbackWanted(move.why))
    elif answer == AGAIN and errored is not None:
        run_check(attempt, errored.phase, errored.number, check_of(attempt, errored.phase, errored.number))
    else:
        attempt.record(e.OperatorNeeded(move.why, attempt.change.touched()))


def _could_not(attempt: Attempt, why: ChangectlError) -> None:
    """AWS could not be read: nothing was changed yet, or a person must look."""
    if attempt.change.wants:
        attempt.record(e.OperatorNeeded(why.sentence, attempt.change.touched()))
    else:
        attempt.record(e.Closed(Outcome.REFUSED.value, why.sentence, "aws"))


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
    except (RemoteNeeded, Locked):
        return
    attempt.record(e.Published(tip))
