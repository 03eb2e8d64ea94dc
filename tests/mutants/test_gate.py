"""What a call must pass, one rule at a time: each of these a mutant has broken unseen."""

import itertools
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from changectl.catalogue import catalogue
from changectl.contracts.kind import Items
from changectl.engine.attempt import Attempt
from changectl.engine.classes import settle_horizon
from changectl.engine.faults import StepFault
from changectl.engine.gate import send
from changectl.errors import CallNotDone, CallUnknown, GateRefused, TakenOver
from changectl.model import events as e
from changectl.model.change import Change, Fate, Outcome, Sent
from changectl.model.durable import can_wait
from changectl.model.fold import evolve
from changectl.model.resource import Call, FacetRef, Ref
from changectl.register import stream
from changectl.register.log import register_of
from changectl.register.repository import repository
from tests.engine import model_world
from tests.engine.model_world import ModelWorld
from tests.engine.scenarios import BOXES, THREE, plan, toy
from tests.engine.toy import BOX, ref
from tests.mutants.rules import STARTED, at_the_gate, lived
from tests.register.team import ANA, entry, git


def test_each_service_has_its_own_horizon_and_the_longest_of_several_counts() -> None:
    kinds = catalogue().kinds

    def horizon(*names: str) -> float:
        return settle_horizon(kinds, [FacetRef(Ref(n, ("x",)), kinds[n].facets[0].name) for n in names])

    assert horizon("security-group") == 300
    assert horizon("parameter") == 30
    assert horizon("parameter", "security-group", "parameter") == 300


def test_without_a_remote_objects_are_synced_before_the_refs_that_name_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[str, ...]] = []
    tell = stream.tell
    monkeypatch.setattr(stream, "tell", lambda root, *args, **how: told.append(args) or tell(root, *args, **how))
    git(tmp_path, "init", "-q", "alone")
    register_of(repository(tmp_path / "alone"), ANA).append((entry("c", 1),))
    assert [args[:2] for args in told] == [("-c", "core.fsync=objects,reference")]


@pytest.mark.parametrize(
    "call",
    [
        toy("PutNote", Name="a", Note="mine"),
        toy("PutLid", Name="b", Lid="mine"),
        toy("CreateBox", Name="new"),
        toy("DeleteBox", Name="a"),
    ],
    ids=lambda call: call.operation,
)
def test_what_is_not_in_the_approved_plan_is_not_sent(call: Call) -> None:
    world, attempt = at_the_gate()
    with pytest.raises(GateRefused, match="not in the approved plan"):
        send(attempt, call, "forward", "lid")
    assert (world.aws.sent, attempt.change.calls) == ([], ())


def test_what_no_kind_knows_is_sent_only_where_the_plan_allows_it_by_name() -> None:
    world, attempt = at_the_gate()
    with pytest.raises(GateRefused, match="no resource kind knows"):
        send(attempt, toy("Ring"), "forward", "lid")
    assert (world.aws.sent, attempt.change.calls) == ([], ())
    world, attempt = at_the_gate(("toy.Ring",))
    with pytest.raises(CallNotDone, match="no such operation"):
        send(attempt, toy("Ring", Name="a"), "forward", "lid")
    assert world.aws.sent == ["Ring"]


def test_what_a_stranger_changed_since_the_snapshot_is_not_sent_to() -> None:
    world, attempt = at_the_gate()
    world.aws.boxes["a"]["Lid"] = "theirs"
    with pytest.raises(StepFault, match="box/a lid was changed by someone else since the snapshot"):
        send(attempt, toy("PutLid", Name="a", Lid="locked"), "forward", "lid")
    assert (world.aws.sent, attempt.change.calls) == ([], ())


def test_whoever_is_taken_over_while_a_call_is_recorded_does_not_send_it() -> None:
    world, attempt = at_the_gate()

    def lost(seconds: float) -> None:
        assert isinstance(world.journal[-1], e.CallStarted)
        raise TakenOver("somebody else has it")

    attempt.world = replace(attempt.world, hold=lost)
    with pytest.raises(TakenOver):
        send(attempt, toy("PutLid", Name="a", Lid="locked"), "forward", "lid")
    assert world.aws.sent == []
    assert [sent.fate for sent in attempt.change.calls] == [Fate.FAILED]


@pytest.fixture
def exact(monkeypatch: pytest.MonkeyPatch) -> None:
    """Boxes whose labels say so where they are there already."""
    labels = BOX.facet("labels")
    assert isinstance(labels.write, Items)
    telling = replace(labels, write=replace(labels.write, duplicate=("LabelExists",)))
    facets = tuple(telling if facet is labels else facet for facet in BOX.facets)
    monkeypatch.setitem(model_world.KINDS, "box", replace(BOX, facets=facets))


def refused() -> None:
    raise CallNotDone("there is such a label", code="LabelExists")


@pytest.mark.usefixtures("exact")
def test_that_another_step_sent_a_call_is_no_reason_to_take_for_ours_what_is_there_already() -> None:
    world = ModelWorld(BOXES)
    world.at_send = {2: refused}
    assert lived(world, *THREE[:2], checks=()).outcome is Outcome.ROLLED_BACK
    failed = [event for event in world.journal if isinstance(event, e.StepFailed)]
    assert [(event.step, event.why) for event in failed] == [("labels", "there is such a label")]


@pytest.mark.usefixtures("exact")
@pytest.mark.parametrize(("again", "fate"), [(False, Fate.FAILED), (True, Fate.DONE)])
def test_that_it_is_there_already_proves_a_call_only_where_that_was_sent_before(again: bool, fate: Fate) -> None:
    world, written = ModelWorld(BOXES), plan(THREE[1])
    world.at_send = {0: refused}
    world.begin(written)
    attempt = Attempt(written, world.world(), world.change())
    with nullcontext() if again else pytest.raises(CallNotDone):
        send(
            attempt,
            toy("AddLabels", Name="c", Labels=[{"Key": "three", "Value": "3"}]),
            "forward",
            "labels",
            again=again,
        )
    assert [sent.fate for sent in attempt.change.calls] == [fate]


def test_only_what_can_be_found_out_again_may_be_lost_to_a_power_cut() -> None:
    assert not can_wait(STARTED)
    assert not can_wait(e.StepStarted("deed", "", "open the valve"))
    assert can_wait(e.StepStarted("aim", "digest"))
    assert not can_wait(e.StepDone("deed", said="confirmed"))
    assert can_wait(e.StepDone("aim", "digest"))
    assert not any(map(can_wait, (e.RollbackWanted("red"), e.Closed("applied", "", ""), e.CallUnknown(0, "no answer"))))


@pytest.mark.parametrize("fate", Fate)
def test_what_is_not_known_to_have_failed_may_have_worked(fate: Fate) -> None:
    change = Change(calls=(Sent(STARTED, fate),))
    assert change.touched() == (() if fate is Fate.FAILED else STARTED.facets)


@pytest.mark.parametrize(("times", "reads"), [(1, 1), (2, 4)])
def test_what_must_be_seen_twice_is_seen_twice_in_a_row(times: int, reads: int) -> None:
    world, attempt = at_the_gate()
    attempt.horizon.stirred([ref("a")])
    shown = iter(["locked", "shut", "locked", "locked", "locked"])
    ask, count = world.aws.ask, itertools.count(1)

    def changing(call: Call) -> Mapping[str, Any]:
        next(count)
        return {"Box": {**ask(call)["Box"], "Lid": next(shown)}}

    world.aws.ask = changing  # type: ignore[method-assign]
    attempt.world = world.world()
    lid = STARTED.facets[0]
    attempt.read_until((lid,), lambda now: (now[lid.ref] or {})["lid"] == "locked", times)
    assert next(count) - 1 == reads


def test_what_was_read_before_time_passed_is_read_again() -> None:
    world, attempt = at_the_gate()
    a = ref("a")
    attempt.look(a)
    world.aws.boxes["a"]["Lid"] = "theirs"
    attempt.look(a)
    attempt.wait(1)
    with pytest.raises(StepFault, match="changed by someone else"):
        attempt.look(a)


def test_what_a_call_may_have_left_that_nobody_answered_is_ours() -> None:
    world, attempt = at_the_gate()

    def unanswered() -> None:
        raise CallUnknown("not answered")

    world.at_send = {0: unanswered}
    with pytest.raises(CallUnknown):
        send(attempt, toy("PutLid", Name="a", Lid="locked"), "forward", "lid")
    assert attempt.ours(STARTED.facets[0]) == ("locked",)


def test_what_a_call_found_beside_what_it_changed_is_not_ours() -> None:
    world, written = ModelWorld(BOXES), plan(THREE[1])
    world.begin(written)
    attempt = Attempt(written, world.world(), world.change())
    world.aws.boxes["c"]["Labels"]["theirs"] = "t"
    send(attempt, toy("AddLabels", Name="c", Labels=[{"Key": "three", "Value": "3"}]), "restore", "labels")
    assert attempt.ours(FacetRef(ref("c"), "labels")) == ({"one": "1", "two": "2", "three": "3"},)


def test_an_approval_is_of_one_plan() -> None:
    proposed = e.Proposed("p", "v", "t", "r", "prod", "low", "1", "r", "", (), (), "exact", ("ana",))
    change = Change(proposed=proposed, approvals=("an approval",))  # type: ignore[arg-type]
    assert evolve(change, replace(proposed, title="again")).approvals == ("an approval",)
    assert evolve(change, replace(proposed, plan_digest="another")).approvals == ()


@pytest.mark.parametrize("asked", [True, False])
def test_an_answer_is_kept_where_a_later_step_asks_for_it_and_nowhere_else(asked: bool) -> None:
    world, attempt = at_the_gate()
    write = world.aws.write
    world.aws.write = lambda call: {**write(call), "Serial": "7"}  # type: ignore[method-assign]
    vars(attempt)["asked_for"] = frozenset({"lid"} if asked else ())
    send(attempt, toy("PutLid", Name="a", Lid="locked"), "forward", "lid")
    done = world.journal[-1]
    assert isinstance(done, e.CallDone)
    assert (world.fetch(done.answer) if asked else done.answer) == ({"Serial": "7"} if asked else "")
