"""Calls that nobody answers, one rule at a time: each of these a mutant has broken unseen."""

from typing import Any

import pytest

from changectl.errors import CallNotDone
from changectl.model.change import Fate, Outcome
from changectl.model.resource import Call
from tests.simulator.aws import MEMBERS, Aws, number
from tests.simulator.disturbances import Disturbance, Stranger
from tests.simulator.history import at_its_end, findings, started
from tests.simulator.scenarios import NAMED, RED, Scenario, aim
from tests.simulator.scenarios import plan as sim_plan
from tests.simulator.scenarios import step as sim_step
from tests.simulator.scenarios import toy as sim_toy
from tests.simulator.state import TOYS, change_of
from tests.simulator.world import Life


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


@pytest.mark.parametrize("fault", ["timeout before", "timeout after"])
def test_a_service_may_say_by_an_error_that_it_knows_of_nothing_to_list(
    fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = Aws.read

    def refuses(aws: Aws, call: Call, choose: Any) -> Any:
        spelled, state, answer = read(aws, call, choose)
        if call.operation == "FindParcels" and not answer["Ids"]:
            raise CallNotDone("there is no such address", code="NoSuchToy")
        return spelled, state, answer

    monkeypatch.setattr(Aws, "read", refuses)
    scenario = NAMED["made without a token"]
    state = started(scenario, Disturbance(calls=((0, fault),)))
    why = at_its_end(Life(state), scenario.plan)
    assert findings(scenario, state, why) == ()
    assert change_of(state.journal).outcome is Outcome.APPLIED


def test_what_is_sent_again_under_its_token_settles_the_call_before_it() -> None:
    scenario = NAMED["made with a token"]
    state = started(scenario, Disturbance(calls=((0, "timeout after"),)))
    at_its_end(Life(state), scenario.plan)
    change = change_of(state.journal)
    tickets = [sent for sent in change.calls if sent.started.operation == "CreateTicket"]
    assert [(sent.fate, [str(ref) for ref in sent.made]) for sent in tickets] == [(Fate.DONE, ["ticket/t1"])] * 2
    assert change.outcome is Outcome.APPLIED


def test_what_was_made_under_a_token_and_never_answered_is_found_and_removed_on_the_way_back() -> None:
    scenario = NAMED["made with a token"]
    state = started(scenario, Disturbance(calls=tuple((n, "timeout after") for n in range(3))))
    why = at_its_end(Life(state), scenario.plan)
    assert findings(scenario, state, why) == ()
    assert change_of(state.journal).outcome is Outcome.ROLLED_BACK
    assert "ticket/t1" not in state.aws.now


def test_what_nobody_can_say_the_fate_of_and_nothing_undoes_needs_a_person() -> None:
    scenario = NAMED["made with a token"]
    state = started(scenario, Disturbance(calls=tuple((n, "timeout before") for n in range(20))))
    at_its_end(Life(state), scenario.plan)
    change = change_of(state.journal)
    assert (change.outcome, change.operator is not None) == (None, True)


@pytest.mark.parametrize("fault", ["timeout after", "timeout before", "5xx after"])
def test_what_nobody_can_say_the_fate_of_is_sent_once_and_never_by_itself_again(fault: str) -> None:
    scenario = NAMED["a bell that nobody hears"]
    state = started(scenario, Disturbance(calls=((0, fault),)))
    why = at_its_end(Life(state), scenario.plan)
    assert findings(scenario, state, why) == ()
    assert [sent.started.operation for sent in change_of(state.journal).calls].count("Ring") == 1


@pytest.mark.parametrize("reader", ["stale", "alternating", *(f"seed {n}" for n in range(8))])
def test_a_value_that_an_earlier_call_left_proves_nothing_of_a_later_one(reader: str) -> None:
    lids = (("one", "ajar"), ("two", "half"), ("three", "ajar"))
    scenario = Scenario("again", sim_plan(*(sim_step(n, aim("box/a", "lid", lid)) for n, lid in lids)), Outcome.APPLIED,
                        {"box/a": {**TOYS["box/a"], "Lid": "ajar"}})  # fmt: skip
    for fault in ("5xx before", "5xx after", "late"):
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


def test_a_call_that_is_known_to_have_failed_makes_nothing_ours() -> None:
    """What somebody else makes under the same name, while a throttled call waits, is found before it is sent again."""
    parcel = sim_plan(sim_step("parcel", sim_toy("CreateParcel", Address="here")), checks=("up",))
    scenario = Scenario("a parcel", parcel, None, trouble=RED)
    state = started(scenario, Disturbance(calls=((0, "throttled"),)))
    life = Life(state)

    def made(what: str) -> None:
        if "throttled" in what:
            state.aws.now["parcel/theirs"] = number({**MEMBERS["parcel"], "Address": "here"})

    life.told = made
    at_its_end(life, scenario.plan)
    assert [sent.fate for sent in change_of(state.journal).calls] == [Fate.FAILED]
    assert "parcel/theirs" in state.aws.now


def test_what_was_sent_for_another_step_says_nothing_of_a_call_whose_token_aws_knows() -> None:
    steps = (sim_step("lid", aim("box/a", "lid", "locked")), sim_step("ticket", sim_toy("CreateTicket", Text="x")))
    scenario = Scenario("a lid and a ticket", sim_plan(*steps), None)
    state = started(scenario, Disturbance(calls=tuple((n, "timeout before") for n in range(1, 7))))
    at_its_end(Life(state), scenario.plan)
    fates = [(sent.started.operation, sent.fate) for sent in change_of(state.journal).calls]
    assert fates == [("PutLid", Fate.DONE), *[("CreateTicket", Fate.UNKNOWN)] * 6, ("PutLid", Fate.DONE)]
