"""A journal cut at any byte is gone on with to the right end; one with any bit flipped is refused, or says the same."""

import copy
import random
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from changectl.engine.world import Admit
from changectl.errors import RegisterUnsound
from changectl.model import events as e
from changectl.model.resource import Body, Call
from changectl.register import disk
from changectl.register.journal import Journals
from changectl.register.lines import read_lines
from tests.disk.figures import LONG, SEED, counted
from tests.disk.life import BOXES, STORIES, Life, Story, boxes, placed, reopened

pytestmark = pytest.mark.timeout(3600 if LONG else 300)
every_story = pytest.mark.parametrize("name", sorted(STORIES))
FLIPS = 50_000 if LONG else 5_000  # of each story


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """These tests are about what is in the file, not about when it is on the disk."""
    monkeypatch.setattr(disk, "flush", lambda descriptor: None)
    monkeypatch.setattr(disk, "ROOM", 4096)


@dataclass(frozen=True)
class Moment:
    """How much of the journal was durable, how much was written, and what production was then."""

    durable: int
    written: int
    aws: Any


class Watched(Life):
    """A life of which every moment is remembered."""

    def __init__(self, story: Story, state: Path) -> None:
        super().__init__(story, Journals(state).create("c", 1))
        self.moments: list[Moment] = []
        self.durable = 0
        self.remember()

    def remember(self) -> None:
        lines = self.on_disk._lines
        self.durable = lines.end if lines.count == lines.durable else self.durable
        self.moments.append(Moment(self.durable, lines.end, copy.deepcopy(self.aws)))

    def record(self, event: e.Event) -> None:
        super().record(event)
        self.remember()

    def keep(self, body: Body) -> str:
        digest = super().keep(body)
        self.remember()
        return digest

    def send(self, call: Call, admit: Admit) -> Mapping[str, Any]:
        answer = super().send(call, admit)
        self.remember()
        return answer


def watched(state: Path, story: Story) -> tuple[Watched, bytes]:
    """A whole attempt, and its file as a killed process leaves it."""
    life = Watched(story, state)
    life.begins()
    assert (life.goes_on(), boxes(life.aws)) == (story.ends, story.leaves)
    life.dies()
    return life, (life.on_disk.folder / "journal.jsonl").read_bytes()


@every_story
def test_cut_at_any_byte_it_goes_on_to_the_right_end(name: str, tmp_path: Path) -> None:
    story = STORIES[name]
    life, content = watched(tmp_path / "whole", story)
    end = life.moments[-1].written
    tried = 0
    went_on: set[tuple[int, str]] = set()
    for cut in range(end + 1):
        if cut % 11 and b"\n" not in content[max(cut - 2, 0) : cut + 2] and not LONG:
            continue
        tried += 1
        torn = content[:cut] + bytes(len(content) - cut if cut % 2 else 0)
        whole = len(read_lines(torn, "journal").values)
        assert whole == content[:cut].count(b"\n")
        for aws in _productions(life.moments, cut):
            key = (whole, repr(boxes(aws)))
            if key in went_on and not LONG:  # the same events, the same bodies, the same production
                continue
            went_on.add(key)
            _goes_on(tmp_path / f"{cut}-{len(went_on)}", story, torn, aws)
    assert len(went_on) > len(life.journal)
    counted(f"cut at a byte, {name}", cases=tried, different=len(went_on))


@every_story
def test_no_flipped_bit_is_believed(name: str, tmp_path: Path) -> None:
    story, chance = STORIES[name], random.Random(SEED)
    life, content = watched(tmp_path / "whole", story)
    end, whole = life.moments[-1].written, read_lines(content, "journal").values
    detected = harmless = 0
    for number in range(FLIPS):
        at = chance.randrange(end) if number % 10 else chance.randrange(end, len(content))
        flipped = bytearray(content)
        flipped[at] ^= 1 << chance.randrange(8)
        try:
            found = read_lines(bytes(flipped), "journal").values
        except RegisterUnsound:
            detected += 1
            if number % 200 == 1:
                placed(tmp_path / str(number), bytes(flipped))
                with pytest.raises(RegisterUnsound):
                    reopened(tmp_path / str(number), story, life.aws)
        else:
            harmless += 1
            assert at >= end
            assert found == whole
    assert detected >= FLIPS * 9 // 10
    counted(f"one bit flipped, {name}", cases=FLIPS, detected=detected, harmless=harmless)


def _productions(moments: list[Moment], cut: int) -> list[Any]:
    """What production can have been when no more than this of the file had reached the disk."""
    return list({repr(boxes(m.aws)): m.aws for m in moments if m.durable <= cut <= m.written}.values())


def _goes_on(state: Path, story: Story, content: bytes, aws: Any) -> None:
    placed(state, content)
    life = reopened(state, story, aws)
    if not life.has_begun:
        assert boxes(life.aws) == BOXES
        return
    assert (life.goes_on(), boxes(life.aws)) == (story.ends, story.leaves)
    life.on_disk.close()
