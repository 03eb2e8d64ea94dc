"""Finding a change's folder among those of all days, at one commit of the register."""

from collections.abc import Iterator

from changectl.model.frozen import dataclass
from changectl.register.git import Objects


@dataclass(frozen=True, slots=True)
class Folder:
    """A change's folder: its path, and its files' names and object ids."""

    path: str
    files: dict[str, str]


def days(objects: Objects, tip: str) -> Iterator[tuple[str, str]]:
    """Path and tree of every day that has a change, newest first. Reads one tree a year and one a month."""
    level = [("changes", f"{tip}:changes")]
    for _ in range(3):
        found = list(objects.read_all(name for _, name in level))
        level = [
            (f"{path}/{name}", oid)
            for (path, _), tree in zip(level, found, strict=True)
            if tree is not None and tree.kind == "tree"
            for name, oid in sorted(tree.tree(), reverse=True)
        ]
    yield from level


def find(objects: Objects, tip: str | None, change: str) -> Folder | None:
    """The folder of a change; None where the register does not know it. One look-up a day of the era, 15 µs each."""
    if tip is None:
        return None
    every = list(days(objects, tip))
    trees = objects.read_all(f"{oid}:{change}" for _, oid in every)
    found = [(path, tree) for (path, _), tree in zip(every, trees, strict=True) if tree is not None]
    return Folder(f"{found[0][0]}/{change}", dict(found[0][1].tree())) if found else None


def newest(objects: Objects, tip: str) -> Iterator[str]:
    """Every change id, the newest day first."""
    for _, oid in days(objects, tip):
        tree = objects.read(oid)
        assert tree is not None
        yield from sorted((name for name, _ in tree.tree()), reverse=True)
