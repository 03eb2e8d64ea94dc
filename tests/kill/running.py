"""The real command as a process: forked from a warm one, or started afresh; how it is signalled, and how it ended."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.warm.asking import asked, warm_process

COMMAND = Path(sys.executable).with_name("changectl")
PATIENCE = 90.0
"""Seconds that a command may take before it counts as hanging."""


@dataclass(frozen=True)
class Ended:
    """How a command ended: its status, its document, and everything it wrote."""

    words: tuple[str, ...]
    status: int
    out: str
    err: str

    @property
    def production(self) -> str:
        """What it says of production."""
        return str(self.document["production"])

    @property
    def document(self) -> Any:
        """Its JSON."""
        return json.loads(self.out)

    @property
    def killed(self) -> bool:
        """Whether SIGKILL ended it."""
        return self.status == -signal.SIGKILL

    def __str__(self) -> str:
        return f"$ changectl {' '.join(self.words)} -> {self.status}\n{self.err}{self.out}"


@dataclass
class Running:
    """A command that runs, the leader of a session of its own. Threads may signal it."""

    words: tuple[str, ...]
    out: int
    err: int
    pid: int = 0
    _ended: "socket.socket | subprocess.Popen[bytes] | None" = None
    _known: threading.Event = field(default_factory=threading.Event)

    def started(self, pid: int, ended: "socket.socket | subprocess.Popen[bytes]") -> "Running":
        """Known from here on; whoever waits to signal it may."""
        self.pid, self._ended = pid, ended
        self._known.set()
        return self

    def send(self, number: signal.Signals) -> None:
        """A signal to its group, as a terminal or `kill` sends it."""
        self._known.wait(PATIENCE)
        with suppress(ProcessLookupError):
            os.killpg(self.pid, number)

    def kill(self, *, machine: bool) -> None:
        """SIGKILL: to its group alone, or, as when a `machine` dies, to every program that it has started as well.

        In the first case a git that it started goes on for a while. The far end of a git connection is another machine.
        """
        self._known.wait(PATIENCE)
        doomed = [self.pid]
        if machine:
            self.send(signal.SIGSTOP)
            doomed += _started_by(self.pid)
        for pid in doomed:
            with suppress(ProcessLookupError):
                (os.killpg if os.getpgid(pid) == pid else os.kill)(pid, signal.SIGKILL)

    def lives_on(self, seconds: float) -> bool:
        """Whether it is alive still when these have passed."""
        match self._ended:
            case socket.socket() as told:
                told.settimeout(seconds)
                with suppress(TimeoutError):
                    return not told.recv(32, socket.MSG_PEEK)
                return True
            case subprocess.Popen() as process:
                with suppress(subprocess.TimeoutExpired):
                    process.wait(seconds)
                return process.poll() is None
        raise AssertionError("not started")

    def ended(self) -> Ended:
        """Wait for its end."""
        if self.lives_on(PATIENCE):
            self.kill(machine=True)
            raise AssertionError(f"changectl {' '.join(self.words)} hangs:\n{_said(self.err)}{_said(self.out)}")
        match self._ended:
            case socket.socket() as told:
                status = int(told.recv(32))
                told.close()
            case subprocess.Popen() as process:
                status = process.returncode
        return Ended(self.words, status, _said(self.out), _said(self.err))


class Starter:
    """Starts commands: from a warm process, or afresh."""

    def __init__(self, place: Path) -> None:
        self._place = place

    def warm(
        self, words: tuple[str, ...], folder: Path, environment: Mapping[str, str], arranged: Mapping[str, Any]
    ) -> Running:
        """A fork of the process that has loaded everything."""
        running, streams = _streams(words)
        pid, told = asked(self._place / "warm", words, folder, environment, streams, arranged)
        for stream in streams:
            os.close(stream)
        return running.started(pid, told)

    def fresh(self, words: tuple[str, ...], folder: Path, environment: Mapping[str, str]) -> Running:
        """The installed command."""
        running, streams = _streams(words)
        process = subprocess.Popen(
            # whatever runs in the background inherits that SIGINT is ignored
            ["env", "--default-signal=INT", str(COMMAND), *words], cwd=folder, env=dict(environment),
            stdin=streams[0], stdout=streams[1], stderr=streams[2], start_new_session=True,
        )  # fmt: skip
        for stream in streams:
            os.close(stream)
        return running.started(process.pid, process)


@contextmanager
def starting(place: Path, endpoint: str) -> Iterator[Starter]:
    """A starter with its warm process, which ends with it. `endpoint`: where its commands find AWS."""
    place.mkdir(parents=True)
    with warm_process(place / "warm", endpoint):
        yield Starter(place)


def _streams(words: tuple[str, ...]) -> tuple[Running, list[int]]:
    """Nothing to read, and two pipes, which no full disk and no limit stops; what is written fits into them."""
    (out, to_out), (err, to_err) = os.pipe(), os.pipe()
    for end in (out, err):
        os.set_blocking(end, False)
    return Running(words, out, err), [os.open(os.devnull, os.O_RDONLY), to_out, to_err]


def _said(stream: int) -> str:
    """What is in a pipe, once; a git of somebody who was killed may have it open still."""
    said = b""
    with suppress(BlockingIOError):
        while more := os.read(stream, 1 << 16):
            said += more
    os.close(stream)
    return said.decode()


def _started_by(pid: int) -> list[int]:
    parents = {int(place.name): _parent(place) for place in Path("/proc").iterdir() if place.name.isdecimal()}
    found, wanted = [], [pid]
    while wanted:
        above = wanted.pop()
        for child, parent in parents.items():
            if parent == above and not any(far in _command_line(child) for far in ("receive-pack", "upload-pack")):
                found.append(child)
                wanted.append(child)
    return found


def _parent(place: Path) -> int:
    with suppress(OSError, ValueError, IndexError):
        return int((place / "stat").read_text().rpartition(")")[2].split()[1])
    return 0


def _command_line(pid: int) -> str:
    with suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_text()
    return ""
