"""Waiting until a resource is at rest: an asynchronous change must be over before the next call."""

from changectl.engine.attempt import Attempt, StepFault
from changectl.engine.capture import settling
from changectl.model.resource import Ref

PATIENCE = 1800.0
"""Seconds a resource may take to come to rest: an index or a replica takes minutes; then a person should look."""


def at_rest(attempt: Attempt, ref: Ref) -> None:
    """Return when the resource says that no change is under way. Raises StepFault when it does not come to rest."""
    ground = attempt.world.ground
    if ground.kinds[ref.kind].settled is None:
        return
    until, pause = attempt.world.clock.monotonic() + PATIENCE, 0.25
    while settling(ground.kinds, ref, ground.eyes):
        if attempt.world.clock.monotonic() >= until:
            raise StepFault(f"{ref} has been changing for {PATIENCE / 60:.0f} minutes and is not at rest")
        attempt.wait(pause)
        pause = min(pause * 2, 15.0)
