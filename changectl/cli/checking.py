"""The plans that are checked: which, what there is to say about each, and what was mended in it."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import field
from pathlib import Path
from typing import TYPE_CHECKING

from changectl.cli.desk import FILE, configuration_in
from changectl.cli.linting import Lint, checked, ended_here, linter
from changectl.errors import ConfigurationWrong
from changectl.model.frozen import dataclass
from changectl.model.node import Complaint
from changectl.planfile.find import (
    find_plans,
    find_root,
    misplaced,
    misplaced_file,
    named_plan,
    read_content,
    unreadable,
)
from changectl.planfile.plan import in_order

if TYPE_CHECKING:
    from changectl.cli.mending import Repair


@dataclass(frozen=True, slots=True)
class Checking:
    """What is to be checked. `lost`: what is wrong with where a file lies. `unknown_rules`: bent, and not there."""

    cwd: Path
    home: Path
    paths: tuple[Path, ...]
    lost: Mapping[Path, tuple[Complaint, ...]] = field(hash=False)
    lint: Lint
    unknown_rules: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """A plan's file, its bytes, and all that there is to say about it."""

    path: Path
    content: bytes
    complaints: tuple[Complaint, ...]


def checking(wanted: Sequence[str]) -> Checking:
    """The plans of these ids and paths; without any, all. Raises ConfigurationWrong, NotFound, WrongUsage."""
    cwd = Path.cwd()
    root = find_root(cwd)
    if root is None and not wanted:
        raise ConfigurationWrong(f"there is no {FILE} here or in a folder above", "changectl init")
    configuration = configuration_in((root / FILE).read_bytes(), FILE) if root else None
    home = root or cwd
    every = find_plans(home)
    lost: dict[Path, tuple[Complaint, ...]] = {}
    if wanted:
        paths = tuple(dict.fromkeys(named_plan(home, plan, cwd, every) for plan in wanted))
        lost = {path: found for path in paths if (found := misplaced_file(home, path, every))}
    else:
        paths = tuple(sorted(path for of_id in every.values() for path in of_id))
        for path, complaint in misplaced(home, every):
            lost[path] = (*lost.get(path, ()), complaint)
    lint = linter(configuration, ended_here(home), tuple(every))
    unknown = tuple(rule for rule in (configuration.lint if configuration else ()) if rule not in lint.severities)
    return Checking(cwd, home, paths, lost, lint, unknown)


def findings(here: Checking) -> tuple[Finding, ...]:
    """Each plan with everything that there is to say about it. One that cannot be read hides no other."""
    return tuple(_finding(path, here) for path in here.paths)


def mended_here(here: Checking, *, write: bool) -> tuple[tuple[Path, "Repair"], ...]:
    """The plans in which something can be mended; written to their files, if they are to be."""
    from changectl.cli.mending import repair, standing_here, written

    standing = standing_here(here.home)
    found = ((path, repair(path, here.lint, standing)) for path in here.paths)
    return tuple((path, written(here.home, path, it) if write else it) for path, it in found if it is not None)


def shown(path: Path, cwd: Path) -> str:
    """A path as people type it here."""
    return str(path.relative_to(cwd)) if path.is_relative_to(cwd) else str(path)


def repository_top(here: Checking) -> Path:
    """The folder that code hosts count paths from; without a repository, here."""
    return next((folder for folder in (here.home, *here.home.parents) if (folder / ".git").exists()), here.cwd)


def _finding(path: Path, here: Checking) -> Finding:
    try:
        content = read_content(path)
    except OSError as why:
        return Finding(path, b"", (unreadable(why), *here.lost.get(path, ())))
    complaints = checked(content, path.stem, here.lint)[1]
    return Finding(path, content, in_order((*complaints, *here.lost.get(path, ()))))


def is_obeyed_here() -> bool:
    """Whether a runner of GitHub reads what we print, and does what some lines say."""
    return os.environ.get("GITHUB_ACTIONS") == "true"
