"""The kill test can fail: three breakages of the engine, each of which it must notice."""

import itertools
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from changectl.engine import conduct, fate, restore, sending, steps
from changectl.engine.attempt import Attempt
from changectl.engine.world import Admit
from changectl.model import events as e
from changectl.model.change import Fate, Outcome
from changectl.model.merge import Merge
from changectl.model.resource import Call
from tests.engine.model_world import ModelWorld
from tests.engine.scenarios import SCENARIOS, Scenario
from tests.engine.test_killed_at_any_instant import assert_whole, begun, instants, length
from tests.engine.test_strangers import RED, lid

NAMED = {scenario.name: scenario for scenario in SCENARIOS}


def killed_everywhere(scenario: Scenario) -> None:
    for die_at in itertools.islice(instants(length(scenario), 1), 80):
        world = begun(scenario, die_at)
        assert_whole(scenario, world, world.live(scenario.plan), die_at)


def notices(break_it: Callable[[pytest.MonkeyPatch], None], check: Callable[[], None]) -> None:
    check()
    with pytest.MonkeyPatch.context() as broken:
        break_it(broken)
        with pytest.raises(AssertionError):
            check()


def test_an_effect_before_its_event_is_noticed() -> None:
    def break_it(patch: pytest.MonkeyPatch) -> None:
        def send(world: ModelWorld, call: Call, admit: Admit) -> Mapping[str, Any]:
            answer = world.aws.write(call)
            world.tick()
            admit(call)
            return answer

        patch.setattr(ModelWorld, "send", send)

    notices(break_it, lambda: killed_everywhere(NAMED["added to, which shows when it is done twice"]))


def test_a_blind_resend_is_noticed() -> None:
    def break_it(patch: pytest.MonkeyPatch) -> None:
        def forget(attempt: Attempt) -> tuple[()]:
            for sent in attempt.change.calls:
                if sent.fate in (Fate.OPEN, Fate.UNKNOWN):
                    attempt.record(e.CallFailed(sent.started.number, "Forgotten", "surely nothing happened"))
            return ()

        for module in (fate, conduct, restore, sending, steps):
            patch.setattr(module, "settle_open_calls", forget)

    notices(break_it, lambda: killed_everywhere(NAMED["added to, which shows when it is done twice"]))


def test_a_restore_without_comparing_is_noticed() -> None:
    def a_stranger_stands() -> None:
        world = begun(RED)
        world.at_send[3] = lid(world, "theirs")
        change = world.live(RED.plan)
        assert world.aws.boxes["a"]["Lid"] == "theirs"
        assert change.outcome is not Outcome.ROLLED_BACK

    def break_it(patch: pytest.MonkeyPatch) -> None:
        patch.setattr(restore, "merged", lambda before, ours, now, grain: Merge(before))

    notices(break_it, a_stranger_stands)
