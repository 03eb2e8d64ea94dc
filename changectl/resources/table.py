"""DynamoDB tables: capacity, indexes, class, stream, protection, expiry, recovery and tags. Items are not captured."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from changectl.contracts.kind import Delete, Effect, Facet, Hand, Items, Loss, Put, Read, ResourceKind, Settled
from changectl.contracts.shape import RAW, TAGS, Shape, keyed, stripped
from changectl.model.merge import Grain
from changectl.model.resource import Body, Call, Ref

CHANGES = "GlobalSecondaryIndexUpdates"
ON_DEMAND = ("OnDemandThroughput", ("MaxReadRequestUnits", "MaxWriteRequestUnits"))
PROVISIONED = ("ProvisionedThroughput", ("ReadCapacityUnits", "WriteCapacityUnits"))
UNLIMITED = {"OnDemandThroughput": {"MaxReadRequestUnits": -1, "MaxWriteRequestUnits": -1}}
TYPES = keyed("AttributeName", "AttributeType")


def _name(spelled: str) -> tuple[str, ...]:
    arn = re.fullmatch(r"arn:[^:]+:dynamodb:[^:]*:\d*:table/([^/]+)", spelled)
    return (arn[1] if arn else spelled,)


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
    lifted = UNLIMITED if "OnDemandThroughput" in now and want["BillingMode"] == "PAY_PER_REQUEST" else {}
    return (_update(ref, {name: value for name, value in {**lifted, **want}.items() if now.get(name) != value}),)


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
    mode = "PROVISIONED" if any("ProvisionedThroughput" in index for index in named) else "PAY_PER_REQUEST"
    return {"Indexes": named, "Types": TYPES.wire(types), "Mode": mode}


def _set_indexes(ref: Ref, now: Body, want: Body) -> tuple[Call, ...]:
    """AWS removes or builds one in a call. One with other keys or another projection is removed and built anew."""
    was, will = now or {}, want or {}
    kept = [n for n in will if n in was and all(was[n][part] == will[n][part] for part in ("KeySchema", "Projection"))]
    changed = [{"IndexName": n, **_limits_of(will[n])} for n in kept if was[n] != will[n] and _limits_of(will[n])]
    gone = [[{"Delete": {"IndexName": n}}] for n in sorted(was) if n not in kept]
    built = [_build(ref, n, will[n]) for n in sorted(will) if n not in kept]
    updates = [[{"Update": each} for each in changed]] if changed else []
    return (*(_update(ref, {CHANGES: each}) for each in (*gone, *updates)), *built)


def _limits_of(index: Mapping[str, Any]) -> dict[str, Any]:
    return {name: index[name] for name in index if name.endswith("Throughput")}


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
    return _indexes({"Indexes": indexes.values(), "Types": types, "Mode": params.get("BillingMode") or raw["Mode"]})


def _switched(operation: str, member: str, shape: Shape, off: Callable[[Body], dict[str, Any]]) -> Hand:
    """What is chosen when it is switched on, and becomes another only by off and on."""

    def calls(ref: Ref, now: Body, want: Body) -> tuple[Call, ...]:
        sent = ([off(now)] if now else []) + ([shape.wire(want)] if want else [])
        return tuple(Call("dynamodb", operation, {"TableName": ref.id[0], member: each}) for each in sent)

    return Hand((operation,), calls, lambda params, now: shape.canon(params[member]), (member,))


ENABLED = ("PointInTimeRecoveryEnabled", "PointInTimeRecoveryStatus")
ON = {True, "ENABLED", "ENABLING"}
STREAM = Shape(
    lambda raw: raw["StreamViewType"] if raw and raw["StreamEnabled"] else None,
    lambda body: {"StreamEnabled": True, "StreamViewType": body},
    "what its records show, as in NEW_IMAGE",
)
EXPIRY = Shape(
    lambda raw: raw["AttributeName"] if {raw.get("Enabled"), raw.get("TimeToLiveStatus")} & ON else None,
    lambda body: {"Enabled": True, "AttributeName": body},
    "the attribute that says when an item expires",
)
RECOVERY = Shape(
    lambda raw: raw.get("RecoveryPeriodInDays", 35) if {raw.get(name) for name in ENABLED} & ON else None,
    lambda body: {"PointInTimeRecoveryEnabled": True, "RecoveryPeriodInDays": body},
    "how many days back it can be restored",
)
PROTECTION = Shape(lambda raw: raw or None, bool, "true or absent")
CLASS = Shape(lambda raw: raw or "STANDARD", str, "STANDARD or STANDARD_INFREQUENT_ACCESS")

SET_CAPACITY = Hand(
    ("UpdateTable",),
    _set_capacity,
    lambda params, now: _capacity({**now, **params}),
    ("BillingMode", "ProvisionedThroughput", "OnDemandThroughput"),
)
SET_INDEXES = Hand(("UpdateTable",), _set_indexes, _indexes_left, (CHANGES, "BillingMode", "AttributeDefinitions"))
SET_STREAM = _switched("UpdateTable", "StreamSpecification", STREAM, lambda now: {"StreamEnabled": False})
SET_EXPIRY = _switched(
    "UpdateTimeToLive", "TimeToLiveSpecification", EXPIRY, lambda now: {"Enabled": False, "AttributeName": now}
)
RECOVER = Put(
    "UpdateContinuousBackups", "PointInTimeRecoverySpecification", empty={"PointInTimeRecoveryEnabled": False}
)
TAGGING = Items("TagResource", "Tags", "UntagResource", "TagKeys", keys_only=True, params={"ResourceArn": "{arn}"})


def _facet(name: str, read: Read, at: str, shape: Shape, write: Hand | Put | Items | None, *losses: Loss) -> Facet:
    """AWS takes one UpdateTable at a time, so that all it can change waits for one another."""
    grain = {"indexes": Grain.ITEM, "tags": Grain.LEAF}.get(name, Grain.WHOLE)
    return Facet(name, (read,), at, shape, write, grain, show="all", losses=losses, group="table")


def _lost(why: str, path: str = "", before: str = "*", after: str = "*") -> Loss:
    return Loss(why, path, before, after, residue=False)


TABLE = Read("DescribeTable")
TTL = Read("DescribeTimeToLive")
BACKUPS = Read("DescribeContinuousBackups")
LIST_TAGS = Read("ListTagsOfResource", {"ResourceArn": "{arn}"})
MODE = "BillingMode: BillingModeSummary.BillingMode"
LIMITS = "ProvisionedThroughput: ProvisionedThroughput, OnDemandThroughput: OnDemandThroughput"
KEYS = "{KeySchema: KeySchema, LocalSecondaryIndexes: LocalSecondaryIndexes[].IndexName}"
INDEXES = "{Indexes: GlobalSecondaryIndexes, Types: AttributeDefinitions, Mode: BillingModeSummary.BillingMode}"
SWITCH = _lost("AWS allows few switches of the billing mode a day", "BillingMode")
BUILD = _lost("an index is built anew from all items, which can take hours", "*", "present", "absent")
ARN = _lost("a stream put back has another ARN, and its readers must be told", "", "present")
HOUR = _lost("AWS allows one change an hour, and items that expire meanwhile are gone")
WINDOW = _lost("recovery reaches back no further than to when it was put back", "", "present")

RECOVERED = "PointInTimeRecoveryDescription"
CAPACITY = Shape(_capacity, dict, "a billing mode and its limits")
GSI = Shape(_indexes, _raw_indexes, "a map by name")
PROTECT = Put("UpdateTable", "DeletionProtectionEnabled", empty=False)

FACETS = (
    _facet("identity", TABLE, f"Table.{KEYS}", RAW, None),
    _facet("capacity", TABLE, f"Table.{{{MODE}, {LIMITS}}}", CAPACITY, SET_CAPACITY, SWITCH),
    _facet("indexes", TABLE, f"Table.{INDEXES}", GSI, SET_INDEXES, BUILD),
    _facet("class", TABLE, "Table.TableClassSummary.TableClass", CLASS, Put("UpdateTable", "TableClass")),
    _facet("stream", TABLE, "Table.StreamSpecification", STREAM, SET_STREAM, ARN),
    _facet("protection", TABLE, "Table.DeletionProtectionEnabled", PROTECTION, PROTECT),
    _facet("ttl", TTL, "TimeToLiveDescription", EXPIRY, SET_EXPIRY, HOUR),
    _facet("recovery", BACKUPS, f"ContinuousBackupsDescription.{RECOVERED}", RECOVERY, RECOVER, WINDOW),
    _facet("tags", LIST_TAGS, "Tags", TAGS, TAGGING),
)

KIND = ResourceKind(
    name="table",
    type="AWS::DynamoDB::Table",
    service="dynamodb",
    id=("name",),
    params={"TableName": "{name}"},
    arn="arn:aws:dynamodb:{region}:{account}:table/{name}",
    spell=_name,
    facets=FACETS,
    also=(
        *(
            Effect(operation, "creates", "TargetTableName")
            for operation in ("RestoreTableFromBackup", "RestoreTableToPointInTime")
        ),
        Effect("CreateTable", "creates", "TableName"),
        Effect("ImportTable", "creates", "TableCreationParameters.TableName"),
        Effect("DeleteTable", "deletes", "TableName"),
    ),
    delete=Delete("DeleteTable", blocked_by=("protection",)),
    recreated_why="a table made anew has none of its items",
    gone=frozenset({"ResourceNotFoundException"}),
    incarnation="Table.TableId || Table.CreationDateTime",
    settled=Settled("[Table.TableStatus, Table.GlobalSecondaryIndexes[].IndexStatus][]", ("ACTIVE", "ARCHIVED")),
    alone=("TableClass", "GlobalSecondaryIndexUpdates[?Create || Delete]"),
    settle=60,
    not_captured={
        "items": "PutItem and its like: data, not settings",
        "encryption": "SSESpecification of UpdateTable",
        "replicas": "ReplicaUpdates, GlobalTableWitnessUpdates and MultiRegionConsistency of UpdateTable",
        "warm throughput": "WarmThroughput of UpdateTable; it grows by itself, and is not lowered",
        "vector indexes": "VectorIndexUpdates of UpdateTable",
        "resource policy": "PutResourcePolicy, DeleteResourcePolicy",
        "Kinesis destination": "EnableKinesisStreamingDestination and its like",
        "contributor insights": "UpdateContributorInsights",
        "autoscaling": "belongs to Application Auto Scaling, and to UpdateTableReplicaAutoScaling",
    },
    ignored={"CreateBackup": "makes a backup, and leaves the table as it is"},
)
