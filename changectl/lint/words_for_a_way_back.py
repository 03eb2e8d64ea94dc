"""A way back that is a word: `revert`, where steps are wanted, or what cannot be undone."""

import re
from collections.abc import Iterable, Iterator

from changectl.contracts.lint import Finding, Known, LintRule, Severity, at
from changectl.engine.offline import back_steps, outlooks
from changectl.model.node import Node, Span
from changectl.model.plan import Plan
from changectl.planfile.words import quoted

_REVERT = (
    r"(?i)(?:(?:please|just|simply|manually|we|you|can|could|will|should|then|to|by hand)\s+){0,4}"
    r"(?:revert(?:ing)?|undo|roll(?:ing)?[ -]?back|back(?:ing)? out|restore|reapply|re-apply|redeploy|reverse"
    r"|(?:put|set|change|switch|turn) (?:it|this|them|that|everything|all)(?: all)? back)\b"
)
_NOT = r"(?i)\b(?:not|no|cannot|can't|won't|never|nothing|impossible|lost|gone|isn't|doesn't|without)\b"
_FEW = 6


def find(plan: Plan, root: Node, known: Known) -> Iterable[Finding]:
    """`cannot_undo`, `none`, what people are asked on the way back, and waits that call themselves so."""
    for text, place, few in _texts(plan, root, known):
        if text and re.match(_REVERT, text) and not re.search(_NOT, text) and (not few or len(text.split()) <= few):
            sentence = f"{quoted(text)} is a word for going back, and nothing here does it"
            yield Finding(sentence, place, "write back_out: snapshot, or the steps that do it")


def _texts(plan: Plan, root: Node, known: Known) -> Iterator[tuple[str, Span, int]]:
    """Each with its place, and at most how many words of it are too few; 0 for any."""
    back_out = plan.back_out
    yield back_out.cannot_undo, at(root, "back_out", "cannot_undo").span, 0
    yield back_out.none_because, at(root, "back_out", "none").span, 0
    told = outlooks(plan, known)
    for step in back_steps(plan):
        if deed := told[step.id].deed:
            yield deed, step.span, _FEW
    for step in back_out.steps:
        if told[step.id].is_waiting and not step.name.startswith("Back out"):  # as it is called where it has no name
            yield step.name, step.span, _FEW


RULE = LintRule(
    id="CHG518",
    key="words-for-a-way-back",
    title="A way back is steps, not a word",
    why='Everybody who ever wrote "revert" knew how, that day. `snapshot` puts back what was there; `undo` and `steps` do what '
    "that cannot; `cannot_undo` is for what stays, whatever one does.",
    bad="back_out:\n  auto: true\n  cannot_undo: Revert the change manually.",
    good="back_out:\n  auto: true\n  cannot_undo: Connections that were cut off.",
    severity=Severity.WARNING,
    find=find,
)
