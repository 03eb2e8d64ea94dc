"""Files of a set-up: written where nothing stands in their place, else left, with what is lacking in them told."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from changectl.errors import ConfigurationWrong
from changectl.model.frozen import dataclass

READ = 256 * 1024
"""Bytes of a file that is there already which are looked at."""


@dataclass(frozen=True, slots=True)
class File:
    """A file to write, by its path below a root. `instead`: where else the forge would look for it, first or after.

    `needs`: what must stand in a file that is there already.
    """

    path: str
    content: str
    instead: tuple[str, ...] = ()
    needs: tuple["Need", ...] = ()


@dataclass(frozen=True, slots=True)
class Need:
    """A line to add to a file in which no line, but for comments, has the word."""

    word: str
    line: str


@dataclass(frozen=True, slots=True)
class Laid:
    """What was written, what was left as it is, and which lines are lacking in what was left, by path."""

    wrote: tuple[str, ...]
    kept: tuple[str, ...]
    lacking: tuple[tuple[str, tuple[str, ...]], ...]


def lay(root: Path, files: Iterable[File]) -> Laid:
    """Write them. Nothing is overwritten, and nothing is written out of the root. Raises ConfigurationWrong."""
    wrote, kept, lacking = [], [], []
    for file in files:
        if there := _there(root, (file.path, *file.instead)):
            kept.append(there)
            if missing := missing_lines(_read(root / there), file.needs):
                lacking.append((there, missing))
        else:
            write_new(root, file.path, file.content)
            wrote.append(file.path)
    return Laid(tuple(wrote), tuple(kept), tuple(lacking))


def missing_lines(text: str, needs: Sequence[Need]) -> tuple[str, ...]:
    """The lines to add. How the lines of the text end, and whether a word is quoted, makes no difference."""
    lines = (line.split() for line in text.splitlines() if not line.lstrip().startswith("#"))
    words = {word.strip("'\"") for line in lines for word in line}
    return tuple(need.line for need in needs if need.word not in words)


def write_new(root: Path, path: str, content: str) -> None:
    """A new file. Raises ConfigurationWrong where it cannot be made, or a link leads out of the root."""
    place = root / path
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        if not place.parent.resolve().is_relative_to(root.resolve()):
            raise ConfigurationWrong(f"{place.parent} leads out of {root}", f"remove the link, or write {path} by hand")
        with place.open("x", encoding="utf-8", newline="\n") as file:
            file.write(content)
    except OSError as why:
        raise ConfigurationWrong(f"{place} cannot be written: {why.strerror}", f"ls -ld {place.parent}") from why


def _there(root: Path, paths: Sequence[str]) -> str | None:
    """The first of these that exists; upper and lower case are the same to forges, and to some disks."""
    for path in paths:
        place = root / path
        names = sorted(each.name for each in place.parent.iterdir()) if place.parent.is_dir() else []
        found = next((name for name in names if name.casefold() == place.name.casefold()), None)
        if found is not None:
            return str(Path(path).with_name(found))
    return None


def _read(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file.read(READ).decode(errors="replace")
    except OSError:  # a folder of templates, or what nobody may read
        return ""
