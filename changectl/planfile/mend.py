"""Mending a plan: what may safely take the place of what is wrong does so, and every other byte stays.

An edit is kept only where reading again shows that it helped: its complaint is gone, nothing is wrong where it was made,
and there is no more to complain of than before.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from changectl.model.frozen import dataclass
from changectl.model.node import MOST_COMPLAINTS, Complaint, Span
from changectl.planfile.plan import Read

Reader = Callable[[bytes], Read]

ROUNDS = 20
"""What one edit lets us see may be mended in the next round: a misspelt section hides its misspelt members."""


@dataclass(frozen=True, slots=True)
class Edit:
    """A complaint that is mended, and the text that stood at its place before. Its place is that before the edit."""

    complaint: Complaint
    before: str


@dataclass(frozen=True, slots=True)
class Mended:
    """The content after all edits. `rounds`: those that were made together, each in the order of the file."""

    content: bytes
    rounds: tuple[tuple[Edit, ...], ...] = ()

    @property
    def edits(self) -> tuple[Edit, ...]:
        """All of them, in the order in which they were made."""
        return tuple(edit for made in self.rounds for edit in made)


def mended(content: bytes, read: Reader) -> Mended:
    """The content with every fix made that helps. Where nothing can be mended it is the same."""
    now, rounds = read(content), list[tuple[Edit, ...]]()
    for _ in range(ROUNDS):
        content, now, made = _round(content, now, read)
        if not made:
            break
        rounds.append(tuple(made))
    return Mended(content, tuple(rounds))


def _round(content: bytes, before: Read, read: Reader) -> tuple[bytes, Read, list[Edit]]:
    """All fixes at once, which nearly always helps; else those of them that help alone, from the end to the beginning."""
    fixes = [complaint for complaint in before.complaints if complaint.fix is not None]
    for tried in ([fixes], [[fix] for fix in reversed(fixes)]) if fixes else ():
        edits = list[Edit]()
        for some in tried:
            free = [fix for fix in some if not edits or _end(fix) <= _start(edits[0].complaint)]
            changed, made = _edited(content, free)
            after = read(changed) if made else before
            if made and _has_helped(before, after, made):
                content, before, edits = changed, after, [*made, *edits]
        if edits:
            return content, before, edits
    return content, before, []


def _edited(content: bytes, complaints: Sequence[Complaint]) -> tuple[bytes, list[Edit]]:
    """The content with those fixes made that do not overlap, the last first, so that no place moves before its turn."""
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return content, []
    lines, edits, end = _line_starts(text), list[Edit](), len(text) + 1
    for complaint in sorted(complaints, key=_start, reverse=True):
        found = _range(complaint.span, lines, len(text))
        if complaint.fix is None or found is None or found[1] > end or found[0] == end:
            continue
        fix = complaint.fix.replace("\n", "\r\n") if "\r\n" in text else complaint.fix
        edits.append(Edit(complaint, text[found[0] : found[1]]))
        text, end = text[: found[0]] + fix + text[found[1] :], found[0]
    return text.encode(), edits[::-1]


def _start(complaint: Complaint) -> tuple[int, int]:
    return complaint.span.line, complaint.span.column


def _end(complaint: Complaint) -> tuple[int, int]:
    return complaint.span.end_line, complaint.span.end_column


def _line_starts(text: str) -> Sequence[int]:
    starts = [0]
    for line in text.split("\n")[:-1]:
        starts.append(starts[-1] + len(line) + 1)
    return starts


def _range(span: Span, lines: Sequence[int], length: int) -> tuple[int, int] | None:
    """Where a span begins and ends; None where there is no such place, or nobody knows its end."""
    if not 1 <= span.line <= span.end_line <= len(lines):
        return None
    start, end = (
        lines[n - 1] + column - 1 for n, column in ((span.line, span.column), (span.end_line, span.end_column))
    )
    return (start, end) if start <= end <= length else None


def _has_helped(before: Read, after: Read, edits: Sequence[Edit]) -> bool:
    """Whether the mended complaints are gone, nothing new is wrong where the edits are, and there is no more of it.

    Of a text that could not be parsed nobody knows how much is wrong with it: that it now can be is better in any case.
    """
    if not _are_gone(before, after, edits) or _is_wrong_there(before, after, edits):
        return False
    if (before.root is None) != (after.root is None):
        return before.root is None
    return len(after.complaints) <= len(before.complaints)


def _are_gone(before: Read, after: Read, edits: Sequence[Edit]) -> bool:
    if len(before.complaints) < MOST_COMPLAINTS:
        was, now, mended_ones = (
            _counted(c) for c in (before.complaints, after.complaints, [e.complaint for e in edits])
        )
        return all(now[kind] <= was[kind] - many for kind, many in mended_ones.items())
    there = {(_kind(c), _start(c)) for c in after.complaints}  # the number says nothing where not all are counted
    return all((_kind(edit.complaint), _start(edit.complaint)) not in there for edit in edits)


def _is_wrong_there(before: Read, after: Read, edits: Sequence[Edit]) -> bool:
    """Whether there is a new complaint about what was written; where there are several edits, about its line."""
    was = _counted(before.complaints)
    spans = [complaint.span for complaint in after.complaints if not was[_kind(complaint)]]
    if len(edits) > 1:
        return not {span.line for span in spans}.isdisjoint(edit.complaint.span.line for edit in edits)
    at, fix = edits[0].complaint.span, edits[0].complaint.fix or ""
    return any(span.line == at.line and at.column <= span.column <= at.column + len(fix) for span in spans)


def _kind(complaint: Complaint) -> tuple[str, str]:
    return complaint.rule, complaint.message


def _counted(complaints: Iterable[Complaint]) -> Counter[tuple[str, str]]:
    return Counter(map(_kind, complaints))
