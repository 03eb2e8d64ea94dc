"""What a person does: asked and confirmed, or not done, or failed; and never done because nobody said otherwise."""

from collections.abc import Callable

import pytest

from changectl.engine.conduct import conduct
from changectl.engine.preview import foresee
from changectl.model import events as e
from changectl.model import plan as written
from changectl.model.change import Change, Outcome
from changectl.model.plan import Check, Plan, Step
from changectl.model.preview import Reversibility, Verdict
from tests.engine.model_world import ModelWorld
from tests.engine.scenarios import BOXES, plan, step

OPEN = step("valve", "open north")
UNDOABLE = step("valve", "open north", step("undo", "close north"))
AFTER = step("after", "open south")


class Prompt(ModelWorld):
    """A world with somebody at the terminal, who answers one thing after the other; None when nobody is there."""

    def __init__(self, *said: str | None) -> None:
        super().__init__(BOXES)
        self.said, self.heard = list(said), list[str]()
        self.at_prompt: Callable[[], None] = lambda: None

    def ask(self, question: str, options: tuple[str, ...], meanwhile: Callable[[], None]) -> str | None:
        self.at_prompt()
        meanwhile()
        self.heard.append(question.replace("\n", " / "))
        return self.said.pop(0) if self.said else None


def conducted(world: ModelWorld, wanted: Plan) -> Change:
    world.begin(wanted)
    return conduct(wanted, world.world(), world.change())


def story(world: ModelWorld) -> list[e.Event]:
    """What was recorded of the steps and their way back, and how it ended."""
    told = e.StepStarted | e.StepDone | e.StepFailed | e.UndoDone | e.UndoFailed | e.OperatorNeeded | e.Closed
    return [event for event in world.journal if isinstance(event, told | e.RollbackWanted | e.TakenUp)]


STARTED = e.StepStarted("valve", asked="open north")


def test_what_is_confirmed_is_done() -> None:
    world = Prompt("done")
    assert conducted(world, plan(OPEN)).outcome is Outcome.APPLIED
    assert story(world) == [STARTED, e.StepDone("valve", said="confirmed"), e.Closed("applied")]
    assert world.heard == ["valve / open north"]


@pytest.mark.parametrize(("noted", "said"), [("4.2", "confirmed; bar: 4.2"), (None, "confirmed")])
def test_what_a_person_notes_is_recorded(noted: str | None, said: str) -> None:
    world = Prompt("done", noted)
    conducted(world, plan(step("valve", "open north > bar")))
    assert story(world)[1] == e.StepDone("valve", said=said)
    assert world.heard == ["valve / open north", "bar:"]


def test_what_was_not_done_is_not_undone() -> None:
    world = Prompt("not done")
    conducted(world, plan(UNDOABLE, AFTER))
    failure = "step valve: nobody has done it"
    assert story(world) == [
        STARTED,
        e.StepFailed("valve", "nobody has done it", untouched=True),
        e.RollbackWanted(failure),
        e.Closed("rolled-back", failure),
    ]


@pytest.mark.parametrize(
    ("said", "ends"),
    [
        ("done", [e.StepDone("undo", said="confirmed"), e.UndoDone("undo")]),
        ("not done", [e.UndoFailed("undo", "nobody has done it")]),
        ("it failed", [e.UndoFailed("undo", "whoever did it says that it failed")]),
        (None, [e.UndoFailed("undo", "step undo is done by a person, and nobody can be asked here")]),
    ],
)
def test_what_failed_is_undone_by_a_person_or_needs_an_operator(said: str | None, ends: list[e.Event]) -> None:
    world = Prompt("it failed", said)
    change = conducted(world, plan(UNDOABLE))
    failure = "step valve: whoever did it says that it failed"
    end: e.Event = e.Closed("rolled-back", failure)
    if said != "done":
        end = e.OperatorNeeded("not everything is back: 1 undo step failed", ())
    assert story(world) == [
        STARTED,
        e.StepFailed("valve", "whoever did it says that it failed"),
        e.RollbackWanted(failure),
        e.StepStarted("undo", asked="close north"),
        *ends,
        end,
    ]
    assert (change.outcome is Outcome.ROLLED_BACK) == (said == "done")


@pytest.mark.parametrize(
    ("said", "ends"),
    [
        ("taken back", e.UndoDone("valve")),
        ("it was never done", e.UndoDone("valve")),
        ("it stays as it is", e.UndoFailed("valve", "what a person did stays as it is")),
        (
            None,
            e.UndoFailed("valve", "a person may have done it, and nobody can be asked here whether it is taken back"),
        ),
    ],
)
def test_as_before_is_not_said_while_a_deed_without_undo_stands(said: str | None, ends: e.Event) -> None:
    world = Prompt("done", "it failed", "it was never done", said)
    change = conducted(world, plan(OPEN, AFTER))
    assert story(world)[-2] == ends
    assert (change.outcome is Outcome.ROLLED_BACK) == isinstance(ends, e.UndoDone)
    assert world.heard[-1] == "valve / open north / A person did this. The plan has no undo for it."


def test_where_nobody_can_be_asked_an_operator_is_needed_and_somebody_at_a_terminal_goes_on() -> None:
    world, wanted = Prompt(None), plan(OPEN)
    needs = e.OperatorNeeded("step valve is done by a person, and nobody can be asked here", (), "person")
    conducted(world, wanted)
    assert story(world) == [STARTED, needs]

    world.said = ["done"]
    world.record(e.TakenUp())
    assert world.live(wanted).outcome is Outcome.APPLIED
    assert story(world)[2:] == [e.TakenUp(), e.StepDone("valve", said="confirmed"), e.Closed("applied")]
    assert world.heard[-1] == "valve / open north / It may have been done already."


def checked(valve: Step) -> Plan:
    return plan(Step(valve.id, valve.name, valve.action, valve.spec, check=Check("up", "up", "up")))


def test_done_is_not_believed_against_its_check() -> None:
    world = Prompt("done", "done", "not done")
    world.red.add("up")
    conducted(world, checked(OPEN))
    assert [event for event in story(world) if isinstance(event, e.StepFailed)] == [
        e.StepFailed("valve", "nobody has done it", untouched=True)
    ]
    no = " / You said that it is done. Its check does not show it: up is False"
    assert world.heard == ["valve / open north", f"valve / open north{no}", f"valve / open north{no}"]


@pytest.mark.parametrize("red", [False, True])
def test_after_a_crash_its_check_is_asked_before_a_person(red: bool) -> None:
    world, wanted = Prompt("not done"), checked(OPEN)
    world.begin(wanted)
    world.journal += [e.LocksHeld(()), e.Confirmed(), STARTED]
    world.red |= {"up"} if red else set()
    conduct(wanted, world.world(), world.change())
    again = "valve / open north / It may have been done already. Its check does not show it: up is False"
    assert world.heard == ([again] if red else [])
    done = [event.said for event in story(world) if isinstance(event, e.StepDone)]
    assert done == ([] if red else ["its check shows it: up is True"])


def test_a_stop_at_the_prompt_turns_the_change_round() -> None:
    world = Prompt(None, "it was never done")
    world.at_prompt = lambda: setattr(world, "stops", 1)
    change = conducted(world, plan(OPEN))
    why = "interrupted by the operator"
    assert story(world) == [STARTED, e.RollbackWanted(why), e.UndoDone("valve"), e.Closed("rolled-back", why)]
    assert change.outcome is Outcome.ROLLED_BACK


def test_what_is_watched_goes_on_being_watched_while_a_person_is_asked() -> None:
    world = Prompt("it was never done")
    world.at_prompt = lambda: world.red.add("fast")
    conducted(world, plan(OPEN, test=written.Tests(during=(Check("fast", "up", "fast"),))))
    assert world.heard == [
        "valve / open north / A person was asked to do this, and may have done it. The plan has no undo for it."
    ]
    assert story(world)[-1] == e.Closed("rolled-back", "the check fast failed while it ran: fast is False")


def test_a_deed_is_never_called_exact() -> None:
    wanted = plan(UNDOABLE, AFTER)
    foreseen = foresee(wanted, ModelWorld(BOXES).world().ground)
    why = "a person does it, and nothing here can read it"
    assert [(each.step, each.verdict, each.unforeseeable) for each in foreseen.preview.steps] == [
        ("valve", Verdict(Reversibility.COMPENSATED, f"by its undo; without it: {why} or take it back"), why),
        ("undo", Verdict(Reversibility.COMPENSATED, why), why),
        ("after", Verdict(Reversibility.UNKNOWN, f"{why} or take it back"), why),
    ]
