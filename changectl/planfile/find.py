"""Where the plans are: the nearest changectl.toml upward, and plans/**/*.yaml beside it."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from changectl.errors import NotFound, PlanWrong, WrongUsage
from changectl.model.node import Complaint, Complaints, Span
from changectl.planfile.words import meant, quoted
from changectl.planfile.yaml import SIZE

CONFIGURATION = "changectl.toml"
PLANS = "plans"
_SUFFIXES = (".yaml", ".yml")


def find_root(cwd: Path) -> Path | None:
    """The nearest folder upward that holds changectl.toml; None where there is none."""
    return next((folder for folder in (cwd, *cwd.parents) if (folder / CONFIGURATION).is_file()), None)


def find_plans(root: Path) -> Mapping[str, tuple[Path, ...]]:
    """Every plan file below `plans`, by id. More than one path for an id is a mistake: see `misplaced`."""
    found: dict[str, tuple[Path, ...]] = {}
    for path in sorted(_files(root / PLANS)):
        found[path.stem] = (*found.get(path.stem, ()), path)
    return found


def misplaced(root: Path, plans: Mapping[str, tuple[Path, ...]]) -> tuple[tuple[Path, Complaint], ...]:
    """A complaint for each file that shares its id with another, naming both, or that lies outside the repository."""
    found, home = [], root.resolve()
    for plan_id, paths in plans.items():
        for path, other in zip(paths, (*paths[1:], paths[0]), strict=True):
            if path != other:
                sentence = f"the id {quoted(plan_id)} is also that of {other.relative_to(root)}"
                found.append((path, Complaint("CHG150", sentence, Span(1, 1), "rename one of the two files")))
            if not path.resolve().is_relative_to(home):
                found.append((path, _escape(root, path)))
    return tuple(found)


def plan_path(root: Path, wanted: str, cwd: Path) -> Path:
    """The file of a plan that is named by its id or by its path.

    Raises NotFound, with the nearest id; WrongUsage for a file that is no plan of this repository; PlanWrong where
    two files have the id, or a link leads out of the repository.
    """
    plans = find_plans(root)
    path = named_plan(root, wanted, cwd, plans)
    wrong = misplaced_file(root, path, plans)
    if wrong:
        raise PlanWrong(wrong[0].message, wrong[0].help, complaints=tuple(wrong), path=path)
    return path


def named_plan(root: Path, wanted: str, cwd: Path, plans: Mapping[str, tuple[Path, ...]]) -> Path:
    """The same among the plans that were found, whether it is in its place or not. Raises NotFound, WrongUsage."""
    if _looks_like_path(wanted):
        path = _named_path(root, wanted, cwd)
    elif wanted in plans:
        path = plans[wanted][0]
    else:
        near = meant(wanted, plans, Complaints())
        raise NotFound(f"there is no plan {quoted(wanted)}", near or f"plans stand in {PLANS}/*.yaml", plan=wanted)
    return path


def misplaced_file(root: Path, path: Path, plans: Mapping[str, tuple[Path, ...]]) -> tuple[Complaint, ...]:
    """What `misplaced` says of one file among the others."""
    of_its_id = misplaced(root, {path.stem: _with(path, plans)})
    return tuple(complaint for place, complaint in of_its_id if place == path)


def _with(path: Path, plans: Mapping[str, tuple[Path, ...]]) -> tuple[Path, ...]:
    """The files of that id, and the path itself if a linked folder hid it from the search."""
    return tuple(dict.fromkeys((*plans.get(path.stem, ()), path)))


def read_content(path: Path) -> bytes:
    """The file's bytes; of a file that is too large, one byte more than a plan may have."""
    with path.open("rb") as file:
        return file.read(SIZE + 1)


def unreadable(error: OSError) -> Complaint:
    """That a file which is there cannot be read."""
    return Complaint("CHG152", f"the file cannot be read: {error.strerror or type(error).__name__}", Span(1, 1))


def _files(folder: Path) -> Iterator[Path]:
    for here, _, names in os.walk(folder):
        yield from (Path(here, name) for name in names if name.endswith(_SUFFIXES) and Path(here, name).is_file())


def _looks_like_path(wanted: str) -> bool:
    return "/" in wanted or wanted.endswith(_SUFFIXES)


def _named_path(root: Path, wanted: str, cwd: Path) -> Path:
    path = Path(os.path.normpath(cwd / wanted))
    if "\0" in wanted or not path.is_file():
        raise NotFound(f"there is no file {quoted(wanted)}", f"plans stand in {PLANS}/*.yaml", path=wanted)
    if not path.is_relative_to(root):  # the same file by another name: macOS's /tmp is /private/tmp
        path = root / os.path.relpath(path.resolve(), root.resolve())
    inside = Path(os.path.relpath(path, root)).parts
    if inside[0] != PLANS or path.suffix not in _SUFFIXES:
        raise WrongUsage(f"{quoted(wanted)} is no plan of this repository", f"move it to {PLANS}/", path=wanted)
    return path


def _escape(root: Path, path: Path) -> Complaint:
    sentence = f"{path.relative_to(root)} is a link that leads out of the repository"
    return Complaint("CHG151", sentence, Span(1, 1), "put the plan itself there")
