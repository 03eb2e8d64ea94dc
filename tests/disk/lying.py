"""A disk that lies: it answers at once, and keeps what was not synced only where it pleases, as POSIX lets it.

Every call that `disk` makes is done, so that the process sees a system that works, and is noted. From the notes follows all
that can be left of the journal where the power is cut: of the sectors that were not synced any version each, a length that was
or was not changed, and no file at all until its folder, and each above it, was synced.
"""

import os
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

SECTOR = 512


@dataclass(frozen=True)
class Wrote:
    """Bytes were put into the file."""

    offset: int
    content: bytes


@dataclass(frozen=True)
class Cut:
    """The file was made this long."""

    size: int


@dataclass(frozen=True)
class Synced:
    """A file or a folder was synced."""

    path: Path


@dataclass(frozen=True)
class Made:
    """A name came into a folder."""

    path: Path


@dataclass(frozen=True)
class Became:
    """The power was cut, and this is what was left of the file."""

    content: bytes


Note = Wrote | Cut | Synced | Made | Became


@dataclass
class Lying:
    """The operating system as `disk` sees it. `journal`: the one file that matters."""

    journal: Path
    notes: list[Note] = field(default_factory=list)
    paths: dict[int, Path] = field(default_factory=dict)

    def __getattr__(self, name: str) -> Any:
        return getattr(os, name)

    def open(self, path: Path, flags: int, *mode: int) -> int:
        """Opened; made where it is new."""
        descriptor = os.open(path, flags, *mode)
        self.paths[descriptor] = Path(path)
        if flags & os.O_CREAT:
            self.notes.append(Made(Path(path)))
        return descriptor

    def pwrite(self, descriptor: int, content: bytes, offset: int) -> int:
        """Written, to memory."""
        self.notes.append(Wrote(offset, bytes(content)))
        return os.pwrite(descriptor, content, offset)

    def ftruncate(self, descriptor: int, size: int) -> None:
        """Cut, in memory."""
        self.notes.append(Cut(size))
        os.ftruncate(descriptor, size)

    def fsync(self, descriptor: int) -> None:
        """The only call after which anything is on the disk."""
        self.notes.append(Synced(self.paths[descriptor]))

    def mkdir(self, path: Path, mode: int = 0o777, exist_ok: bool = False) -> None:
        """Made, in memory."""
        self.notes.append(Made(path))
        os.mkdir(path, mode)  # noqa: PTH102 - Path.mkdir is what this stands in for


def left(notes: Sequence[Note], journal: Path, chance: random.Random, more: int) -> Iterator[bytes | None]:
    """What a power cut after these notes can leave of the journal; None: no such file. Some of it `more` than once."""
    if not _named(notes, journal):
        yield None
    if not any(isinstance(note, Made) and note.path == journal for note in notes):
        return
    settled = (n for n, note in enumerate(notes) if note == Synced(journal) or isinstance(note, Became))
    synced = max(settled, default=-1)
    base = _done(b"", [note for note in notes[: synced + 1] if isinstance(note, Wrote | Cut | Became)])
    rest = [note for note in notes[synced + 1 :] if isinstance(note, Wrote | Cut)]
    seen = set()
    for content in _subsets(base, rest, chance, more):
        if content not in seen:
            seen.add(content)
            yield content


def _named(notes: Sequence[Note], journal: Path) -> bool:
    """Whether the name of the journal, and of each folder that was made for it, is on the disk."""
    made = {note.path: n for n, note in enumerate(notes) if isinstance(note, Made)}
    return journal in made and all(
        any(note == Synced(path.parent) for note in notes[n:])
        for path, n in made.items()
        if path == journal or path in journal.parents
    )


def _done(base: bytes, notes: Sequence[Wrote | Cut | Became]) -> bytes:
    content = bytearray(base)
    for note in notes:
        match note:
            case Wrote(offset, written):
                content.extend(bytes(max(offset - len(content), 0)))
                content[offset : offset + len(written)] = written
            case Cut(size):
                content = bytearray(content[:size].ljust(size, b"\0"))
            case Became(found):
                content = bytearray(found)
    return bytes(content)


def _subsets(base: bytes, notes: Sequence[Wrote | Cut], chance: random.Random, more: int) -> Iterator[bytes]:
    pieces = [piece for note in notes for piece in _pieces(note)]
    versions: dict[int, list[int]] = {}
    for n, piece in enumerate(pieces):
        versions.setdefault(piece.offset // SECTOR if isinstance(piece, Wrote) else -1, []).append(n)
    full = {sector: len(found) for sector, found in versions.items()}
    yield _kept(base, pieces, versions, full)
    yield _kept(base, pieces, versions, dict.fromkeys(versions, 0))
    for sector in versions:
        yield _kept(base, pieces, versions, {**dict.fromkeys(versions, 0), sector: full[sector]})
        for version in range(full[sector]):
            yield _kept(base, pieces, versions, {**full, sector: version})
    for _ in range(more if len(versions) > 1 else 0):
        yield _kept(base, pieces, versions, {sector: chance.randint(0, full[sector]) for sector in versions})


def _pieces(note: Wrote | Cut) -> Iterator[Wrote | Cut]:
    """A write, sector by sector."""
    if isinstance(note, Cut):
        yield note
        return
    at, end = note.offset, note.offset + len(note.content)
    while at < end:
        stop = min((at // SECTOR + 1) * SECTOR, end)
        yield Wrote(at, note.content[at - note.offset : stop - note.offset])
        at = stop


def _kept(base: bytes, pieces: Sequence[Wrote | Cut], versions: dict[int, list[int]], applied: dict[int, int]) -> bytes:
    """Of each sector so many of its versions, in order."""
    chosen = sorted(n for sector, found in versions.items() for n in found[: applied[sector]])
    return _done(base, [pieces[n] for n in chosen])
