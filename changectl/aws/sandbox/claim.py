"""Who may start a sandbox, and whether one is alive: two locks that the kernel drops by itself when their holder dies.

A process id on its own proves nothing, since the number is given to somebody else sooner or later. The server holds
`alive.lock` for as long as it lives, however it ends, so a held lock is a live server and a free one a stale record.
"""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO


@contextmanager
def turn(state: Path) -> Iterator[None]:
    """Wait until nobody else is starting, stopping or asking about the sandbox of `state`."""
    with (state / "turn.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def claimed(state: Path) -> IO[str] | None:
    """The life of the sandbox, to hand to its server; None if a server has it. Only to be asked within a turn."""
    lock = (state / "alive.lock").open("a")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        return None
    return lock


def is_alive(state: Path) -> bool:
    """Whether a server holds the sandbox of `state`. Only to be asked within a turn."""
    lock = claimed(state)
    if lock is None:
        return True
    lock.close()
    return False
