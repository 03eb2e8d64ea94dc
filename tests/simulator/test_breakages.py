"""The simulator can fail: the engine is broken in one place, and it must notice, by the invariant that is then broken."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from changectl.engine import attempt, conduct, fate, gate, restore, sending, steps, verify
from changectl.engine.attempt import Attempt
from changectl.engine.world import Admit
from changectl.model import events as e
from changectl.model.change import Fate
from changectl.model.invariants import TABLE
from changectl.model.merge import Merge
from changectl.model.resource import Call
from tests.simulator.disturbances import Disturbance, Stranger
from tests.simulator.explore import Explorer
from tests.simulator.history import started
from tests.simulator.production import Production
from tests.simulator.scenarios import NAMED, Scenario
from tests.simulator.sweeps import undisturbed
from tests.simulator.world import Life

THREE, RED = NAMED["three settings"], NAMED["three settings, and the check fails"]
LOG = NAMED["appended, which shows when it is done twice"]


def everywhere(
    scenario: Scenario, disturbances: Iterable[Disturbance] = (Disturbance(),), crashes: int = 1
) -> set[int]:
    """The invariants that do not hold, killed at every instant."""
    starts = [started(scenario, each) for each in disturbances]
    return {number for _, number in Explorer(scenario).explore(starts, crashes).found}


def strangers(scenario: Scenario, toy: str, member: str) -> list[Disturbance]:
    return [Disturbance(strangers=(Stranger(n, toy, member),)) for n in range(1, undisturbed(scenario).ticks, 2)]


def calls(scenario: Scenario, fault: str) -> list[Disturbance]:
    return [Disturbance(calls=((n, fault),)) for n in range(undisturbed(scenario).sends)]


Break = Callable[[pytest.MonkeyPatch], None]


def effect_before_its_record(patch: pytest.MonkeyPatch) -> None:
    def send(life: Production, call: Call, admit: Admit) -> Mapping[str, Any]:
        life.fly(call)
        life.wait(10)
        admit(call)
        return {}

    patch.setattr(Production, "send", send)


def blind_resend(patch: pytest.MonkeyPatch) -> None:
    def forget(attempt: Attempt) -> tuple[()]:
        for sent in attempt.change.calls:
            if sent.fate in (Fate.OPEN, Fate.UNKNOWN):
                attempt.record(e.CallFailed(sent.started.number, "Forgotten", "surely nothing happened"))
        return ()

    for module in (fate, conduct, restore, sending, steps, attempt, gate, verify):
        if hasattr(module, "settle_open_calls"):
            patch.setattr(module, "settle_open_calls", forget)


def restore_without_comparing(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(restore, "merged", lambda before, ours, now, grain: Merge(before))


def proof_without_reading(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(conduct, "restore", lambda attempt: attempt.record(e.Restored()))
    patch.setattr(conduct, "prove", lambda attempt: attempt.record(e.RestoreProven()))


def verified_without_reading(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(conduct, "verify", lambda attempt: attempt.record(e.Verified()))
    patch.setattr(conduct, "run_step", lambda attempt, step, phase: _done(attempt, step.id))


def _done(attempt: Attempt, step: str) -> None:
    attempt.record(e.StepStarted(step))
    attempt.record(e.StepDone(step))


def begin_is_not_told(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Life, "take_locks", lambda life: (("lock", 1),))


def intent_may_wait(patch: pytest.MonkeyPatch) -> None:
    import tests.simulator.world as world

    patch.setattr(world, "can_wait", lambda event: True)


def helpless(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(
        conduct, "prove", lambda attempt: attempt.record(e.OperatorNeeded("no idea", attempt.change.touched()))
    )


def lease_is_ignored(patch: pytest.MonkeyPatch) -> None:
    hold = Life.hold

    def deaf(life: Life, seconds: float) -> None:
        try:
            hold(life, seconds)
        except Exception:  # noqa: BLE001 - whatever it is
            return

    patch.setattr(Life, "hold", deaf)


def locks_stay(patch: pytest.MonkeyPatch) -> None:
    publish = Life.publish

    def kept(life: Life) -> str:
        tip = publish(life)
        life.state.locked = True
        return tip

    patch.setattr(Life, "publish", kept)


def refusal_after_an_effect(patch: pytest.MonkeyPatch) -> None:
    def refuse(attempt: Attempt, step: object) -> None:
        attempt.record(e.Closed("refused", "no", "test-before"))

    forward = conduct._forward

    def broken(attempt: Attempt, step: Any) -> None:
        forward(attempt, step)
        refuse(attempt, step)

    patch.setattr(conduct, "_forward", broken)


def never_ends(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(conduct, "verify", lambda attempt: attempt.wait(1))


def call_after_the_end(patch: pytest.MonkeyPatch) -> None:
    publish = conduct._publish

    def once_more(attempt: Attempt) -> None:
        if attempt.change.closed and attempt.change.closed.outcome == "applied":
            gate.send(attempt, Call("toy", "PutLid", {"Name": "a", "Lid": "locked"}, "here"), "restore", "")
        publish(attempt)

    patch.setattr(conduct, "_publish", once_more)


def elsewhere(patch: pytest.MonkeyPatch) -> None:
    record = Life.record

    def moved(life: Life, event: e.Event) -> None:
        record(life, replace(event, region="there") if isinstance(event, e.CallStarted) else event)

    patch.setattr(Life, "record", moved)


BREAKAGES: tuple[tuple[Break, int, Scenario, Callable[[Scenario], Iterable[Disturbance]]], ...] = (
    (never_ends, 1, THREE, lambda s: (Disturbance(),)),
    (verified_without_reading, 2, THREE, lambda s: (Disturbance(),)),
    (proof_without_reading, 3, RED, lambda s: (Disturbance(),)),
    (restore_without_comparing, 4, RED, lambda s: strangers(s, "box/a", "Lid")),
    (blind_resend, 5, LOG, lambda s: (Disturbance(),)),
    (effect_before_its_record, 6, THREE, lambda s: (Disturbance(),)),
    (begin_is_not_told, 6, THREE, lambda s: (Disturbance(),)),
    (intent_may_wait, 6, THREE, lambda s: (Disturbance(),)),
    (effect_before_its_record, 7, THREE, lambda s: (Disturbance(),)),
    (helpless, 10, RED, lambda s: (Disturbance(),)),
    (locks_stay, 11, THREE, lambda s: (Disturbance(),)),
    (lease_is_ignored, 13, THREE, lambda s: (Disturbance(lease=2), Disturbance(taken=2))),
    (call_after_the_end, 15, THREE, lambda s: (Disturbance(),)),
    (elsewhere, 18, THREE, lambda s: (Disturbance(),)),
    (refusal_after_an_effect, 19, THREE, lambda s: (Disturbance(),)),
)


@pytest.mark.parametrize(
    ("break_it", "number", "scenario", "disturbances"),
    BREAKAGES,
    ids=[f"{number} {break_it.__name__.replace('_', ' ')}" for break_it, number, _, _ in BREAKAGES],
)
def test_a_breakage_is_noticed(
    break_it: Break, number: int, scenario: Scenario, disturbances: Callable[[Scenario], Iterable[Disturbance]]
) -> None:
    starts = tuple(disturbances(scenario))
    assert number not in everywhere(scenario, starts, crashes=0)
    with pytest.MonkeyPatch.context() as broken:
        break_it(broken)
        assert number in everywhere(scenario, starts, crashes=int(len(starts) == 1))


TRUTH = {1, 2, 3, 4, 5, 6, 7, 10, 13, 19}
"""The invariants that only the truth about production decides."""


def test_every_invariant_that_the_truth_decides_has_a_breakage() -> None:
    assert TRUTH <= {number for _, number, _, _ in BREAKAGES} <= {each.number for each in TABLE}
