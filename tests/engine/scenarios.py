"""The histories that the kill test kills: a plan, what production was, and how it must end where nobody dies."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from changectl.model.change import Outcome
from changectl.model.plan import BackOut, Check, Comms, Plan, Risk, Step, Tests
from changectl.model.resource import Call, Target
from tests.engine.model_world import ModelWorld, Put

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


@dataclass(frozen=True, eq=False)
class Scenario:
    """`trouble` prepares the world; `wanted` is how it ends undisturbed; `left` names the boxes that stay wrong.

    `open`: valves that a person has opened where it is applied.
    """

    name: str
    plan: Plan
    wanted: Outcome | None
    target: Mapping[str, Any] = field(default_factory=dict)
    trouble: Callable[[ModelWorld], None] = lambda world: None
    strangers: Mapping[str, Any] = field(default_factory=dict)
    open: frozenset[str] = frozenset()


THREE = (
    step("lid", Put(box("a"), "lid", "locked")),
    step("labels", Put(box("c"), "labels", {"one": "1", "three": "3"})),
    step("note", Put(box("a"), "note", "new")),
)
DONE = {
    "a": {"Lid": "locked", "Labels": {"team": "x"}, "Note": "new"},
    "b": BOXES["b"],
    "c": {"Labels": {"one": "1", "three": "3"}},
}
ON_ONE = (
    step("one", Put(box("a"), "lid", "ajar")),
    step("two", Put(box("a"), "lid", "half")),
    step("three", Put(box("a"), "lid", "wide")),
)


def denied(operation: str) -> Callable[[ModelWorld], None]:
    return lambda world: world.aws.denied.add(operation)


def red(name: str) -> Callable[[ModelWorld], None]:
    return lambda world: world.red.add(name)


SCENARIOS = (
    Scenario("all well", plan(*THREE, checks=("up", "fast")), Outcome.APPLIED, DONE),
    Scenario("first step denied", plan(*THREE), Outcome.ROLLED_BACK, trouble=denied("PutLid")),
    Scenario("middle step denied", plan(*THREE), Outcome.ROLLED_BACK, trouble=denied("RemoveLabels")),
    Scenario("last step denied", plan(*THREE), Outcome.ROLLED_BACK, trouble=denied("PutNote")),
    Scenario("check fails", plan(*THREE, checks=("up", "fast")), Outcome.ROLLED_BACK, trouble=red("fast")),
    Scenario(
        "a to b to c on one setting", plan(*ON_ONE), Outcome.APPLIED, {**BOXES, "a": {**BOXES["a"], "Lid": "wide"}}
    ),
    Scenario("a to b to c, and the check fails", plan(*ON_ONE, checks=("up",)), Outcome.ROLLED_BACK, trouble=red("up")),
    Scenario(
        "added to, which shows when it is done twice",
        plan(step("one", toy("AppendLog", Name="a", More="x")), step("two", toy("AppendLog", Name="a", More="y"))),
        Outcome.APPLIED,
        {**BOXES, "a": {**BOXES["a"], "Log": "xy"}},
    ),
    Scenario(
        "added to, and the check fails",
        plan(step("one", toy("AppendLog", Name="a", More="x")), checks=("up",)),
        Outcome.ROLLED_BACK,
        trouble=red("up"),
    ),
    Scenario(
        "made and set",
        plan(step("make", toy("CreateBox", Name="d")), step("shut", toy("PutLid", Name="d", Lid="shut"))),
        Outcome.APPLIED,
        {**BOXES, "d": {"Lid": "shut"}},
    ),
    Scenario(
        "made, and the check fails",
        plan(
            step("make", toy("CreateBox", Name="d")),
            step("shut", toy("PutLid", Name="d", Lid="shut")),
            checks=("up",),
        ),
        Outcome.ROLLED_BACK,
        trouble=red("up"),
    ),
    Scenario(
        "removed, and the check fails",
        plan(step("drop", toy("DeleteBox", Name="a")), checks=("up",)),
        Outcome.ROLLED_BACK,
        trouble=red("up"),
    ),
    Scenario(
        "undo of its own",
        plan(
            step("lid", toy("PutLid", Name="a", Lid="ajar"), step("undo-lid", Put(box("a"), "lid", "shut"))),
            checks=("up",),
        ),
        Outcome.ROLLED_BACK,
        trouble=red("up"),
    ),
    Scenario(
        "a person does something between",
        plan(THREE[0], step("valve", "open north")),
        Outcome.APPLIED,
        {**BOXES, "a": {**BOXES["a"], "Lid": "locked"}},
        open=frozenset({"north"}),
    ),
    Scenario(
        "a person does it and, as the check fails, takes it back",
        plan(step("valve", "open north"), step("south", "open south", step("undo", "close south")), checks=("up",)),
        Outcome.ROLLED_BACK,
        trouble=red("up"),
    ),
    Scenario(
        "a test of the way back",
        plan(*THREE, checks=("up",), back_out=BackOut(test=(Check("back", "up", "back"),))),
        Outcome.ROLLED_BACK,
        trouble=red("up"),
    ),
)
