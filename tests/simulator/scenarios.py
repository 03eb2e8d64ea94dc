"""The histories that are disturbed: a plan, what production is, what is wrong from the beginning, and how it must end."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from changectl.model.change import Outcome
from changectl.model.plan import Auto, BackOut, Check, Comms, Plan, Risk, Step, Tests
from changectl.model.resource import Call, Target
from tests.simulator.aws import Toy
from tests.simulator.kinds import Aimed, Several
from tests.simulator.state import TOYS, State

APPLIED, BACK, REFUSED = Outcome.APPLIED, Outcome.ROLLED_BACK, Outcome.REFUSED


def step(name: str, spec: object, *undo: Step, check: Check | None = None) -> Step:
    """A step: a call is sent, a text is asked of a person, anything else is aimed at."""
    action = "send" if isinstance(spec, Call) else "ask" if isinstance(spec, str) else "aim"
    return Step(name, name, action, spec, undo=undo, check=check)


def aim(toy: str, facet: str, body: Any) -> Aimed:
    """A facet of a toy brought to a body."""
    return Aimed(Target(*toy.split("/")), facet, body)


def aims(toy: str, **bodies: Any) -> Several:
    """Several facets of a toy brought to bodies."""
    return Several(Target(*toy.split("/")), bodies)


def toy(operation: str, **params: Any) -> Call:
    """A call of the toys' service."""
    return Call("toy", operation, params, "here")


def plan(*steps: Step, checks: tuple[str, ...] = (), **sections: Any) -> Plan:
    """A plan with checks after its steps and no soak, unless told otherwise."""
    test = Tests(after=tuple(Check(name, "up", name) for name in checks), soak=sections.get("soak", timedelta(0)))
    return Plan(
        id="c", digest="sha256:0", title="t", rationale="r", risk=Risk.LOW, env="test", steps=steps,
        test=sections.get("test", test), back_out=sections.get("back_out", BackOut(test_same=False)), comms=Comms(),
        allow=sections.get("allow", ()),
    )  # fmt: skip


@dataclass(frozen=True, eq=False)
class Scenario:
    """`wanted` is how it ends undisturbed, None where a person is needed then; `target` what differs where it is applied.

    `trouble` is what is wrong from the beginning, `excuse` why a person may be needed. `open`: valves that a person has opened.
    """

    name: str
    plan: Plan
    wanted: Outcome | None
    target: Mapping[str, Toy | None] = field(default_factory=dict)
    trouble: Callable[[State], None] = lambda state: None
    excuse: str = ""
    open: frozenset[str] = frozenset()
    rung: bool = False


def denied(*operations: str) -> Callable[[State], None]:
    """AWS refuses these, whenever they are asked for."""

    def trouble(state: State) -> None:
        state.aws.denied = frozenset(operations)

    return trouble


def says(status: int, *urls: str) -> Callable[[State], None]:
    """A check is red (503), has no data (204), or cannot be asked (0)."""

    def trouble(state: State) -> None:
        state.red = dict.fromkeys(urls, status)

    return trouble


def answers(**said: str | None) -> Callable[[State], None]:
    """What a person answers to the last word, and to anything else."""

    def trouble(state: State) -> None:
        state.answers = {name.replace("_", " ").replace("anything", ""): answer for name, answer in said.items()}

    return trouble


def both(*troubles: Callable[[State], None]) -> Callable[[State], None]:
    """Several things wrong."""

    def trouble(state: State) -> None:
        for each in troubles:
            each(state)

    return trouble


RED = says(503, "up")
LID = step("lid", aim("box/a", "lid", "locked"))
LABELS = step("labels", aim("box/c", "labels", {"one": "1", "three": "3"}))
NOTE = step("note", aim("box/a", "note", "new"))
THREE = (LID, LABELS, NOTE)
DONE: Mapping[str, Toy | None] = {
    "box/a": {"Lid": "locked", "Labels": {"team": "x"}, "Note": "new"},
    "box/c": {"Labels": {"one": "1", "three": "3"}},
}
ON_ONE = tuple(
    step(name, aim("box/a", "lid", value)) for name, value in (("one", "ajar"), ("two", "half"), ("three", "wide"))
)
ROUND = tuple(
    step(name, aim("box/a", "lid", value)) for name, value in (("one", "ajar"), ("two", "shut"), ("three", "wide"))
)
LOG = (step("one", toy("AppendLog", Name="a", More="x")), step("two", toy("AppendLog", Name="a", More="y")))
MAKE = (step("make", toy("CreateBox", Name="d")), step("shut", toy("PutLid", Name="d", Lid="shut")))
DROP = (step("drop", toy("DeleteBox", Name="a")),)
ANEW = (*DROP, step("again", toy("CreateBox", Name="a")))
GATE = (step("gate", aim("gate/g", "rules", {"ssh": "22", "web": "8080", "new": "1"})),)
OPEN_GATE = {"gate/g": {"Rules": {"ssh": "22", "web": "8080", "new": "1"}}}
CALLS = (
    step("in", toy("Authorize", Name="g", Rules=[{"Key": "new", "Value": "1"}])),
    step("out", toy("Revoke", Name="g", Rules=[{"Key": "ssh", "Value": "22"}])),
)
CALLED = {"gate/g": {"Rules": {"web": "80", "new": "1"}}}
LAMP = (step("colour", aim("lamp/l", "colour", "green")), step("shade", aim("lamp/l", "shade", "light")))
LIT = {"lamp/l": {"Colour": "green", "Shade": "light"}}
MOTOR = (step("fast", aim("motor/m", "speed", "fast")), step("faster", aim("motor/m", "speed", "faster")))
FAST = {"motor/m": {"Speed": "faster"}}
KITE = (step("dye", aim("kite/k", "dye", "blue")), step("tail", aim("kite/k", "tail", "short")))
LOST = (step("drop", toy("DeleteKite", Name="k")),)
FOUND = (*LOST, step("again", toy("CreateKite", Name="k")), step("dye", aim("kite/k", "dye", "blue")))
TOGETHER = (
    step("kite", aims("kite/k", dye="blue", tail="short")),
    step("box", aims("box/a", lid="locked", labels={"team": "y", "new": "1"}, note="new")),
    step("lamp", aims("lamp/l", colour="green", shade="light")),
)
TOGETHER_THEN: Mapping[str, Toy | None] = {
    "kite/k": {"Dye": "blue", "Tail": "short"},
    "box/a": {"Lid": "locked", "Labels": {"team": "y", "new": "1"}, "Note": "new"},
    "lamp/l": {"Colour": "green", "Shade": "light"},
}
SHAKEN = (step("shake", toy("ShakeBox", Name="a")), step("lid", aim("box/a", "lid", "locked")))
FLOWN = {"kite/k": {"Dye": "blue", "Tail": "short"}}
TICKET = (step("ticket", toy("CreateTicket", Text="hello")), LID)
TICKETED: Mapping[str, Toy | None] = {"ticket/t1": {"Text": "hello"}, "box/a": {**TOYS["box/a"], "Lid": "locked"}}
PARCEL = (step("parcel", toy("CreateParcel", Address="here")), LID)
PARCELLED: Mapping[str, Toy | None] = {"parcel/p1": {"Address": "here"}, "box/a": {**TOYS["box/a"], "Lid": "locked"}}
QUIET = step("quiet", toy("Silence"), check=Check("silent", "up", "no bell"))
BELL = (step("ring", toy("Ring"), QUIET, check=Check("rung", "up", "bell")), LID)
DEAF = (step("ring", toy("Ring"), QUIET), LID)
ALLOW = ("toy.Ring", "toy.Silence")
LOCKED: Mapping[str, Toy | None] = {"box/a": {**TOYS["box/a"], "Lid": "locked"}}
MIXED = (LID, *CALLS[:1], LAMP[0], MOTOR[0])
MIX: Mapping[str, Toy | None] = {
    **LOCKED,
    "gate/g": {"Rules": {"ssh": "22", "web": "80", "new": "1"}},
    "lamp/l": {"Colour": "green", "Shade": "dark"},
    "motor/m": {"Speed": "fast"},
}
VALVE = (LID, step("valve", "open north"))
TAKEN_BACK = (step("valve", "open north"), step("south", "open south", step("undo", "close south")))
UNDO = step("lid", toy("PutLid", Name="a", Lid="ajar"), step("undo-lid", aim("box/a", "lid", "shut")))


def _pairs() -> Iterable[Scenario]:
    """Each plan as it goes well, and as its check is red."""
    plans: tuple[tuple[str, tuple[Step, ...], Mapping[str, Toy | None], dict[str, Any]], ...] = (
        ("three settings", THREE, DONE, {}),
        ("one setting three times", ON_ONE, {"box/a": {**TOYS["box/a"], "Lid": "wide"}}, {}),
        ("one setting there, back and there", ROUND, {"box/a": {**TOYS["box/a"], "Lid": "wide"}}, {}),
        ("appended, which shows when it is done twice", LOG, {"box/a": {**TOYS["box/a"], "Log": "xy"}}, {}),
        ("made under a name of its own", MAKE, {"box/d": {"Lid": "shut"}}, {}),
        ("removed", DROP, {"box/a": None}, {}),
        ("removed and made anew", ANEW, {"box/a": {}}, {}),
        ("rules by aim", GATE, OPEN_GATE, {}),
        ("rules by calls", CALLS, CALLED, {}),
        ("compared and set", LAMP, LIT, {}),
        ("takes its time", MOTOR, FAST, {}),
        ("known by its life", KITE, FLOWN, {}),
        ("removed, known by its life", LOST, {"kite/k": None}, {}),
        ("made anew, known by its life", FOUND, {"kite/k": {"Dye": "blue", "Born": "2"}}, {}),
        ("several settings in one step", TOGETHER, TOGETHER_THEN, {}),
        (
            "what nobody foretells",
            SHAKEN,
            {"box/a": {**TOYS["box/a"], "Lid": "locked", "Note": "shaken"}},
            {"excuse": "unreadable"},
        ),
        ("made with a token", TICKET, TICKETED, {}),
        ("made without a token", PARCEL, PARCELLED, {}),
        ("a bell that its check hears", BELL, LOCKED, {"allow": ALLOW}),
        ("of every sort", MIXED, MIX, {}),
        ("with an undo of its own", (UNDO,), {"box/a": {**TOYS["box/a"], "Lid": "ajar"}}, {}),
    )
    for name, steps, target, more in plans:
        rung, excuse = "allow" in more, more.pop("excuse", "")
        written = plan(*steps, checks=("up",), **more)
        yield Scenario(name, written, APPLIED, target, excuse=excuse, rung=rung)
        yield Scenario(f"{name}, and the check fails", written, BACK, target, RED, excuse=excuse, rung=rung)


SCENARIOS = (
    *_pairs(),
    Scenario("first step denied", plan(*THREE), BACK, trouble=denied("PutLid")),
    Scenario("middle step denied", plan(*THREE), BACK, trouble=denied("RemoveLabels")),
    Scenario("last step denied", plan(*THREE), BACK, trouble=denied("PutNote")),
    Scenario("going back is denied", plan(CALLS[0], checks=("up",)), None, trouble=both(RED, denied("Revoke")), excuse="denied"),
    Scenario("the check has no data", plan(*THREE, checks=("up",)), BACK, trouble=says(204, "up")),
    Scenario(
        "the check cannot be asked", plan(*THREE, checks=("up",)), None,
        trouble=both(says(0, "up"), answers(anything=None)), excuse="nobody can be asked",
    ),
    Scenario("the check cannot be asked, and somebody says to go back", plan(*THREE, checks=("up",)), BACK,
             trouble=both(says(0, "up"), answers(anything="go back"))),
    Scenario("red before the first step", plan(LID, test=Tests(before=(Check("up", "up", "up"),))), REFUSED, trouble=RED),
    Scenario("red while it runs", plan(*THREE, test=Tests(during=(Check("lid", "up", "not locked"),))), BACK),
    Scenario("it soaks", plan(LID, checks=("up",), soak=timedelta(seconds=30)), APPLIED, LOCKED),
    Scenario("it is not to go back by itself", plan(*THREE, checks=("up",), back_out=BackOut(auto=Auto.FALSE)), None,
             trouble=RED, excuse="the plan says so"),
    Scenario("it asks whether to go back", plan(*THREE, checks=("up",), back_out=BackOut(auto=Auto.ASK)), BACK,
             trouble=both(RED, answers(anything="go back"))),
    Scenario("a test of the way back", plan(*THREE, checks=("up",), back_out=BackOut(test=(Check("back", "up", "back"),))),
             BACK, trouble=RED),
    Scenario("a test of the way back fails", plan(LID, checks=("up",), back_out=BackOut(test=(Check("back", "up", "back"),))),
             None, trouble=says(503, "up", "back"), excuse="the test of the way back"),
    Scenario("a person does something between", plan(*VALVE), APPLIED, LOCKED, open=frozenset({"north"})),
    Scenario("a person does it and takes it back", plan(*TAKEN_BACK, checks=("up",)), BACK, trouble=RED),
    Scenario("an undo is denied", plan(LABELS, step("lid", toy("PutLid", Name="a", Lid="ajar"),
             step("undo-lid", aim("box/a", "note", "undone"))), checks=("up",)), None, trouble=both(RED, denied("PutNote")),
             excuse="denied"),
    Scenario("a bell that nobody hears", plan(*DEAF, allow=ALLOW), APPLIED, LOCKED, excuse="unreadable", rung=True),
    Scenario("steps of the back-out",
             plan(LID, checks=("up",), back_out=BackOut(steps=(step("tidy", aim("box/b", "lid", "open")),))),
             BACK, trouble=RED),
)  # fmt: skip
NAMED = {scenario.name: scenario for scenario in SCENARIOS}
