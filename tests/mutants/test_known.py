"""What an attempt knows of calls that an earlier process sent, one rule at a time: each of these a mutant has broken unseen."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from changectl.contracts.kind import Effect, Settled
from changectl.engine import bringing
from changectl.engine.attempt import Attempt
from changectl.engine.fate import settle_open_calls
from changectl.engine.knowledge import Knowledge
from changectl.errors import CallNotDone, NeverSent
from changectl.model import events as e
from changectl.model.change import Fate, Outcome
from changectl.model.plan import Plan
from changectl.model.resource import Call, FacetRef, Snapshot
from tests.engine import model_world
from tests.engine.model_world import ModelWorld
from tests.engine.scenarios import BOXES, THREE, plan, step, toy
from tests.engine.toy import BOX, ToyAws, ref
from tests.mutants.rules import Killed, lived, turned
from tests.policy.stage import LID, Stage

A, C = FacetRef(ref("a"), "lid"), FacetRef(ref("c"), "labels")
HORIZON = float(BOX.settle)


def begun(world: ModelWorld, written: Plan) -> Attempt:
    world.begin(written)
    return Attempt(written, world.world(), world.change())


def called(attempt: Attempt, facet: FacetRef, found: Snapshot, left: Snapshot | None, *more: FacetRef) -> None:
    """An intent of a call that touches one setting or more, as the gate records it."""
    kept = attempt.keep_call(found, left)
    number = len(attempt.change.calls)
    attempt.record(e.CallStarted(number, "forward", "lid", "toy", "PutLid", "here", {}, (facet, *more), bodies=kept))


def test_each_call_restarts_the_horizon_of_what_it_touches_and_no_other() -> None:
    world = ModelWorld(BOXES)
    attempt = begun(world, plan(*THREE))
    called(attempt, A, {}, {})
    called(attempt, C, {}, {})
    world.seconds += 4
    attempt.record(e.CallDone(0))
    assert (attempt.horizon.left([A]), attempt.horizon.left([C])) == (HORIZON, HORIZON - 4)


def test_what_a_call_found_is_known_to_a_later_process_that_asks_for_it_first() -> None:
    world, found = ModelWorld(BOXES), {ref("a"): {"lid": "shut"}}
    attempt = begun(world, plan(*THREE))
    called(attempt, A, found, None)
    assert Knowledge(world.world(), world.change()).found(world.change().calls[0]) == found


def test_a_step_found_a_setting_where_its_first_call_that_tells_of_it_did() -> None:
    """And not where another of its calls found something else."""
    world = ModelWorld(BOXES)
    attempt = begun(world, plan(*THREE))
    attempt.record(e.StepStarted("lid"))
    called(attempt, C, {ref("c"): {"labels": {"one": "1"}}}, {ref("c"): {"labels": {"two": "2"}}})
    called(attempt, A, {ref("a"): {"lid": "ajar"}}, {ref("a"): {"lid": "locked"}})
    for number in (0, 1):
        attempt.record(e.CallDone(number))
    attempt.record(e.StepDone("lid", attempt.keep({ref("a"): {"lid": "ajar"}})))
    assert attempt.ours(A) == ("locked", "shut")  # what it found and left alike is carried onto what was before


@pytest.mark.parametrize("there", [False, True])
def test_that_something_is_there_by_now_is_no_sign_that_a_call_had_no_effect(there: bool) -> None:
    world = ModelWorld(BOXES)
    attempt = begun(world, plan(*THREE))
    called(attempt, FacetRef(ref("z"), "lid"), {ref("z"): None}, None)
    if there:
        world.aws.boxes["z"] = {"Lid": None, "Note": None, "Log": None, "Labels": {}}
    unknown = settle_open_calls(attempt)
    assert [sent.fate for sent in attempt.change.calls] == [Fate.OPEN if there else Fate.FAILED]
    assert len(unknown) == there


def test_what_was_there_before_proves_nothing_even_where_the_call_touches_more_than_is_foretold() -> None:
    world = ModelWorld(BOXES)
    attempt = begun(world, plan(*THREE))
    was = dict(world.aws.boxes["a"])
    called(attempt, A, {ref("a"): {"lid": "ajar"}}, {ref("a"): {"lid": was["Lid"]}}, C)
    settle_open_calls(attempt)
    assert world.seconds >= HORIZON


MODIFY = Effect("ModifyBox", "writes", "Name", ("lid",))


def test_an_old_reading_is_no_proof_that_what_nobody_foretells_is_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(model_world.KINDS, "box", replace(BOX, also=(*BOX.also, MODIFY)))
    stage, asked, write = Stage(), ToyAws.ask, ToyAws.write

    def modified(aws: ToyAws, call: Call) -> Mapping[str, Any]:
        if call.operation == "ModifyBox":
            aws.boxes["a"]["Lid"] = "changed"
            return {}
        return write(aws, call)

    def old(aws: ToyAws, call: Call) -> Mapping[str, Any]:
        answer = asked(aws, call)
        stale = stage.seconds < HORIZON - 1
        return {"Box": {**answer["Box"], "Lid": "shut"}} if stale and call.params["Name"] == "a" else answer

    monkeypatch.setattr(ToyAws, "write", modified)
    monkeypatch.setattr(ToyAws, "ask", old)
    written = plan(step("mod", toy("ModifyBox", Name="a")), checks=("up",))
    stage.begin(written)
    turned(stage, e.CallDone, _dies)
    with pytest.raises(Killed):
        stage.live(written)
    stage.record(e.RollbackWanted("asked for", "ana"))
    change = stage.conducted(written)
    assert [str(left.facet) for left in change.left] == ["box/a lid"]
    assert any(said.endswith("of 10s") for said in stage.told)


def _dies() -> None:
    raise Killed


def test_what_its_kind_cannot_write_back_is_left_and_said_to_be(monkeypatch: pytest.MonkeyPatch) -> None:
    world = ModelWorld(BOXES)
    world.red.add("up")
    turned(world, e.RollbackWanted, lambda: monkeypatch.setattr(bringing, "writes", lambda *_: ()))
    (left,) = lived(world, THREE[0]).left
    assert (left.why, left.stranger) == ("AWS has no way to write it back", False)


def test_a_way_to_aws_that_is_gone_leaves_nothing_behind_but_is_waited_for() -> None:
    stage = Stage()
    stage.red.add("up")
    stage.send_fails[2] = NeverSent("there is no way to AWS", code="EndpointConnectionError")
    assert stage.conducted(plan(LID, checks=("up",))).outcome is Outcome.ROLLED_BACK
    assert not [event for event in stage.journal if isinstance(event, e.FacetLeft)]


def test_a_resource_that_is_busy_is_written_to_when_it_is_at_rest_and_that_takes_time() -> None:
    busy = CallNotDone("it is being changed", code="Busy")
    stage = Busy()
    stage.send_fails = {2: busy, 3: busy}
    stage.red.add("up")
    assert stage.conducted(plan(LID, checks=("up",))).outcome is Outcome.ROLLED_BACK
    assert stage.seconds == 2.0


class Busy(Stage):
    """Whose boxes refuse what comes while they change."""

    def world(self) -> Any:
        world = super().world()
        kinds = {"box": replace(world.ground.kinds["box"], settled=Settled("Box.State", ("ready",), ("Busy",)))}
        return replace(world, ground=replace(world.ground, kinds=kinds))


def test_a_call_that_shows_at_once_is_not_waited_for() -> None:
    world = ModelWorld(BOXES)
    assert lived(world, step("lid", toy("PutLid", Name="a", Lid="locked"))).outcome is Outcome.APPLIED
    assert world.seconds == 30.0  # the soak
