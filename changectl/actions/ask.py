"""Ask: a person does it, and confirms. Nothing here can read it; only its check, if it has one, can tell."""

from collections.abc import Mapping

from changectl.contracts.action import Action, Deed, Reading, Sight
from changectl.contracts.kind import ResourceKind
from changectl.model.node import Node
from changectl.model.resource import Body
from changectl.model.text import one_line
from changectl.planfile.jsonschema_parts import LINE, PROSE, said
from changectl.planfile.schema import line, member, prose


def read(members: Mapping[str, Node], at: Node, reading: Reading) -> Deed | None:
    """What a plan says; None after a complaint."""
    what = prose(members["ask"], reading.complaints)
    answer = member(members, "answer", line, reading.complaints, "")
    return None if what is None else Deed(what, answer)


def work(spec: Deed, sight: Sight) -> Deed:
    """What was read is the work."""
    return spec


def says(spec: Deed) -> str:
    """What it does, in a few words."""
    return one_line(f"ask a person: {spec.what}")


def schema(kinds: Mapping[str, ResourceKind]) -> Mapping[str, Body]:
    """For editors."""
    return {
        "properties": {
            "ask": said(PROSE, "What a person does, and confirms."),
            "answer": said(LINE, "What they are to note of it; it is recorded."),
        }
    }


ACTION: Action[Deed] = Action(
    key="ask",
    summary="a person does it, and confirms at the terminal; with a `check`, that must show it too",
    members=("answer",),
    read=read,
    work=work,
    says=says,
    example="""\
- name: Open the valve
  ask: Open the valve in the Wellington data centre, and read the pressure.
  answer: pressure in bar                       # what to note of it, if anything; it is recorded
  check: {http: "https://valves.example.com/7", contains: open}
  undo: {ask: Close the valve again.}
""",
    schema=schema,
)
