"""The sections of a plan beside its steps: test, back_out, comms, when."""

from datetime import timedelta

from changectl.model.node import Complaints, Node
from changectl.model.plan import Auto, BackOut, Check, Comms, Tests, When
from changectl.planfile.checks import check_reader
from changectl.planfile.durations import duration, some_time
from changectl.planfile.forms import Forms
from changectl.planfile.schema import choice, line, listed, member, prose, record
from changectl.planfile.steps import StepReader
from changectl.planfile.times import moment

_AUTO = {auto.value: auto for auto in Auto}


def tests(node: Node, forms: Forms, complaints: Complaints) -> Tests:
    """A list means `after`; a mapping has `before`, `during`, `after`, `soak`, or `none` and the reason."""
    because = _none_because(node, "test", complaints)
    if because is not None:
        return Tests(none_because=because)
    excused, strict = listed(check_reader(forms.probes, may_be_red=True)), listed(check_reader(forms.probes))
    if isinstance(node.value, tuple | list):
        found = Tests(after=strict(node, complaints) or ())
        empty = not node.value
    elif any(key in forms.probes for key in node.keys):
        complaints.add("CHG120", "a list of checks is wanted, and here is one check", node, "put a dash before it")
        return Tests()
    else:
        members = record(node, complaints, ("before", "during", "after", "soak"))
        if members is None:
            return Tests()
        found = Tests(
            before=member(members, "before", excused, complaints, ()),
            during=member(members, "during", excused, complaints, ()),
            after=member(members, "after", strict, complaints, ()),
            soak=member(members, "soak", duration, complaints, timedelta(0)),
        )
        empty = not any(child.value for name, child in members.items() if name != "soak")
    if empty:
        complaints.add("CHG146", "nothing is tested, and no reason is given", node, "test: {none: the reason}")
    return found


def back_out(node: Node, forms: Forms, steps: StepReader, complaints: Complaints) -> BackOut:
    """`snapshot`; or a mapping with `auto`, `steps`, `test`, `cannot_undo`, or `none` and the reason."""
    if node.value == "snapshot":
        return BackOut()
    because = _none_because(node, "back_out", complaints)
    if because is not None:
        return BackOut(auto=Auto.FALSE, none_because=because)
    members = record(node, complaints, ("auto", "steps", "test", "cannot_undo"))
    if members is None:
        return BackOut()
    if not members:
        complaints.add("CHG146", "no way back is given, and no reason", node, "back_out: snapshot")
    same = "test" in members and members["test"].value == "same"
    checks: tuple[Check, ...] = ()
    if not same:
        checks = member(members, "test", listed(check_reader(forms.probes)), complaints, ())
    return BackOut(
        auto=member(members, "auto", choice(_AUTO), complaints, Auto.TRUE),
        auto_given="auto" in members,
        steps=steps.back(members["steps"], "Back out", "back-out") if "steps" in members else (),
        test=checks,
        test_same=same,
        cannot_undo=member(members, "cannot_undo", prose, complaints, ""),
    )


def comms(node: Node, complaints: Complaints) -> Comms:
    """A sentence means `before`; a mapping has `channel`, `audience`, `before`, `after`, or `none` and the reason."""
    because = _none_because(node, "comms", complaints)
    if because is not None:
        return Comms(none_because=because)
    if isinstance(node.value, str):
        return Comms(before=prose(node, complaints) or "")
    members = record(node, complaints, ("channel", "before", "after", "audience"))
    if members is None:
        return Comms()
    if not members:
        complaints.add("CHG146", "nobody is told, and no reason is given", node, "comms: {none: the reason}")
    return Comms(
        channel=member(members, "channel", line, complaints, ""),
        before=member(members, "before", prose, complaints, ""),
        after=member(members, "after", prose, complaints, ""),
        audience=member(members, "audience", line, complaints, ""),
    )


def when(node: Node, complaints: Complaints) -> When:
    """`start` and `duration`."""
    members = record(node, complaints, ("start", "duration"))
    if members is None:
        return When()
    return When(
        start=moment(members["start"], complaints) if "start" in members else None,
        duration=some_time(members["duration"], complaints) if "duration" in members else None,
    )


def _none_because(node: Node, section: str, complaints: Complaints) -> str | None:
    """The reason of `{none: reason}`; None where the section is there. "none" alone is complained of."""
    if node.value == "none":
        complaints.add("CHG146", '"none" needs a reason', node, f"{section}: {{none: the reason}}")
        return ""
    if not node.keys or "none" not in node.keys:
        return None
    members = record(node, complaints, ("none",)) or {}
    return member(members, "none", prose, complaints, "")
