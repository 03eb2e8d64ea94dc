"""Times of whole processes: side by side in one run, since a shared machine is never the same twice."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

PYTHON = sys.executable
CHANGECTL = str(Path(sys.executable).with_name("changectl"))


@dataclass(frozen=True, slots=True)
class Took:
    """What one process took, all that it started included, in milliseconds."""

    wall: float
    cpu: float
    status: int


@dataclass(frozen=True, slots=True)
class Runner:
    """One of those that are compared. `ready` is called before each run and is not counted."""

    name: str
    argv: Sequence[str]
    cwd: Path
    env: Mapping[str, str]
    status: int = 0
    ready: Callable[[], object] = lambda: None


def took(runner: Runner) -> Took:
    """Run it once. Its output is thrown away; another status than it should have is a fault of the benchmark."""
    runner.ready()
    began = time.perf_counter()
    process = subprocess.Popen(
        runner.argv, cwd=runner.cwd, env=runner.env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )  # fmt: skip
    assert process.stderr is not None
    said = process.stderr.read()
    _, raw, used = os.wait4(process.pid, 0)
    wall = time.perf_counter() - began
    process.returncode = status = os.waitstatus_to_exitcode(raw)
    process.stderr.close()
    assert status == runner.status, f"{runner.name}: {status}\n{said.decode()}"
    return Took(wall * 1000, (used.ru_utime + used.ru_stime) * 1000, status)


def side_by_side(runners: Sequence[Runner], rounds: int) -> Mapping[str, Took]:
    """Medians, run in turn (A B C A B C), after one round that warms every cache and does not count."""
    runs: dict[str, list[Took]] = {runner.name: [] for runner in runners}
    for turn in range(rounds + 1):
        for runner in runners:
            one = took(runner)
            if turn:
                runs[runner.name].append(one)
    return {
        name: Took(median(run.wall for run in of), median(run.cpu for run in of), of[0].status)
        for name, of in runs.items()
    }
