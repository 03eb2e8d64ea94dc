"""A mark that says the plan is not finished: TODO, FIXME, TBD."""

import re
from collections.abc import Iterable

from changectl.contracts.lint import Finding, Known, LintRule, Severity, texts
from changectl.model.node import Node
from changectl.model.plan import Plan
from changectl.model.wording import says_nothing, words
from changectl.planfile.words import quoted

_WORDS = ("TODO", "FIXME", "TBD", "TBA", "XXX", "CHANGEME", "CHANGE_ME", "REPLACE_ME", "REPLACEME")
_ANY = "|".join(_WORDS)
_MARK = rf"(?:^|[.;:(\n]\s?)(?:{_ANY})\b|\b(?:TODO|FIXME)\s?[:(]"
_WHOLE = rf"(?:{_ANY})[.:!]?|\?{{3,9}}"
_PROSE = words("title alternatives ticket runbook emergency before after audience comms channel name cannot_undo ask")
_OTHERS = words("rationale lead none")


def find(plan: Plan, root: Node, known: Known) -> Iterable[Finding]:
    """Texts with such a mark; where a machine reads the text, only a mark alone. Empty reasons and leads have other rules."""
    listed = [(name, node, str(node.value)) for name, node in texts(root)]
    if not _may_have_one("\n".join([text for _, _, text in listed])):
        return
    for name, node, text in listed:
        if not _may_have_one(text):
            continue
        found = None if name in _OTHERS else re.fullmatch(_WHOLE, text.strip())
        if not found and (name in _PROSE or (name == "rationale" and not says_nothing(text))):
            found = re.search(_MARK, text)
        if found:
            mark = found[0].strip(" .;:(\n")
            yield Finding(
                f"{quoted(mark)} is left in {quoted(name)}", node.span, "finish it before somebody approves it"
            )


def _may_have_one(text: str) -> bool:
    return any(word in text for word in (*_WORDS, "???"))


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
