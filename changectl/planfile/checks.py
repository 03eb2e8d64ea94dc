"""Checks: what every one may have, around what its probe reads."""

from collections.abc import Mapping
from datetime import timedelta

from changectl.model.node import Complaints, Node
from changectl.model.plan import Check
from changectl.planfile.durations import retry
from changectl.planfile.forms import Form, picked
from changectl.planfile.schema import Reader, choice, line, member, written
from changectl.planfile.words import described

_SHARED = ("name", "retry", "no_data", "expect")


def check_reader(probes: Mapping[str, Form], may_be_red: bool = False) -> Reader[Check]:
    """Reads one check. A bare text is a command. `expect: red` excuses one where `may_be_red`."""

    def read(node: Node, complaints: Complaints) -> Check | None:
        if isinstance(node.value, str) and "command" in probes:
            node = Node({"command": node}, node.span, {"command": node.span})
        found = picked(node, probes, _SHARED, "check", complaints)
        if found is None:
            return None
        red = _is_red(found.shared.get("expect"), found.form, may_be_red, complaints)
        own = {name: child for name, child in found.own.items() if not (red and name == "expect")}
        before = len(complaints.found)
        spec = found.form.read(own, node, complaints, lambda nested: read(nested, complaints))
        tries, every = member(found.shared, "retry", retry, complaints, (1, timedelta(0)))
        if spec is None and len(complaints.found) == before:
            complaints.add("CHG120", f"this {found.form.key} cannot be read", node, f"for example {found.form.example}")
        return Check(
            name=member(found.shared, "name", line, complaints, _default_name(found.form, own)),
            probe=found.form.key,
            spec=spec,
            tries=tries,
            every=every,
            no_data_ok=member(found.shared, "no_data", choice({"ok": True}), complaints, False),
            expect_red=red,
            span=node.span,
        )

    return read


def _is_red(node: Node | None, form: Form, may_be_red: bool, complaints: Complaints) -> bool:
    if node is None:
        return False
    if node.value != "red":
        if "expect" not in form.members:
            complaints.add("CHG122", f"red is wanted, and here is {described(node)}", node)
        return False
    if not may_be_red:
        complaints.add("CHG149", "only a check before or during the change may be expected red", node)
    return True


def _default_name(form: Form, own: Mapping[str, Node]) -> str:
    subject = written(own[form.key])
    return f"{form.key} {subject}" if subject and "\n" not in subject else form.key
