"""What each call of a kind is when its answer is lost, and what then proves that it was done."""

from collections.abc import Mapping
from typing import Any

import botocore.session
import jmespath
import pytest
from emulators import Emulator

from changectl.engine.classes import CallClass, class_of, proves_it_was_done, settle_horizon
from changectl.engine.effects import touched
from changectl.errors import CallNotDone
from changectl.model.resource import Call, FacetRef, Ref
from tests.resources.stage import CASES, KINDS, ROWS, called, staged

every_kind = pytest.mark.parametrize("name", sorted(KINDS))
HERE = "ap-southeast-2"
GROUP, TABLE = Ref("security-group", ("sg-1",), HERE), {"TableName": "bookings"}
RULES = {"GroupId": "sg-1", "IpPermissions": []}


def of(service: str, operation: str, token: str = "", **params: Any) -> CallClass:
    return class_of(ROWS, KINDS, Call(service, operation, params, HERE), token)


@pytest.mark.parametrize(
    ("service", "operation", "params", "expected"),
    [
        ("ssm", "PutParameter", {"Name": "/a", "Value": "1"}, CallClass.ABSOLUTE),
        ("ssm", "PutParameter", {"Name": "/a", "Value": "1", "Tags": []}, CallClass.UNREADABLE),
        ("ssm", "DeleteParameter", {"Name": "/a"}, CallClass.ABSOLUTE),
        ("ec2", "AuthorizeSecurityGroupIngress", RULES, CallClass.SET_LIKE),
        ("ec2", "RevokeSecurityGroupEgress", RULES, CallClass.SET_LIKE),
        ("ec2", "UpdateSecurityGroupRuleDescriptionsIngress", RULES, CallClass.ABSOLUTE),
        ("ec2", "ModifySecurityGroupRules", {"GroupId": "sg-1", "SecurityGroupRules": []}, CallClass.UNREADABLE),
        ("ec2", "CreateSecurityGroup", {"GroupName": "web"}, CallClass.CREATE),
        ("dynamodb", "UpdateTable", {**TABLE, "DeletionProtectionEnabled": True}, CallClass.ASYNCHRONOUS),
        ("dynamodb", "DeleteTable", TABLE, CallClass.ASYNCHRONOUS),
        ("dynamodb", "CreateTable", TABLE, CallClass.CREATE),
        ("elbv2", "CreateLoadBalancer", {"Name": "web"}, CallClass.CREATE),
        ("ec2", "RebootInstances", {"InstanceIds": ["i-1"]}, CallClass.UNREADABLE),
    ],
)
def test_each_call_has_the_class_of_what_promises_least(
    service: str, operation: str, params: Mapping[str, Any], expected: CallClass
) -> None:
    assert of(service, operation, **params) is expected


def test_a_call_with_its_token_is_known_by_it_and_without_is_not() -> None:
    assert of("ec2", "RunInstances", "ClientToken", ClientToken="t") is CallClass.NATIVE
    assert of("ec2", "RunInstances", "ClientToken") is CallClass.UNREADABLE


def test_only_a_refusal_to_do_it_twice_proves_that_it_was_done() -> None:
    proven = {
        (operation, code)
        for operation in ("AuthorizeSecurityGroupIngress", "RevokeSecurityGroupIngress", "DeleteSecurityGroup")
        for code in ("InvalidPermission.Duplicate", "InvalidPermission.NotFound", "InvalidGroup.NotFound", "Throttling")
        if proves_it_was_done(ROWS, KINDS, Call("ec2", operation, RULES, HERE), code)
    }
    assert proven == {
        ("AuthorizeSecurityGroupIngress", "InvalidPermission.Duplicate"),
        ("RevokeSecurityGroupIngress", "InvalidPermission.NotFound"),
        ("DeleteSecurityGroup", "InvalidGroup.NotFound"),
    }


def test_an_absence_is_believed_when_the_slowest_setting_would_show() -> None:
    parameter = FacetRef(Ref("parameter", ("/a",), HERE), "value")
    assert (settle_horizon(KINDS, ()), settle_horizon(KINDS, [parameter])) == (30, 30)
    assert settle_horizon(KINDS, [parameter, FacetRef(GROUP, "tags")]) == 300


@every_kind
def test_no_step_of_a_kind_is_unreadable_but_what_touches_at_most(name: str, fresh_moto: str) -> None:
    stage = staged(name, Emulator("moto", fresh_moto))
    at_most = {operation for (_, operation), rows in ROWS.table.items() if any(row.effect.may for row in rows)}
    calls = [called(step) for step in stage.steps()]

    found = {call.operation for call in calls if class_of(ROWS, KINDS, call) is CallClass.UNREADABLE}
    assert found == at_most & {call.operation for call in calls}


@every_kind
def test_the_codes_that_prove_are_codes_of_aws(name: str) -> None:
    kind = KINDS[name]
    model = botocore.session.Session().get_service_model(kind.service)
    known = {
        error.metadata.get("error", {}).get("code") or error.name
        for operation in model.operation_names
        for error in model.operation_model(operation).error_shapes
    }
    if known:  # EC2's model names none
        assert kind.exists <= known
    assert kind.exists


@every_kind
def test_a_second_creation_is_refused_with_a_code_that_proves_the_first(name: str, emulator: Emulator) -> None:
    stage = staged(name, emulator)
    call = CASES[name].creation(stage.ref, emulator.client)

    if emulator.name in getattr(CASES[name], "MAKES_TWO", ()):
        stage.aws.send(call)
        return
    with pytest.raises(CallNotDone) as refused:
        stage.aws.send(call)
    assert proves_it_was_done(ROWS, KINDS, call, refused.value.code)


@every_kind
def test_what_was_made_is_found_again_by_what_aws_keeps_unique(name: str, emulator: Emulator) -> None:
    create, stage = KINDS[name].create, staged(name, emulator)
    call = CASES[name].creation(stage.ref, emulator.client)
    touch = touched(ROWS, KINDS, call)
    if not touch.later:
        assert {facet.ref for facet in touch.writes} | touch.creates == {stage.ref}
        return
    assert create is not None
    assert create.sought is not None
    answer = stage.aws.send(Call(call.service, create.sought.operation, create.sought.params(call.params), HERE))

    assert jmespath.search(create.sought.ids, answer) == [stage.ref.id[-1]]
