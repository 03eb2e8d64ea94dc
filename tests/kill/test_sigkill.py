"""The real command, killed with SIGKILL at any moment, against a real HTTP AWS and a real git remote: it ends whole.

`CHANGECTL_KILLS` says how often in all, `CHANGECTL_KILL_SEED` repeats what a failure printed.
"""

import os
import random
import secrets
import time
from collections import Counter
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from emulators import Emulator

from changectl.cli.memory import memory
from tests.kill.stage import SCENARIOS, Ended, Scenario, Stage, killed, set_up
from tests.resources import load_balancer_case, table_case

KILLS = int(os.environ.get("CHANGECTL_KILLS", "100"))
SEED = os.environ.get("CHANGECTL_KILL_SEED", secrets.token_hex(4))
ROUNDS = 10
BEFORE_IT_WORKS = 0.3
"""Of a command's time, what it takes to start; a tenth of the kills come then."""

Story = list[str]


@pytest.fixture
def new_stage(tmp_path: Path, moto: str, monkeypatch: pytest.MonkeyPatch) -> Callable[[Scenario], Stage]:
    """A stage on an AWS that was emptied and made anew."""
    emulator = Emulator("moto", moto)

    def make(scenario: Scenario) -> Stage:
        emulator.reset()
        client = cache(emulator.client)
        table_case.make(client)
        timeout = {"Key": "idle_timeout.timeout_seconds", "Value": "60"}  # which moto forgets to set
        arn = load_balancer_case.make(client).id[0]
        client("elbv2").modify_load_balancer_attributes(LoadBalancerArn=arn, Attributes=[timeout])
        stage = set_up(tmp_path / "stage", moto, client, scenario, "drill")
        monkeypatch.setenv("XDG_STATE_HOME", str(stage.folder / "state"))
        return stage

    return make


@pytest.mark.parametrize("number", range(ROUNDS))
def test_killed_at_any_moment_it_ends_whole(number: int, new_stage: Callable[[Scenario], Stage]) -> None:
    tries = KILLS // ROUNDS + (number < KILLS % ROUNDS)
    seen: Counter[str] = Counter()
    for index in range(tries):
        name = f"{SEED}-{number}-{index}"
        chance = random.Random(name)
        scenario = SCENARIOS[(number * tries + index) % len(SCENARIOS)]
        story: Story = [f"CHANGECTL_KILL_SEED={SEED}, try {name}, plan {scenario.name}"]
        try:
            seen[_one_try(new_stage, scenario, chance, story)] += 1
        except BaseException:
            print("\n".join(story))
            raise
    print(f"CHANGECTL_KILL_SEED={SEED} round {number}: {dict(seen)}")


def _one_try(new_stage: Callable[[Scenario], Stage], scenario: Scenario, chance: random.Random, story: Story) -> str:
    usual = _usual(new_stage, scenario)
    stage = new_stage(scenario)
    before = stage.production()
    target = scenario.target(before)
    verb = "rollback" if scenario.status == 0 and chance.random() < 0.4 else "apply"
    if verb == "rollback":
        done = stage.run("apply", "drill", "--json")
        assert (done.status, stage.production()) == (0, target), done
    _killed(stage, [verb, "drill"], usual[verb], chance, story)
    way = chance.choice((["apply", "drill", "--resume"], ["rollback", "drill"]))
    went_back = "rollback" in (verb, way[0])
    if chance.random() < 0.3:
        _killed(stage, way, usual["apply"], chance, story)
    end = stage.run(*way, "--json")
    _told(story, way, end)
    assert end.status != 10 or scenario.status == 10 or went_back, end
    _assert_whole(stage, end, before, target)
    if end.status in (2, 130):  # nothing had begun: what it says to type is apply
        assert "changectl apply drill" in end.out
        again = stage.run("apply", "drill", "--json")
        _told(story, ["apply", "drill"], again)
        assert again.status == scenario.status
        _assert_whole(stage, again, before, target)
    return f"{verb} then {way[-1]}: {end.status}"


def _killed(stage: Stage, words: list[str], usual: float, chance: random.Random, story: Story) -> None:
    early = chance.random() < 0.1
    share = chance.uniform(0, BEFORE_IT_WORKS) if early else chance.uniform(BEFORE_IT_WORKS, 1.0)
    end = killed(stage.start(*words), share * usual, chance)
    story.append(f"killed {share * usual:.3f} s into its usual {usual:.3f} s")
    _told(story, words, end)


def _told(story: Story, words: list[str], end: Ended) -> None:
    story.append(f"$ changectl {' '.join(words)} -> {end.status}\n{end.err}{end.out}")


def _assert_whole(stage: Stage, end: Ended, before: Any, target: Any) -> None:
    """The status, what is said of production, what boto3 reads of it, the locks and the register agree."""
    wanted = {
        0: {"as-intended": target, "as-before": before},
        10: {"as-before": before},
        130: {"untouched": before},
        2: {"untouched": before},
    }
    assert end.status in wanted, end
    assert end.production in wanted[end.status], end
    assert stage.production() == wanted[end.status][end.production], end
    assert stage.held() == []
    known = memory(stage.clone, fetch=True)
    known.register.verify()
    assert known.open_changes() == ()


_measured: dict[str, dict[str, float]] = {}


def _usual(new_stage: Callable[[Scenario], Stage], scenario: Scenario) -> dict[str, float]:
    """How long each verb takes when nobody kills it; measured once a worker."""
    if scenario.name not in _measured:
        stage, found = new_stage(scenario), {}
        for verb, status in (("apply", scenario.status), ("rollback", 0)):
            began = time.monotonic()
            end = stage.run(verb, "drill", "--json")
            assert end.status == status, end
            found[verb] = time.monotonic() - began
        _measured[scenario.name] = found
    return _measured[scenario.name]
