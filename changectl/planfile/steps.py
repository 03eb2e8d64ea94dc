"""Steps: what every one may have, around what its action reads; their ids; their way back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from changectl.model.node import Complaints, Node
from changectl.model.plan import Step
from changectl.planfile.checks import check_reader
from changectl.planfile.durations import some_time
from changectl.planfile.forms import Forms, Picked, picked
from changectl.planfile.ids import slug, step_id
from changectl.planfile.patterns import region
from changectl.planfile.schema import line, member, sequence, written
from changectl.planfile.words import quoted

_SHARED = ("name", "id", "region", "undo", "check", "within")
_TIMED_THEMSELVES = ("ask", "wait")


@dataclass(slots=True)
class StepReader:
    """Reads the steps of one plan, with an id for each that no other has."""

    forms: Forms
    complaints: Complaints
    taken: dict[str, Node] = field(default_factory=dict)

    def forward(self, node: Node) -> tuple[Step, ...]:
        """The plan's steps, each with its undo."""
        steps = []
        for number, item in enumerate(sequence(node, self.complaints) or (), 1):
            found = picked(item, self.forms.steps, _SHARED, "step", self.complaints)
            if found is None:
                continue
            if "name" not in found.shared:
                self.complaints.add("CHG105", '"name" is missing: what does this step do, in a few words?', item)
            step = self._step(found, item, f"step {number}", f"step-{number}")
            steps.append(replace(step, undo=self._undo(found.shared.get("undo"), step)))
        return tuple(steps)

    def back(self, node: Node, name: str, own_id: str) -> tuple[Step, ...]:
        """Steps on the way back, one or a list: they may go without a name, and have no undo of their own."""
        single = isinstance(node.value, Mapping)
        items: Sequence[Node] = (node,) if single else sequence(node, self.complaints) or ()
        steps = []
        for number, item in enumerate(items, 1):
            found = picked(item, self.forms.steps, _SHARED, "step", self.complaints)
            if found is None:
                continue
            if "undo" in found.shared:
                self.complaints.add("CHG145", "a step on the way back has no undo of its own", item.keys["undo"])
            more = number > 1
            steps.append(
                self._step(found, item, f"{name} {number}" if more else name, f"{own_id}-{number}" if more else own_id)
            )
        return tuple(steps)

    def _undo(self, node: Node | None, step: Step) -> tuple[Step, ...]:
        return () if node is None else self.back(node, f"Undo: {step.name}", f"undo-{step.id}")

    def _step(self, found: Picked, node: Node, spare_name: str, spare_id: str) -> Step:
        shared, form = found.shared, found.form
        read_check = check_reader(self.forms.probes)
        before = len(self.complaints.found)
        spec = form.read(found.own, node, self.complaints, lambda nested: read_check(nested, self.complaints))
        if spec is None and len(self.complaints.found) == before:
            self.complaints.add("CHG120", f"this {form.key} cannot be read", node, f"for example {form.example}")
        name = member(shared, "name", line, self.complaints, spare_name)
        check = shared.get("check")
        return Step(
            id=self._id(shared, spare_id, node),
            name=name,
            action=form.key,
            spec=spec,
            region=member(shared, "region", region, self.complaints, ""),
            check=None if check is None else read_check(check, self.complaints),
            within=self._within(shared, form.key, node),
            span=node.span,
        )

    def _within(self, shared: Mapping[str, Node], form: str, node: Node) -> timedelta | None:
        """How long what the step sets going may take; a person, and a wait, set nothing going at AWS."""
        if "within" in shared and form in _TIMED_THEMSELVES:
            self.complaints.add("CHG104", f'"within" does not belong to {quoted(form)}', node.keys["within"])
            return None
        return member(shared, "within", some_time, self.complaints, None)

    def _id(self, shared: Mapping[str, Node], spare: str, node: Node) -> str:
        """The id given by hand, or else the name's slug, or else a spare one, which gives way to the others."""
        own = member(shared, "id", step_id, self.complaints, "")
        of_name = slug(written(shared["name"]) or "") if "name" in shared else ""
        made = own or of_name or spare
        if made in self.taken and not own and not of_name:
            made = next(f"{made}-{n}" for n in range(2, len(self.taken) + 3) if f"{made}-{n}" not in self.taken)
        if made in self.taken:
            first = f"the other stands on line {self.taken[made].span.line}; give one of them an id: of its own"
            at = shared.get("id") or shared.get("name") or node
            self.complaints.add("CHG144", f"two steps have the id {quoted(made)}", at, first)
        self.taken.setdefault(made, node)
        return made
