"""The real command, killed at any moment, against a real HTTP AWS and a real git remote: it ends whole.

`CHANGECTL_KILLS` says how often in all, `CHANGECTL_KILL_SEED` repeats a run, `CHANGECTL_KILL_TRY` the one try whose name
a failure printed.
"""

import os
import secrets

import pytest

from tests.kill.counted import Counted
from tests.kill.scenarios import SCENARIOS, Scenario
from tests.kill.stage import Stages
from tests.kill.story import hop, try_once

KILLS = int(os.environ.get("CHANGECTL_KILLS", "300"))
SEED = os.environ.get("CHANGECTL_KILL_SEED", secrets.token_hex(4))
ONE = os.environ.get("CHANGECTL_KILL_TRY", "")
LEAST = 300
ROUNDS = max(10, KILLS // 30)
EVERY_RECORD = ("set", "called", "failing", "undone")
HOPS = 220
"""Kills that killing at every record takes, about, for each 300 in all."""


@pytest.mark.parametrize("number", range(ROUNDS))
def test_killed_at_any_moment_it_ends_whole(number: int, stages: Stages, counted: Counted) -> None:
    wanted = (KILLS - HOPS * KILLS // LEAST) // ROUNDS
    tries = 0
    while counted.kills < wanted:
        name = ONE or f"{SEED}-{number}-{tries}"
        counted.told(f"CHANGECTL_KILL_TRY={name}", lambda told, name=name: try_once(stages, name, told))
        if ONE:
            return
        tries += 1


@pytest.mark.parametrize("again", range(max(1, KILLS // LEAST)))
@pytest.mark.parametrize("scenario", [s for s in SCENARIOS if s.name in EVERY_RECORD], ids=lambda s: s.name)
def test_killed_at_every_record_of_its_journal_it_ends_whole(
    scenario: Scenario, again: int, stages: Stages, counted: Counted
) -> None:
    counted.told(f"plan {scenario.name}", lambda told: hop(stages, scenario, told))
