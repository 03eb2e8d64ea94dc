"""The table of the contract: provisioned, with an index, a stream, expiry, recovery and a tag."""

from collections.abc import Callable, Mapping
from typing import Any

from hypothesis import strategies as st

from changectl.model.resource import Body, Call, Ref, Resource
from tests.resources.case import Step
from tests.resources.texts import TAGS

REGION = "ap-southeast-2"
ACCOUNT = "123456789012"
NAME = "bookings"
SMALL = {"ReadCapacityUnits": 1, "WriteCapacityUnits": 1}
LARGE = {"ReadCapacityUnits": 9, "WriteCapacityUnits": 8}
TYPES = [{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "guest", "unicorn")]


def make(client: Callable[[str], Any]) -> Ref:
    """A provisioned table with one of everything that can be taken from it."""
    dynamodb = client("dynamodb")
    dynamodb.create_table(
        TableName=NAME,
        AttributeDefinitions=TYPES[:2],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        BillingMode="PROVISIONED",
        ProvisionedThroughput={"ReadCapacityUnits": 5, "WriteCapacityUnits": 5},
        GlobalSecondaryIndexes=[_index("by-guest", "guest")],
        Tags=[{"Key": "Team", "Value": "rentals"}],
    )
    return Ref("table", (NAME,), REGION)


def disturb(ref: Ref, client: Callable[[str], Any]) -> list[Step]:
    """One step for each operation, and for each member of UpdateTable."""
    arn = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{NAME}"
    stream = _update(StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"})
    ttl = _call("UpdateTimeToLive", TimeToLiveSpecification={"Enabled": True, "AttributeName": "expires"})
    recovery = _recovery(PointInTimeRecoveryEnabled=True)
    gone = [{"Delete": {"IndexName": "by-guest"}}]
    more = [{"Update": {"IndexName": "by-guest", "ProvisionedThroughput": LARGE}}]
    built = [{"Create": _index("by-unicorn", "unicorn")}]
    return [
        Step(_update(ProvisionedThroughput=LARGE)),
        Step(_update(BillingMode="PAY_PER_REQUEST")),
        Step(
            _update(BillingMode="PROVISIONED", ProvisionedThroughput=LARGE, GlobalSecondaryIndexUpdates=more),
            (_update(BillingMode="PAY_PER_REQUEST"),),
        ),
        Step(_update(AttributeDefinitions=TYPES, GlobalSecondaryIndexUpdates=built)),
        Step(_update(GlobalSecondaryIndexUpdates=more)),
        Step(_update(GlobalSecondaryIndexUpdates=gone)),
        Step(_update(TableClass="STANDARD_INFREQUENT_ACCESS")),
        Step(_update(DeletionProtectionEnabled=True)),
        Step(stream),
        Step(_update(StreamSpecification={"StreamEnabled": False}), (stream,)),
        Step(ttl),
        Step(_call("UpdateTimeToLive", TimeToLiveSpecification={"Enabled": False, "AttributeName": "expires"}), (ttl,)),
        Step(recovery),
        Step(_recovery(PointInTimeRecoveryEnabled=True, RecoveryPeriodInDays=7), (recovery,)),
        Step(_recovery(PointInTimeRecoveryEnabled=False), (recovery,)),
        Step(_tags(arn, "TagResource", Tags=[{"Key": "Trial", "Value": "yes"}, {"Key": "Team", "Value": "bookings"}])),
        Step(_tags(arn, "UntagResource", TagKeys=["Team"])),
    ]


def creation(ref: Ref, client: Callable[[str], Any]) -> Call:
    """The call that made it, without its index."""
    keys = {"AttributeDefinitions": TYPES[:1], "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}]}
    return _call("CreateTable", **keys, BillingMode="PAY_PER_REQUEST")


GAPS: Mapping[str, Mapping[tuple[str, str], str]] = {
    "moto": {
        ("UpdateTable", "TableClass"): "the class is not kept",
        ("UpdateTable", "StreamEnabled"): "a stream that was switched off cannot be switched on again",
    },
    "ministack": {
        ("UpdateContinuousBackups", "PointInTimeRecoveryEnabled+RecoveryPeriodInDays"): "the days are not kept",
    },
}


def _call(operation: str, **params: Any) -> Call:
    return Call("dynamodb", operation, {"TableName": NAME, **params}, REGION)


def _update(**params: Any) -> Call:
    return _call("UpdateTable", **params)


def _recovery(**specification: Any) -> Call:
    return _call("UpdateContinuousBackups", PointInTimeRecoverySpecification=specification)


def _tags(arn: str, operation: str, **params: Any) -> Call:
    return Call("dynamodb", operation, {"ResourceArn": arn, **params}, REGION)


def _index(name: str, by: str) -> dict[str, Any]:
    return {
        "IndexName": name,
        "KeySchema": [{"AttributeName": by, "KeyType": "HASH"}],
        "Projection": {"ProjectionType": "ALL"},
        "ProvisionedThroughput": SMALL,
    }


# Generated states

IDS: Mapping[str, Any] = {"on demand": True, "attributes": ("guest", "unicorn", "expires-at", "a.b_c-d", "n" * 255)}
TOGETHER = ({"capacity", "indexes"},)
"""Settings that only go together: an index has limits where its table has."""

LEFT_OUT: Mapping[str, frozenset[str]] = {
    "moto": frozenset({"class", "stream"}),
    "ministack": frozenset({"stream", "recovery"}),
}
"""Settings that an emulator does not put back; they are foretold all the same."""

UNITS = st.one_of(st.sampled_from([1, 40_000]), st.integers(1, 40_000))
ATTRIBUTE = st.sampled_from(IDS["attributes"])


def ids(ref: Ref, client: Callable[[str], Any], emulator: str) -> Mapping[str, Any]:
    """What it keeps: no limits of the on-demand mode; moto knows the attributes of the newest index only."""
    return {**IDS, "on demand": False, **({"attributes": ("guest",)} if emulator == "moto" else {})}


def states(ids: Mapping[str, Any]) -> st.SearchStrategy[tuple[Resource, Resource]]:
    """Two states, each of a mode, with indexes that have the limits of that mode."""
    return st.tuples(_states(ids), _states(ids))


@st.composite
def _states(draw: st.DrawFn, ids: Mapping[str, Any]) -> Resource:
    mode = draw(st.sampled_from(["PROVISIONED", "PAY_PER_REQUEST"]))
    names = st.sampled_from(["by-guest", "by_unicorn", "a.b", "i" * 255])
    return {
        "capacity": {"BillingMode": mode, **draw(_limits(mode, ids))},
        "indexes": draw(st.dictionaries(names, _indexes(mode, ids), max_size=3)) or None,
        "class": draw(st.sampled_from(["STANDARD", "STANDARD_INFREQUENT_ACCESS"])),
        "stream": draw(st.sampled_from([None, "NEW_IMAGE", "OLD_IMAGE", "NEW_AND_OLD_IMAGES", "KEYS_ONLY"])),
        "protection": draw(st.sampled_from([None, True])),
        "ttl": draw(st.one_of(st.none(), ATTRIBUTE)),
        "recovery": draw(st.one_of(st.none(), st.integers(1, 35))),
        "tags": draw(TAGS),
    }


def _limits(mode: str, ids: Mapping[str, Any]) -> st.SearchStrategy[Mapping[str, Any]]:
    if mode == "PROVISIONED":
        units = st.fixed_dictionaries({"ReadCapacityUnits": UNITS, "WriteCapacityUnits": UNITS})
        return units.map(lambda limits: {"ProvisionedThroughput": limits})
    if not ids["on demand"]:
        return st.just({})
    most = st.fixed_dictionaries({}, optional={"MaxReadRequestUnits": UNITS, "MaxWriteRequestUnits": UNITS})
    return most.map(lambda limits: {"OnDemandThroughput": limits} if limits else {})


@st.composite
def _indexes(draw: st.DrawFn, mode: str, ids: Mapping[str, Any]) -> Body:
    keys = draw(st.lists(st.sampled_from(ids["attributes"]), min_size=1, max_size=2, unique=True))
    projected = st.one_of(
        st.sampled_from([{"ProjectionType": "ALL"}, {"ProjectionType": "KEYS_ONLY"}]),
        st.sets(st.sampled_from(["x", "y", "é"]), min_size=1).map(
            lambda names: {"ProjectionType": "INCLUDE", "NonKeyAttributes": sorted(names)}
        ),
    )
    return {
        "KeySchema": [{"AttributeName": n, "KeyType": t} for n, t in zip(keys, ("HASH", "RANGE"), strict=False)],
        "Projection": draw(projected),
        "Types": dict.fromkeys(keys, "S"),
        **draw(_limits(mode, ids)),
    }


def unlawful(now: Resource, call: Call) -> str:
    """Why AWS would refuse a call, which no emulator does."""
    if call.operation != "UpdateTable":
        return ""
    updates = call.params.get("GlobalSecondaryIndexUpdates", ())
    said = {verb: [update[verb] for update in updates if verb in update] for verb in ("Create", "Delete", "Update")}
    beside = set(call.params) - {"TableName", "AttributeDefinitions", "GlobalSecondaryIndexUpdates"}
    if (said["Create"] or said["Delete"]) and (len(updates) > 1 or beside):
        return "an index is built or removed alone"
    mode = call.params.get("BillingMode", now["capacity"]["BillingMode"])
    switched = mode != now["capacity"]["BillingMode"] and mode == "PROVISIONED"
    limited = {update["IndexName"] for update in said["Update"] if "ProvisionedThroughput" in update}
    if switched and (not call.params.get("ProvisionedThroughput") or set(now["indexes"] or ()) - limited):
        return "the table and every index that is there need limits"
    if any(("ProvisionedThroughput" in index) != (mode == "PROVISIONED") for index in said["Create"]):
        return "an index has limits where its table has"
    return ""


def spelled(ref: Ref, ids: Mapping[str, Any], now: Resource) -> st.SearchStrategy[Call]:
    """Calls as people write them: one member, a tag that may not be there."""
    arn = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{NAME}"
    mode = now["capacity"]["BillingMode"]
    limits = _limits(mode, ids)
    keys = [*(now["tags"] or {}), "Nobody"]
    return st.one_of(
        limits.map(lambda said: _update(**(said or {"DeletionProtectionEnabled": False}))),
        st.booleans().map(lambda on: _update(DeletionProtectionEnabled=on)),
        st.sampled_from(keys).map(lambda key: _tags(arn, "UntagResource", TagKeys=[key])),
    )
