"""`call`: read from a plan, sent as one call."""

from typing import Any

import pytest
from parts import read_part

from changectl.actions.call import ACTION, CallSpec
from changectl.aws.rules import TABLE
from changectl.contracts.action import Send
from changectl.model.resource import Body, Call, Target
from changectl.model.values import RefValue, SecretValue, substituted

RULES = {rule.id: rule for rule in TABLE}


class Known:
    """A sight in which everything is known."""

    region = "ap-southeast-2"

    def known(self, value: Body) -> Any:
        return substituted(value, lambda later: f"<{type(later).__name__}>")


def step(text: str) -> str:
    """The one step of an example that is written as a part of a plan."""
    return text.removeprefix("steps:\n")


def test_a_call_is_read_with_its_values_still_unknown() -> None:
    spec, complaints = read_part(
        ACTION,
        "call: iam.put_role_policy\n"
        "with: {RoleName: {$ref: iam-role/rentals}, PolicyName: p, PolicyDocument: {Id: {$secret: ID}}}",
    )
    role = RefValue(Target("iam-role", "rentals"))
    policy = {"Id": SecretValue("ID")}
    assert complaints == []
    assert spec == CallSpec("iam", "PutRolePolicy", {"RoleName": role, "PolicyName": "p", "PolicyDocument": policy})


def test_its_work_is_to_send_it_in_the_steps_region_with_documents_as_text() -> None:
    spec, _ = read_part(
        ACTION, "call: iam.PutRolePolicy\nwith: {RoleName: r, PolicyName: {$secret: P}, PolicyDocument: {a: [1]}}"
    )
    params = {"RoleName": "r", "PolicyName": "<SecretValue>", "PolicyDocument": '{"a": [1]}'}
    assert ACTION.work(spec, Known()) == Send(Call("iam", "PutRolePolicy", params, "ap-southeast-2"))  # type: ignore[arg-type]


def test_it_says_what_it_is_about_and_no_secret() -> None:
    spec = CallSpec("ssm", "PutParameter", {"Name": "/rate\x1b[31m", "Value": "hunter22", "Type": "SecureString"})
    assert ACTION.says(spec) == "send ssm.PutParameter for Name /rate, Type SecureString"


def test_an_operation_without_parameters_needs_no_with() -> None:
    spec, complaints = read_part(ACTION, "call: ec2.disable_serial_console_access")
    assert (spec, complaints) == (CallSpec("ec2", "DisableSerialConsoleAccess", {}), [])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "call: put_role_policy",
            ("CHG300", '"put_role_policy" names no operation; write it like iam.put_role_policy'),
        ),
        ("call: imm.put_role_policy", ("CHG301", 'there is no AWS service "imm"; did you mean "iam"?')),
        ("call: s3api.put_bucket_acl", ("CHG301", 'there is no AWS service "s3api"; it is s3')),
        (
            "call: iam.put_role_polizy",
            ("CHG302", 'iam has no operation "put_role_polizy"; did you mean "PutRolePolicy"?'),
        ),
        ("call: sts.get_caller_identity", ("CHG310", "sts.get_caller_identity only reads; write a check under test:")),
    ],
)
def test_a_call_that_does_not_exist_is_told_with_what_was_meant(text: str, expected: tuple[str, str]) -> None:
    _, complaints = read_part(ACTION, text)
    assert complaints == [expected]


@pytest.mark.parametrize("rule", sorted(RULES))
def test_the_bad_example_breaks_its_rule_and_the_good_one_breaks_none(rule: str) -> None:
    _, complaints = read_part(ACTION, step(RULES[rule].bad))
    assert rule in {found for found, _ in complaints}
    if "call:" in RULES[rule].good:
        assert read_part(ACTION, step(RULES[rule].good))[1] == []
