"""A World in memory in which nothing goes wrong by itself: for what one rule of the engine does. For faults see the simulator."""

import itertools
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from changectl.contracts.action import Action, Aim, Deed, Send, Sight
from changectl.contracts.probe import Judgement, Observation, Probe, Senses, TooEarly, Verdict
from changectl.engine.asking import Eyes
from changectl.engine.conduct import conduct
from changectl.engine.effects import rows
from changectl.engine.preview import foresee
from changectl.engine.proposal import begin, proposal
from changectl.engine.world import Admit, Ground, World
from changectl.errors import NotFound
from changectl.model import events as e
from changectl.model.bodies import snapshot_json
from changectl.model.change import Change
from changectl.model.entry import Entry
from changectl.model.fold import fold as fold_entries
from changectl.model.plan import Plan
from changectl.model.resource import Body, Call, FacetRef, Target
from tests.engine.toy import BOX, ToyAws

KINDS = {"box": BOX}


@dataclass(frozen=True)
class Put:
    """A test's step: bring a facet of a box to a body."""

    box: Target
    facet: str
    body: Any = field(hash=False)

    def work(self, sight: Sight) -> Aim:
        box = sight.ref(self.box)
        if sight.now(box) is None:
            raise NotFound(f"there is no {box}")
        return Aim({FacetRef(box, self.facet): self.body})


ACTIONS = {
    "aim": Action("aim", "", (), lambda *_: None, lambda spec, sight: spec.work(sight), str, ""),
    "send": Action("send", "", (), lambda *_: None, lambda spec, sight: Send(spec), str, ""),
    "ask": Action("ask", "", (), lambda *_: None, lambda spec, sight: Deed(*spec.split(" > ")), str, ""),
}


def _judge(spec: str, seen: Observation) -> Judgement:
    return Judgement(Verdict.PASSED if seen.value else Verdict.FAILED, f"{spec} is {seen.value}")


def _observe(spec: str, senses: Senses) -> Observation:
    return Observation(senses.http("GET", spec, timedelta(seconds=1)).status == 200)


def _look_back(spec: float, senses: Senses) -> Observation:
    """A probe that needs so many seconds of what it judges."""
    since, seconds = senses.since(), timedelta(seconds=spec)
    if since is not None and senses.time() < since + seconds:
        raise TooEarly(since + seconds - senses.time())
    return Observation([str(moment) for moment in (senses.began(), since, senses.time())])


PROBES = {
    "up": Probe("up", "", (), lambda *_: None, _observe, _judge, str, ""),
    "look-back": Probe("look-back", "", (), lambda *_: None, _look_back, _judge, str, ""),
}


@dataclass(frozen=True)
class _Answer:
    status: int


class ModelWorld:
    """Everything that outlives a process: AWS, the journal, the vault, the remote. `at_send`: what happens at the n-th call."""

    def __init__(self, boxes: Mapping[str, Mapping[str, Any]]) -> None:
        self.aws = ToyAws(boxes)
        self.journal: list[e.Event] = []
        self.vault: dict[str, str] = {}
        self.remote: list[e.Event] = []
        self.locked = False
        self.red: set[str] = set()
        self.valves: set[str] = set()
        self.answers: dict[str, str | None] = {}
        self.stops = 0
        self.seconds = 0.0
        self.sends = itertools.count()
        self.at_send: dict[int, Callable[[], None]] = {}

    def record(self, event: e.Event) -> None:
        self.journal.append(event)

    def keep(self, body: Body) -> str:
        digest = f"d{len(self.vault)}"
        self.vault[digest] = json.dumps(body)
        return digest

    def fetch(self, digest: str) -> Body:
        return json.loads(self.vault[digest])

    def send(self, call: Call, admit: Admit) -> Mapping[str, Any]:
        admit(call)
        number = next(self.sends)
        if (happens := self.at_send.get(number)) is not None:
            happens()
        return self.aws.write(call)

    def take_locks(self) -> tuple[tuple[str, int], ...]:
        self.locked, self.remote = True, list(self.journal)
        return (("lock", 1),)

    def publish(self) -> str:
        self.remote = list(self.journal)
        self.locked = not any(isinstance(event, e.Closed) for event in self.journal)
        return "tip"

    def http(self, method: str, url: str, timeout: timedelta) -> Any:
        return _Answer(503 if url in self.red else 200)

    def ask(self, question: str, options: tuple[str, ...], meanwhile: Callable[[], None]) -> str | None:
        """A person who does as asked: `open x`, `close x`; or answers as `answers` says of the last word."""
        verb, valve = question.splitlines()[1].split()
        answer = self.answers.get(f"{verb} {valve}", options[0])
        if answer in ("done", "taken back"):
            change = self.valves.discard if "taken back" in options or verb == "close" else self.valves.add
            change(valve)
        return answer

    def command(self, *_: object) -> Any:
        raise AssertionError("no test of the engine starts a command")

    def now(self) -> datetime:
        return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=self.seconds)

    def monotonic(self) -> float:
        return self.seconds

    def wait(self, seconds: float) -> None:
        self.seconds += seconds

    def world(self) -> World:
        eyes = Eyes(self.aws.ask, lambda thunks: [thunk() for thunk in thunks], "123456789012")
        ground = Ground(KINDS, ACTIONS, PROBES, rows(KINDS), eyes, "here")
        return World(
            ground=ground,
            send=self.send,
            clock=self,
            record=self.record,
            vault=self,
            take_locks=self.take_locks,
            publish=self.publish,
            announce=lambda event: None,
            ask=self.ask,
            stop=lambda: self.stops,
            secret=lambda name: name,
            outside=self,
            redact=lambda call: dict(call.params),
            token=lambda call: "",
        )

    def change(self) -> Change:
        return fold(self.journal)

    def begin(self, plan: Plan) -> None:
        """What `apply` does first: preview, snapshot, begin."""
        world = self.world()
        foreseen = foresee(plan, world.ground)
        digest = self.keep(snapshot_json(foreseen.before))
        self.journal.append(e.SnapshotTaken(digest, foreseen.preview.facets))
        proposed = proposal(plan, foreseen, KINDS, ("ana",))
        self.journal.append(begin(proposed, foreseen, (), digest, "", endpoint="", version="0", going_back_asks=""))

    def live(self, plan: Plan) -> Change:
        """Conduct the change to its end."""
        return conduct(plan, self.world(), self.change())

    def go_back(self, plan: Plan) -> Change:
        """`changectl rollback`."""
        self.record(e.RollbackWanted("asked for", "ana"))
        return self.live(plan)


def fold(events: Iterable[e.Event]) -> Change:
    return fold_entries(
        Entry("c", 1, "2026-01-01T00:00:00Z", "ana", "host", str(n), event) for n, event in enumerate(events)
    )
