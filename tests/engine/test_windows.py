"""Checks that look at a stretch of time: they wait until all of it is what they judge, and are watched meanwhile."""

from changectl.engine.conduct import conduct
from changectl.model import events as e
from changectl.model import plan as written
from changectl.model.change import Outcome
from changectl.model.plan import BackOut, Check
from tests.engine.model_world import ModelWorld
from tests.engine.scenarios import BOXES, THREE, plan

BEGAN = "2026-01-01 00:00:00+00:00"
MINUTE = Check("look", "look-back", 60.0)


def seen(world: ModelWorld) -> list[tuple[str, str]]:
    return [(event.phase, event.saw) for event in world.journal if isinstance(event, e.CheckPassed)]


def test_before_the_change_there_is_nothing_to_wait_for_and_after_it_all_of_the_window_is_waited_for() -> None:
    world = ModelWorld(BOXES)
    wanted = plan(*THREE, test=written.Tests(before=(MINUTE,), after=(MINUTE, MINUTE)))
    world.begin(wanted)
    assert conduct(wanted, world.world(), world.change()).outcome is Outcome.APPLIED
    late = "2026-01-01 00:01:00+00:00"
    assert seen(world) == [
        ("before", f"60.0 is ['None', 'None', '{BEGAN}']"),
        ("after", f"60.0 is ['{BEGAN}', '{BEGAN}', '{late}']"),
        ("after", f"60.0 is ['{BEGAN}', '{BEGAN}', '{late}']"),
    ]


def test_what_is_watched_may_turn_red_while_a_window_is_waited_for() -> None:
    world = ModelWorld(BOXES)
    fast = Check("fast", "up", "fast")
    wanted = plan(*THREE, test=written.Tests(during=(fast,), after=(MINUTE,)))
    world.begin(wanted)
    wait = world.wait
    world.wait = lambda seconds: (wait(seconds), world.red.add("fast"))  # type: ignore[method-assign, assignment, return-value]
    change = conduct(wanted, world.world(), world.change())
    assert (change.outcome, world.seconds) == (Outcome.ROLLED_BACK, 10.0)
    assert change.closed == e.Closed("rolled-back", "the check fast failed while it ran: fast is False")


def test_after_the_way_back_the_window_lies_after_it_and_the_beginning_is_still_the_same() -> None:
    world = ModelWorld(BOXES)
    wanted = plan(*THREE, checks=("up",), back_out=BackOut(test=(MINUTE,)))
    world.red.add("up")
    world.seconds = 5.0
    world.begin(wanted)
    assert world.live(wanted).outcome is Outcome.ROLLED_BACK
    assert seen(world) == [
        ("back-out", f"60.0 is ['{BEGAN}', '2026-01-01 00:00:05+00:00', '2026-01-01 00:01:05+00:00']")
    ]
