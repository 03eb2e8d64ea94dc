"""Boxes, and plans that change them."""

from datetime import timedelta
from typing import Any

from changectl.model.plan import BackOut, Check, Comms, Plan, Risk, Step, Tests
from changectl.model.resource import Call, Target
from tests.engine.model_world import Put

BOXES = {
    "a": {"Lid": "shut", "Labels": {"team": "x"}, "Note": "old"},
    "b": {"Lid": "open"},
    "c": {"Labels": {"one": "1", "two": "2"}},
}


def step(name: str, spec: object, *undo: Step) -> Step:
    action = "send" if isinstance(spec, Call) else "ask" if isinstance(spec, str) else "aim"
    return Step(name, name, action, spec, undo=undo)


def box(name: str) -> Target:
    return Target("box", name)


def toy(operation: str, **params: Any) -> Call:
    return Call("toy", operation, params, "here")


def plan(*steps: Step, checks: tuple[str, ...] = (), **sections: Any) -> Plan:
    after = tuple(Check(name, "up", name) for name in checks)
    test = Tests(after=after, soak=timedelta(seconds=30))
    return Plan(
        id="c", digest="sha256:0", title="t", rationale="r", risk=Risk.LOW, env="test", steps=steps,
        test=sections.get("test", test), back_out=sections.get("back_out", BackOut(test_same=False)), comms=Comms(),
    )  # fmt: skip


THREE = (
    step("lid", Put(box("a"), "lid", "locked")),
    step("labels", Put(box("c"), "labels", {"one": "1", "three": "3"})),
    step("note", Put(box("a"), "note", "new")),
)
