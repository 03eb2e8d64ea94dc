"""Ids of two plans that look the same: `a-b` and `a_b`, `tls10` and `tls1o`."""

from collections.abc import Iterable, Mapping
from functools import lru_cache

from changectl.contracts.lint import Finding, Known, LintRule, Severity
from changectl.model.node import Node, Span
from changectl.model.plan import Plan
from changectl.planfile.words import quoted

_ALIKE = str.maketrans({"_": "-", ".": "-", "o": "0", "l": "1"})


def find(plan: Plan, root: Node, known: Known) -> Iterable[Finding]:
    """The file, where another's id looks like its own. That both are the very same is refused elsewhere."""
    others = [other for other in _by_look(known.ids).get(_look(plan.id), ()) if other != plan.id]
    if others:
        sentence = f"the id {quoted(plan.id)} looks like {quoted(others[0])}"
        yield Finding(sentence, Span(1, 1), "rename one of the two files, so that nobody applies the wrong one")


@lru_cache(maxsize=2)
def _by_look(ids: tuple[str, ...]) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for each in dict.fromkeys(ids):
        found[_look(each)] = (*found.get(_look(each), ()), each)
    return found


def _look(plan_id: str) -> str:
    """The id as it is remembered: case and separators do not count, and some letters look like digits."""
    return "-".join(part for part in plan_id.casefold().translate(_ALIKE).split("-") if part)


RULE = LintRule(
    id="CHG531",
    key="ids-alike",
    title="Ids do not look alike",
    why="An id is typed at night, and read aloud on the phone. Files whose names differ only in case are one file on some disks.",
    bad="# two files: plans/2026-11-24-tls.yaml and plans/2026-11-24_tls.yaml",
    good="# two files: plans/2026-11-24-tls.yaml and plans/2026-11-24-tls-for-partners.yaml",
    severity=Severity.WARNING,
    find=find,
)
