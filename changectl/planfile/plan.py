"""The bytes of a plan file to a Plan, or to every complaint about it."""

from collections.abc import Iterable
from dataclasses import field

from changectl.model.digest import digest
from changectl.model.frozen import dataclass
from changectl.model.node import Complaint, Complaints, Node, Span, plain
from changectl.model.plan import BackOut, Comms, Plan, Risk, Tests, When
from changectl.planfile.forms import Form, Forms
from changectl.planfile.gaps import without_echoes
from changectl.planfile.ids import complain_of_plan_id
from changectl.planfile.patterns import env_name, operation, region
from changectl.planfile.results import complain_of_results
from changectl.planfile.schema import choice, line, listed, member, prose, record, whole
from changectl.planfile.sections import back_out, comms, tests, when
from changectl.planfile.steps import StepReader
from changectl.planfile.targets import target
from changectl.planfile.yaml import read_yaml

__all__ = ["Form", "Forms", "Read", "read_plan", "read_whole"]

VERSION = 1
REQUIRED = ("plan", "title", "rationale", "risk", "env", "comms", "steps", "test", "back_out")
OPTIONAL = ("alternatives", "lead", "ticket", "when", "affects", "allow", "runbook", "region", "emergency")

_RISK = {risk.value: risk for risk in Risk}


@dataclass(frozen=True, slots=True)
class Read:
    """What became of a plan's bytes. `plan` is None where something is wrong, `root` where the text is no YAML."""

    plan: Plan | None
    root: Node | None = field(hash=False)
    complaints: tuple[Complaint, ...]


def read_plan(content: bytes, plan_id: str, forms: Forms) -> tuple[Plan | None, tuple[Complaint, ...]]:
    """The plan, if nothing is wrong with it, and everything there is to say about it, in the order of the file.

    Whatever the bytes are, this raises nothing. `plan_id` is the file's stem.
    """
    found = read_whole(content, plan_id, forms)
    return found.plan, found.complaints


def read_whole(content: bytes, plan_id: str, forms: Forms) -> Read:
    """The same, with the text as positioned values beside the plan, for whoever points into it."""
    complaints = Complaints()
    complain_of_plan_id(plan_id, complaints)
    root = read_yaml(content, complaints)
    plan = None
    if root is not None and _is_of_this_version(root, complaints):
        plan = _plan(root, digest(content), plan_id, forms, complaints)
    return Read(None if complaints.wrong else plan, root, in_order(without_echoes(complaints.found)))


def in_order(complaints: Iterable[Complaint]) -> tuple[Complaint, ...]:
    """Each complaint once, in the order of the file."""
    return tuple(sorted(dict.fromkeys(complaints), key=lambda c: (c.span.line, c.span.column)))


def _is_of_this_version(root: Node, complaints: Complaints) -> bool:
    version = root.value.get("plan") if isinstance(root.value, dict) else None
    if version is None or type(version.value) is not int or version.value <= VERSION:
        return True
    sentence = f"the plan is of version {version.value}, and this changectl reads version {VERSION}"
    complaints.add("CHG140", sentence, version, "install a newer changectl")
    return False


def _complain_of_no_version(root: Node, complaints: Complaints) -> None:
    """With the line that is missing as its fix, where it can stand at the very beginning."""
    at = root.span
    first = next(iter(root.keys.values()), None)
    is_block = first is not None and at.column == 1 and (first.line, first.column) == (at.line, at.column)
    point = Span(at.line, at.column, at.line, at.column) if is_block else Span(at.line, at.column)
    complaints.add(
        "CHG105", '"plan" is missing', point, f"plan: {VERSION}", fix=f"plan: {VERSION}\n" if is_block else None
    )


def _plan(root: Node, content_digest: str, plan_id: str, forms: Forms, complaints: Complaints) -> Plan | None:
    if isinstance(root.value, dict) and "plan" not in root.value:
        _complain_of_no_version(root, complaints)
    members = record(root, complaints, (*REQUIRED, *OPTIONAL), REQUIRED[1:])
    if members is None:
        return None
    member(members, "plan", whole(1, VERSION), complaints, VERSION)
    steps = StepReader(forms, complaints)
    plan = Plan(
        id=plan_id,
        digest=content_digest,
        title=member(members, "title", line, complaints, ""),
        rationale=member(members, "rationale", prose, complaints, ""),
        risk=member(members, "risk", choice(_RISK), complaints, Risk.HIGH),
        env=member(members, "env", env_name, complaints, ""),
        comms=comms(members["comms"], complaints) if "comms" in members else Comms(),
        steps=steps.forward(members["steps"]) if "steps" in members else (),
        test=tests(members["test"], forms, complaints) if "test" in members else Tests(),
        back_out=back_out(members["back_out"], forms, steps, complaints) if "back_out" in members else BackOut(),
        alternatives=member(members, "alternatives", prose, complaints, ""),
        lead=member(members, "lead", line, complaints, ""),
        ticket=member(members, "ticket", line, complaints, ""),
        runbook=member(members, "runbook", prose, complaints, ""),
        region=member(members, "region", region, complaints, ""),
        emergency=member(members, "emergency", line, complaints, ""),
        when=when(members["when"], complaints) if "when" in members else When(),
        affects=member(members, "affects", listed(target), complaints, ()),
        allow=member(members, "allow", listed(operation), complaints, ()),
        source=_source(root),
    )
    if "steps" in members and members["steps"].value == ():
        complaints.add("CHG147", "a plan has at least one step", members["steps"])
    complain_of_results(root, plan, complaints)
    return plan


def _source(root: Node) -> dict[str, object]:
    value = plain(root)
    return dict(value) if isinstance(value, dict) else {}
