"""Which process of this machine conducts an attempt: a lock on its journal that ends with the process, however that dies."""

import fcntl
import os
import socket
from contextlib import suppress
from pathlib import Path

from changectl.errors import InProgress
from changectl.register.disk import Lines, cannot_record

_HOLDER = "holder"


def take(lines: Lines, change: str, attempt: int) -> None:
    """Take the lock of an open journal, and say beside it who has it, where there is room for that.

    Raises InProgress, CannotRecord; it is closed then.
    """
    try:
        fcntl.flock(lines.descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lines.descriptor)
        who = _holder(lines.path.parent)
        raise InProgress(
            f"attempt {attempt} of {change} is being conducted by {who}",
            f"changectl status {change}",
            change=change,
            attempt=attempt,
            holder=who,
        ) from None
    except OSError as error:
        os.close(lines.descriptor)
        raise cannot_record(lines.path, error.strerror or str(error)) from error
    with suppress(OSError):  # a full disk keeps nobody from going back
        (lines.path.parent / _HOLDER).write_text(f"process {os.getpid()} on {socket.gethostname()}\n")


def process_at(path: Path) -> str | None:
    """The process that has a journal open for going on, as it names itself; None where none has. Raises FileNotFoundError."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return _holder(path.parent)
    else:
        return None
    finally:
        os.close(descriptor)


def _holder(folder: Path) -> str:
    holder = folder / _HOLDER
    return (holder.read_text().strip() if holder.exists() else "") or "another process"
