"""An attempt of the real engine with a real journal on a disk; production is boxes in memory, which outlive every process."""

import copy
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from changectl.engine.conduct import conduct
from changectl.engine.preview import foresee
from changectl.engine.proposal import begin, proposal
from changectl.engine.world import Admit
from changectl.model import events as e
from changectl.model.bodies import snapshot_json
from changectl.model.change import Outcome
from changectl.model.durable import can_wait
from changectl.model.entry import Entry
from changectl.model.plan import Plan, Tests
from changectl.model.resource import Body, Call
from changectl.register.journal import Journal, Journals
from tests.engine.model_world import KINDS, ModelWorld, Put
from tests.engine.scenarios import box, plan, step, toy

LONG = "long " * 300  # so that bodies span sectors
BOXES: Mapping[str, Mapping[str, Any]] = {
    "a": {"Lid": "shut", "Labels": {"team": "x"}, "Note": "old"},
    "c": {"Labels": {"one": "1", "two": "2"}, "Log": "x"},
}
STEPS = (
    step("lid", Put(box("a"), "lid", "locked")),
    step("labels", Put(box("c"), "labels", {"one": "1", "three": "3"})),
    step("log", toy("AppendLog", Name="c", More="y")),  # done twice, it shows
    step("note", Put(box("a"), "note", LONG)),
)
AFTER: Mapping[str, Mapping[str, Any]] = {
    "a": {"Lid": "locked", "Labels": {"team": "x"}, "Note": LONG},
    "c": {"Labels": {"one": "1", "three": "3"}, "Log": "xy"},
}


@dataclass(frozen=True)
class Story:
    """A plan, whether its check is red, and so how it ends."""

    plan: Plan
    red: bool
    ends: Outcome
    leaves: Mapping[str, Mapping[str, Any]] = field(hash=False)


FORWARD = Story(replace(plan(*STEPS), test=Tests()), False, Outcome.APPLIED, AFTER)
BACK = Story(plan(*STEPS, checks=("up",)), True, Outcome.ROLLED_BACK, BOXES)
STORIES = {"forward": FORWARD, "back": BACK}


class Killed(BaseException):
    """The process ends here; the disk and production go on."""


class Life(ModelWorld):
    """One life of a process. `turned`: it goes back. `forward`: the calls that it made before."""

    def __init__(self, story: Story, journal: Journal, aws: Any = None) -> None:
        super().__init__(BOXES)
        self.story, self.on_disk = story, journal
        self.aws = aws or self.aws
        self.red = {"up"} if story.red else set()
        self.journal = [entry.event for entry in journal.recovered]
        self.turned = any(isinstance(event, e.RollbackWanted) for event in self.journal)
        self.forward: list[Call] = []

    def record(self, event: e.Event) -> None:
        self.turned = self.turned or isinstance(event, e.RollbackWanted)
        number, durable = len(self.journal), not can_wait(event)
        self.on_disk.append(Entry("c", 1, "2026-01-01T00:00:00Z", "ana", "h", str(number), event), durable=durable)
        self.journal.append(event)

    def keep(self, body: Body) -> str:
        return self.on_disk.vault.keep(body)

    def fetch(self, digest: str) -> Body:
        return self.on_disk.vault.fetch(digest)

    def send(self, call: Call, admit: Admit) -> Mapping[str, Any]:
        admit(call)
        self.forward += [] if self.turned else [call]
        return self.aws.write(call)

    def begins(self) -> None:
        """What `apply` does first, recorded: snapshot and begin."""
        foreseen = foresee(self.story.plan, self.world().ground)
        digest = self.keep(snapshot_json(foreseen.before))
        proposed = proposal(self.story.plan, foreseen, KINDS, ("ana",))
        self.record(e.SnapshotTaken(digest, foreseen.preview.facets))
        self.record(begin(proposed, foreseen, (), digest, "", endpoint="", version="0", going_back_asks=""))

    def goes_on(self) -> Outcome | None:
        """Conducted to its end."""
        return conduct(self.story.plan, self.world(), self.change()).outcome

    @property
    def has_begun(self) -> bool:
        """Whether there is anything to go on with."""
        return any(isinstance(event, e.Begun) for event in self.journal)

    def dies(self) -> None:
        """The file stays as a killed process leaves it, its room included."""
        os.close(self.on_disk._lines.descriptor)


def created(state: Path, story: Story) -> Life:
    """The first life."""
    return Life(story, Journals(state).create("c", 1))


def reopened(state: Path, story: Story, aws: Any) -> Life:
    """The next life, which finds what the last one left on the disk and in production."""
    return Life(story, Journals(state).open("c", 1), copy.deepcopy(aws))


def placed(state: Path, content: bytes) -> Path:
    """A state folder whose journal holds just this."""
    path = Journals(state).folder("c", 1) / "journal.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def boxes(aws: Any) -> Mapping[str, Any]:
    """What production is."""
    return {name: {member: value for member, value in box.items() if value} for name, box in aws.boxes.items()}
