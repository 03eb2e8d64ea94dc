"""The plan file, parsed: frozen, with the digest of its exact bytes."""

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

from changectl.model.frozen import dataclass
from changectl.model.node import Span
from changectl.model.resource import Target


class Auto(Enum):
    """Whether a failed change goes back by itself."""

    TRUE = "true"
    ASK = "ask"
    FALSE = "false"


class Risk(Enum):
    """How bad it can get; the configuration maps it to a number of approvals."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing the plan tests: a probe's key, what that probe read, and how patient we are.

    It passes when one of `tries` observations in a row passes, `every` apart.
    """

    name: str
    probe: str
    spec: Any
    tries: int = 1
    every: timedelta = timedelta(0)
    no_data_ok: bool = False
    expect_red: bool = False
    span: Span = Span(1, 1)


@dataclass(frozen=True, slots=True)
class Step:
    """One thing the plan does: an action's key and what that action read.

    `within`: how long what it sets going at AWS may take.
    """

    id: str
    name: str
    action: str
    spec: Any
    region: str = ""
    undo: "tuple[Step, ...]" = ()
    check: Check | None = None
    within: timedelta | None = None
    span: Span = Span(1, 1)


@dataclass(frozen=True, slots=True)
class When:
    """The planned start and how long it may take, soak and back-out included."""

    start: datetime | None = None
    duration: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Comms:
    """Who is told what."""

    channel: str = ""
    before: str = ""
    after: str = ""
    audience: str = ""
    none_because: str = ""


@dataclass(frozen=True, slots=True)
class Tests:
    """What must hold before the first step, from the first step on, and after the last; then the soak."""

    before: tuple[Check, ...] = ()
    during: tuple[Check, ...] = ()
    after: tuple[Check, ...] = ()
    soak: timedelta = timedelta(0)
    none_because: str = ""


@dataclass(frozen=True, slots=True)
class BackOut:
    """How it comes back. `test_same` means: test.after once more, at the end of the way back."""

    auto: Auto = Auto.TRUE
    auto_given: bool = False
    steps: tuple[Step, ...] = ()
    test: tuple[Check, ...] = ()
    test_same: bool = False
    cannot_undo: str = ""
    none_because: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything a plan says. `id` is the file's stem, `digest` that of its exact bytes."""

    id: str
    digest: str
    title: str
    rationale: str
    risk: Risk
    env: str
    steps: tuple[Step, ...]
    test: Tests
    back_out: BackOut
    comms: Comms
    alternatives: str = ""
    lead: str = ""
    ticket: str = ""
    runbook: str = ""
    region: str = ""
    emergency: str = ""
    when: When = When()
    affects: tuple[Target, ...] = ()
    allow: tuple[str, ...] = ()
    source: Mapping[str, Any] = field(default_factory=dict, hash=False, compare=False)

    def step(self, step_id: str) -> Step:
        """The step of that id, among the steps and their undo and the back-out. KeyError if there is none."""
        return {s.id: s for s in self.all_steps()}[step_id]

    def all_steps(self) -> tuple[Step, ...]:
        """Forward steps, each followed by its undo, then the back-out's."""
        forward = (s for step in self.steps for s in (step, *step.undo))
        return (*forward, *self.back_out.steps)
