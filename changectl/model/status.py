"""How a command ends: one number a script can rely on, and the state that production is in."""

from enum import Enum, IntEnum


class Production(Enum):
    """What can be said of production when a command ends."""

    UNTOUCHED = "untouched"
    AS_BEFORE = "as-before"
    AS_INTENDED = "as-intended"
    MIXED = "mixed"
    UNKNOWN = "unknown"


class Status(IntEnum):
    """The exit status of a command."""

    DONE = 0
    BUG = 1
    USAGE = 2
    PLAN_WRONG = 3
    AWS_REFUSED = 4
    GATE_REFUSED = 5
    STALE = 6
    LOCKED = 7
    WAITING = 8
    SNAPSHOT_FAILED = 9
    ROLLED_BACK = 10
    NEEDS_OPERATOR = 11
    RECORDING_PENDING = 12
    REGISTER_UNSOUND = 20
    DO_REFUSED = 125
    INTERRUPTED = 130
    TERMINATED = 143


MEANING: dict[Status, tuple[str, str]] = {
    Status.DONE: ("done", "as intended"),
    Status.BUG: ("a bug in changectl", "see the output"),
    Status.USAGE: ("wrong usage", "untouched"),
    Status.PLAN_WRONG: ("the plan or the configuration is wrong", "untouched"),
    Status.AWS_REFUSED: ("AWS: not signed in, or not allowed", "untouched"),
    Status.GATE_REFUSED: ("refused by a gate: approval, window, conflict, test before", "untouched"),
    Status.STALE: ("stale: plan or production changed since preview or approval", "untouched"),
    Status.LOCKED: ("locked by another change", "untouched"),
    Status.WAITING: ("waiting for a person, or still in progress", "see the output"),
    Status.SNAPSHOT_FAILED: ("snapshot failed", "untouched"),
    Status.ROLLED_BACK: ("failed, rolled back completely", "as before"),
    Status.NEEDS_OPERATOR: ("failed, not back to before: needs an operator", "mixed"),
    Status.RECORDING_PENDING: ("applied, but recording or announcing is still pending", "as intended"),
    Status.REGISTER_UNSOUND: ("the register is not sound", "not affected"),
    Status.DO_REFUSED: ("changectl itself refused to run the command", "untouched"),
    Status.INTERRUPTED: ("interrupted before anything changed", "untouched"),
    Status.TERMINATED: ("terminated before anything changed", "untouched"),
}
