"""`none` with a reason that is none: `test: {none: not needed}`."""

from collections.abc import Iterable

from changectl.contracts.lint import Finding, Known, LintRule, Severity, at
from changectl.model.node import Node
from changectl.model.plan import Plan
from changectl.model.wording import says_nothing
from changectl.planfile.words import quoted


def find(plan: Plan, root: Node, known: Known) -> Iterable[Finding]:
    """The reasons that say nothing."""
    because_of = {
        "test": plan.test.none_because,
        "back_out": plan.back_out.none_because,
        "comms": plan.comms.none_because,
    }
    for name, because in because_of.items():
        if because and says_nothing(because):
            sentence = f"{quoted(because)} does not say why there is no {_WHAT[name]}"
            yield Finding(sentence, at(root, name, "none").span, _HELP[name])


_WHAT = {"test": "test", "back_out": "way back", "comms": "word to anybody"}
_HELP = {
    "test": "say why nothing can be tested, or who looks and where",
    "back_out": "say what makes going back impossible or pointless",
    "comms": "say why nobody can notice",
}

RULE = LintRule(
    id="CHG505",
    key="empty-reason",
    title="The reason for none is a reason",
    why="A change without a test, a way back or a word to anybody is a decision. Whoever approves it, and whoever looks back "
    "in a month, can judge it only by its reason.",
    bad="comms: {none: not needed}",
    good="comms: {none: the host serves nobody yet}",
    severity=Severity.ERROR,
    find=find,
)
