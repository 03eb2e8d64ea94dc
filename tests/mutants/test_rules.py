"""Rules that the simulator cannot hold the engine to, each of which a mutant has broken unseen."""

import itertools
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from changectl.catalogue import catalogue
from changectl.contracts.action import Aim, Sight
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
from changectl.model.resource import Call, FacetRef, Ref, Target
from changectl.register import stream
from changectl.register.log import register_of
from changectl.register.repository import repository
from tests.engine import model_world
from tests.engine.model_world import ModelWorld, Put
from tests.engine.scenarios import BOXES, THREE, box, plan, step, toy
from tests.engine.toy import BOX, ref
from tests.register.team import ANA, entry, git
from tests.simulator.aws import MEMBERS, Aws, number
from tests.simulator.disturbances import Disturbance, Stranger
from tests.simulator.history import at_its_end, findings, started
from tests.simulator.scenarios import NAMED, RED, Scenario, aim, denied
from tests.simulator.scenarios import plan as sim_plan
from tests.simulator.scenarios import step as sim_step
from tests.simulator.scenarios import toy as sim_toy
from tests.simulator.state import TOYS, change_of
from tests.simulator.world import Life


def lived(world: ModelWorld, *steps: Any, checks: tuple[str, ...] = ("up",)) -> Any:
    written = plan(*steps, checks=checks)
    world.begin(written)
    return world.live(written)


def test_what_was_changed_last_goes_back_first() -> None:
    world = ModelWorld(BOXES)
    world.red = {"up"}
    assert lived(world, *THREE[:2]).outcome is Outcome.ROLLED_BACK
    assert world.aws.sent[:1] == ["PutLid"]
    assert world.aws.sent[-1] == "PutLid"
    assert set(world.aws.sent[1:-1]) == {"AddLabels", "RemoveLabels"}


def test_the_undo_of_the_newest_step_is_run_first() -> None:
    world = ModelWorld(BOXES)
    world.red = {"up"}
    one = step("one", Put(box("a"), "lid", "locked"), step("undo-one", toy("PutLog", Name="a", Log="")))
    two = step("two", Put(box("c"), "labels", {"one": "1"}), step("undo-two", toy("PutLog", Name="c", Log="")))
    lived(world, one, two)
    assert [event.step for event in world.journal if isinstance(event, e.UndoDone)] == ["undo-two", "undo-one"]


def test_only_what_had_begun_is_undone() -> None:
    world = ModelWorld(BOXES)
    world.aws.denied = {"PutLid"}
    one = step("one", Put(box("a"), "lid", "locked"), step("undo-one", toy("PutLog", Name="a", Log="")))
    two = step("two", Put(box("c"), "labels", {"one": "1"}), step("undo-two", toy("PutLog", Name="c", Log="")))
    lived(world, one, two)
    assert [event.step for event in world.journal if isinstance(event, e.UndoDone)] == ["undo-one"]


def test_what_a_stranger_removed_is_not_made_again() -> None:
    world = ModelWorld(BOXES)
    world.red = {"up"}
    world.at_send = {1: lambda: world.aws.boxes.__delitem__("a")}
    change = lived(world, *THREE[:2])
    assert [(str(left.facet), left.stranger) for left in change.left] == [("box/a lid", True)]
    assert "a" not in world.aws.boxes
    assert world.aws.boxes["c"]["Labels"] == BOXES["c"]["Labels"]


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


@dataclass(frozen=True)
class AsItIs:
    """A step whose aim depends on what is there."""

    box: Target

    def work(self, sight: Sight) -> Aim:
        a = sight.ref(self.box)
        lid = (sight.now(a) or {})["lid"]
        return Aim({FacetRef(a, "lid"): f"{lid} and locked", FacetRef(a, "labels"): {"team": "x", "lid": f"was {lid}"}})


class Killed(BaseException):
    """The process is gone."""


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


class Born(ModelWorld):
    """Boxes that say which of their lives it is."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        super().__init__(BOXES)
        patch.setitem(model_world.KINDS, "box", replace(BOX, incarnation="Box.Born"))
        self.born, ask = "first", self.aws.ask

        def asked(call: Call) -> Mapping[str, Any]:
            return {"Box": {**ask(call)["Box"], "Born": self.born if call.params["Name"] == "a" else ""}}

        self.aws.ask = asked  # type: ignore[method-assign]

    def made_anew(self) -> None:
        """By a stranger, just as it was."""
        self.born = "second"


def test_what_was_made_anew_between_snapshot_and_lock_has_moved(monkeypatch: pytest.MonkeyPatch) -> None:
    world = Born(monkeypatch)
    written = plan(*THREE)
    world.begin(written)
    world.made_anew()
    change = world.live(written)
    assert (change.outcome, change.closed and change.closed.because) == (Outcome.REFUSED, "drifted")
    assert world.aws.sent == []


def test_what_was_made_anew_by_a_stranger_is_not_put_back(monkeypatch: pytest.MonkeyPatch) -> None:
    world = Born(monkeypatch)
    world.red = {"up"}
    world.at_send = {1: world.made_anew}
    change = lived(world, *THREE[:2])
    assert [left.why for left in change.left] == ["it was removed and made anew by someone else"]
    assert world.aws.boxes["a"]["Lid"] == "locked"


def test_each_step_has_a_token_of_its_own() -> None:
    tickets = (sim_step(name, sim_toy("CreateTicket", Text=name)) for name in ("one", "two"))
    scenario = Scenario("two tickets", sim_plan(*tickets), Outcome.APPLIED)
    state = started(scenario)
    at_its_end(Life(state), scenario.plan)
    assert {"ticket/t1", "ticket/t2"} <= state.aws.now.keys()


def test_of_several_that_a_lost_answer_may_have_named_none_is_taken_for_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    read = Aws.read

    def two(aws: Aws, call: Call, choose: Any) -> Any:
        spelled, state, answer = read(aws, call, choose)
        twice = call.operation == "FindParcels" and answer["Ids"]
        return spelled, state, {"Ids": [*answer["Ids"], "p9"]} if twice else answer

    monkeypatch.setattr(Aws, "read", two)
    parcel = sim_plan(sim_step("parcel", sim_toy("CreateParcel", Address="here")), checks=("up",))
    scenario = Scenario("a parcel", parcel, None, trouble=RED)
    state = started(scenario, Disturbance(calls=((0, "timeout after"),)))
    at_its_end(Life(state), scenario.plan)
    change = change_of(state.journal)
    assert change.operator is not None
    assert [sent.made for sent in change.calls] == [()]
    assert "parcel/p1" in state.aws.now


def test_what_is_there_already_under_a_name_that_aws_keeps_unique_is_never_taken_for_ours() -> None:
    parcel = sim_plan(sim_step("parcel", sim_toy("CreateParcel", Address="here")), checks=("up",))
    scenario = Scenario("a parcel", parcel, None, trouble=RED)
    state = started(scenario, Disturbance(calls=((0, "timeout before"),)))
    state.aws.now["parcel/theirs"] = number({**MEMBERS["parcel"], "Address": "here"})
    at_its_end(Life(state), scenario.plan)
    change = change_of(state.journal)
    assert (change.outcome, change.calls, state.sends) == (Outcome.ROLLED_BACK, (), 0)
    assert "parcel/theirs" in state.aws.now


def test_what_is_sent_again_under_its_token_settles_the_call_before_it() -> None:
    scenario = NAMED["made with a token"]
    state = started(scenario, Disturbance(calls=((0, "timeout after"),)))
    at_its_end(Life(state), scenario.plan)
    change = change_of(state.journal)
    tickets = [sent for sent in change.calls if sent.started.operation == "CreateTicket"]
    assert [(sent.fate, [str(ref) for ref in sent.made]) for sent in tickets] == [(Fate.DONE, ["ticket/t1"])] * 2
    assert change.outcome is Outcome.APPLIED


@pytest.mark.parametrize("fault", ["timeout after", "timeout before", "5xx after"])
def test_what_nobody_can_say_the_fate_of_is_sent_once_and_never_by_itself_again(fault: str) -> None:
    scenario = NAMED["a bell that nobody hears"]
    state = started(scenario, Disturbance(calls=((0, fault),)))
    why = at_its_end(Life(state), scenario.plan)
    assert findings(scenario, state, why) == ()
    assert [sent.started.operation for sent in change_of(state.journal).calls].count("Ring") == 1


def test_whoever_was_quicker_where_aws_compares_is_called_a_stranger() -> None:
    scenario = NAMED["compared and set, and the check fails"]
    alone = started(scenario)
    at_its_end(Life(alone), scenario.plan)
    left = [each for tick in range(1, alone.ticks) for each in _met_at(scenario, tick).left]
    assert left
    assert {(str(each.facet), each.stranger, each.now) for each in left} == {("lamp/l colour", True, "theirs")}


def _met_at(scenario: Scenario, tick: int) -> Change:
    state = started(scenario, Disturbance(strangers=(Stranger(tick, "lamp/l", "Colour"),)))
    at_its_end(Life(state), scenario.plan)
    return change_of(state.journal)


def test_a_refused_write_on_the_way_back_needs_a_person() -> None:
    scenario = Scenario(
        "denied", sim_plan(sim_step("log", sim_toy("AppendLog", Name="a", More="x")), checks=("up",)), None
    )
    state = started(scenario)
    RED(state)
    denied("PutLog")(state)
    at_its_end(Life(state), scenario.plan)
    change = change_of(state.journal)
    assert change.operator is not None
    assert [(left.stranger, left.ours) for left in change.left] == [(False, "x")]


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


def at_the_gate(allow: tuple[str, ...] = ()) -> tuple[ModelWorld, Attempt]:
    """A change that may set the lid of a box, and nothing else."""
    world, written = ModelWorld(BOXES), replace(plan(THREE[0]), allow=allow)
    world.begin(written)
    return world, Attempt(written, world.world(), world.change())


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


@pytest.mark.parametrize(("again", "fate"), [(False, Fate.FAILED), (True, Fate.DONE)])
def test_that_it_is_there_already_proves_a_call_only_where_that_was_sent_before(
    monkeypatch: pytest.MonkeyPatch, again: bool, fate: Fate
) -> None:
    labels = BOX.facet("labels")
    assert isinstance(labels.write, Items)
    exact = replace(labels, write=replace(labels.write, duplicate=("LabelExists",)))
    facets = tuple(exact if facet is labels else facet for facet in BOX.facets)
    monkeypatch.setitem(model_world.KINDS, "box", replace(BOX, facets=facets))
    world, written = ModelWorld(BOXES), plan(THREE[1])

    def refused() -> None:
        raise CallNotDone("there is such a label", code="LabelExists")

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


STARTED = e.CallStarted(0, "forward", "lid", "toy", "PutLid", "here", {}, (FacetRef(ref("a"), "lid"),))


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


@pytest.mark.parametrize("reader", ["stale", "alternating", "first stale"])
def test_a_value_that_an_earlier_call_left_proves_nothing_of_a_later_one(reader: str) -> None:
    lids = (("one", "ajar"), ("two", "half"), ("three", "ajar"))
    scenario = Scenario("again", sim_plan(*(sim_step(n, aim("box/a", "lid", lid)) for n, lid in lids)), Outcome.APPLIED,
                        {"box/a": {**TOYS["box/a"], "Lid": "ajar"}})  # fmt: skip
    for fault in ("timeout before", "timeout after", "5xx before", "5xx after", "late", "late timeout"):
        for n in range(3):
            state = started(scenario, Disturbance(calls=((n, fault),), reader=reader))
            why = at_its_end(Life(state), scenario.plan)
            assert findings(scenario, state, why) == (), (fault, n)


def test_a_call_that_had_its_effect_is_never_said_to_have_failed_because_a_stranger_came() -> None:
    scenario = NAMED["three settings"]
    fault = ((0, "timeout after"),)
    alone = started(scenario, Disturbance(calls=fault))
    at_its_end(Life(alone), scenario.plan)
    for tick in range(1, alone.ticks):
        state = started(scenario, Disturbance(calls=fault, strangers=(Stranger(tick, "box/a", "Lid"),)))
        at_its_end(Life(state), scenario.plan)
        first = [sent.fate for sent in change_of(state.journal).calls if sent.started.number == 0]
        assert first != [Fate.FAILED], tick


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
