"""Toy resource kinds, one for each class of call that AWS has, and the probes and steps that plans of the simulator use."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from changectl.contracts.action import Action, Aim, Deed, Send, Sight
from changectl.contracts.kind import (
    Create,
    Delete,
    Effect,
    Facet,
    Guard,
    Hand,
    Items,
    Put,
    Read,
    Recreated,
    ResourceKind,
    Settled,
    Sought,
)
from changectl.contracts.probe import CannotAsk, Judgement, Observation, Probe, Senses, TooEarly, Verdict
from changectl.contracts.shape import PLAIN, TAGS, TEXT
from changectl.errors import NotFound
from changectl.model.merge import Grain
from changectl.model.resource import Call, FacetRef, Ref, Target

SETTLE = 3
"""Seconds for which a toy may be read as it was: few, since each second that recovery waits is a state of its own."""


def _put_log(ref: Ref, now: Any, want: Any) -> tuple[Call, ...]:
    return (Call("toy", "PutLog", {"Name": ref.id[0], "Log": want or ""}),)


def _left_log(params: Mapping[str, Any], now: Any) -> Any:
    return (now or "") + params["More"] if "More" in params else params["Log"] or None


def _kind(name: str, *facets: Facet, **more: Any) -> ResourceKind:
    return ResourceKind(
        name=name, type=f"AWS::Toy::{name.title()}", service="toy", id=("name",), params={"Name": "{name}"},
        facets=facets, gone=frozenset({"NoSuchToy"}), settle=SETTLE, **more,
    )  # fmt: skip


_BOX = Read("GetBox")
BOX = _kind(
    "box",
    Facet("lid", (_BOX,), "Toy.Lid", TEXT, Put("PutLid", "Lid", clear="DeleteLid"), Grain.WHOLE, show="all"),
    Facet(
        "labels",
        (_BOX,),
        "Toy.Labels",
        TAGS,
        Items("AddLabels", "Labels", "RemoveLabels", "Keys", keys_only=True),
        Grain.ITEM,
        show="all",
    ),
    Facet("note", (_BOX,), "Toy.Note", PLAIN, Put("PutNote", "Note", clear="DeleteNote"), Grain.WHOLE, secret=True),
    Facet("log", (_BOX,), "Toy.Log", TEXT, Hand(("PutLog", "AppendLog"), _put_log, _left_log), Grain.WHOLE, show="all"),
    also=(
        *(Effect("CreateBox", "creates", "Name"), Effect("DeleteBox", "deletes", "Name")),
        Effect("ShakeBox", "writes", "Name", ("lid", "note")),
    ),
    create=Create("CreateBox", lambda ref, want: (Call("toy", "CreateBox", {"Name": ref.id[0]}),), ()),
    delete=Delete("DeleteBox"),
    recreated=Recreated.EXACT,
)
"""Absolute writes, and a creation under a unique name; labels are a set that takes what it has already."""

_GATE = Read("GetGate")
GATE = _kind(
    "gate",
    Facet(
        "rules",
        (_GATE,),
        "Toy.Rules",
        TAGS,
        Items(
            "Authorize", "Rules", "Revoke", "Rules", update=False, duplicate=("RuleExists",), missing=("NoSuchRule",)
        ),
        Grain.ITEM,
        show="all",
    ),
)
"""A set whose errors are the evidence."""

_LAMP = Read("GetLamp")
LAMP = _kind(
    "lamp",
    Facet("colour", (_LAMP,), "Toy.Colour", TEXT, Put("PutColour", "Colour"), Grain.WHOLE, show="all"),
    Facet("shade", (_LAMP,), "Toy.Shade", TEXT, Put("PutShade", "Shade"), Grain.WHOLE, show="all"),
    guard=Guard("Toy.Version", "IfMatch", ("PutColour", "PutShade"), ("PreconditionFailed",)),
)
"""Compare-and-set."""

_MOTOR = Read("GetMotor")
MOTOR = _kind(
    "motor",
    Facet("speed", (_MOTOR,), "Toy.Speed", TEXT, Put("PutSpeed", "Speed"), Grain.WHOLE, show="all"),
    settled=Settled("Toy.Status", ("ready",), ("ResourceInUse",)),
)
"""Asynchronous: busy for a while after each write."""

_TICKET = Read("GetTicket")
TICKET = _kind(
    "ticket",
    Facet("text", (_TICKET,), "Toy.Text", TEXT, Put("PutText", "Text"), Grain.WHOLE, show="all"),
    also=(Effect("CreateTicket", "creates", "Id", of="answer"), Effect("DeleteTicket", "deletes", "Name")),
    create=Create(
        "CreateTicket", lambda ref, want: (Call("toy", "CreateTicket", {"Text": want["text"]}),), ("text",), True
    ),
    delete=Delete("DeleteTicket"),
)
"""Made with a token; its id is in the answer."""

_PARCEL = Read("GetParcel")
PARCEL = _kind(
    "parcel",
    Facet("text", (_PARCEL,), "Toy.Text", TEXT, Put("PutText", "Text"), Grain.WHOLE, show="all"),
    also=(Effect("CreateParcel", "creates", "Id", of="answer"), Effect("DeleteParcel", "deletes", "Name")),
    create=Create(
        "CreateParcel",
        lambda ref, want: (Call("toy", "CreateParcel", {"Address": "?"}),),
        (),
        True,
        Sought("FindParcels", lambda asked: {"Address": asked["Address"]}, "Ids"),
    ),
    delete=Delete("DeleteParcel"),
)
"""Made without a token, under an address that AWS keeps unique; its id is in the answer, and it can be looked for."""

_KITE = Read("GetKite")
KITE = _kind(
    "kite",
    Facet("dye", (_KITE,), "Toy.Dye", TEXT, Put("PutDye", "Dye"), Grain.WHOLE, show="all"),
    Facet("tail", (_KITE,), "Toy.Tail", TEXT, Put("PutTail", "Tail"), Grain.WHOLE, show="all"),
    incarnation="Toy.Born",
    also=(Effect("CreateKite", "creates", "Name"), Effect("DeleteKite", "deletes", "Name")),
    create=Create("CreateKite", lambda ref, want: (Call("toy", "CreateKite", {"Name": ref.id[0]}),), ()),
    delete=Delete("DeleteKite"),
    recreated=Recreated.EXACT,
)
"""Says which of its lives it is: one that was removed and made anew is another."""

KINDS = {kind.name: kind for kind in (BOX, GATE, LAMP, MOTOR, TICKET, PARCEL, KITE)}


def ref(spelled: str) -> Ref:
    """`box/a` is the box called a."""
    kind, _, name = spelled.partition("/")
    return Ref(kind, (name,), "here")


@dataclass(frozen=True)
class Aimed:
    """A step: bring a facet of a toy to a body."""

    toy: Target
    facet: str
    body: Any = field(hash=False)

    def work(self, sight: Sight) -> Aim:
        """Its aim. Raises NotFound."""
        toy = sight.ref(self.toy)
        if sight.now(toy) is None:
            raise NotFound(f"there is no {toy}")
        return Aim({FacetRef(toy, self.facet): self.body})


@dataclass(frozen=True)
class Several:
    """A step: bring several facets of a toy to bodies."""

    toy: Target
    bodies: Mapping[str, Any] = field(hash=False)

    def work(self, sight: Sight) -> Aim:
        """Its aim. Raises NotFound."""
        toy = sight.ref(self.toy)
        if sight.now(toy) is None:
            raise NotFound(f"there is no {toy}")
        return Aim({FacetRef(toy, facet): body for facet, body in self.bodies.items()})


ACTIONS = {
    "aim": Action("aim", "", (), lambda *_: None, lambda spec, sight: spec.work(sight), str, ""),
    "send": Action("send", "", (), lambda *_: None, lambda spec, sight: Send(spec), str, ""),
    "ask": Action("ask", "", (), lambda *_: None, lambda spec, sight: Deed(*spec.split(" > ")), str, ""),
}


def _judge(spec: str, seen: Observation) -> Judgement:
    if seen.value is None:
        return Judgement(Verdict.NO_DATA, f"{spec} says nothing")
    return Judgement(Verdict.PASSED if seen.value else Verdict.FAILED, f"{spec} is {seen.value}")


def _observe(spec: str, senses: Senses) -> Observation:
    """200 is good, 503 bad, 204 no data, and 0 that nobody could be asked."""
    status = senses.http("GET", spec, timedelta(seconds=1)).status
    if status == 0:
        raise CannotAsk("we are offline")
    return Observation(None if status == 204 else status == 200)


def _look_back(spec: float, senses: Senses) -> Observation:
    """A probe that needs so many seconds of what it judges."""
    since, seconds = senses.since(), timedelta(seconds=spec)
    if since is not None and senses.time() < since + seconds:
        raise TooEarly(since + seconds - senses.time())
    return Observation([str(moment) for moment in (senses.began(), since, senses.time())])


PROBES = {
    "up": Probe("up", "", (), lambda *_: None, _observe, _judge, str, ""),
    "look-back": Probe("look-back", "", (), lambda *_: None, _look_back, _judge, str, ""),
}
