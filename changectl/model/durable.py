"""Which events may be lost to a power cut, and which must be on the disk before anything else happens. Pure."""

from changectl.model.events import CallDone, Event, LocksHeld, Published, StepDone, StepStarted


def can_wait(event: Event) -> bool:
    """Whether losing it to a power cut harms nothing: an answer, or the start of a step before its first call.

    A step without an aim may act by other means than a call of ours, so that its start is durable at once; and what a
    person said of it is not asked twice.
    """
    if isinstance(event, StepStarted):
        return bool(event.want)
    if isinstance(event, StepDone):
        return not event.said
    return isinstance(event, CallDone | LocksHeld | Published)
