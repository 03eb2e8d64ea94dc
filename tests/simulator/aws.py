"""A model of AWS: toys that may be read as they were, effects that come late, tokens, versions, things that take time."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from changectl.errors import CallNotDone
from changectl.model.resource import Call
from tests.simulator.kinds import SETTLE

Toy = dict[str, Any]
Reader = Callable[[int], int]
"""Which of so many states a read returns, 0 being the oldest that it may."""

BUSY = 2.0
"""Seconds for which a motor is changing."""

MEMBERS: dict[str, Toy] = {
    "box": {"Lid": None, "Note": None, "Log": None, "Labels": {}},
    "gate": {"Rules": {}},
    "lamp": {"Colour": None, "Shade": None, "Version": "1"},
    "motor": {"Speed": None},
    "kite": {"Dye": None, "Tail": None, "Born": "1"},
    "ticket": {"Text": None},
    "parcel": {"Text": None, "Address": None},
}
BODIES: list[Toy] = [{}]
_NUMBERS: dict[str, int] = {}
_ANSWERS: dict[tuple[int, str, str], Mapping[str, Any]] = {}
ONCE = frozenset({"AppendLog", "CreateTicket", "CreateParcel", "Ring"})
"""What shows when it is done twice."""

UNSAID = {"ShakeBox": ("Lid", "Note")}
"""Calls of which nobody can foretell what they leave of these members."""


def body(number: int) -> Toy:
    """The toy that a number stands for; never changed."""
    return BODIES[number]


def number(toy: Toy) -> int:
    """The number of a toy: equal toys have the same; 0 is none."""
    text = json.dumps(toy, sort_keys=True)
    if (found := _NUMBERS.get(text)) is None:
        found = _NUMBERS[text] = len(BODIES)
        BODIES.append(json.loads(text))
    return found


class Aws:
    """Production. `late`: effects that are still to come. `rung`: a bell that nobody can read."""

    __slots__ = ("busy", "denied", "late", "made", "now", "old", "rung", "seconds", "tokens")

    def __init__(self, toys: Mapping[str, Toy]) -> None:
        self.now: dict[str, int] = {
            spelled: number({**MEMBERS[spelled.partition("/")[0]], **toy}) for spelled, toy in toys.items()
        }
        self.old: dict[str, tuple[tuple[int, float], ...]] = {}
        self.late: tuple[tuple[float, float, int, Call], ...] = ()
        self.tokens: dict[str, str] = {}
        self.busy: dict[str, float] = {}
        self.denied: frozenset[str] = frozenset()
        self.made = 0
        self.rung = False
        self.seconds = 0.0

    def copy(self) -> "Aws":
        """The same production, to go another way from here."""
        twin = Aws({})
        twin.now, twin.old, twin.late = dict(self.now), dict(self.old), self.late
        twin.tokens, twin.busy, twin.denied = dict(self.tokens), dict(self.busy), self.denied
        twin.made, twin.rung, twin.seconds = self.made, self.rung, self.seconds
        return twin

    def key(self, *, old: bool = True) -> tuple[Any, ...]:
        """All that decides how production goes on from now; times count from now. `old`: where anything old may be read."""
        now = self.seconds
        was = self.old.items() if old else ()
        before = sorted((n, tuple((b, round(t - now, 3)) for b, t in o if t > now)) for n, o in was)
        busy = sorted((n, round(t - now, 3)) for n, t in self.busy.items() if t > now)
        late = tuple((round(due - now, 3), round(until - now, 3), n) for due, until, n, _ in self.late)
        tokens = tuple(sorted(self.tokens.items()))
        return (
            tuple(sorted(self.now.items())), tuple(o for o in before if o[1]), late, tuple(busy), tokens, self.made,
            self.rung, self.denied,
        )  # fmt: skip

    def states(self, spelled: str) -> list[int]:
        """Every state in which a toy may be read now, the oldest first."""
        old = [before for before, until in self.old.get(spelled, ()) if until > self.seconds]
        return [*old, self.now.get(spelled, 0)]

    def read(self, call: Call, choose: Reader) -> tuple[str, int, Mapping[str, Any]]:
        """What was read, its state, and the answer. Raises CallNotDone."""
        if call.operation == "FindParcels":
            found = [s for s, n in sorted(self.now.items()) if BODIES[n].get("Address") == call.params["Address"]]
            return "", 0, {"Ids": [s.partition("/")[2] for s in found if s.startswith("parcel/")]}
        kind = call.operation.removeprefix("Get").lower()
        spelled = f"{kind}/{call.params['Name']}"
        states = self.states(spelled)
        state = states[choose(len(states))] if len(states) > 1 else states[0]
        if not state:
            raise CallNotDone(f"there is no {spelled}", code="NoSuchToy")
        status = "changing" if self.busy.get(spelled, 0.0) > self.seconds else "ready"
        if (answer := _ANSWERS.get((state, spelled, status))) is None:
            answer = _ANSWERS[state, spelled, status] = {"Toy": _shown(BODIES[state], status)}
        return spelled, state, answer

    def commit(self, spelled: str, state: int, until: float | None = None) -> None:
        """A toy becomes another; until a time (by default a settling from now) it may still be read as it was, or was before."""
        before = self.now.get(spelled, 0)
        until = self.seconds + SETTLE if until is None else until
        kept = tuple((state, min(seen, until)) for state, seen in self.old.get(spelled, ()) if seen > self.seconds)
        self.old[spelled] = (*kept, (before, until)) if until > self.seconds else kept
        if state:
            self.now[spelled] = state
        else:
            self.now.pop(spelled, None)
        if spelled.startswith("motor/"):
            self.busy[spelled] = self.seconds + BUSY

    def write(self, call: Call, until: float | None = None) -> tuple[str, Mapping[str, Any]]:
        """The toy that was written, and the answer. Raises CallNotDone."""
        operation, p = call.operation, dict(call.params)
        if operation in self.denied:
            raise CallNotDone("you may not", code="AccessDenied")
        match operation:
            case "Ring" | "Silence":
                self.rung = operation == "Ring"
                return "", {}
            case "CreateTicket" if p.get("ClientToken") in self.tokens:
                return "", {"Id": self.tokens[p["ClientToken"]]}
            case "CreateTicket" | "CreateParcel":
                return self._create_with_id(operation, p, until)
            case "CreateBox" | "CreateKite":
                return self._create_named(operation.removeprefix("Create").lower(), p["Name"], until)
        spelled = self._named(operation, p["Name"])
        if operation.startswith("Delete") and operation.removeprefix("Delete").lower() in MEMBERS:
            self.commit(spelled, 0, until)
            return spelled, {}
        if self.busy.get(spelled, 0.0) > self.seconds:
            raise CallNotDone("it is being changed", code="ResourceInUse")
        self.commit(spelled, number(_written(BODIES[self.now[spelled]], operation, p)), until)
        return spelled, {}

    def _create_named(self, kind: str, name: str, until: float | None) -> tuple[str, Mapping[str, Any]]:
        spelled = f"{kind}/{name}"
        if spelled in self.now:
            raise CallNotDone("there is one", code=f"{kind.title()}Exists")
        self.made += 1
        life = {"Born": str(1 + self.made)} if "Born" in MEMBERS[kind] else {}
        self.commit(spelled, number({**MEMBERS[kind], **life}), until)
        return spelled, {}

    def _create_with_id(self, operation: str, p: Toy, until: float | None) -> tuple[str, Mapping[str, Any]]:
        kind = operation.removeprefix("Create").lower()
        if any(n.startswith("parcel/") and BODIES[b].get("Address") == p.get("Address") for n, b in self.now.items()):
            raise CallNotDone("there is one for this address", code="ParcelExists")
        self.made += 1
        name = f"{kind[0]}{self.made}"
        if token := p.pop("ClientToken", ""):
            self.tokens[token] = name
        self.commit(f"{kind}/{name}", number({**MEMBERS[kind], **p}), until)
        return f"{kind}/{name}", {"Id": name}

    def _named(self, operation: str, name: str) -> str:
        """The toy that a write means: names are unique among all kinds but for those that are written alike."""
        kind = _OF.get(operation) or operation.removeprefix("Delete").lower()
        kinds = ("ticket", "parcel") if kind == "text" else (kind,)
        for each in kinds:
            if f"{each}/{name}" in self.now:
                return f"{each}/{name}"
        raise CallNotDone(f"there is no {kind}/{name}", code="NoSuchToy")


_OF = {
    **dict.fromkeys(("PutLid", "DeleteLid", "PutNote", "DeleteNote", "AddLabels", "RemoveLabels"), "box"),
    **dict.fromkeys(("PutLog", "AppendLog", "ShakeBox"), "box"),
    **dict.fromkeys(("Authorize", "Revoke"), "gate"),
    **dict.fromkeys(("PutColour", "PutShade"), "lamp"),
    "PutSpeed": "motor",
    **dict.fromkeys(("PutDye", "PutTail"), "kite"),
    "PutText": "text",
}


def _shown(toy: Toy, status: str) -> Mapping[str, Any]:
    lists = {name: _pairs(value) for name, value in toy.items() if isinstance(value, dict)}
    return {**toy, **lists, "Status": status}


def _pairs(items: Mapping[str, str]) -> list[Mapping[str, str]]:
    return [{"Key": key, "Value": value} for key, value in sorted(items.items())]


def _written(toy: Toy, operation: str, p: Toy) -> Toy:
    """The toy after a write. Raises CallNotDone."""
    if "Version" in toy:
        if p.get("IfMatch", toy["Version"]) != toy["Version"]:
            raise CallNotDone("somebody was quicker", code="PreconditionFailed")
        toy = {**toy, "Version": str(int(toy["Version"]) + 1)}
    match operation:
        case "ShakeBox":
            return {**toy, "Lid": "shaken", "Note": "shaken"}
        case "AppendLog":
            return {**toy, "Log": (toy["Log"] or "") + p["More"]}
        case "AddLabels":
            return {**toy, "Labels": toy["Labels"] | {item["Key"]: item["Value"] for item in p["Labels"]}}
        case "RemoveLabels":
            return {**toy, "Labels": {k: v for k, v in toy["Labels"].items() if k not in p["Keys"]}}
        case "Authorize":
            given = {item["Key"]: item["Value"] for item in p["Rules"]}
            if given.keys() & toy["Rules"].keys():
                raise CallNotDone("there is such a rule", code="RuleExists")
            return {**toy, "Rules": toy["Rules"] | given}
        case "Revoke":
            given = {item["Key"]: item["Value"] for item in p["Rules"]}
            if given.items() - toy["Rules"].items():
                raise CallNotDone("there is no such rule", code="NoSuchRule")
            return {**toy, "Rules": {k: v for k, v in toy["Rules"].items() if k not in given}}
        case _ if operation.startswith("Put"):
            member = operation.removeprefix("Put")
            return {**toy, member: p[member] or None}
        case _ if operation.startswith("Delete"):
            return {**toy, operation.removeprefix("Delete"): None}
        case _:
            raise CallNotDone("no such operation", code="InvalidAction")
