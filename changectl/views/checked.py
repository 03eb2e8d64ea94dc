"""How a check ended, in a sentence and what to type next; and what `check --fix` has mended."""

from collections.abc import Iterable, Sequence
from typing import TypeAlias

from changectl.model.frozen import dataclass
from changectl.model.node import Complaint
from changectl.model.resource import Body
from changectl.views.annotations import Checked
from changectl.views.page import Line, Page, Piece, command, line, text

MOST_TO_EXPLAIN = 3


@dataclass(frozen=True, slots=True)
class Repaired:
    """What was mended in a file: each complaint with the text that stood there. `left`: why the file was not touched."""

    path: str
    edits: tuple[tuple[Complaint, str], ...]
    left: str = ""
    note: str = ""


Repairs: TypeAlias = Sequence[Repaired]


def check_page(files: Sequence[Checked], plan_id: str, offer: bool) -> Page:
    """The sentence that counts, and what to type next. `plan_id`: of the first; `offer`: to mend what can be."""
    found = [complaint for _, _, complaints in files for complaint in complaints]
    wrong = any(complaint.severity == "error" for complaint in found)
    fixable = sum(complaint.fix is not None for complaint in found) if offer else 0
    worst_first = sorted(found, key=lambda complaint: complaint.severity != "error")
    rules = [*dict.fromkeys(complaint.rule for complaint in worst_first)][:MOST_TO_EXPLAIN]
    todo: list[tuple[Piece, ...]] = []
    if fixable:
        todo.append((command("changectl check --fix"), Piece(f" mends {fixable} of these")))
    if found:
        todo.append((command(f"changectl explain {' '.join(rules)}"),))
    if len(files) == 1 and not wrong:
        todo.append((command(f"changectl preview {plan_id}"),))
    return (line(_sentence(files)), *(line("      " if n else "Next: ", *words) for n, words in enumerate(todo)))


def unknown_rules_page(rules: Sequence[str]) -> Page:
    """That the configuration bends rules which this changectl does not have: misspelt, or gone."""
    return (
        line(
            "changectl.toml bends ",
            text(", ".join(rules)),
            ", and there is no such rule: ",
            command("changectl explain"),
        ),
    )


def repairs_page(repairs: Repairs, written: bool) -> Page:
    """What was mended, file by file; or could be, where nothing was written."""
    return tuple(part for repaired in repairs for part in _one(repaired, written))


def repairs_json(repairs: Repairs) -> list[Body]:
    """The same for programs."""
    return [
        {
            "path": repaired.path,
            "left": repaired.left,
            "note": repaired.note,
            "edits": [
                {
                    "rule": complaint.rule,
                    "line": complaint.span.line,
                    "column": complaint.span.column,
                    "before": before,
                    "after": complaint.fix or "",
                }
                for complaint, before in repaired.edits
            ],
        }
        for repaired in repairs
    ]


def _one(repaired: Repaired, written: bool) -> Iterable[Line]:
    path = text(repaired.path)
    if repaired.left:
        yield line(path, ": left as it is: ", text(repaired.left))
        return
    yield line(path, f": {len(repaired.edits)} {'mended' if written else 'can be mended'}")
    for complaint, before in repaired.edits:
        place = f"{complaint.rule}, line {complaint.span.line}: "
        yield line(place, *_edit(before, complaint.fix or ""), indent=2)
    if repaired.note:
        yield line(text(repaired.note), indent=2)


def _edit(before: str, after: str) -> tuple[Piece | str, ...]:
    if not before.strip():
        return ("added ", text(after)) if after.strip() else ("spaces instead of tabs",)
    return ("removed what nobody sees",) if not after else (text(before), " is now ", text(after))


def _sentence(files: Sequence[Checked]) -> str:
    """`1 plan checked, none wrong.`; where there are warnings, how many of either."""
    many = f"{len(files)} plan{'s' * (len(files) != 1)} checked"
    errors = sum(c.severity == "error" for _, _, complaints in files for c in complaints)
    warnings = sum(c.severity == "warning" for _, _, complaints in files for c in complaints)
    if not warnings:
        wrong = sum(any(c.severity == "error" for c in complaints) for _, _, complaints in files)
        return f"{many}, {wrong or 'none'} wrong."
    counted = [f"{n} {word}{'s' * (n != 1)}" for n, word in ((errors, "error"), (warnings, "warning")) if n]
    among = f" in {sum(bool(complaints) for _, _, complaints in files)}" if len(files) > 1 else ""
    return f"{many}: {', '.join(counted)}{among}."
