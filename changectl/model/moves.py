"""What to do now. Pure: the plan and all that has happened decide."""

from typing import TypeAlias

from changectl.model.change import Change, Outcome
from changectl.model.events import CheckErrored
from changectl.model.exits import is_asking
from changectl.model.frozen import dataclass
from changectl.model.plan import Auto, Check, Plan, Step
from changectl.model.resource import FacetRef


@dataclass(frozen=True, slots=True)
class TakeLocks:
    """Publish the begin and take all locks, in one push."""


@dataclass(frozen=True, slots=True)
class Confirm:
    """Read again under the lock and compare with the snapshot."""


@dataclass(frozen=True, slots=True)
class RunStep:
    """Do a step of the plan, or carry on with it."""

    step: Step


@dataclass(frozen=True, slots=True)
class RunCheck:
    """Ask one check of a phase."""

    phase: str
    number: int
    check: Check


@dataclass(frozen=True, slots=True)
class Soak:
    """Let the soak pass, watching."""


@dataclass(frozen=True, slots=True)
class Verify:
    """Read production again and compare with what was intended."""


@dataclass(frozen=True, slots=True)
class GoBack:
    """Turn round."""

    why: str


@dataclass(frozen=True, slots=True)
class AskWhetherBack:
    """Turn round if a person says so."""

    why: str


@dataclass(frozen=True, slots=True)
class AskAboutCheck:
    """A check could not be asked: a person decides."""

    why: str


@dataclass(frozen=True, slots=True)
class AskWhetherOn:
    """What it needs to go on is missing, which says nothing about production: a person decides."""

    why: str
    because: str


@dataclass(frozen=True, slots=True)
class RunUndo:
    """Do a step of the authored way back."""

    step: Step


@dataclass(frozen=True, slots=True)
class TakeBack:
    """A person did a step, and the plan has no undo for it: have it taken back by a person."""

    step: Step


@dataclass(frozen=True, slots=True)
class Restore:
    """Put back from the snapshot what still differs and is ours."""


@dataclass(frozen=True, slots=True)
class Prove:
    """Read production again and compare with the state before."""


@dataclass(frozen=True, slots=True)
class NeedOperator:
    """Stop, keeping the locks; a person must decide."""

    why: str
    facets: tuple[FacetRef, ...] = ()
    because: str = ""


@dataclass(frozen=True, slots=True)
class Close:
    """The attempt is over."""

    outcome: Outcome
    why: str = ""
    because: str = ""


Move: TypeAlias = (
    TakeLocks
    | Confirm
    | RunStep
    | RunCheck
    | Soak
    | Verify
    | GoBack
    | AskWhetherBack
    | AskAboutCheck
    | AskWhetherOn
    | RunUndo
    | TakeBack
    | Restore
    | Prove
    | NeedOperator
    | Close
)


def next_move(plan: Plan, change: Change) -> Move | None:
    """What to do now; None when the attempt is closed or waits for an operator."""
    if change.closed or change.operator:
        return None
    if change.paused:
        return AskWhetherOn(change.paused.why, change.paused.because)
    if change.errored and is_asking(change):
        return AskAboutCheck(_not_asked(change.errored))
    if change.rollback:
        return _way_back(plan, change)
    if not change.begun:
        return Close(Outcome.ABANDONED, "interrupted before it began", "interrupted")
    if change.failure and change.wants:
        return going_back(plan, change, change.failure)
    if change.failure:
        return Close(Outcome.REFUSED, change.failure, "test-before")
    if change.errored:
        return Close(Outcome.REFUSED, _not_asked(change.errored), "could-not-ask")
    return _way_forward(plan, change)


def going_back(plan: Plan, change: Change, why: str) -> GoBack | AskWhetherBack | NeedOperator:
    """Whether the change turns round by itself where there is a reason to, as the plan and its preview say."""
    if plan.back_out.auto is Auto.FALSE:
        return NeedOperator(f"{why}; the plan says not to go back by itself", change.touched())
    asks = change.begun.going_back_asks if change.begun else ""
    if plan.back_out.auto is Auto.ASK or asks:
        return AskWhetherBack("; ".join(filter(None, (why, asks))))
    return GoBack(why)


def _way_forward(plan: Plan, change: Change) -> Move:
    if not change.locked:
        return TakeLocks()
    if not change.confirmed:
        return Confirm()
    if not change.wants and (check := _first_beforehand(plan, change)):
        return check
    step = next((s for s in plan.steps if s.id not in change.left_by), None)
    if step is not None:
        return RunStep(step)
    if check := _first_open("after", plan.test.after, change):
        return check
    if plan.test.soak and not change.soaked:
        return Soak()
    return Close(Outcome.APPLIED) if change.verified else Verify()


def _first_beforehand(plan: Plan, change: Change) -> RunCheck | None:
    """What is asked before the first step: no change on top of a fire; in one, what is red already, to know it again."""
    phases = [("before", plan.test.before), ("during", plan.test.during)]
    phases += [("after", plan.test.after)] if plan.emergency else []
    known = change.passed | change.red
    open_ones = (
        RunCheck(phase, n, c) for phase, checks in phases for n, c in enumerate(checks) if (phase, n) not in known
    )
    return next(open_ones, None)


def _first_open(phase: str, checks: tuple[Check, ...], change: Change) -> RunCheck | None:
    open_ones = (RunCheck(phase, n, c) for n, c in enumerate(checks) if (phase, n) not in change.passed)
    return next(open_ones, None)


def _not_asked(errored: CheckErrored) -> str:
    return f"the check {errored.name} could not be asked: {errored.why}"


def _way_back(plan: Plan, change: Change) -> Move:
    if (undo := _open_undo(plan, change)) is not None:
        return RunUndo(undo)
    if (deed := _open_deed(plan, change)) is not None:
        return TakeBack(deed)
    if not change.restore_done:
        return Restore()
    if not change.proven:
        return Prove()
    if change.failure:
        return NeedOperator(change.failure)
    tests = plan.test.after if plan.back_out.test_same else plan.back_out.test
    why = change.rollback.why if change.rollback else ""
    return _first_open("back-out", tests, change) or Close(Outcome.ROLLED_BACK, why)


def _open_undo(plan: Plan, change: Change) -> Step | None:
    """The authored way back: `undo` of each step that had begun, newest first, then `back_out.steps`, each once."""
    settled = _settled(change)
    begun = (step for step in reversed(plan.steps) if step.id in change.wants and step.id not in change.spared)
    authored = (*(undo for step in begun for undo in step.undo), *(plan.back_out.steps if change.wants else ()))
    return next((undo for undo in authored if undo.id not in settled), None)


def _open_deed(plan: Plan, change: Change) -> Step | None:
    """The newest step that a person may have done, where the plan says no way back: nothing but a person knows one."""
    done = change.deeds - change.spared - _settled(change)
    return next((step for step in reversed(plan.steps) if step.id in done and not step.undo), None)


def _settled(change: Change) -> frozenset[str]:
    """What of the authored way back is over, well or badly."""
    return change.undone | {failed.step for failed in change.undo_failed}


def why_not_back(change: Change) -> str:
    """What of the way back was not to be had, counted."""
    strangers = sum(left.stranger for left in change.left)
    failed = len({failed.step for failed in change.undo_failed})
    parts = (
        f"{strangers} changed by someone else" if strangers else "",
        f"{len(change.left) - strangers} could not be written back" if len(change.left) > strangers else "",
        f"{failed} undo step{'s' * (failed > 1)} failed" if failed else "",
    )
    return "not everything is back: " + ", ".join(filter(None, parts))
