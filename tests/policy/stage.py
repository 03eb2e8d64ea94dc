"""A world in which what a change needs to go on may be missing, and somebody may be at the terminal."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from changectl.contracts.kind import Settled
from changectl.engine.conduct import conduct
from changectl.engine.world import Admit, World
from changectl.errors import ChangectlError
from changectl.model import events as e
from changectl.model.change import Change
from changectl.model.contradictions import contradictions
from changectl.model.entry import Entry
from changectl.model.plan import Check, Plan
from changectl.model.plan import Tests as Phases
from changectl.model.resource import Call
from tests.engine.model_world import ModelWorld, Put
from tests.engine.scenarios import BOXES, box, step
from tests.engine.toy import BOX

LID = step("lid", Put(box("a"), "lid", "locked"))
LABELS = step("labels", Put(box("c"), "labels", {"one": "1", "three": "3"}))
DONE = {**BOXES, "a": {**BOXES["a"], "Lid": "locked"}, "c": {"Labels": {"one": "1", "three": "3"}}}
QUIET = (
    e.CallStarted
    | e.CallDone
    | e.Published
    | e.LocksHeld
    | e.Confirmed
    | e.SnapshotTaken
    | e.Begun
    | e.Restored
    | e.Verified
)


class Stage(ModelWorld):
    """`sends`, `reads`, `holds`: what goes wrong at the n-th, for ever where it is a function. `said`: a person's answers."""

    def __init__(self, *said: str) -> None:
        super().__init__(BOXES)
        self.said, self.heard, self.told = list(said), list[str](), list[str]()
        self.sent_so_far = self.reads_so_far = self.holds_so_far = 0
        self.send_fails: dict[int, Exception] = {}
        self.reads_fail: Callable[[], Exception | None] = lambda: None
        self.hold_fails: Callable[[], Exception | None] = lambda: None
        self.record_fails: Callable[[e.Event], Exception | None] = lambda event: None
        self.at_ask: Callable[[], None] = lambda: None
        self.at_wait: Callable[[], None] = lambda: None
        self.moving: Callable[[], bool] = lambda: False

    def send(self, call: Call, admit: Admit) -> Mapping[str, Any]:
        self.sent_so_far += 1
        if (why := self.send_fails.pop(self.sent_so_far, None)) is not None:
            raise why
        return super().send(call, admit)

    def record(self, event: e.Event) -> None:
        if (why := self.record_fails(event)) is not None:
            raise why
        super().record(event)

    def wait(self, seconds: float) -> None:
        super().wait(seconds)
        self.at_wait()

    def ask(self, question: str, options: tuple[str, ...], meanwhile: Callable[[], None]) -> str | None:
        self.heard.append(f"{question} [{', '.join(options)}]")
        self.at_ask()
        meanwhile()
        return self.said.pop(0) if self.said else None

    def world(self) -> World:
        world = super().world()
        eyes = world.ground.eyes

        def looked(call: Call) -> Mapping[str, Any]:
            if (why := self.reads_fail()) is not None:
                raise why
            answer = dict(eyes.ask(call))
            return {**answer, "Box": {**answer["Box"], "State": "busy" if self.moving() else "ready"}}

        def held(seconds: float) -> None:
            if (why := self.hold_fails()) is not None:
                raise why

        kinds = {"box": replace(BOX, settled=Settled("Box.State", ("ready",)))}
        ground = replace(world.ground, kinds=kinds, eyes=replace(eyes, ask=looked))
        return replace(world, ground=ground, hold=held, progress=self.told.append)

    def conducted(self, wanted: Plan) -> Change:
        """Apply it, from its beginning or from where it is."""
        if not self.journal:
            self.begin(wanted)
        change = conduct(wanted, self.world(), self.change())
        assert contradictions(self.entries(), change) == ()
        return change

    def entries(self) -> tuple[Entry, ...]:
        """The journal as the register would have it."""
        return tuple(Entry("c", 1, "2026-01-01T00:00:00Z", "ana", "h", str(n), x) for n, x in enumerate(self.journal))

    def resumed(self, wanted: Plan) -> Change:
        """`changectl apply --resume` where the reason may have passed."""
        self.record(e.TakenUp())
        return self.conducted(wanted)

    def story(self) -> list[str]:
        """The names of what happened, without what always does."""
        return [_name(event) for event in self.journal if not isinstance(event, QUIET)]

    def last(self, sort: type) -> Any:
        """The last event of a sort."""
        return next(event for event in reversed(self.journal) if isinstance(event, sort))


def _name(event: e.Event) -> str:
    match event:
        case e.OperatorNeeded(because=because) | e.Paused(because=because):
            return f"{type(event).__name__} {because}".strip()
        case e.StepStarted(step) | e.StepDone(step) | e.StepFailed(step) | e.UndoDone(step) | e.UndoFailed(step):
            return f"{type(event).__name__} {step}"
        case e.CheckPassed() | e.CheckFailed() | e.CheckErrored() | e.BaselineRed():
            return f"{type(event).__name__} {event.phase} {event.name}"
        case e.Closed(outcome):
            return f"Closed {outcome}"
        case _:
            return type(event).__name__


def first(count: int, why: Callable[[], ChangectlError]) -> Callable[[], ChangectlError | None]:
    """It fails so many times."""
    left = [count]

    def failing() -> ChangectlError | None:
        left[0] -= 1
        return why() if left[0] >= 0 else None

    return failing


def watched(*names: str, after: tuple[str, ...] = (), soak: int = 30, **more: Any) -> Phases:
    """Checks of `during`, by their names; each is asked once unless `more` says."""
    during = tuple(Check(name, "up", name, **more) for name in names)
    return Phases(during=during, after=tuple(Check(name, "up", name) for name in after), soak=timedelta(seconds=soak))
