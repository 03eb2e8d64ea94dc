"""DynamoDB tables: capacity, indexes, class, stream, protection, expiry, recovery and tags. Items are not captured."""

import re
from collections.abc import Callable
from typing import Any

from changectl.contracts.kind import Delete, Effect, Facet, Hand, Items, Loss, Put, Read, ResourceKind, Settled
from changectl.contracts.shape import RAW, TAGS, Shape
from changectl.model.merge import Grain
from changectl.model.resource import Body, Call, Ref
from changectl.resources.table.throughput import CAPACITY, INDEXES, SET_CAPACITY, SET_INDEXES


def _name(spelled: str) -> tuple[str, ...]:
    arn = re.fullmatch(r"arn:[^:]+:dynamodb:[^:]*:\d*:table/([^/]+)", spelled)
    return (arn[1] if arn else spelled,)


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
GSI = "{Indexes: GlobalSecondaryIndexes, Types: AttributeDefinitions, Mode: BillingModeSummary.BillingMode}"
SWITCH = _lost("AWS allows few switches of the billing mode a day", "BillingMode")
BUILD = _lost("an index is built anew from all items, which can take hours", "*", "present", "absent")
ARN = _lost("a stream put back has another ARN, and its readers must be told", "", "present")
HOUR = _lost("AWS allows one change an hour, and items that expire meanwhile are gone")
WINDOW = _lost("recovery reaches back no further than to when it was put back", "", "present")

RECOVERED = "PointInTimeRecoveryDescription"
PROTECT = Put("UpdateTable", "DeletionProtectionEnabled", empty=False)

AT_REST = ("ACTIVE", "ARCHIVED", "INACCESSIBLE_ENCRYPTION_CREDENTIALS", "REPLICATION_NOT_AUTHORIZED")
FACETS = (
    _facet("identity", TABLE, f"Table.{KEYS}", RAW, None),
    _facet("capacity", TABLE, f"Table.{{{MODE}, {LIMITS}}}", CAPACITY, SET_CAPACITY, SWITCH),
    _facet("indexes", TABLE, f"Table.{GSI}", INDEXES, SET_INDEXES, BUILD),
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
        Effect("CreateTable", "creates", "TableName"),
        Effect("RestoreTableFromBackup", "creates", "TargetTableName"),
        Effect("RestoreTableToPointInTime", "creates", "TargetTableName"),
        Effect("ImportTable", "creates", "TableCreationParameters.TableName"),
        Effect("DeleteTable", "deletes", "TableName"),
    ),
    delete=Delete("DeleteTable", blocked_by=("protection",)),
    recreated_why="a table made anew has none of its items",
    gone=frozenset({"ResourceNotFoundException"}),
    exists=frozenset({"ResourceInUseException", "TableAlreadyExistsException"}),
    incarnation="Table.TableId || Table.CreationDateTime",
    settled=Settled(
        "[Table.TableStatus, Table.GlobalSecondaryIndexes[].IndexStatus][]", AT_REST, ("ResourceInUseException",)
    ),
    alone=("TableClass", "GlobalSecondaryIndexUpdates[?Create || Delete]"),
    first=("GlobalSecondaryIndexUpdates[?Delete]",),  # a switch of the mode must give every index there is its limits
    not_captured={
        "items": "PutItem, UpdateItem, DeleteItem, StartBulkPutItems: data, not settings",
        "encryption": "SSESpecification of UpdateTable",
        "replicas": "ReplicaUpdates, GlobalTableWitnessUpdates and MultiRegionConsistency of UpdateTable",
        "warm throughput": "WarmThroughput of UpdateTable; it grows by itself, and is not lowered",
        "vector indexes": "VectorIndexUpdates of UpdateTable",
        "resource policy": "PutResourcePolicy, DeleteResourcePolicy",
        "Kinesis destination": "EnableKinesisStreamingDestination, DisableKinesisStreamingDestination"
        " and UpdateKinesisStreamingDestination",
        "contributor insights": "UpdateContributorInsights",
        "autoscaling": "belongs to Application Auto Scaling, and to UpdateTableReplicaAutoScaling",
    },
    ignored={"CreateBackup": "makes a backup, and leaves the table as it is"},
)
