"""Which files below a folder are not the same in two commits, read from git's own objects and never from the work tree.

What a head holds is somebody's text. Nothing of it is checked out; none of its links, submodules, attributes, filters
and hooks is followed; and its names are never given to git: contents are asked for by the id of the object.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from enum import Enum
from secrets import token_hex

from changectl.errors import ConfigurationWrong, NotFound
from changectl.model.frozen import dataclass
from changectl.register.git import NETWORK, Objects, ask, tell
from changectl.register.repository import Repository

_OID = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_PLAIN = ("100644", "100755", "100664")


class Sort(Enum):
    """What was done to a file."""

    ADDED = "added"
    MODIFIED = "modified"
    RENAMED = "renamed"
    DELETED = "deleted"


_SORTS = {"A": Sort.ADDED, "M": Sort.MODIFIED, "T": Sort.MODIFIED, "R": Sort.RENAMED, "D": Sort.DELETED}


@dataclass(frozen=True, slots=True)
class Changed:
    """A file that is not the same: its path, `was` where it had another, and its object in the head.

    `plain`: it is a file, and neither a link nor a submodule.
    """

    path: str
    sort: Sort
    oid: str
    size: int = 0
    plain: bool = True
    was: str = ""


@dataclass(frozen=True, slots=True)
class Range:
    """From where a branch left its base to where it is now; both are commits."""

    base: str
    head: str


def commit_of(repository: Repository, name: str) -> str:
    """The commit that a name means; brought from the remote where a shallow clone lacks it. Raises NotFound."""
    if not name or "\0" in name or "\n" in name:
        raise NotFound(f"{name[:80]!r} is no name of a commit", "git branch --all")
    found = _parsed(repository, name)
    if found is None and _OID.fullmatch(name) and _brought(repository, (name,)):
        found = _parsed(repository, name)
    if found is None:
        raise NotFound(f"there is no commit {name[:80]!r} here", "git fetch", ref=name)
    return found


def range_of(repository: Repository, base: str, head: str) -> Range:
    """The commits that `head` has and `base` has not. Raises NotFound, and ConfigurationWrong where nothing is common."""
    tip, onto = commit_of(repository, head), commit_of(repository, base)
    found = ask(repository.root, "merge-base", "--end-of-options", onto, tip)
    if (
        not found.good
        and (repository.shared / "shallow").is_file()
        and _brought(repository, (onto, tip), "--unshallow")
    ):
        found = ask(repository.root, "merge-base", "--end-of-options", onto, tip)
    if not found.good:
        raise ConfigurationWrong(
            f"{head[:80]!r} and {base[:80]!r} have no commit in common, so that nobody can tell what was changed",
            "git fetch --unshallow, or put the branch onto its base anew: git rebase",
            base=onto,
            head=tip,
        )
    return Range(found.out.decode().split()[0], tip)


def changed_files(repository: Repository, between: Range, folder: str) -> tuple[Changed, ...]:
    """Every file that is not the same, at and below a folder, by path."""
    flags = ("-r", "-z", "--raw", "--no-abbrev", "--find-renames", "--no-ext-diff", "--no-textconv", "--no-color")
    out = tell(
        repository.root,
        "diff-tree",
        *flags,
        "--ignore-submodules=none",
        "--end-of-options",
        between.base,
        between.head,
        "--",
        f":(literal){folder}",
    )
    found = sorted(_rows(out.decode(errors="surrogateescape")), key=lambda row: row.path)
    return tuple(_sized(repository, found))


def paths_below(repository: Repository, commit: str, folder: str) -> tuple[str, ...]:
    """The path of every plain file below a folder of a commit."""
    out = tell(repository.root, "ls-tree", "-r", "-z", "--end-of-options", commit, f"{folder}/")
    rows = (row.partition("\t") for row in out.decode(errors="surrogateescape").split("\0") if row)
    return tuple(path for head, _, path in rows if head.split()[0] in _PLAIN)


def contents(repository: Repository, files: Iterable[Changed]) -> Iterator[bytes]:
    """What the head has of each, in that order. Ask for plain files only, and not for endless ones."""
    with Objects(repository.root) as objects:
        for found in objects.read_all(file.oid for file in files):
            yield found.content if found else b""


def writers_of(repository: Repository, between: Range, folder: str) -> Mapping[str, tuple[str, ...]]:
    """Who wrote, committed or co-wrote each file below a folder in between, by path: as commits say, which proves nothing."""
    apart = token_hex(16)  # which stands in no name
    said = f"{apart}%an%n%cn%n%(trailers:key=Co-authored-by,valueonly){apart}"
    flags = ("-z", "--name-only", "--no-renames", "--no-show-signature", "--no-color", f"--format={said}")
    tips = ("--end-of-options", between.head, f"^{between.base}", "--", f":(literal){folder}")
    out = ask(repository.root, "log", *flags, *tips).out.decode(errors="surrogateescape")
    fields = out.split(apart)[1:]
    found: dict[str, dict[str, None]] = {}
    for people, paths in zip(fields[::2], fields[1::2], strict=True):
        names = [line.partition(" <")[0].strip() for line in people.splitlines()]
        for path in filter(None, (path.removeprefix("\n") for path in paths.split("\0"))):
            found.setdefault(path, {}).update(dict.fromkeys(filter(None, names)))
    return {path: tuple(names) for path, names in found.items()}


def _rows(out: str) -> Iterator[Changed]:
    """`:100644 100644 <oid> <oid> M` NUL path NUL, with two paths for what was renamed."""
    fields = iter(out.split("\0")[:-1])
    for head in fields:
        _, mode, _, oid, letter = head.removeprefix(":").split()
        sort = _SORTS[letter[0]]
        was = next(fields) if sort is Sort.RENAMED else ""
        yield Changed(next(fields), sort, oid, plain=sort is Sort.DELETED or mode in _PLAIN, was=was)


def _sized(repository: Repository, found: list[Changed]) -> Iterator[Changed]:
    """With sizes, so that nobody reads what is endless."""
    there = [file for file in found if file.plain and file.sort is not Sort.DELETED]
    feed = "".join(f"{file.oid}\n" for file in there).encode()
    lines = tell(repository.root, "cat-file", "--batch-check=%(objectsize)", feed=feed).decode().splitlines()
    sizes = {file.oid: int(line) for file, line in zip(there, lines, strict=True) if line.isdecimal()}
    for file in found:
        yield replace(file, size=sizes.get(file.oid, 0))


def _parsed(repository: Repository, name: str) -> str | None:
    answer = ask(repository.root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
    found = answer.out.decode(errors="replace").strip()
    return found if answer.good and _OID.fullmatch(found) else None  # `^main` is answered by its negation


def _brought(repository: Repository, commits: tuple[str, ...], *how: str) -> bool:
    """Whether those commits could be fetched; no ref is set, no submodule is looked at."""
    if repository.remote is None:
        return False
    flags = ("--quiet", "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules", "--refmap=", *how)
    once = ("-c", "fetch.writeCommitGraph=false", "fetch", *flags, "--", repository.remote, *commits)
    return ask(repository.root, *once, timeout=NETWORK).good
