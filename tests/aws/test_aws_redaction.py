"""What is recorded of a call holds no secret, whatever AWS's models forgot to mark."""

from typing import Any

import pytest

from changectl.aws.sensitive import hidden_texts, redacted, without_hidden
from changectl.model.resource import Call

HIDDEN = "(secret)"
BUILD = [
    {"name": "TOKEN", "value": "canary"},
    {"name": "TOKEN", "value": "canary", "type": "PLAINTEXT"},
    {"name": "TOKEN", "value": "/ci/token", "type": "PARAMETER_STORE"},
]


@pytest.mark.parametrize(
    ("service", "name", "params", "expected"),
    [
        (
            "ec2",
            "RunInstances",
            {"ImageId": "ami-1", "MinCount": 1, "UserData": "canary"},
            {"ImageId": "ami-1", "MinCount": 1, "UserData": HIDDEN},
        ),
        (
            "ec2",
            "ModifyInstanceAttribute",
            {"InstanceId": "i-1", "UserData": {"Value": "canary"}},
            {"InstanceId": "i-1", "UserData": {"Value": HIDDEN}},
        ),
        (
            "ssm",
            "PutParameter",
            {"Name": "/p", "Type": "String", "Value": "canary"},
            {"Name": "/p", "Type": "String", "Value": HIDDEN},
        ),
        (
            "lambda",
            "UpdateFunctionConfiguration",
            {"FunctionName": "f", "Environment": {"Variables": {"A": "canary"}}},
            {"FunctionName": "f", "Environment": {"Variables": {"A": HIDDEN}}},
        ),
        (
            "codebuild",
            "UpdateProject",
            {"name": "b", "environment": {"image": "i", "environmentVariables": BUILD}},
            {
                "name": "b",
                "environment": {
                    "image": "i",
                    "environmentVariables": [{**BUILD[0], "value": HIDDEN}, {**BUILD[1], "value": HIDDEN}, BUILD[2]],
                },
            },
        ),
        (
            "elasticache",
            "ModifyReplicationGroup",
            {"ReplicationGroupId": "r", "AuthToken": "canary"},
            {"ReplicationGroupId": "r", "AuthToken": HIDDEN},
        ),
        (
            "docdb",
            "ModifyDBCluster",
            {"DBClusterIdentifier": "r", "MasterUserPassword": "canary"},
            {"DBClusterIdentifier": "r", "MasterUserPassword": HIDDEN},
        ),
        (
            "iam",
            "PutRolePolicy",
            {"RoleName": "r", "PolicyName": "p", "PolicyDocument": "{}"},
            {"RoleName": "r", "PolicyName": "p", "PolicyDocument": "{}"},
        ),
        ("nosuch", "Thing", {"a": ["canary", 1, True, None]}, {"a": [HIDDEN, HIDDEN, True, None]}),
        ("iam", "CreateRole", {"NoSuchMember": {"a": "canary"}}, {"NoSuchMember": {"a": HIDDEN}}),
    ],
)
def test_what_may_be_secret_is_not_recorded(service: str, name: str, params: Any, expected: Any) -> None:
    assert redacted(Call(service, name, params)) == expected


def test_a_sentence_that_repeats_a_secret_is_cleaned() -> None:
    params = {"DBInstanceIdentifier": "rentals", "MasterUserPassword": "hunter22"}
    call = Call("rds", "ModifyDBInstance", params)
    assert hidden_texts(call) == ("hunter22",)
    assert without_hidden("rentals: hunter22 is too short", call) == "rentals: (secret) is too short"
