"""A secret that stands in the plan in clear."""

from collections.abc import Iterable

from changectl.contracts.lint import Finding, Known, LintRule, Severity, texts
from changectl.model.node import Node
from changectl.model.plan import Plan
from changectl.model.secret_shapes import aws_secret_keys, has_marks, is_secret_member, secret_in
from changectl.planfile.words import quoted


def find(plan: Plan, root: Node, known: Known) -> Iterable[Finding]:
    """Every text that looks like a secret. What it says is never repeated."""
    listed = [(name, node, str(node.value)) for name, node in texts(root)]
    if not has_marks("\n".join([word for name, _, text in listed for word in (name, text)])):
        return
    keys = frozenset(aws_secret_keys((name, text) for name, _, text in listed))
    for name, node, text in listed:
        if text in keys:
            yield _found("an AWS secret access key", node)
        elif what := secret_in(text):
            yield _found(what, node)
        elif is_secret_member(name, text):
            yield _found(f"the value of {quoted(name)}", node)


def _found(what: str, node: Node) -> Finding:
    return Finding(
        f"{what} seems to stand here in clear", node.span, "write {$secret: NAME}, and replace the secret: git keeps it"
    )


RULE = LintRule(
    id="CHG509",
    key="secret-in-clear",
    title="No secret stands in a plan",
    why="A plan is in git for ever, and what it says is shown to everybody who reviews it. Tokens are known by the prefix that "
    "their maker gives them, passwords by the word before them. Long random text alone is no finding.",
    bad="runbook: Log in with password=hunter2.",
    good="runbook: Log in with the password under rentals/db.",
    severity=Severity.ERROR,
    find=find,
)
