"""Going forward, one rule at a time: each of these a mutant has broken unseen."""

from collections.abc import Mapping
from typing import Any

import pytest

from changectl.model import events as e
from changectl.model.change import Outcome
from changectl.model.plan import Auto, BackOut
from changectl.model.resource import Call
from tests.engine.model_world import ModelWorld, Put
from tests.engine.scenarios import BOXES, THREE, box, plan, step, toy
from tests.mutants.rules import AsItIs, Born, Killed, lived, turned
from tests.policy.stage import LID, Stage


def test_what_aws_accepted_and_did_not_do_is_no_step_done() -> None:
    world = ModelWorld(BOXES)
    write = world.aws.write
    world.aws.write = lambda call: {} if call.operation == "PutLid" else write(call)  # type: ignore[method-assign]
    lived(world, *THREE, checks=())
    failed = [event for event in world.journal if isinstance(event, e.StepFailed)]
    assert [(event.step, event.why) for event in failed] == [
        ("lid", "AWS accepted it, but box/a lid is not what was asked for")
    ]
    assert world.aws.sent == []


def test_a_step_that_was_interrupted_goes_on_to_what_it_aimed_at() -> None:
    world, written = ModelWorld(BOXES), plan(step("more", AsItIs(box("a"))))
    write = world.aws.write

    def dies(call: Call) -> Mapping[str, Any]:
        write(call)
        raise Killed

    world.begin(written)
    world.aws.write = dies  # type: ignore[method-assign]
    with pytest.raises(Killed):
        world.live(written)
    sent_before = list(world.aws.sent)
    world.aws.write = write  # type: ignore[method-assign]
    assert world.live(written).outcome is Outcome.APPLIED
    assert (sent_before, world.aws.sent) in (
        (["PutLid"], ["PutLid", "AddLabels"]),
        (["AddLabels"], ["AddLabels", "PutLid"]),
    )
    assert (world.aws.boxes["a"]["Lid"], world.aws.boxes["a"]["Labels"]) == (
        "shut and locked",
        {"team": "x", "lid": "was shut"},
    )


def test_who_goes_on_with_an_attempt_reads_again_before_it_says_applied() -> None:
    world, written = ModelWorld(BOXES), plan(*THREE)
    record = world.record

    def dies(event: e.Event) -> None:
        if isinstance(event, e.Closed):
            raise Killed
        record(event)

    world.begin(written)
    world.record = dies  # type: ignore[method-assign]
    with pytest.raises(Killed):
        world.live(written)
    assert world.journal[-1] == e.Verified()
    world.record = record  # type: ignore[method-assign]
    world.aws.boxes["a"]["Lid"] = "shut"  # what had been read was not there to stay
    assert world.live(written).outcome is not Outcome.APPLIED


def test_a_stop_after_the_first_call_turns_the_change_round() -> None:
    world = ModelWorld(BOXES)
    world.at_send = {0: lambda: setattr(world, "stops", 1)}
    change = lived(world, *THREE, checks=())
    assert (change.outcome, change.rollback and change.rollback.why) == (
        Outcome.ROLLED_BACK,
        "interrupted by the operator",
    )
    assert world.aws.sent == ["PutLid", "PutLid"]


def test_a_stop_before_the_first_call_leaves_everything() -> None:
    world = ModelWorld(BOXES)
    world.stops = 1
    change = lived(world, *THREE)
    assert (change.outcome, change.closed and change.closed.because) == (Outcome.ABANDONED, "interrupted")
    assert world.aws.sent == []


def test_applied_is_said_of_what_is_read_then() -> None:
    world = ModelWorld(BOXES)
    turned(world, e.Soaked, lambda: world.aws.boxes["a"].update(Lid="shut"))
    change = lived(world, *THREE[:2])
    assert change.outcome is Outcome.ROLLED_BACK
    assert [event.why for event in world.journal if isinstance(event, e.VerifyFailed)] == [
        "read again, box/a lid is not as intended"
    ]


def test_what_was_made_anew_between_snapshot_and_lock_has_moved(monkeypatch: pytest.MonkeyPatch) -> None:
    world = Born(monkeypatch)
    written = plan(*THREE)
    world.begin(written)
    world.made_anew()
    change = world.live(written)
    assert (change.outcome, change.closed and change.closed.because) == (Outcome.REFUSED, "drifted")
    assert world.aws.sent == []


def test_what_a_stranger_has_beside_ours_is_not_ours_to_verify() -> None:
    world = ModelWorld(BOXES)
    turned(world, e.Soaked, lambda: world.aws.boxes["c"]["Labels"].update(theirs="t"))
    assert lived(world, *THREE[:2]).outcome is Outcome.APPLIED
    assert world.aws.boxes["c"]["Labels"] == {"one": "1", "three": "3", "theirs": "t"}


def test_an_end_is_told_to_the_remote_and_frees_the_locks() -> None:
    world = ModelWorld(BOXES)
    change = lived(world, *THREE)
    assert (change.published, world.locked) == (True, False)
    assert world.remote[-1] == change.closed


def test_what_shows_instead_of_what_a_call_leaves_is_not_ours() -> None:
    world = ModelWorld(BOXES)
    turned(world, e.CallDone, lambda: world.aws.boxes["a"].update(Lid="theirs"))
    change = lived(world, step("lid", toy("PutLid", Name="a", Lid="locked")))
    assert world.aws.boxes["a"]["Lid"] == "theirs"
    assert [(str(left.facet), left.stranger) for left in change.left] == [("box/a lid", True)]
    assert [event.why for event in world.journal if isinstance(event, e.StepFailed)] == [
        "AWS accepted it, but box/a lid is not what PutLid leaves"
    ]


def test_a_step_that_is_tried_again_keeps_its_aim_as_soon_as_it_has_one() -> None:
    """It failed before it could be known what there is to aim at, after another step had sent its call."""
    stage, gone = Stage(), list[dict[str, Any]]()

    def remove() -> None:
        stage.seconds += 10  # else the last reading of it is still a good one
        gone.append(stage.aws.boxes.pop("b"))

    turned(stage, e.CallDone, lambda: None if gone else remove())
    wanted = plan(LID, step("late", Put(box("b"), "lid", "locked")), back_out=BackOut(auto=Auto.FALSE))
    assert stage.conducted(wanted).operator is not None
    stage.aws.boxes["b"] = gone[0]
    stage.record(e.WentForward("it is there again", "Ana"))
    stage.record_fails = lambda event: Killed() if isinstance(event, e.CallStarted) else None  # type: ignore[assignment, return-value]
    with pytest.raises(Killed):
        stage.conducted(wanted)
    late = stage.change().wants["late"]
    assert late
    assert stage.change().calls[-1].started.step == "lid"
    stage.record_fails = lambda event: None
    assert stage.conducted(wanted).outcome is Outcome.APPLIED
    assert (stage.change().wants["late"], stage.aws.boxes["b"]["Lid"]) == (late, "locked")
