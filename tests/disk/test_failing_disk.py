"""Whichever call of the disk fails, nothing goes forward after it, the way back is gone all the same, and nothing is lost."""

import errno
import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from changectl.engine.world import Admit
from changectl.errors import CannotRecord
from changectl.model.change import Outcome
from changectl.model.durable import can_wait
from changectl.model.events import Event
from changectl.model.resource import Call
from changectl.register import disk
from changectl.register.journal import Journals
from tests.disk.figures import LONG, counted
from tests.disk.life import AFTER, BOXES, STORIES, Life, Story, boxes, reopened

pytestmark = pytest.mark.timeout(3600 if LONG else 300)
CALLS = ("open", "pwrite", "pread", "fsync", "ftruncate")
CODES = (errno.ENOSPC, errno.EIO, errno.EINTR)


class Failing:
    """The operating system as `disk` sees it, of whose calls the n-th fails."""

    def __init__(self, number: int, code: int) -> None:
        self.number, self.code, self.calls, self.struck = number, code, 0, ""

    def __getattr__(self, name: str) -> Any:
        real = getattr(os, name) if name != "fsync" else lambda descriptor: None
        return self._counting(name, real) if name in CALLS else real

    def _counting(self, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any) -> Any:
            self.calls += 1
            if self.calls == self.number:
                self.struck = name
                raise OSError(self.code, os.strerror(self.code))
            return real(*args)

        return call


class Careful(Life):
    """A life that knows what it was promised, and what it sent forward after the disk had failed."""

    def __init__(self, story: Story, state: Path, system: Failing) -> None:
        self.system, self.promised, self.late = system, list[Event](), list[Call]()
        super().__init__(story, Journals(state).create("c", 1))

    def record(self, event: Event) -> None:
        super().record(event)
        if not can_wait(event):
            self.promised = list(self.journal)

    def send(self, call: Call, admit: Admit) -> Mapping[str, Any]:
        before, answer = len(self.forward), super().send(call, admit)
        self.late += self.forward[before:] if self.system.struck else []
        return answer


@pytest.mark.parametrize("name", sorted(STORIES))
def test_nothing_goes_forward_and_nothing_is_lost(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    story, number, ended = STORIES[name], 0, dict[str, int]()
    monkeypatch.setattr(disk, "ROOM", 2048)  # so that it is made several times
    whole = False
    while not whole:
        number += 1
        for code in CODES if LONG else (CODES[number % 3],):
            system = Failing(number, code)
            how = _lived(tmp_path / f"{number}-{code}", story, system, monkeypatch)
            whole = not system.struck
            ended[how] = ended.get(how, 0) + (not whole)
    assert number > 40
    assert set(ended) <= {"never began", "went back, unrecorded", "ended", "nothing was done"}
    assert ended["went back, unrecorded"] > 3
    counted(f"a call of the disk fails, {name}", cases=sum(ended.values()), different=number - 1)


def _lived(state: Path, story: Story, system: Failing, monkeypatch: pytest.MonkeyPatch) -> str:
    """One life on the failing disk and one on a good one; how the first ended."""
    life, outcome = None, None
    with monkeypatch.context() as patch:
        patch.setattr(disk, "os", system)
        with suppress(CannotRecord):
            life = Careful(story, state, system)
            life.begins()
            outcome = life.goes_on()
    if life is None:
        assert not (Journals(state).folder("c", 1) / "journal.jsonl").exists()
        return "never began"
    life.dies()
    assert life.late == []
    assert boxes(life.aws) == (AFTER if outcome is Outcome.APPLIED else BOXES)
    _found_again(state, story, life)
    if outcome is None:
        return "nothing was done"
    return "ended" if outcome is story.ends and not _unrecorded(life) else "went back, unrecorded"


def _unrecorded(life: Careful) -> bool:
    return bool(life.on_disk._lines.broken) and life.promised != life.journal


def _found_again(state: Path, story: Story, life: Careful) -> None:
    """What was promised is there, and the attempt ends as it should on a disk that is good again."""
    again = reopened(state, story, life.aws)
    assert again.journal[: len(life.promised)] == life.promised
    if not again.has_begun:
        assert boxes(again.aws) == BOXES
        return
    outcome = again.goes_on()
    assert outcome in (Outcome.APPLIED, Outcome.ROLLED_BACK)
    assert boxes(again.aws) == (AFTER if outcome is Outcome.APPLIED else BOXES)
    again.on_disk.close()
