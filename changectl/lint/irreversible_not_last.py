"""A step that nothing can undo, with steps behind it that may fail."""

from collections.abc import Iterable

from changectl.contracts.lint import Finding, Known, LintRule, Severity, at
from changectl.engine.offline import forward
from changectl.model.node import Node
from changectl.model.plan import Plan
from changectl.planfile.words import quoted


def find(plan: Plan, root: Node, known: Known) -> Iterable[Finding]:
    """Each such step that is followed by one which changes something and comes back."""
    told = forward(plan, known)
    last = max((n for n, each in enumerate(told) if not (each.is_waiting or each.is_lost)), default=0)
    for number, outlook in enumerate(told[:last]):
        if outlook.is_lost:
            behind = quoted(told[last].step.name)
            sentence = f"{quoted(outlook.step.name)} cannot be undone, and {behind} may still fail behind it"
            help_ = "do it last, when everything else is done and has been tested"
            yield Finding(sentence, at(root, "steps", number, "name").span, help_)


_DELETE = """\
  - name: Delete the old group
    call: ec2.delete_security_group
    with: {GroupId: sg-0a1b2c3d4e5f6a7b8}
"""
_SET = """\
  - name: Raise the limit
    set: parameter/rentals/booking-limit
    change: {value: {from: "7", to: "14"}}
"""
_BACK = "back_out: {auto: true, cannot_undo: The group itself; one made anew has another id.}"

RULE = LintRule(
    id="CHG522",
    key="irreversible-not-last",
    title="What cannot be undone comes last",
    why="When a later step fails the change goes back, all but this. Done last, it is done only when nothing can fail any more.",
    bad=f"risk: medium\nsteps:\n{_DELETE}{_SET}{_BACK}",
    good=f"risk: medium\nsteps:\n{_SET}{_DELETE}{_BACK}",
    severity=Severity.WARNING,
    find=find,
)
