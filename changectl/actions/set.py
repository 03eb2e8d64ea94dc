"""Set: bring settings of one resource to what the plan says, from what the plan says they are."""

import contextlib
from collections.abc import Mapping
from dataclasses import field

from changectl.contracts.action import Action, Aim, Reading, Sight
from changectl.contracts.kind import Facet, ResourceKind
from changectl.engine.naming import facet_of, kind_of
from changectl.engine.wish_schema import change_schema
from changectl.engine.wishes import Item, Wish, as_item, authored, wishes_of
from changectl.errors import Drifted, NotFound, PlanWrong
from changectl.model.edit import Add, Become, Edit, Mismatch, Remove, Was, edited
from changectl.model.frozen import dataclass
from changectl.model.node import Node
from changectl.model.resource import Body, FacetRef, Target
from changectl.model.text import one_line
from changectl.planfile.jsonschema_parts import said
from changectl.planfile.schema import mapping
from changectl.planfile.targets import target


@dataclass(frozen=True, slots=True)
class SetSpec:
    """Which resource, and what is wanted of each setting, in the order of the plan."""

    target: Target
    change: Mapping[str, tuple[Wish, ...]] = field(hash=False)


def read(members: Mapping[str, Node], at: Node, reading: Reading) -> SetSpec | None:
    """What a plan says; None after a complaint."""
    complaints = reading.complaints
    found = target(members["set"], complaints)
    if "change" not in members:
        complaints.add("CHG105", '"change" is missing: which settings become what?', at)
        return None
    change = mapping(members["change"], complaints)
    kind = None if found is None else kind_of(found, members["set"], reading)
    if found is None or change is None or kind is None:
        return None
    if not change:
        complaints.add("CHG205", "the change is empty", members["change"])
    facets = {name: facet_of(kind, name, members["change"].keys[name], reading) for name in change}
    return SetSpec(
        found,
        {name: wishes_of(kind, facet, change[name], complaints) for name, facet in facets.items() if facet is not None},
    )


def work(spec: SetSpec, sight: Sight) -> Aim:
    """The settings as they are, with the edits made. Raises NotFound, Drifted, PlanWrong."""
    ref = sight.ref(spec.target)
    live = sight.now(ref)
    if live is None:
        raise NotFound(f"{spec.target} does not exist", "set changes what is there; a call step makes it", ref=str(ref))
    kind = sight.kind(spec.target.kind)
    want = {}
    for name, wishes in spec.change.items():
        facet, body = kind.facet(name), live.get(name)
        for wish in wishes:
            body = _after(f"{spec.target} {name}", FacetRef(ref, name), facet, body, wish, sight)
        want[FacetRef(ref, name)] = body
    return Aim(want)


def _after(said: str, setting: FacetRef, facet: Facet, now: Body, wish: Wish, sight: Sight) -> Body:
    """`said`: the setting by the plan's name of the resource."""
    edit = _resolved(setting, facet, wish, sight)
    key = edit.key
    if key and now is not None and not isinstance(now, Mapping):
        raise PlanWrong(f"{said} has no members such as {key}", f"write {setting.facet}: {{from: …, to: …}}")
    after = edited(now, edit, lambda body: _canonical(setting, facet, body))
    if isinstance(after, Mismatch):
        raise _drifted(said, setting, facet, edit, after)
    return after


def _drifted(said: str, setting: FacetRef, facet: Facet, edit: Edit, mismatch: Mismatch) -> Drifted:
    from changectl.engine.show import shown  # it brings all events, and `check` needs none

    key = mismatch.key
    what = one_line(f"{said} {key}".strip())
    path = (key,) if key else ()
    expected, found = (one_line(shown(facet, body, path)) for body in (mismatch.expected, mismatch.found))
    match edit:
        case Become():
            sentence = f"{what} is {found}, and the plan starts from {expected}"
        case Add():
            expected, sentence = "absent", f"{what} is there already, and not as the plan adds it"
        case Remove():
            expected, sentence = "present", f"{what} is not there, and the plan removes it"
    hint = "look at who changed it (changectl log), then mend the plan"
    return Drifted(sentence, hint, facet=str(setting), path=key, expected=expected, found=found)


def _resolved(setting: FacetRef, facet: Facet, wish: Wish, sight: Sight) -> Edit:
    match wish:
        case Item(said, remove):
            key, body = _authored(setting, facet, sight.known(said))
            return Remove(key) if remove else Add(key, body)
        case Become(to, was, key):
            before = None if was is None else Was(_friendly(setting, facet, sight.known(was.body)))
            return Become(_friendly(setting, facet, sight.known(to)), before, key)
        case Add(key, body):
            return Add(key, sight.known(body))
        case Remove():
            return wish


def _friendly(setting: FacetRef, facet: Facet, body: Body) -> Body:
    if facet.author is None or not isinstance(body, list | tuple):
        return body
    items = [as_item(facet, said) for said in body]
    if not all(isinstance(item, Mapping) for item in items):
        return body
    return dict(_authored(setting, facet, item) for item in items) or None


def _authored(setting: FacetRef, facet: Facet, said: Body) -> tuple[str, Body]:
    try:
        return authored(facet, said)
    except ValueError as why:
        raise PlanWrong(one_line(f"{setting} cannot have this item: {why}")) from why


def _canonical(setting: FacetRef, facet: Facet, body: Body) -> Body:
    """The body in the one form that production is read in, whether written in that form or as AWS spells it."""
    if body is None:
        return None
    wrong = (AttributeError, IndexError, KeyError, TypeError, ValueError)
    with contextlib.suppress(*wrong):
        return facet.shape.canon(facet.shape.wire(body))
    with contextlib.suppress(*wrong):
        return facet.shape.canon(body)
    raise PlanWrong(f"{setting} cannot be what the plan says", f"it is {facet.shape.says}" if facet.shape.says else "")


def says(spec: SetSpec) -> str:
    """What it does, in a few words."""
    return one_line(f"set {', '.join(spec.change)} of {spec.target}")


def schema(kinds: Mapping[str, ResourceKind]) -> Mapping[str, Body]:
    """For editors: the kinds there are, and of each the settings that can be written."""
    named = {"type": "string", "pattern": rf"^\s*(?:{'|'.join(sorted(kinds))})/\S"}
    change = {"type": "object", "minProperties": 1}
    return {
        "properties": {
            "set": said(named, "The resource, as in security-group/web."),
            "change": said(change, "Its settings, each with what it is and what it shall be: {from: …, to: …}."),
        },
        "required": ["change"],
        "allOf": [
            {
                "if": {"properties": {"set": {"type": "string", "pattern": rf"^\s*{name}/"}}},
                "then": {"properties": {"change": change_schema(kind)}},
            }
            for name, kind in kinds.items()
        ],
    }


ACTION = Action(
    key="set",
    summary="bring settings of one resource to what the plan says; refused where they are not what it starts from",
    members=("change",),
    read=read,
    work=work,
    says=says,
    example="""\
- name: Raise the timeout, let the new office in, hand the load balancer to the rentals team
  set: load-balancer/rentals
  change:
    attributes:                                    # settings with members: each {from, to}, or the new value alone
      idle_timeout.timeout_seconds: {from: "60", to: "120"}
    tags:
      Team: rentals
      Trial: {to: null}                            # null is absent
- name: Let the new office in
  set: security-group/web
  change:
    ingress:                                       # settings that are sets: add and remove
      add: [{protocol: tcp, port: 443, cidr: 203.0.113.0/24, description: new office}]
      remove: [{protocol: tcp, port: 443, cidr: 198.51.100.0/24}]
- name: Allow more bookings
  set: parameter/rentals/booking-limit
  change:
    value: {from: "7", to: "14"}                   # {from, to} right under a setting is the whole of it
""",
    schema=schema,
)
