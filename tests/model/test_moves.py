"""What to do now, by what has happened: one table."""

from datetime import timedelta

import pytest

from changectl.model import events as e
from changectl.model import moves as m
from changectl.model import plan as written
from changectl.model.change import Change, Outcome, State
from changectl.model.fold import evolve
from changectl.model.plan import Auto, BackOut, Check, Comms, Plan, Risk, Step
from changectl.model.resource import FacetRef, Ref

UNDO = Step("undo", "undo", "set", None)
ONE, TWO = Step("one", "one", "set", None, undo=(UNDO,)), Step("two", "two", "set", None)
BACK = Step("back", "back", "set", None)
UP = Check("up", "http", None)
FACET = FacetRef(Ref("box", ("a",)), "lid")

BEGUN = e.Begun("p", "v", "t", "prod", "1", "r", "", (), "d", (FACET,), (), "0")
LOCKED = (e.SnapshotTaken("d", (FACET,)), BEGUN, e.LocksHeld(()))
READY = (*LOCKED, e.Confirmed(), e.CheckPassed("before", 0, "up", ""))
DONE = (*READY, e.StepStarted("one"), e.StepDone("one"), e.StepStarted("two"), e.StepDone("two"))
TESTED = (*DONE, e.CheckPassed("after", 0, "up", ""), e.Soaked(60))
FAILED = (*READY, e.StepStarted("one"), e.StepFailed("one", "no"))
TURNED = (*FAILED, e.RollbackWanted("no"))
UNDONE = (*TURNED, e.UndoDone("undo"), e.UndoDone("back"))
LEFT = e.FacetLeft(FACET, "someone else changed it", True)


def plan(auto: Auto = Auto.TRUE) -> Plan:
    tests = written.Tests(before=(UP,), after=(UP,), soak=timedelta(minutes=1))
    back = BackOut(auto, steps=(BACK,), test=(UP,))
    return Plan("c", "p", "t", "r", Risk.LOW, "prod", (ONE, TWO), tests, back, Comms())


def after(*events: e.Event) -> Change:
    change = Change()
    for event in events:
        change = evolve(change, event)
    return change


@pytest.mark.parametrize(
    ("events", "move"),
    [
        ((e.SnapshotTaken("d", ()),), m.Close(Outcome.ABANDONED, "interrupted before it began", "interrupted")),
        (LOCKED[:2], m.TakeLocks()),
        (LOCKED, m.Confirm()),
        ((*LOCKED, e.Confirmed()), m.RunCheck("before", 0, UP)),
        (
            (*LOCKED, e.Confirmed(), e.CheckFailed("before", 0, "up", "down")),
            m.Close(Outcome.REFUSED, "the check up failed before the first step: down", "test-before"),
        ),
        (
            (*LOCKED, e.Confirmed(), e.CheckErrored("before", 0, "up", "offline")),
            m.Close(Outcome.REFUSED, "the check up could not be asked: offline", "could-not-ask"),
        ),
        (READY, m.RunStep(ONE)),
        ((*READY, e.StepStarted("one")), m.RunStep(ONE)),
        ((*READY, e.StepStarted("one"), e.StepDone("one")), m.RunStep(TWO)),
        (DONE, m.RunCheck("after", 0, UP)),
        ((*DONE, e.CheckPassed("after", 0, "up", "")), m.Soak()),
        (TESTED, m.Verify()),
        ((*TESTED, e.Verified()), m.Close(Outcome.APPLIED)),
        ((*TESTED, e.VerifyFailed("lid is not as intended")), m.GoBack("lid is not as intended")),
        (
            (*DONE, e.CheckErrored("after", 0, "up", "offline")),
            m.AskAboutCheck("the check up could not be asked: offline"),
        ),
        (FAILED, m.GoBack("step one: no")),
        (TURNED, m.RunUndo(UNDO)),
        ((*TURNED, e.UndoFailed("undo", "denied")), m.RunUndo(BACK)),
        (UNDONE, m.Restore()),
        ((*UNDONE, e.Restored()), m.Prove()),
        ((*UNDONE, LEFT, e.Restored()), m.Prove()),
        (
            (*TURNED, e.UndoFailed("undo", "denied"), e.UndoDone("back"), e.Restored()),
            m.Prove(),
        ),
        ((*UNDONE, e.Restored(), e.RestoreProven()), m.RunCheck("back-out", 0, UP)),
        (
            (*UNDONE, e.Restored(), e.RestoreProven(), e.CheckFailed("back-out", 0, "up", "down")),
            m.NeedOperator("the check up failed after the way back: down"),
        ),
        (
            (*UNDONE, e.Restored(), e.RestoreProven(), e.CheckPassed("back-out", 0, "up", "")),
            m.Close(Outcome.ROLLED_BACK, "no"),
        ),
        ((*TURNED, e.OperatorNeeded("stranger", ())), None),
        ((*TURNED, e.OperatorNeeded("stranger", ()), e.RollbackWanted("again")), m.RunUndo(UNDO)),
        ((*TESTED, e.Verified(), e.Closed("applied")), None),
        ((*TESTED, e.Verified(), e.Closed("applied"), e.RollbackWanted("regret")), m.RunUndo(UNDO)),
    ],
    ids=str,
)
def test_the_next_move(events: tuple[e.Event, ...], move: m.Move | None) -> None:
    assert m.next_move(plan(), after(*events)) == move


@pytest.mark.parametrize(
    ("auto", "move"),
    [
        (Auto.TRUE, m.GoBack("step one: no")),
        (Auto.ASK, m.AskWhetherBack("step one: no")),
        (Auto.FALSE, m.NeedOperator("step one: no; the plan says not to go back by itself", ())),
    ],
)
def test_a_failure_goes_back_as_the_plan_says(auto: Auto, move: m.Move) -> None:
    assert m.next_move(plan(auto), after(*FAILED)) == move


@pytest.mark.parametrize(
    ("events", "state"),
    [
        ((), None),
        (LOCKED, State.BEGUN),
        ((*READY, e.StepStarted("one")), State.APPLYING),
        (DONE, State.VERIFYING),
        (TURNED, State.ROLLING_BACK),
        ((*TURNED, e.OperatorNeeded("", ())), State.NEEDS_OPERATOR),
        ((*TESTED, e.Verified(), e.Closed("applied")), State.CLOSED),
    ],
)
def test_where_a_change_stands(events: tuple[e.Event, ...], state: State | None) -> None:
    assert after(*events).state is state
