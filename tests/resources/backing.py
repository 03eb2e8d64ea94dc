"""An attempt of the real engine on an emulator: its steps are done, a check is red, and it goes back by itself."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from emulators import ACCOUNT, REGION

from changectl.contracts.action import Action, Aim, Send
from changectl.contracts.probe import Judgement, Observation, Probe, Verdict
from changectl.engine.asking import Eyes
from changectl.engine.attempt import Attempt
from changectl.engine.conduct import conduct
from changectl.engine.preview import foresee
from changectl.engine.proposal import begin, proposal
from changectl.engine.restore import restore
from changectl.engine.world import Admit, Ground, World
from changectl.errors import NotFound
from changectl.model import events as e
from changectl.model.bodies import snapshot_json
from changectl.model.change import Change
from changectl.model.entry import Entry
from changectl.model.fold import fold
from changectl.model.plan import BackOut, Check, Comms, Plan, Risk, Step, Tests
from changectl.model.resource import Body, Call, FacetRef
from tests.resources.stage import KINDS, ROWS, Stage, one_by_one

ACTIONS = {
    "aim": Action("aim", "", (), lambda *_: None, lambda spec, sight: Aim(dict(spec)), str, ""),
    "send": Action("send", "", (), lambda *_: None, lambda spec, sight: Send(spec), str, ""),
}
RED = Probe(
    "red", "", (), lambda *_: None, lambda spec, senses: Observation(True),
    lambda spec, seen: Judgement(Verdict.FAILED, "it is red"), str, "",
)  # fmt: skip


@dataclass
class Attempted:
    """What an attempt needs of the world: AWS is the stage's, the rest is in memory, and its clock stands still."""

    stage: Stage
    at_turning: Callable[[], None]
    journal: list[e.Event] = field(default_factory=list)
    bodies: dict[str, str] = field(default_factory=dict)
    sent: list[Call] = field(default_factory=list)
    seconds: float = 0.0

    def there_and_back(self, steps: tuple[Step, ...]) -> Change:
        """Conduct the steps and the way back."""
        plan = _plan(steps)
        ground = self.world().ground
        foreseen = foresee(plan, ground)
        taken = self.keep(snapshot_json(foreseen.before))
        proposed = proposal(plan, foreseen, KINDS, ("ana",))
        self.record(e.SnapshotTaken(taken, foreseen.preview.facets))
        self.record(begin(proposed, foreseen, (), taken, "", endpoint="", version="0", going_back_asks=""))
        return conduct(plan, self.world(), self.change())

    def restored_again(self, steps: tuple[Step, ...]) -> tuple[Call, ...]:
        """The calls that going back once more makes."""
        before = len(self.sent)
        restore(Attempt(_plan(steps), self.world(), self.change()))
        return tuple(self.sent[before:])

    def trouble(self) -> tuple[e.Event, ...]:
        """What did not go as it should."""
        return tuple(
            one for one in self.journal if isinstance(one, e.StepFailed | e.CallFailed | e.FacetLeft | e.OperatorNeeded)
        )

    def record(self, event: e.Event) -> None:
        """Kept; at the turning point what production is like then is looked at."""
        self.journal.append(event)
        if isinstance(event, e.RollbackWanted):
            self.at_turning()

    def change(self) -> Change:
        """What it adds up to."""
        at = "2026-01-01T00:00:00Z"
        return fold(Entry("c", 1, at, "ana", "host", str(n), event) for n, event in enumerate(self.journal))

    def keep(self, body: Body) -> str:
        """As JSON, as on disk."""
        self.bodies[digest := f"d{len(self.bodies)}"] = json.dumps(body)
        return digest

    def fetch(self, digest: str) -> Body:
        """As it was kept."""
        return json.loads(self.bodies[digest])

    def now(self) -> datetime:
        """The model's time."""
        return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=self.seconds)

    def monotonic(self) -> float:
        """The model's time in seconds."""
        return self.seconds

    def wait(self, seconds: float) -> None:
        """It passes at once."""
        self.seconds += seconds

    def http(self, *_: object) -> Any:
        """Nothing is outside."""
        raise NotFound("nothing is outside")

    command = http

    def send(self, call: Call, admit: Admit) -> Mapping[str, Any]:
        """Recorded, then sent."""
        admit(call)
        self.sent.append(call)
        answer: Mapping[str, Any] = self.stage.aws.send(call)
        return answer

    def world(self) -> World:
        """All of it."""
        ground = Ground(KINDS, ACTIONS, {"red": RED}, ROWS, Eyes(self.stage.aws.send, one_by_one, ACCOUNT), REGION)
        return World(
            ground=ground, send=self.send, clock=self, record=self.record, vault=self, take_locks=lambda: (("lock", 1),),
            publish=lambda: "tip", announce=lambda event: None, ask=lambda *_: None, stop=lambda: 0, secret=str,
            outside=self, redact=lambda call: dict(call.params), token=lambda call: "", settle=0.0,
        )  # fmt: skip


def aim(stage: Stage, number: int, want: Mapping[str, Body]) -> Step:
    """A step that sets settings."""
    return Step(f"s{number}", f"s{number}", "aim", {FacetRef(stage.ref, name): body for name, body in want.items()})


def call_step(number: int, call: Call) -> Step:
    """A step that makes a call."""
    return Step(f"s{number}", f"s{number}", "send", call)


def _plan(steps: tuple[Step, ...]) -> Plan:
    return Plan(
        id="c", digest="sha256:0", title="t", rationale="r", risk=Risk.LOW, env="test", steps=steps,
        test=Tests(after=(Check("red", "red", "red"),)), back_out=BackOut(test_same=False), comms=Comms(),
    )  # fmt: skip
