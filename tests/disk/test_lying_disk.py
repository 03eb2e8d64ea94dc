"""Where the power is cut at any instant, on a disk that lies, what was promised is there and the attempt ends as it should."""

import copy
import random
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from changectl.engine.world import Admit
from changectl.errors import NotFound
from changectl.model import events as e
from changectl.model.durable import can_wait
from changectl.model.resource import Body, Call
from changectl.register import disk
from changectl.register.journal import Journals
from tests.disk.figures import LONG, SEED, counted
from tests.disk.life import BOXES, STORIES, Killed, Life, Story, boxes, placed, reopened
from tests.disk.lying import Became, Lying, left

pytestmark = pytest.mark.timeout(3600 if LONG else 300)
MORE = 40 if LONG else 2


@dataclass(frozen=True)
class Instant:
    """How far the notes of the disk went, what the process had been promised, and what production was."""

    notes: int
    promised: tuple[e.Event, ...]
    effects: int
    aws: Any


class Noting(Life):
    """A life that notes each instant. It is killed in a call that has had its effect, or when it has kept a body, so many."""

    def __init__(
        self, story: Story, on_disk: Any, lying: Lying, instants: list[Instant], aws: Any, doom: tuple[str, int]
    ) -> None:
        super().__init__(story, on_disk, aws)
        self.lying, self.instants, self.doom, self.bodies = lying, instants, doom, 0
        self.promised = tuple(self.journal)
        self.effects = instants[-1].effects if instants else 0
        self.note()

    def note(self) -> None:
        self.instants.append(Instant(len(self.lying.notes), self.promised, self.effects, copy.deepcopy(self.aws)))

    def record(self, event: e.Event) -> None:
        super().record(event)
        if not can_wait(event):
            self.promised = tuple(self.journal)
        self.note()

    def keep(self, body: Body) -> str:
        digest = super().keep(body)
        self.note()
        self.bodies += 1
        if self.doom == ("keeping", self.bodies):
            raise Killed
        return digest

    def send(self, call: Call, admit: Admit) -> Mapping[str, Any]:
        answer = super().send(call, admit)
        self.effects += 1
        self.note()
        if self.doom == ("calling", self.effects):
            raise Killed
        return answer


WAYS: Mapping[str, tuple[str, int]] = {
    "in one life": ("", 0),
    "killed and taken up": ("calling", 2),
    "taken up after a power cut": ("keeping", 7),
}


CHOSEN = [(name, way) for name in sorted(STORIES) for way in WAYS if LONG or name == "back" or "power" in way]


@pytest.mark.parametrize(("name", "way"), CHOSEN)
def test_what_was_promised_is_there(name: str, way: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    story, chance = STORIES[name], random.Random(SEED)
    monkeypatch.setattr(disk, "ROOM", 2048)
    with monkeypatch.context() as patch:
        lying, instants = _lived(tmp_path, story, WAYS[way], patch)
    monkeypatch.setattr(disk, "flush", lambda descriptor: None)
    states = 0
    went_on: set[tuple[int, int, str]] = set()
    for number in range(len(lying.notes) + 1):
        passed = [instant for instant in instants if instant.notes <= number]
        for content in left(lying.notes[:number], lying.journal, chance, MORE):
            states += 1
            _found(tmp_path / f"cut-{states}", story, content, passed[-1] if passed else None, went_on)
    assert states > 400
    counted(f"power cut, {name}, {way}", cases=states, different=len(went_on))


def _lived(state: Path, story: Story, dies: tuple[str, int], patch: pytest.MonkeyPatch) -> tuple[Lying, list[Instant]]:
    """An attempt from its beginning to its end, in one life or two, on the disk that lies."""
    journals = Journals(state / "s")
    lying, instants = Lying(journals.folder("c", 1) / "journal.jsonl"), list[Instant]()
    patch.setattr(disk, "os", lying)
    patch.setattr(Path, "mkdir", lambda path, mode=0o777, exist_ok=False: lying.mkdir(path, mode, exist_ok))
    life = Noting(story, journals.create("c", 1), lying, instants, None, dies)
    life.begins()
    if dies[0]:
        with pytest.raises(Killed):
            life.goes_on()
        life.dies()
        if dies[0] == "keeping":
            _torn(lying)
        life = Noting(story, journals.open("c", 1), lying, instants, life.aws, ("", 0))
    assert (life.goes_on(), boxes(life.aws)) == (story.ends, story.leaves)
    life.on_disk.close()
    return lying, instants


def _torn(lying: Lying) -> None:
    """Of the body that was kept last only its last sectors reached the disk, behind where the next line will end."""
    states = {content for content in left(lying.notes, lying.journal, random.Random(SEED), 0) if content}
    [worst, *_] = sorted((one for one in states if b"\0" in one.rstrip(b"\0")), key=lambda one: -len(one.rstrip(b"\0")))
    lying.journal.write_bytes(worst)
    lying.notes.append(Became(worst))


def _found(
    state: Path, story: Story, content: bytes | None, now: Instant | None, went_on: set[tuple[int, int, str]]
) -> None:
    """After a power cut: the promised events, the bodies that they name, an intent for each effect; and the right end."""
    promised, effects = (now.promised, now.effects) if now else ((), 0)
    if content is None:
        assert (promised, effects) == ((), 0)
        with pytest.raises(NotFound):
            Journals(state).open("c", 1)
        return
    placed(state, content)
    life = reopened(state, story, now.aws if now else None)
    assert tuple(life.journal[: len(promised)]) == promised
    assert sum(isinstance(event, e.CallStarted) for event in life.journal) >= effects
    for digest in filter(None, (d for event in life.journal for d in _named(event))):
        life.fetch(digest)
    if not life.has_begun:
        assert boxes(life.aws) == BOXES
        life.dies()
        return
    key = (len(life.journal), len(life.on_disk.vault._bodies), repr(boxes(life.aws)))
    if key not in went_on or LONG:
        went_on.add(key)
        assert (life.goes_on(), boxes(life.aws)) == (story.ends, story.leaves)
    life.dies()


def _named(event: e.Event) -> tuple[str, ...]:
    match event:
        case e.SnapshotTaken(digest=digest):
            return (digest,)
        case e.Begun(snapshot=snapshot, plan=plan):
            return (snapshot, plan)
        case e.StepStarted(want=want):
            return (want,)
        case e.StepDone(left=left_by):
            return (left_by,)
        case e.CallStarted(bodies=bodies):
            return (bodies,)
        case _:
            return ()
