"""git by its plumbing: one process a question, arguments as a list, answers judged by exit status, never by English."""

import os
import signal
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import IO

from changectl.errors import ChangectlError, ConfigurationWrong, RemoteNeeded
from changectl.model.frozen import dataclass

LOCAL, NETWORK = 60.0, 60.0  # seconds
_BATCH = 256  # names written before their answers are read: 256 of 128 bytes fit the smallest pipe in use

_FLAGS = ("-c", "core.hooksPath=/dev/null", "-c", "gc.auto=0", "-c", "maintenance.auto=false")
# What a surrounding git (a hook, an alias) has set for its own repository would turn ours into that one.
_FOREIGN = frozenset(
    [
        "GIT_DIR",
        "GIT_WORK_TREE",
        "GIT_INDEX_FILE",
        "GIT_OBJECT_DIRECTORY",
        "GIT_ALTERNATE_OBJECT_DIRECTORIES",
        "GIT_COMMON_DIR",
        "GIT_NAMESPACE",
        "GIT_PREFIX",
        "GIT_GRAFT_FILE",
        "GIT_SHALLOW_FILE",
        "GIT_REPLACE_REF_BASE",
        "GIT_QUARANTINE_PATH",
    ]
)
_OURS = {"LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0", "GIT_NO_REPLACE_OBJECTS": "1", "GIT_OPTIONAL_LOCKS": "0"}


@dataclass(frozen=True, slots=True)
class Answer:
    """How a git process ended: its status (None when it was stopped for taking too long), and what it wrote."""

    status: int | None
    out: bytes
    words: str

    @property
    def good(self) -> bool:
        """Whether it did all it was asked."""
        return self.status == 0


def ask(root: Path, *args: str, feed: bytes = b"", timeout: float = LOCAL) -> Answer:
    """Run git in a session of its own, so that a Ctrl-C meant for us does not reach it. Raises ConfigurationWrong.

    Where this machine cannot start it just now, the answer says so.
    """
    try:
        started = _started(root, args, subprocess.PIPE)
    except RemoteNeeded as why:
        return Answer(None, b"", why.sentence)
    with started as process:
        try:
            out, err = process.communicate(feed, timeout)
        except subprocess.TimeoutExpired:
            _stop(process)
            return Answer(None, b"", f"git {args[0]} took longer than {timeout:.0f} s")
        except BaseException:
            _stop(process)
            raise
    return Answer(process.returncode, out, _last_words(err))


def tell(
    root: Path, *args: str, feed: bytes = b"", failing: type[ChangectlError] = ConfigurationWrong, hint: str = ""
) -> bytes:
    """What git answers, where anything but success is a fault. Raises `failing` with git's own last words."""
    answer = ask(root, *args, feed=feed)
    if not answer.good:
        raise failing(
            f"git {args[0]} failed in {root}: {answer.words}", hint or f"git -C {root} fsck", git=answer.words
        )
    return answer.out


def _started(root: Path, args: Sequence[str], stdin: int | IO[bytes]) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(
            ("git", *_FLAGS, *args),
            cwd=root,
            env=_environment(),
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
    except FileNotFoundError:
        if not root.exists():
            raise ConfigurationWrong(f"{root} is not there any more") from None
        raise ConfigurationWrong("git was not found", "install git 2.31 or newer") from None
    except OSError as error:  # no memory, no descriptors: as little is known of the register as where the line is cut
        raise RemoteNeeded(
            f"git could not be started on this machine: {error.strerror}", "free memory, or end what runs beside it"
        ) from error


def _environment() -> Mapping[str, str]:
    return {name: value for name, value in os.environ.items() if name not in _FOREIGN} | _OURS


def _stop(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


def _last_words(err: bytes) -> str:
    lines = [line.strip() for line in err.decode(errors="replace").splitlines() if line.strip()]
    told = [line for line in lines if line.startswith(("fatal:", "error:", "remote:", "!"))]
    return "; ".join(told[:4] or lines[-3:])[:500]


@dataclass(frozen=True, slots=True)
class Found:
    """An object of the repository."""

    oid: str
    kind: str
    content: bytes

    def tree(self) -> Iterator[tuple[str, str]]:
        """Name and object id of each child of a tree."""
        width, at = len(self.oid) // 2, 0
        while at < len(self.content):
            stop = self.content.index(b"\0", at)
            name = self.content[self.content.index(b" ", at) + 1 : stop]
            at = stop + 1 + width
            yield name.decode(errors="surrogateescape"), self.content[stop + 1 : at].hex()


def blobs(root: Path, oids: Iterable[str]) -> Iterator[bytes]:
    """The content of many blobs in one go, 60,000 a second. Raises ConfigurationWrong where one is missing."""
    with tempfile.TemporaryFile() as wanted:  # a file, not a pipe: nobody has to write while we read
        wanted.write("".join(f"{oid}\n" for oid in oids).encode())
        wanted.seek(0)
        with _started(root, ("cat-file", "--batch", "--buffer"), wanted) as process:
            assert process.stdout is not None
            while head := process.stdout.readline():
                oid, _, rest = head.partition(b" ")
                kind, _, size = rest.partition(b" ")
                if kind != b"blob":
                    process.kill()
                    raise ConfigurationWrong(f"the repository has no {oid.decode()}", "git fsck")
                yield process.stdout.read(int(size) + 1)[:-1]


class Objects:
    """One `git cat-file --batch` for as many objects as are wanted: 1.5 ms to start, 20 µs an object."""

    def __init__(self, root: Path) -> None:
        self._process = _started(root, ("cat-file", "--batch"), subprocess.PIPE)

    def read(self, name: str) -> Found | None:
        """The object of that name (`oid`, `oid:path`); None where there is none. Raises ConfigurationWrong."""
        return next(self.read_all((name,)))

    def read_all(self, names: Iterable[str]) -> Iterator[Found | None]:
        """The objects of those names, in that order."""
        assert self._process.stdin is not None
        wanted = list(names)
        for at in range(0, len(wanted), _BATCH):
            batch = wanted[at : at + _BATCH]
            if any("\n" in name for name in batch):
                raise ConfigurationWrong("a name with a line break cannot be looked up in git")
            try:
                self._process.stdin.write("".join(f"{name}\n" for name in batch).encode(errors="surrogateescape"))
                self._process.stdin.flush()
            except BrokenPipeError:
                raise self._failed() from None
            for _ in batch:
                yield self._answer()

    def _answer(self) -> Found | None:
        assert self._process.stdout is not None
        head = self._process.stdout.readline()
        if not head.endswith(b"\n"):
            raise self._failed()
        oid, _, rest = head.decode(errors="surrogateescape").rstrip("\n").partition(" ")
        kind, _, size = rest.partition(" ")
        if not size.isdecimal() or not kind.isalpha():
            return None
        content = self._process.stdout.read(int(size) + 1)
        return Found(oid, kind, content[:-1])

    def _failed(self) -> ConfigurationWrong:
        assert self._process.stderr is not None
        _stop(self._process)
        return ConfigurationWrong("git cat-file ended before it answered", "git fsck")

    def __enter__(self) -> "Objects":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for pipe in (self._process.stdin, self._process.stdout, self._process.stderr):
            if pipe is not None and not pipe.closed:
                pipe.close()
        self._process.wait()
