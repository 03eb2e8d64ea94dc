"""An emergency without an incident: `emergency: yes`, `emergency: urgent`."""

import re
from collections.abc import Iterable

from changectl.contracts.lint import Finding, Known, LintRule, Severity, at
from changectl.model.node import Node
from changectl.model.plan import Plan
from changectl.model.wording import says_nothing
from changectl.planfile.words import quoted

_LOUD = r"(?i)\b(?:emergency|critical|hotfix|incident|fire|high|true|important|immediately|severe|blocker)\b"


def find(plan: Plan, root: Node, known: Known) -> Iterable[Finding]:
    """`emergency`, where it names nothing that is on fire: neither a number nor a word of its own."""
    text = plan.emergency
    if text and not re.search(r"\d|://", text) and says_nothing(re.sub(_LOUD, " ", text)):
        sentence = f"{quoted(text)} does not say what the emergency is, and it goes without approval"
        yield Finding(sentence, at(root, "emergency").span, "name the incident, as in INC-4831")


RULE = LintRule(
    id="CHG536",
    key="emergency-unnamed",
    title="An emergency names its incident",
    why="An emergency goes without anybody's approval beforehand. Whoever reviews it afterwards has to find the fire that it "
    "was for.",
    bad='emergency: "yes"',
    good="emergency: INC-4831",
    severity=Severity.ERROR,
    find=find,
)
