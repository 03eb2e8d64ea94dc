"""Killed at any instant, faulted at any call, with strangers about: it ends applied, as before, or says who is needed and why."""

import os
import subprocess
import sys

import pytest

from tests.simulator.explore import Explorer
from tests.simulator.history import at_its_end, findings, started
from tests.simulator.scenarios import SCENARIOS, Scenario
from tests.simulator.state import change_of
from tests.simulator.sweeps import SWEEPS, Sweep, swept
from tests.simulator.world import Life


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda s: s.name)
def test_undisturbed_it_ends_as_it_should(scenario: Scenario) -> None:
    state = started(scenario)
    why = at_its_end(Life(state), scenario.plan)
    change = change_of(state.journal)
    assert (change.outcome, change.operator is None) == (scenario.wanted, scenario.wanted is not None)
    assert findings(scenario, state, why) == ()


@pytest.mark.parametrize("sweep", SWEEPS, ids=lambda sweep: sweep.name)
def test_swept_in_the_short_form_nothing_breaks(sweep: Sweep) -> None:
    found = [
        (key, each.broken.what) for _, coverage in swept(sweep, sweep.short) for key, each in coverage.found.items()
    ]
    assert found == []


def test_every_class_of_call_and_every_ending_has_a_scenario() -> None:
    outcomes = {scenario.wanted and scenario.wanted.value for scenario in SCENARIOS}
    assert outcomes == {"applied", "rolled-back", "refused", None}
    assert len(SCENARIOS) >= 40


def test_a_pair_of_crashes_is_counted_for_every_two_instants() -> None:
    scenario = SCENARIOS[0]
    coverage = Explorer(scenario).explore([started(scenario)], crashes=2)
    assert (coverage.undisturbed, coverage.found) == (1, {})
    assert coverage.once > 80
    assert coverage.twice > 40 * coverage.once
    assert coverage.runs < coverage.twice / 10


def test_a_seed_is_the_same_history_byte_by_byte() -> None:
    def told() -> bytes:
        command = [sys.executable, "-m", "tests.simulator", "--seed", "7"]
        done = subprocess.run(command, capture_output=True, env={**os.environ, "PYTHONHASHSEED": "random"})
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
        return done.stdout

    first = told()
    assert first.count(b"\n") > 10
    assert told() == first
