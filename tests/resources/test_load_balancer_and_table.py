"""Load balancers and tables, disturbed by each operation: what changes is what was foretold, and it comes back."""

import contextlib
import json
from collections.abc import Mapping
from types import ModuleType
from typing import Any

import pytest
from emulators import ACCOUNT, REGION, Emulator

from changectl.aws.clients import Settings
from changectl.aws.connection import Aws, connect
from changectl.contracts.kind import ResourceKind
from changectl.engine.asking import Eyes
from changectl.engine.capture import capture, settling
from changectl.engine.effects import Rows, rows, touched
from changectl.engine.finding import find
from changectl.engine.foretell import Unforeseeable, foretold
from changectl.engine.verdict import reachable, reversibility
from changectl.engine.writing import writes
from changectl.errors import ChangectlError, NotFound
from changectl.model.merge import merged
from changectl.model.preview import Reversibility
from changectl.model.resource import Call, Ref, Resource, Target
from changectl.resources import load_balancer, table
from tests.resources import load_balancer_case, table_case

KINDS: Mapping[str, ResourceKind] = {kind.name: kind for kind in (load_balancer.KIND, table.KIND)}
ROWS: Rows = rows(KINDS)
NAMING = {"LoadBalancerArn", "ResourceArns", "ResourceArn", "TableName"}
CASES = {"load-balancer": load_balancer_case, "table": table_case}


@pytest.fixture(params=sorted(CASES))
def case(request: pytest.FixtureRequest) -> ModuleType:
    found: ModuleType = CASES[request.param]
    return found


def test_captured_twice_it_is_the_same(case: ModuleType, emulator: Emulator) -> None:
    ref = case.make(emulator.client)

    assert _now(ref, _aws(emulator)) == _now(ref, _aws(emulator))


def test_every_operation_changes_what_was_foretold_and_comes_back(case: ModuleType, emulator: Emulator) -> None:
    failed: dict[tuple[str, str], str] = {}
    for number in range(len(case.disturb(case.make(emulator.client), emulator.client))):
        emulator.reset()
        name, why = _judged(case, number, emulator)
        if why:
            failed.setdefault(name, why)

    assert failed.keys() == case.GAPS[emulator.name].keys(), failed


def test_each_gap_is_the_emulators_own(emulator: Emulator) -> None:
    ref, dynamodb = table_case.make(emulator.client), emulator.client("dynamodb")
    if emulator.name == "ministack":
        days = {"PointInTimeRecoveryEnabled": True, "RecoveryPeriodInDays": 7}
        dynamodb.update_continuous_backups(TableName=ref.id[0], PointInTimeRecoverySpecification=days)
        backups = dynamodb.describe_continuous_backups(TableName=ref.id[0])["ContinuousBackupsDescription"]
        assert backups["PointInTimeRecoveryDescription"].get("RecoveryPeriodInDays") != 7
        return
    dynamodb.update_table(TableName=ref.id[0], TableClass="STANDARD_INFREQUENT_ACCESS")
    assert "TableClassSummary" not in dynamodb.describe_table(TableName=ref.id[0])["Table"]
    on = {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}
    dynamodb.update_table(TableName=ref.id[0], StreamSpecification=on)
    dynamodb.update_table(TableName=ref.id[0], StreamSpecification={"StreamEnabled": False})
    with pytest.raises(dynamodb.exceptions.ResourceInUseException):
        dynamodb.update_table(TableName=ref.id[0], StreamSpecification=on)
    balancer, elbv2 = load_balancer_case.make(emulator.client), emulator.client("elbv2")
    step = load_balancer_case.disturb(balancer, emulator.client)[4].call
    assert isinstance(step, Call)
    elbv2.set_subnets(**step.params)
    [shown] = elbv2.describe_load_balancers(LoadBalancerArns=[balancer.id[0]])["LoadBalancers"]
    assert shown["IpAddressType"] == "ipv4"


def test_one_that_is_gone_is_absent_alone_and_among_others(case: ModuleType, emulator: Emulator) -> None:
    ref = case.make(emulator.client)
    other = Ref(ref.kind, (f"{ref.id[0][:-3]}xxx",), REGION)

    assert capture(KINDS, [other], _eyes(emulator))[other] is None
    found = capture(KINDS, [other, ref], _eyes(emulator))
    assert found[other] is None
    assert found[ref] == _now(ref, _aws(emulator))


def test_every_body_survives_the_way_to_aws_and_back(case: ModuleType, emulator: Emulator) -> None:
    ref = case.make(emulator.client)
    seen = [_now(ref, _aws(emulator))]
    for step in case.disturb(ref, emulator.client):
        for call in (*step.setup, step.call):
            with contextlib.suppress(ChangectlError):
                _aws(emulator).send(call)
        seen.append(_now(ref, _aws(emulator)))

    for resource in seen:
        for facet in KINDS[ref.kind].facets:
            body = resource[facet.name]
            assert json.loads(json.dumps(body)) == body
            if body is not None and facet.write is not None:
                assert facet.shape.canon(facet.shape.wire(body)) == body, facet.name


def test_a_load_balancer_is_found_by_its_name(emulator: Emulator) -> None:
    ref = load_balancer_case.make(emulator.client)
    target = Target("load-balancer", "rentals")

    assert find(KINDS, [target], _eyes(emulator), REGION).refs == {target: ref}
    with pytest.raises(NotFound):
        find(KINDS, [Target("load-balancer", "stables")], _eyes(emulator), REGION)


def test_a_protected_resource_is_opened_before_it_is_deleted(case: ModuleType, emulator: Emulator) -> None:
    ref, aws = case.make(emulator.client), _aws(emulator)
    kind = KINDS[ref.kind]
    protect = {
        "load-balancer": ("attributes", {**(_now(ref, aws).get("attributes") or {}), PROTECTED: "true"}),
        "table": ("protection", True),
    }[ref.kind]
    for call in writes(kind, ref, _now(ref, aws), dict([protect]), ACCOUNT):
        aws.send(call)

    calls = writes(kind, ref, _now(ref, aws), None, ACCOUNT)

    assert len(calls) == 2
    for call in calls:
        aws.send(call)
    assert capture(KINDS, [ref], _eyes(emulator))[ref] is None


def test_back_to_provisioned_sets_the_limits_of_every_index_in_the_same_call() -> None:
    calls = writes(table.KIND, TABLE, ON_DEMAND, PROVISIONED, ACCOUNT)

    assert [call.params for call in calls] == [
        {
            "TableName": "bookings",
            "BillingMode": "PROVISIONED",
            "ProvisionedThroughput": UNITS,
            "GlobalSecondaryIndexUpdates": [{"Update": {"IndexName": "by-guest", "ProvisionedThroughput": UNITS}}],
        }
    ]


def test_an_index_is_built_and_removed_in_calls_of_their_own() -> None:
    more = {"BillingMode": "PROVISIONED", "ProvisionedThroughput": {**UNITS, "ReadCapacityUnits": 9}}
    other = {**INDEX, "KeySchema": [{"AttributeName": "unicorn", "KeyType": "HASH"}], "Types": {"unicorn": "S"}}
    want = {"capacity": more, "indexes": {"by-guest": other}, "class": "STANDARD_INFREQUENT_ACCESS"}

    calls = writes(table.KIND, TABLE, {**PROVISIONED, "class": "STANDARD"}, want, ACCOUNT)

    assert [sorted(set(call.params) - {"TableName"}) for call in calls] == [
        ["GlobalSecondaryIndexUpdates"],
        ["ProvisionedThroughput"],
        ["AttributeDefinitions", "GlobalSecondaryIndexUpdates"],
        ["TableClass"],
    ]


def test_what_a_stream_shows_changes_by_off_and_on() -> None:
    calls = writes(table.KIND, TABLE, {"stream": "NEW_IMAGE"}, {"stream": "KEYS_ONLY"}, ACCOUNT)

    assert [call.params["StreamSpecification"] for call in calls] == [
        {"StreamEnabled": False},
        {"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"},
    ]


def test_a_limit_on_demand_goes_by_saying_none() -> None:
    limited = {"BillingMode": "PAY_PER_REQUEST", "OnDemandThroughput": {"MaxReadRequestUnits": 4}}
    free = {"BillingMode": "PAY_PER_REQUEST"}

    [call] = writes(table.KIND, TABLE, {"capacity": limited}, {"capacity": free}, ACCOUNT)

    none = {"MaxReadRequestUnits": -1, "MaxWriteRequestUnits": -1}
    assert call.params == {"TableName": "bookings", "OnDemandThroughput": none}
    assert foretold(ROWS, KINDS, call, {TABLE: {"capacity": limited}}) == {TABLE: {"capacity": free}}


def test_only_an_index_that_must_be_built_again_is_a_loss() -> None:
    without = {**PROVISIONED, "indexes": None}

    assert reversibility(table.KIND, without, PROVISIONED).reversibility is Reversibility.EXACT
    assert reversibility(table.KIND, PROVISIONED, without).reversibility is Reversibility.LOSSY
    assert reversibility(table.KIND, PROVISIONED, None).reversibility is Reversibility.IRREVERSIBLE


def test_members_that_are_not_captured_make_an_update_unforeseeable() -> None:
    call = Call("dynamodb", "UpdateTable", {"TableName": "bookings", "SSESpecification": {"Enabled": True}}, REGION)

    assert not touched(ROWS, KINDS, call).known


def test_an_arn_is_the_name_and_that_of_an_index_is_not() -> None:
    arn = "arn:aws:dynamodb:ap-southeast-2:123456789012:table/bookings"
    assert table.KIND.spell is not None
    assert table.KIND.spell(arn) == ("bookings",) == table.KIND.spell("bookings")
    assert table.KIND.spell(f"{arn}/index/by-guest") == (f"{arn}/index/by-guest",)


UNITS = {"ReadCapacityUnits": 5, "WriteCapacityUnits": 5}
KEYS: Mapping[str, Any] = {
    "KeySchema": [{"AttributeName": "guest", "KeyType": "HASH"}],
    "Projection": {"ProjectionType": "ALL"},
    "Types": {"guest": "S"},
}
INDEX: Mapping[str, Any] = {**KEYS, "ProvisionedThroughput": UNITS}
PROVISIONED: Resource = {
    "capacity": {"BillingMode": "PROVISIONED", "ProvisionedThroughput": UNITS},
    "indexes": {"by-guest": INDEX},
}
ON_DEMAND: Resource = {"capacity": {"BillingMode": "PAY_PER_REQUEST"}, "indexes": {"by-guest": KEYS}}
TABLE = Ref("table", ("bookings",), REGION)
PROTECTED = "deletion_protection.enabled"


def _judged(case: ModuleType, number: int, emulator: Emulator) -> tuple[tuple[str, str], str]:
    """The step by its operation and members, and what is wrong with it."""
    ref, aws = case.make(emulator.client), _aws(emulator)
    step = case.disturb(ref, emulator.client)[number]
    for call in step.setup:
        aws.send(call)
    call = step.call if isinstance(step.call, Call) else step.call()
    name = (call.operation, _members(call))
    try:
        return name, _wrong(ref, call, aws)
    except ChangectlError as refused:
        return name, f"{type(refused).__name__}: {refused}"


def _members(call: Call) -> str:
    """What a call speaks of besides the resource: its members, or those of the only one that has any."""
    said = {name: value for name, value in call.params.items() if name not in NAMING}
    inner = [name for value in said.values() if isinstance(value, dict) for name in value]
    return "+".join(sorted(inner if len(said) == 1 and inner else said))


def _wrong(ref: Ref, call: Call, aws: Aws) -> str:
    before = _now(ref, aws)
    touch = touched(ROWS, KINDS, call)
    expected = _foretold(ref, call, before)
    aws.send(call)
    after = _now(ref, aws)
    changed = {name for name in after if before[name] != after[name]}
    said = {facet.facet for facet in touch.writes}
    if not changed or changed != said or not touch.known:
        return f"changed {changed}, said {said}"
    if expected is not None and expected != after:
        return f"foretold {_differing(expected, after)}"
    kind = KINDS[ref.kind]
    goal = reachable(kind, before, after)
    assert goal is not None
    _put_back(kind, ref, before, after, goal, aws)
    back = _now(ref, aws)
    if back != goal:
        return f"came back otherwise: {_differing(goal, back)}"
    again = writes(kind, ref, back, goal, ACCOUNT)
    return f"sent again {again}" if again else ""


def _put_back(kind: ResourceKind, ref: Ref, before: Resource, after: Resource, goal: Resource, aws: Aws) -> None:
    now = _now(ref, aws)
    grains = {facet.name: facet.grain for facet in kind.facets}
    want = {name: merged(goal[name], [after[name]], now[name], grain).want for name, grain in grains.items()}
    for call in writes(kind, ref, now, want, ACCOUNT):
        aws.send(call)


def _foretold(ref: Ref, call: Call, before: Resource) -> Resource | None:
    try:
        return foretold(ROWS, KINDS, call, {ref: before})[ref]
    except Unforeseeable:
        return None


def _differing(one: Resource, other: Resource) -> dict[str, Any]:
    return {name: (one.get(name), other.get(name)) for name in other if one.get(name) != other.get(name)}


def _now(ref: Ref, aws: Aws) -> Resource:
    eyes = _looking(aws)
    assert not settling(KINDS, ref, eyes)
    found = capture(KINDS, [ref], eyes)[ref]
    assert found is not None
    return found


def _aws(emulator: Emulator) -> Aws:
    return connect(Settings(REGION, endpoint=emulator.endpoint)).gated(lambda call: None)


def _eyes(emulator: Emulator) -> Eyes:
    return _looking(_aws(emulator))


def _looking(aws: Aws) -> Eyes:
    return Eyes(aws.send, lambda thunks: [thunk() for thunk in thunks], ACCOUNT)
