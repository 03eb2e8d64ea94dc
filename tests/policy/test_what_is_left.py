"""What stands wrong after the way back is told once, as it is: what it was, what the whole change made of it, what it is now."""

import json

import pytest

from changectl.errors import CallNotDone
from changectl.model import events as e
from tests.engine.model_world import Put
from tests.engine.scenarios import box, plan, step
from tests.mutants.rules import Killed, turned
from tests.policy.stage import Stage

BEFORE = {"one": "1", "two": "2"}
ADD = step("add", Put(box("c"), "labels", {**BEFORE, "three": "3"}))
EDIT = step("edit", Put(box("c"), "labels", {"one": "9", "two": "2", "three": "3"}))


def meddled() -> Stage:
    """Two steps on one setting, a check that fails, and a stranger who has what the first step made."""
    stage = Stage()
    stage.red.add("up")
    turned(stage, e.RollbackWanted, lambda: stage.aws.boxes["c"]["Labels"].update(three="theirs"))
    return stage


def test_the_rest_is_put_back_and_what_every_step_made_is_told() -> None:
    stage = meddled()
    change = stage.conducted(plan(ADD, EDIT, checks=("up",)))
    (left,) = [event for event in stage.journal if isinstance(event, e.FacetLeft)]
    assert (left.why, left.stranger) == ("someone else changed it; the rest of it is put back", True)
    assert [json.loads(body) for body in (left.before, left.ours, left.now)] == [
        BEFORE,
        {"one": "9", "two": "2", "three": "3"},
        {**BEFORE, "three": "theirs"},
    ]
    assert not [event for event in stage.journal if isinstance(event, e.FacetRestored)]
    assert stage.aws.boxes["c"]["Labels"] == {**BEFORE, "three": "theirs"}
    assert change.operator
    assert change.operator.why == "not everything is back: 1 changed by someone else"


def test_where_the_rest_cannot_be_put_back_that_is_what_is_told() -> None:
    stage = meddled()
    stage.send_fails = {n: CallNotDone("no", code="AccessDenied") for n in range(3, 9)}
    stage.conducted(plan(ADD, EDIT, checks=("up",)))
    (left,) = [event for event in stage.journal if isinstance(event, e.FacetLeft)]
    assert (left.why, left.stranger) == ("no", False)
    assert json.loads(left.now) == {"one": "9", "two": "2", "three": "theirs"}


def test_that_the_rest_is_back_is_read_and_not_believed() -> None:
    """AWS accepts the write, and does nothing."""
    stage = meddled()
    write = stage.aws.write
    stage.aws.write = lambda call: {} if stage.change().rollback else write(call)  # type: ignore[method-assign]
    stage.conducted(plan(ADD, EDIT, checks=("up",)))
    last = stage.last(e.FacetLeft)
    assert (last.why, last.stranger) == ("it is not what it was", True)
    assert json.loads(last.now) == {"one": "9", "two": "2", "three": "theirs"}


def test_of_a_step_that_was_not_over_its_call_counts_as_what_we_made() -> None:
    stage = Stage()
    steps = [step(name, Put(box("c"), "labels", {"one": name, "two": "2"})) for name in ("first", "second")]
    stage.record_fails = lambda event: Killed() if isinstance(event, e.StepDone) and event.step == "second" else None  # type: ignore[assignment, return-value]
    wanted = plan(*steps)
    with pytest.raises(Killed):
        stage.conducted(wanted)
    stage.record_fails = lambda event: None
    stage.aws.boxes["c"]["Labels"]["one"] = "theirs"
    stage.record(e.RollbackWanted("asked for", "ana"))
    stage.conducted(wanted)
    assert json.loads(stage.last(e.FacetLeft).ours)["one"] == "second"
