"""Mending plans where they lie: which may be touched, what is written, and what that means for their changes."""

from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, assert_never

from changectl.cli.linting import Lint, read, whole
from changectl.errors import ChangectlError
from changectl.model.change import Change, Outcome, State
from changectl.model.frozen import dataclass
from changectl.planfile.find import read_content
from changectl.planfile.mend import Edit, mended
from changectl.planfile.rewrite import rewrite

if TYPE_CHECKING:
    from changectl.cli.memory import Memory


@dataclass(frozen=True, slots=True)
class Repair:
    """What became of one plan: its bytes before and after, what was mended, and a word about it.

    Where `left` says why, nothing was written; `note` says what the new bytes mean for the change.
    """

    before: bytes
    after: bytes
    edits: tuple[Edit, ...] = ()
    left: str = ""
    note: str = ""


def repair(path: Path, lint: Lint, standing: Callable[[str], Change | None]) -> Repair | None:
    """What can be mended in a plan, and may be; nothing is written. None where that is nothing."""
    try:
        before = read_content(path)
    except OSError:
        return None  # `check` complains of it
    first = mended(before, lambda content: read(content, path.stem))
    then = mended(first.content, lambda content: whole(content, path.stem, lint))
    if then.content == before:
        return None
    edits = (*first.edits, *then.edits)
    left, note = _meaning(path.stem, standing(path.stem))
    return Repair(before, then.content, edits, left, note)


def written(root: Path, path: Path, found: Repair) -> Repair:
    """The repair, written to its file; where it may not or cannot be, as one that was left."""
    if found.left:
        return found
    try:
        rewrite(root, path, found.before, found.after)
    except OSError as why:
        return Repair(found.before, found.after, found.edits, left=f"it cannot be written: {why.strerror or why}")
    return found


def standing_here(root: Path) -> Callable[[str], Change | None]:
    """Where a change stands, as far as the register and the journals around a folder know; None where they do not."""

    @cache
    def found() -> "Memory":
        from changectl.cli.memory import memory

        return memory(root)

    def standing(change: str) -> Change | None:
        try:
            return found().known(change)
        except (ChangectlError, OSError, RuntimeError):  # RuntimeError: nobody's home
            return None

    return standing


def _meaning(plan_id: str, change: Change | None) -> tuple[str, str]:
    """Why the plan stays as it is, if it does; else what other bytes mean for its change, if anything."""
    match change.state if change else None:
        case State.CLOSED if change and change.outcome in (Outcome.APPLIED, Outcome.ACCEPTED):
            return "its change is done, and the plan says what was done", ""
        case State.PROPOSED:
            return "", f"it was proposed as it was; propose it again: changectl propose {plan_id}"
        case State.APPROVED:
            return "", f"this voids its approval; propose it again: changectl propose {plan_id}"
        case None | State.CLOSED:
            return "", ""
        case (State.BEGUN | State.APPLYING | State.VERIFYING | State.ROLLING_BACK | State.NEEDS_OPERATOR) as state:
            return f"its change is under way ({state.value}), by these very bytes", ""
        case never:
            assert_never(never)


def difference(shown: str, found: Repair) -> Sequence[str]:
    """The lines that differ, as `diff -u` shows them; they are text from a plan still."""
    import difflib

    before, after = (content.decode(errors="replace").splitlines() for content in (found.before, found.after))
    return [*difflib.unified_diff(before, after, shown, shown, lineterm="")]
