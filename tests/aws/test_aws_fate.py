"""What became of a call, over a real socket: how often it went out, and what we say of it."""

import socket
from typing import Any

import pytest
from emulators import REGION

from changectl.aws.clients import Settings
from changectl.aws.connection import Aws, connect
from changectl.errors import CallNotDone, CallUnknown, ChangectlError, NeverSent, NotSignedIn, Unreachable
from changectl.model.resource import Call
from tests.aws.faults import Behaviour, Faults, answer, cut, ec2_error, error, hang_up, raw, reset, silence

CHANGE = Call("iam", "PutRolePolicy", {"RoleName": "rentals", "PolicyName": "p", "PolicyDocument": "{}"})
AUTHORIZE = Call("ec2", "AuthorizeSecurityGroupIngress", {"GroupId": "sg-1", "IpPermissions": []})
JSON_CHANGE = Call("ssm", "PutParameter", {"Name": "/rate", "Value": "120", "Type": "String"})
READ = Call("iam", "GetRole", {"RoleName": "rentals"})
JSON_READ = Call("ssm", "DescribeParameters", {})

GOOD = "<PutRolePolicyResponse><ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></PutRolePolicyResponse>"
PAGE = '{"Parameters": [{"Name": "/rate"}]}'


def ended(aws: Aws, call: Call) -> tuple[type[ChangectlError], Any, Any]:
    with pytest.raises(ChangectlError) as caught:
        aws.send(call)
    return type(caught.value), caught.value.facts.get("code"), getattr(caught.value, "again", None)


@pytest.mark.parametrize(
    ("call", "behaviour", "expected"),
    [
        (CHANGE, silence, (CallUnknown, "ReadTimeoutError", None)),
        (CHANGE, reset, (CallUnknown, "ConnectionClosedError", None)),
        (CHANGE, hang_up, (CallUnknown, "ConnectionClosedError", None)),
        (CHANGE, answer(500, ""), (CallUnknown, "500", None)),
        (CHANGE, error(500, "InternalFailure"), (CallUnknown, "InternalFailure", None)),
        (CHANGE, error(503, "ServiceUnavailable"), (CallUnknown, "ServiceUnavailable", None)),
        (CHANGE, error(503, "Throttling"), (CallNotDone, "Throttling", True)),
        (CHANGE, error(400, "Throttling"), (CallNotDone, "Throttling", True)),
        (CHANGE, error(429, "TooManyRequestsException"), (CallNotDone, "TooManyRequestsException", True)),
        (CHANGE, error(404, "NoSuchEntity"), (CallNotDone, "NoSuchEntity", False)),
        (CHANGE, error(403, "AccessDenied"), (CallNotDone, "AccessDenied", False)),
        (CHANGE, error(403, "ExpiredToken"), (NotSignedIn, "ExpiredToken", None)),
        (CHANGE, error(403, "InvalidClientTokenId"), (NotSignedIn, "InvalidClientTokenId", None)),
        (CHANGE, error(403, "SignatureDoesNotMatch"), (NotSignedIn, "SignatureDoesNotMatch", None)),
        (CHANGE, cut(GOOD), (CallUnknown, "CutAnswer", None)),
        (CHANGE, raw(b"HTTP/1.1 200 OK\r\nContent-Ty"), (CallUnknown, "CutAnswer", None)),
        (CHANGE, answer(200, "<html><body>Sign in to the hotel</body></html>"), (CallUnknown, "CutAnswer", None)),
        (CHANGE, answer(200, "garbage"), (CallUnknown, "CutAnswer", None)),
        (CHANGE, answer(200, GOOD[:-5]), (CallUnknown, "ResponseParserError", None)),
        (CHANGE, raw(b"\x16\x03\x01 not http\r\n\r\n"), (CallUnknown, "ConnectionClosedError", None)),
        (AUTHORIZE, silence, (CallUnknown, "ReadTimeoutError", None)),
        (AUTHORIZE, ec2_error(503, "RequestLimitExceeded"), (CallNotDone, "RequestLimitExceeded", True)),
        (AUTHORIZE, ec2_error(400, "InvalidPermission.Duplicate"), (CallNotDone, "InvalidPermission.Duplicate", False)),
        (AUTHORIZE, ec2_error(401, "AuthFailure"), (NotSignedIn, "AuthFailure", None)),
        (AUTHORIZE, ec2_error(403, "AuthFailure"), (CallNotDone, "AuthFailure", False)),
        (AUTHORIZE, ec2_error(400, "RequestExpired"), (NotSignedIn, "RequestExpired", None)),
        (JSON_CHANGE, cut('{"Version": 3}', "application/x-amz-json-1.1"), (CallUnknown, "CutAnswer", None)),
        (JSON_CHANGE, answer(200, '{"Version"', "application/x-amz-json-1.1"), (CallUnknown, "CutAnswer", None)),
        (JSON_CHANGE, answer(500, "{", "application/x-amz-json-1.1"), (CallUnknown, "500", None)),
    ],
)
def test_a_change_goes_out_once_and_its_fate_is_told(
    broken: Aws, faults: Faults, call: Call, behaviour: Behaviour, expected: tuple[type, str, bool | None]
) -> None:
    faults.script[:] = [behaviour]
    assert (ended(broken, call), len(faults.requests)) == (expected, 1)


@pytest.mark.parametrize(
    ("call", "behaviour", "expected", "times"),
    [
        (READ, silence, (Unreachable, "ReadTimeoutError", None), 2),
        (READ, reset, (Unreachable, "ConnectionClosedError", None), 2),
        (READ, error(500, "InternalFailure"), (CallNotDone, "InternalFailure", True), 2),
        (READ, error(503, "Throttling"), (CallNotDone, "Throttling", True), 2),
        (READ, error(404, "NoSuchEntity"), (CallNotDone, "NoSuchEntity", False), 1),
        (READ, error(403, "ExpiredToken"), (NotSignedIn, "ExpiredToken", None), 1),
        (JSON_READ, cut(PAGE, "application/x-amz-json-1.1"), (Unreachable, "CutAnswer", None), 1),
        (JSON_READ, answer(200, PAGE[:-3], "application/x-amz-json-1.1"), (Unreachable, "CutAnswer", None), 1),
        (JSON_READ, raw(b"HTTP/1.1 200 OK\r\nContent-Ty"), (Unreachable, "CutAnswer", None), 1),
        (READ, answer(200, "<html>Sign in</html>"), (Unreachable, "CutAnswer", None), 1),
    ],
)
def test_a_read_that_fails_says_nothing_about_production(
    broken: Aws, faults: Faults, call: Call, behaviour: Behaviour, expected: tuple[type, str, bool | None], times: int
) -> None:
    faults.script[:] = [behaviour]
    assert (ended(broken, call), len(faults.requests)) == (expected, times)


def test_a_read_survives_a_blip(broken: Aws, faults: Faults) -> None:
    faults.script[:] = [reset, answer(200, PAGE, "application/x-amz-json-1.1")]
    assert broken.send(JSON_READ) == {"Parameters": [{"Name": "/rate"}]}
    assert len(faults.requests) == 2


def test_nothing_that_listens_means_nothing_was_sent() -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    nobody = connect(Settings(REGION, endpoint=f"http://127.0.0.1:{port}", read_attempts=1)).gated(lambda _: None)
    assert ended(nobody, CHANGE) == (NeverSent, "EndpointConnectionError", True)
    assert ended(nobody, READ) == (Unreachable, "EndpointConnectionError", None)


def test_plain_http_where_tls_is_spoken_is_not_taken_for_done(faults: Faults) -> None:
    faults.script[:] = [hang_up]
    secure = faults.endpoint.replace("http:", "https:")
    aws = connect(Settings(REGION, endpoint=secure, connect_timeout=0.3, read_timeout=0.3, read_attempts=1)).gated(
        lambda _: None
    )
    assert ended(aws, CHANGE)[0] is CallUnknown


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (Call("iam", "PutRolePolicy", {"RoleName": "rentals"}), "ParamValidationError"),
        (Call("iam", "PutRolesPolicy", {}), "OperationNotFoundError"),
        (Call("iamm", "PutRolePolicy", {}), "UnknownServiceError"),
        (Call("kms", "Encrypt", {"KeyId": "k", "Plaintext": "not base64!"}), "ValueError"),
    ],
)
def test_a_call_that_cannot_be_spelled_is_not_sent_and_not_recorded_as_begun(
    broken: Aws, faults: Faults, call: Call, code: str
) -> None:
    begun: list[Call] = []
    assert ended(broken.gated(begun.append), call) == (CallNotDone, code, False)
    assert (begun, faults.requests) == ([], [])


def test_without_credentials_nothing_is_recorded_as_begun(
    broken: Aws, faults: Faults, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    begun: list[Call] = []
    assert ended(broken.gated(begun.append), CHANGE) == (NotSignedIn, None, None)
    assert (begun, faults.requests) == ([], [])


def test_an_expired_sign_in_names_the_command_with_the_profile(
    faults: Faults, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    config = tmp_path / "config"
    config.write_text(
        "[profile rentals]\nsso_session = corp\nsso_account_id = 123456789012\nsso_role_name = ops\n"
        "[sso-session corp]\nsso_region = us-east-1\nsso_start_url = https://corp.awsapps.com/start\n"
    )
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    aws = connect(Settings(REGION, profile="rentals", endpoint=faults.endpoint)).gated(lambda _: None)
    with pytest.raises(NotSignedIn) as caught:
        aws.send(CHANGE)
    assert (caught.value.sentence, caught.value.hint) == (
        "the AWS sign-in in profile rentals has expired",
        "aws sso login --profile rentals",
    )


def test_a_profile_that_does_not_exist_is_named(faults: Faults) -> None:
    with pytest.raises(NotSignedIn) as caught:
        connect(Settings(REGION, profile="nobody", endpoint=faults.endpoint)).send(READ)
    assert caught.value.sentence == "there is no AWS profile nobody"


def test_aws_repeating_a_secret_does_not_put_it_into_the_record(broken: Aws, faults: Faults) -> None:
    faults.script[:] = [error(400, "InvalidParameterValue", "MasterUserPassword hunter22 is too weak")]
    call = Call("rds", "ModifyDBInstance", {"DBInstanceIdentifier": "rentals", "MasterUserPassword": "hunter22"})
    with pytest.raises(CallNotDone) as caught:
        broken.send(call)
    assert caught.value.sentence == (
        "rds.ModifyDBInstance was refused: InvalidParameterValue: MasterUserPassword (secret) is too weak"
    )


def test_s3_redirecting_to_another_region_does_not_send_a_change_twice(broken: Aws, faults: Faults) -> None:
    moved = answer(
        301,
        "<Error><Code>PermanentRedirect</Code><Message>there</Message></Error>",
        x_amz_bucket_region="eu-west-1",
    )
    faults.script[:] = [moved, answer(200, "")]
    call = Call("s3", "PutBucketPolicy", {"Bucket": "rentals", "Policy": "{}"})
    assert ended(broken, call) == (CallNotDone, "PermanentRedirect", False)
    assert len(faults.requests) == 1
