"""Capacity and secondary indexes of tables: an index has its own limits, and the billing mode decides which."""

from collections.abc import Iterable, Mapping
from typing import Any

from changectl.contracts.kind import Hand
from changectl.contracts.shape import Shape, keyed, stripped
from changectl.model.resource import Body, Call, Ref

CHANGES = "GlobalSecondaryIndexUpdates"
ON_DEMAND = ("OnDemandThroughput", ("MaxReadRequestUnits", "MaxWriteRequestUnits"))
PROVISIONED = ("ProvisionedThroughput", ("ReadCapacityUnits", "WriteCapacityUnits"))
UNLIMITED = {"MaxReadRequestUnits": -1, "MaxWriteRequestUnits": -1}
TYPES = keyed("AttributeName", "AttributeType")


def _update(ref: Ref, members: Mapping[str, Any]) -> Call:
    return Call("dynamodb", "UpdateTable", {"TableName": ref.id[0], **members})


def _limits(raw: Mapping[str, Any], mode: str) -> dict[str, Any]:
    """What limits a table or an index in this mode; AWS shows zeros for the other mode, and -1 for no limit."""
    member, names = ON_DEMAND if mode == "PAY_PER_REQUEST" else PROVISIONED
    found = {name: value for name, value in (raw.get(member) or {}).items() if name in names and value > 0}
    return {member: found} if found else {}


def _capacity(raw: Any) -> Body:
    mode = raw.get("BillingMode") or "PROVISIONED"
    return {"BillingMode": mode, **_limits(raw, mode)}


def _set_capacity(ref: Ref, now: Body, want: Body) -> tuple[Call, ...]:
    changed = {name: value for name, value in want.items() if now.get(name) != value}
    return (_update(ref, {**changed, **_lifted(now, want, want["BillingMode"])}),)


def _lifted(was: Mapping[str, Any], will: Mapping[str, Any], mode: str) -> dict[str, Any]:
    """The limits on demand where they change, each said: AWS lifts one for -1 only."""
    member, _ = ON_DEMAND
    if mode != "PAY_PER_REQUEST" or was.get(member) == will.get(member):
        return {}
    return {member: {**UNLIMITED, **will.get(member, {})}}


def _indexes(raw: Any) -> Body:
    types, mode = TYPES.canon(raw["Types"]) or {}, raw["Mode"] or "PROVISIONED"
    live = [index for index in raw["Indexes"] or () if index.get("IndexStatus") != "DELETING"]
    return {index["IndexName"]: _index(index, types, mode) for index in live} or None


def _index(raw: Mapping[str, Any], types: Mapping[str, str], mode: str) -> dict[str, Any]:
    projection = {name: sorted(v) if isinstance(v, list) else v for name, v in stripped(raw["Projection"]).items()}
    of_keys = {key["AttributeName"]: types.get(key["AttributeName"]) for key in raw["KeySchema"]}
    return {"KeySchema": raw["KeySchema"], "Projection": projection, "Types": of_keys, **_limits(raw, mode)}


def _raw_indexes(body: Body) -> dict[str, Any]:
    named = [{"IndexName": name, **index} for name, index in (body or {}).items()]
    types = {name: type_ for index in named for name, type_ in index["Types"].items()}
    return {"Indexes": named, "Types": TYPES.wire(types), "Mode": _mode(named)}


def _mode(indexes: Iterable[Mapping[str, Any]]) -> str:
    """The mode in which indexes have such limits."""
    return "PROVISIONED" if any("ProvisionedThroughput" in index for index in indexes) else "PAY_PER_REQUEST"


def _set_indexes(ref: Ref, now: Body, want: Body) -> tuple[Call, ...]:
    """AWS removes or builds one in a call. One with other keys or another projection is removed and built anew."""
    was, will = now or {}, want or {}
    kept = [n for n in will if n in was and all(was[n][part] == will[n][part] for part in ("KeySchema", "Projection"))]
    limits = {n: _new_limits(was[n], will[n]) for n in kept}
    changed = [{"IndexName": n, **limits[n]} for n in kept if limits[n]]
    gone = [[{"Delete": {"IndexName": n}}] for n in sorted(was) if n not in kept]
    built = [_build(ref, n, will[n]) for n in sorted(will) if n not in kept]
    updates = [[{"Update": each} for each in changed]] if changed else []
    return (*(_update(ref, {CHANGES: each}) for each in (*gone, *updates)), *built)


def _new_limits(was: Mapping[str, Any], will: Mapping[str, Any]) -> dict[str, Any]:
    """The limits of an index, where they change; those of the table's mode."""
    member, _ = PROVISIONED
    if member not in will:
        return _lifted(was, will, "PAY_PER_REQUEST")
    return {member: will[member]} if was.get(member) != will[member] else {}


def _build(ref: Ref, name: str, index: Mapping[str, Any]) -> Call:
    said = {"IndexName": name, **{member: value for member, value in index.items() if member != "Types"}}
    return _update(ref, {"AttributeDefinitions": TYPES.wire(index["Types"]), CHANGES: [{"Create": said}]})


def _indexes_left(params: Mapping[str, Any], now: Body) -> Body:
    raw = _raw_indexes(now)
    indexes = {index["IndexName"]: index for index in raw["Indexes"]}
    for change in params.get(CHANGES) or ():
        for verb, said in change.items():
            status = "DELETING" if verb == "Delete" else "ACTIVE"
            indexes[said["IndexName"]] = {**indexes.get(said["IndexName"], {}), **said, "IndexStatus": status}
    types = [*raw["Types"], *(params.get("AttributeDefinitions") or ())]
    return _indexes(
        {"Indexes": indexes.values(), "Types": types, "Mode": params.get("BillingMode") or _mode(indexes.values())}
    )


CAPACITY = Shape(_capacity, dict, "a billing mode and its limits")
SET_CAPACITY = Hand(
    ("UpdateTable",),
    _set_capacity,
    lambda params, now: _capacity({**now, **params}),
    ("BillingMode", "ProvisionedThroughput", "OnDemandThroughput"),
)
INDEXES = Shape(_indexes, _raw_indexes, "a map by name")
SET_INDEXES = Hand(("UpdateTable",), _set_indexes, _indexes_left, (CHANGES, "BillingMode", "AttributeDefinitions"))
