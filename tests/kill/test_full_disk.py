"""A disk that is full, or read-only, for real: nothing goes forward, the way back works and says that it is unrecorded."""

import errno
import json
import os
import resource
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.faults import fault as f
from tests.faults.script import Rule, Script
from tests.kill.counted import Counted
from tests.kill.running import COMMAND, Running
from tests.kill.scenarios import SCENARIOS
from tests.kill.stage import CHANGE, Stage, Stages
from tests.kill.story import APPLY, ROLLBACK, Told
from tests.kill.whole import assert_whole

SET = next(scenario for scenario in SCENARIOS if scenario.name == "set")


@pytest.mark.parametrize("write", [1, 2, 4])
def test_when_no_file_can_grow_it_goes_back_and_says_that_this_is_not_recorded(
    write: int, stages: Stages, counted: Counted
) -> None:
    stage = stages.stage(SET)
    running: list[Running] = []

    def story(told: Told) -> None:
        limit = f.Meanwhile(after=lambda: _limited(running[0].pid))
        stage.proxy.play(Script((Rule(limit, write=write),)))
        running.append(stage.start(*APPLY, "--json"))
        end = running[0].ended()
        told.lines += [str(end), *map(str, stage.proxy.calls)]
        stage.proxy.play()
        assert (end.status, end.production) == (10, "as-before")
        assert stage.production.read() == stage.before
        assert "not recorded" in end.out + end.err or "unrecorded" in end.out + end.err
        _whole_again(stage, told)
        told.counts["RLIMIT_FSIZE", "apply", "none"] += 1

    counted.told("", story)


@dataclass(frozen=True)
class Disk:
    """A small disk of its own, mounted where a command keeps its state, and seen by that command alone."""

    holder: int
    place: Path

    @property
    def seen(self) -> Path:
        """Its root, from outside."""
        return Path(f"/proc/{self.holder}/root{self.place}")

    def command(self, *words: str) -> tuple[str, ...]:
        """The command, in front of it."""
        return ("nsenter", "-t", str(self.holder), "-U", "-m", "--preserve-credentials", f"--wd={Path.cwd()}", *words)

    def fill(self) -> None:
        """Until not a byte more fits."""
        with (self.seen / "filler").open("wb", buffering=0) as filler:
            for size in (1 << 16, 1 << 12, 1):
                with suppress(OSError):
                    while filler.write(bytes(size)):
                        pass

    def empty(self) -> None:
        """Room again."""
        (self.seen / "filler").unlink()


@contextmanager
def _disk(place: Path, size: str) -> Iterator[Disk]:
    """Skips, and says so, where this machine lets nobody have namespaces."""
    place.mkdir(parents=True)
    mount = 'mount -t tmpfs -o "size=$2" tmpfs "$1" && echo mounted && read _'
    words = ["unshare", "-rm", "sh", "-c", mount, "sh", str(place), size]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        if holder.stdout.readline() != b"mounted\n":
            assert holder.stderr is not None
            pytest.skip(f"no disk of one's own here, and so none that is full: {holder.stderr.read().decode()}")
        yield Disk(holder.pid, place)
        holder.communicate(b"\n")


def test_a_disk_that_fills_up_meanwhile_stops_nothing_whose_room_was_laid_down_before(
    stages: Stages, counted: Counted
) -> None:
    stage = stages.stage(SET)

    def story(told: Told) -> None:
        with _disk(stage.journals, "1m") as disk:
            stage.proxy.play(Script((Rule(f.Meanwhile(after=disk.fill), write=2),)))
            done = _run(disk, stage, *APPLY, "--json")
            told.lines += [done.stdout, done.stderr, *map(str, stage.proxy.calls)]
            stage.proxy.play()
            assert (done.returncode, stage.held()) == (0, [])
            assert stage.production.read() == SET.target(stage.before)
            disk.empty()
            again = _run(disk, stage, *ROLLBACK, "--json")
            told.lines += [again.stdout, again.stderr]
            assert (again.returncode, stage.production.read(), stage.held()) == (0, stage.before, [])
        told.counts["ENOSPC", "apply", "none"] += 1

    counted.told("", story)


def test_with_a_full_disk_what_was_applied_goes_back_and_says_that_this_is_not_recorded(
    stages: Stages, counted: Counted
) -> None:
    stage = stages.stage(SET)

    def story(told: Told) -> None:
        with _disk(stage.journals, "1m") as disk:
            assert _run(disk, stage, *APPLY, "--json").returncode == 0
            disk.fill()
            for words in (("status",), ("log",), ("show", CHANGE)):
                asked = _run(disk, stage, *words)
                assert (asked.returncode, asked.stderr) == (0, ""), words
            done = _run(disk, stage, *ROLLBACK, "--json")
            told.lines += [done.stdout, done.stderr]
            end = json.loads(done.stdout)
            assert (done.returncode, end["production"]) == (0, "as-before")
            assert os.strerror(errno.ENOSPC) in end["unrecorded"]
            assert (stage.production.read(), stage.held()) == (stage.before, [])
            disk.empty()
            again = _run(disk, stage, *ROLLBACK, "--json")
            told.lines += [again.stdout, again.stderr]
            assert (again.returncode, stage.production.read(), stage.held()) == (0, stage.before, [])
        told.counts["ENOSPC", "rollback", "none"] += 1

    counted.told("", story)


def test_with_a_full_disk_nothing_is_begun(stages: Stages, counted: Counted) -> None:
    stage = stages.stage(SET)

    def story(told: Told) -> None:
        with _disk(stage.journals, "1m") as disk:
            disk.fill()
            done = _run(disk, stage, *APPLY, "--json")
            told.lines += [done.stdout, done.stderr]
            assert os.strerror(errno.ENOSPC) in done.stdout
            assert '"production": "untouched"' in done.stdout
            assert (stage.production.read(), stage.held()) == (stage.before, [])
        told.counts["ENOSPC", "apply", "none"] += 1

    counted.told("", story)


def test_with_a_read_only_state_nothing_is_begun(stages: Stages, counted: Counted) -> None:
    stage = stages.stage(SET)

    def story(told: Told) -> None:
        with _disk(stage.journals, "1m") as disk:
            subprocess.run(disk.command("mount", "-o", "remount,ro", str(disk.place)), check=True)
            done = _run(disk, stage, *APPLY, "--json")
            told.lines += [done.stdout, done.stderr]
            assert os.strerror(errno.EROFS) in done.stdout
            assert '"production": "untouched"' in done.stdout
            assert (stage.production.read(), stage.held()) == (stage.before, [])
        told.counts["EROFS", "apply", "none"] += 1

    counted.told("", story)


def _run(disk: Disk, stage: Stage, *words: str) -> "subprocess.CompletedProcess[str]":
    inside = disk.command("sh", "-c", 'cd "$0" && exec "$@"', str(stage.clone), str(COMMAND), *words)
    return subprocess.run(inside, env=stage.environment(), capture_output=True, text=True, stdin=subprocess.DEVNULL)


def _limited(pid: int) -> None:
    _, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, hard))


def _whole_again(stage: Stage, told: Told) -> None:
    end = stage.run(*ROLLBACK, "--json")
    told.lines.append(str(end))
    assert end.status == 0
    assert_whole(stage, SET, end)
