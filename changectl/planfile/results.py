"""`$result` values: the step that each names must come before the one that uses it."""

from collections.abc import Mapping

from changectl.model.frozen import dataclass
from changectl.model.node import Complaints, Node, Span
from changectl.model.plan import Plan
from changectl.planfile.words import in_place_of, near, quoted


def complain_of_results(root: Node, plan: Plan, complaints: Complaints) -> None:
    """A complaint for each `$result` of a step that does not exist, or whose answer is not known by then.

    A step knows those before it, its undo also the step itself; the back-out and the tests after know all.
    """
    order = {step.id: number for number, step in enumerate(plan.steps, 1)}
    known = dict.fromkeys((step.id for step in plan.all_steps()), len(order) + 1) | order
    limits: dict[tuple[int, int], int] = {}
    for number, step in enumerate(plan.steps):
        limits[_start(step.span)] = number
        limits.update({_start(undo.span): number + 1 for undo in step.undo})
    for check in (*plan.test.before, *plan.test.during):
        limits[_start(check.span)] = 0
    _Walk(known, limits, complaints).walk(root, len(order))


def _start(span: Span) -> tuple[int, int]:
    return span.line, span.column


@dataclass(frozen=True, slots=True)
class _Walk:
    known: Mapping[str, int]
    limits: Mapping[tuple[int, int], int]
    complaints: Complaints

    def walk(self, node: Node, limit: int) -> None:
        match node.value:
            case Mapping() as members:
                limit = self.limits.get(_start(node.span), limit)
                for name, child in members.items():
                    if name == "$result" and isinstance(child.value, str):
                        self._judge(child, child.value.partition(".")[0], limit)
                    self.walk(child, limit)
            case str() | int() | float() | bool() | None:
                return
            case items:
                for child in items:
                    self.walk(child, limit)

    def _judge(self, at: Node, step: str, limit: int) -> None:
        if step not in self.known:
            found, path = near(step, self.known, self.complaints), str(at.value)[len(step) :]
            fix = in_place_of(at, found.word + path) if found.sure else None
            self.complaints.add("CHG148", f"there is no step {quoted(step)}", at, found.says, fix=fix)
        elif self.known[step] > limit:
            sentence = f"the answer of step {quoted(step)} is not known yet when this is done"
            self.complaints.add("CHG148", sentence, at, "a step uses the results of steps before it")
