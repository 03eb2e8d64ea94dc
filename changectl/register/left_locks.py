"""Lock files that a git left when it was killed, on those refs that only remember what a remote has.

git holds such a file for milliseconds, and nothing in it tells whose it is; it would refuse every fetch from then on.
"""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from changectl.register.repository import Repository

PATIENCE, STEP = 5.0, 0.1  # seconds
_FOLDERS = ("refs/changectl/remotes/{}", "refs/changectl/seen", "refs/remotes/{}/changectl", "refs/remotes/{}/change")


def clear(repository: Repository, name: str, pause: Callable[[float], None]) -> None:
    """Wait for whoever holds one; remove one that stands just as it is for PATIENCE. `name`: the remote's."""
    standing = _standing(repository, name)
    for _ in range(round(PATIENCE / STEP)):
        if not standing:
            return
        pause(STEP)
        standing &= _standing(repository, name)
    for path, _, _ in standing:
        with suppress(OSError):  # then the fetch that follows is refused, in git's words
            path.unlink(missing_ok=True)


def _standing(repository: Repository, name: str) -> set[tuple[Path, int, int]]:
    found = set[tuple[Path, int, int]]()
    for folder in _FOLDERS:
        for path in (repository.shared / folder.format(name)).rglob("*.lock"):
            try:
                stat = path.lstat()
            except FileNotFoundError:
                continue
            found.add((path, stat.st_ino, stat.st_mtime_ns))
    return found
