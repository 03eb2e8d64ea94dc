"""A mark that says the plan is not finished: TODO, FIXME, TBD."""

import re
from collections.abc import Iterable

from changectl.contracts.lint import Finding, Known, LintRule, Severity, texts
from changectl.model.node import Node
from changectl.model.plan import Plan
from changectl.model.wording import says_nothing
from changectl.planfile.words import quoted

_WORDS = ("TODO", "FIXME", "TBD", "TBA", "XXX", "CHANGEME", "CHANGE_ME", "REPLACE_ME", "REPLACEME")
_ANY = "|".join(_WORDS)
_MARK = re.compile(rf"(?:^|[.;:(\n]\s?)(?:{_ANY})\b|\b(?:TODO|FIXME)\s?[:(]")
_WHOLE = re.compile(rf"(?:{_ANY})[.:!]?|\?{{3,9}}")
_PROSE = frozenset(("title", "alternatives", "lead", "ticket", "runbook", "emergency", "before", "after", "audience"))
_PROSE_TOO = frozenset(("comms", "channel", "none", "cannot_undo", "name", "ask"))


def find(plan: Plan, root: Node, known: Known) -> Iterable[Finding]:
    """Texts with such a mark; where a machine reads the text, only a mark alone. An empty rationale has its own rule."""
    for name, node in texts(root):
        text = str(node.value)
        if not any(word in text for word in (*_WORDS, "???")):
            continue
        is_prose = name in _PROSE or name in _PROSE_TOO or (name == "rationale" and not says_nothing(text))
        found = _WHOLE.fullmatch(text.strip()) if name != "rationale" else None
        if is_prose and not found:
            found = _MARK.search(text)
        if found:
            sentence = f"{quoted(found[0].strip(' .;:(' + chr(10)))} is left to do in {name or 'a list'}"
            yield Finding(sentence, node.span, "finish it before somebody approves it")


RULE = LintRule(
    id="CHG504",
    key="left-to-do",
    title="Nothing is left to do in a plan",
    why="What is approved is these very bytes. What was to be filled in later would have to be approved again.",
    bad="runbook: TODO ask Ben how to raise it again",
    good="runbook: Raise it by the same step; look at rentals-5xx for an hour.",
    severity=Severity.ERROR,
    find=find,
)
