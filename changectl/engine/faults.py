"""What breaks off a step, a wait or an attempt, beside the errors that everybody sees."""

from changectl.errors import ChangectlError


class StepFault(Exception):
    """A step did not succeed; the reason is the message."""


class Untouched(StepFault):
    """A step did not succeed, and is known to have done nothing."""


class OperatorFault(Exception):
    """Nobody but a person can tell what a step has done."""


class PersonWanted(OperatorFault):
    """Somebody must be asked, and nobody who could be is here."""


class Overtaken(Exception):
    """Somebody else was quicker: what a write was decided on is not so any more, and it must be decided anew."""


class Turn(Exception):
    """What was just recorded decides what comes next."""


class StopWanted(Exception):
    """A person asked to stop while the change goes forward."""


class Stopped(ChangectlError):
    """A person asked twice to stop; production may be between two states."""
