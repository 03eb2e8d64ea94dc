"""Words for nobody in particular, or somebody who is told nothing."""

from collections.abc import Iterable

from changectl.contracts.lint import Finding, Known, LintRule, Severity, at
from changectl.model.node import Node
from changectl.model.plan import Plan


def find(plan: Plan, root: Node, known: Known) -> Iterable[Finding]:
    """The section, where it has members and either side is missing. A sentence alone goes to the team's channels."""
    node, comms = at(root, "comms"), plan.comms
    if comms.none_because or isinstance(node.value, str):
        return
    place = node.keys.get("before") or node.keys.get("after") or node.span
    if not comms.channel and not comms.audience:
        yield Finding(
            "nobody is named who shall be told", place, "add channel: or audience:, or write one sentence alone"
        )
    elif not comms.before and not comms.after:
        place = node.keys.get("channel") or node.keys.get("audience") or node.span
        yield Finding("somebody is named, and told nothing", place, "add before: with what they will notice, and when")


RULE = LintRule(
    id="CHG507",
    key="comms-without-audience",
    title="Whoever will notice is named, and told",
    why="Who notices the change, and where do they look? Words that are written for nobody in particular are read by nobody.",
    bad="comms: {before: Checkouts may pause for a second.}",
    good='comms: {channel: "#unicorn-ops", before: Checkouts may pause for a second.}',
    severity=Severity.WARNING,
    find=find,
)
