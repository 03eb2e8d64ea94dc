"""Waiting until a resource is at rest: an asynchronous change must be over before the next call, forward and back."""

from changectl.engine.attempt import Attempt
from changectl.engine.capture import settling
from changectl.engine.checks import watching_wait
from changectl.engine.faults import StepFault
from changectl.engine.patience import Patience, spelled
from changectl.model.resource import Ref

PATIENCE = 1800.0
"""Seconds a resource may take to come to rest where the plan says no `within:`: an index or a replica takes minutes."""


class StillMoving(StepFault):
    """Its time is over and it is not at rest: it goes on at AWS, and nobody knows yet what comes of it."""


def at_rest(attempt: Attempt, ref: Ref) -> None:
    """Return when the resource says that no change is under way, watching meanwhile. Raises StillMoving."""
    ground = attempt.world.ground
    if ground.kinds[ref.kind].settled is None:
        return
    name, pause = attempt.change.names.get(ref, str(ref)), 0.25
    patience = Patience(attempt.world.clock.monotonic, f"{name}: still changing", _budget(attempt, ref))
    while settling(ground.kinds, ref, ground.eyes):
        if not patience.left:
            raise StillMoving(
                f"{name} has been changing for {spelled(int(patience.seconds))} and is not at rest; it goes on at AWS, "
                "and nobody can say yet what comes of it"
            )
        watching_wait(attempt, min(pause, patience.left), patience)
        pause = min(pause * 2, 15.0)
        attempt.horizon.stirred([ref])


def come_to_rest(attempt: Attempt) -> None:
    """Whatever a step that is not done, or an earlier way back, has set going is over. Raises StillMoving."""
    change = attempt.change
    sent = (one for one in change.calls if one.may_have_worked and one.started.step not in change.left_by)
    for ref in dict.fromkeys(facet.ref for one in sent for facet in one.started.facets):
        at_rest(attempt, ref)


def _budget(attempt: Attempt, ref: Ref) -> float:
    """Seconds: the longest that a step whose calls touched it was given."""
    calls = attempt.change.calls
    steps = {sent.started.step for sent in calls if any(facet.ref == ref for facet in sent.started.facets)}
    given = [step.within.total_seconds() for step in attempt.plan.all_steps() if step.id in steps and step.within]
    return max(given, default=PATIENCE)
