"""A growing file of checksummed lines on disk: room first, then written, synced, recovered after a crash."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from changectl.errors import CannotRecord
from changectl.model.resource import Body
from changectl.register.lines import line_of, read_lines

ROOM = 64 * 1024  # zeros put down at a time; an attempt of 20 calls takes about 20 kB


@dataclass(slots=True)
class Lines:
    """An open file of lines, of which so many are durable. After a failed write or sync it takes nothing more.

    What was just opened takes lines once it is recovered. Appending raises CannotRecord for every OSError.
    """

    path: Path
    descriptor: int
    end: int = 0
    room: int = 0
    broken: str = ""
    count: int = 0
    durable: int = 0

    def append(self, value: Body, *, durable: bool) -> int:
        """Write one line and answer its offset; durable when it returns, if `durable`, with all lines before it."""
        if self.broken:
            raise cannot_record(self.path, self.broken)
        line = line_of(value, self.durable)
        self._make_room(len(line))
        try:
            write_at(self.descriptor, line, self.end)
            if durable:
                flush(self.descriptor)
        except OSError as error:
            self.broken = error.strerror or str(error)
            with suppress(OSError):  # whoever reads it later must not find what was refused
                os.ftruncate(self.descriptor, self.end)
            raise cannot_record(self.path, self.broken) from error
        self.end += len(line)
        self.count += 1
        self.durable = self.count if durable else self.durable
        return self.end - len(line)

    def values(self) -> Iterator[tuple[int, Any]]:
        """Every line's value, read again."""
        yield from read_lines(os.pread(self.descriptor, self.end, 0), str(self.path)).values

    def close(self) -> None:
        """Give back the unused room where that can be, so that people can read the file with `cat`, and close it."""
        if not self.broken:
            with suppress(OSError):
                os.ftruncate(self.descriptor, self.end)
        os.close(self.descriptor)

    def _make_room(self, size: int) -> None:
        if self.end + size <= self.room:
            return
        wanted = max(ROOM, size)
        try:
            fill(self.descriptor, self.room, wanted)
        except OSError as error:  # nothing was recorded yet: once there is room again, this file can be used again
            raise cannot_record(self.path, error.strerror or str(error)) from error
        self.room += wanted


def create_lines(path: Path) -> Lines:
    """A new file with room in it, itself and its name durable. Raises FileExistsError, CannotRecord."""
    try:
        make_folders(path.parent)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    except FileExistsError:
        if path.exists():
            raise
        raise cannot_record(path, "a file stands where a folder must be") from None
    except OSError as error:
        raise cannot_record(path, error.strerror or str(error)) from error
    try:
        fill(descriptor, 0, ROOM)
        flush(descriptor)
        sync_folder(path.parent)
    except OSError as error:
        os.close(descriptor)
        path.unlink(missing_ok=True)
        raise cannot_record(path, error.strerror or str(error)) from error
    return Lines(path, descriptor, 0, ROOM)


def open_lines(path: Path) -> Lines:
    """The file as it is, neither read nor changed: `recover` makes it fit for going on.

    Raises FileNotFoundError, CannotRecord.
    """
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise cannot_record(path, error.strerror or str(error)) from error
    return Lines(path, descriptor)


def recover(lines: Lines) -> tuple[Any, ...]:
    """The values of an opened file, durable before anyone acts on them, its torn end cut; from here on it takes lines again.

    Raises CannotRecord, RegisterUnsound.
    """
    try:
        size = os.fstat(lines.descriptor).st_size
        whole = read_lines(os.pread(lines.descriptor, size, 0), str(lines.path))
        os.ftruncate(lines.descriptor, whole.end)
        flush(lines.descriptor)
    except OSError as error:
        raise cannot_record(lines.path, error.strerror or str(error)) from error
    lines.end = lines.room = whole.end
    lines.count = lines.durable = len(whole.values)
    return tuple(value for _, value in whole.values)


def flush(descriptor: int) -> None:
    """Make a file or folder durable. macOS answers fsync before its disk does; it has a stronger call."""
    stronger = getattr(fcntl, "F_FULLFSYNC", None)
    if stronger is None:
        os.fsync(descriptor)
    else:
        fcntl.fcntl(descriptor, stronger)


def write_at(descriptor: int, content: bytes, offset: int) -> None:
    """Write all of it, however many calls that takes."""
    view = memoryview(content)
    while view:
        written = os.pwrite(descriptor, view, offset)
        view, offset = view[written:], offset + written


def fill(descriptor: int, offset: int, size: int) -> None:
    """Put zeros down. Written rather than reserved: a sync of reserved blocks must also commit their conversion."""
    write_at(descriptor, bytes(size), offset)


def make_folders(path: Path) -> None:
    """The folder and those above it, readable by its owner only, each durable in the one above."""
    if path.is_dir():
        return
    make_folders(path.parent)
    path.mkdir(mode=0o700, exist_ok=True)
    sync_folder(path.parent)


def sync_folder(path: Path) -> None:
    """Make the names in a folder durable."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        flush(descriptor)
    finally:
        os.close(descriptor)


def cannot_record(path: Path, why: str) -> CannotRecord:
    """The error for a file that cannot be written."""
    return CannotRecord(
        f"{path} cannot be written: {why}",
        f"make room for it, or make it writable, then go on: df -h {path.parent}",
        path=str(path),
        why=why,
    )
