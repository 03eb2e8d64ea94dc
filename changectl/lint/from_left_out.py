"""A setting that becomes something, whatever it is now."""

from collections.abc import Iterable, Iterator, Mapping

from changectl.contracts.lint import Finding, Known, LintRule, Severity, at
from changectl.model.node import Node
from changectl.model.plan import Plan


def find(plan: Plan, root: Node, known: Known) -> Iterable[Finding]:
    """Each new value of a `set` step that does not say what it takes the place of."""
    for number, step in enumerate(plan.steps):
        change = at(root, "steps", number, "change") if step.action == "set" else root
        if isinstance(change.value, Mapping) and change is not root:
            for name, node in change.value.items():
                yield from (_finding(name, place) for place in _bare(node))


def _finding(name: str, place: Node) -> Finding:
    return Finding(f"{name} is set whatever it is now", place.span, "write {from: what it is, to: what it shall be}")


def _bare(node: Node) -> Iterator[Node]:
    """The values under one setting without a `from`; items that are added and removed need none, a secret has none."""
    match node.value:
        case Mapping() as members if "from" in members or {"add", "remove"} & set(members):
            return
        case Mapping() as members if any(name.startswith("$") for name in members):
            return
        case Mapping() as members if "to" in members:
            if members["to"].value is None or not any(name.startswith("$") for name in members["to"].keys):
                yield members["to"]
        case Mapping() as members:
            for child in members.values():
                yield from _bare(child)
        case _:
            yield node


_SET = "steps:\n  - name: Raise the limit\n    set: parameter/rentals/booking-limit\n    change: "

RULE = LintRule(
    id="CHG535",
    key="from-left-out",
    title="A new value says what it replaces",
    why="With `from` the change is refused where somebody was faster, and the review shows what is given up. Off where nobody "
    "switches it on: the preview shows the live value too.",
    bad=f'{_SET}{{value: "14"}}',
    good=f'{_SET}{{value: {{from: "7", to: "14"}}}}',
    severity=Severity.OFF,
    find=find,
)
