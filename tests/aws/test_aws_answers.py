"""Answers as JSON, whole: pages to the last, times and bytes as text."""

import base64
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from emulators import REGION

from changectl.aws.account import verify_account
from changectl.aws.answers import jsonable
from changectl.aws.clients import Settings
from changectl.aws.connection import Aws, connect
from changectl.errors import CallNotDone, NotSignedIn
from changectl.model.resource import Call
from tests.aws.faults import Faults, answer


def page(body: str) -> Any:
    return answer(200, body, "application/json")


def test_a_read_gives_every_page_in_one_answer_without_its_tokens(reading: Aws, aws: Any) -> None:
    for number in range(25):
        aws("ssm").put_parameter(Name=f"/rate/{number:02}", Value="1", Type="String")
    found = reading.send(Call("ssm", "GetParametersByPath", {"Path": "/rate", "MaxResults": 10}))
    assert list(found) == ["Parameters"]
    assert [p["Name"] for p in found["Parameters"]] == [f"/rate/{number:02}" for number in range(25)]


def test_pages_are_followed_where_botocore_has_no_paginator(broken: Aws, faults: Faults) -> None:
    faults.script[:] = [
        page('{"Tags": [{"Key": "a", "Value": "1"}], "NextToken": "2"}'),
        page('{"Tags": [{"Key": "b", "Value": "2"}]}'),
    ]
    found = broken.send(Call("athena", "ListPreparedStatements", {"WorkGroup": "w"}))
    assert (len(faults.requests), found.get("NextToken")) == (2, None)


def test_a_token_that_nobody_can_follow_is_an_error(broken: Aws, faults: Faults) -> None:
    faults.script[:] = [page('{"SyncDefinitions": [], "NextToken": "2"}')]
    call = Call(
        "codeconnections", "ListRepositorySyncDefinitions", {"RepositoryLinkId": "1" * 36, "SyncType": "CFN_STACK_SYNC"}
    )
    with pytest.raises(CallNotDone) as caught:
        broken.send(call)
    assert caught.value.code == "Truncated"


def test_an_answer_that_says_there_is_more_is_an_error_unless_a_part_was_asked_for(broken: Aws, faults: Faults) -> None:
    faults.script[:] = [page('{"Tags": [], "HasMoreTags": true}')]
    with pytest.raises(CallNotDone):
        broken.send(Call("kinesis", "ListTagsForStream", {"StreamName": "s"}))
    assert broken.send(Call("kinesis", "ListTagsForStream", {"StreamName": "s", "Limit": 1}))["Tags"] == []


def test_a_token_that_comes_back_for_ever_does_not_loop(broken: Aws, faults: Faults) -> None:
    faults.script[:] = [page('{"PreparedStatements": [], "NextToken": "2"}')]
    with pytest.raises(CallNotDone):
        broken.send(Call("athena", "ListPreparedStatements", {"WorkGroup": "w"}))
    assert len(faults.requests) <= 3


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (datetime(2026, 11, 24, 3, 0, tzinfo=timezone(timedelta(hours=13))), "2026-11-23T14:00:00Z"),
        (datetime(2026, 11, 24, 3, 0, 0, 500_000, tzinfo=UTC), "2026-11-24T03:00:00.500000Z"),
        (datetime(2026, 11, 24, 3, 0), "2026-11-24T03:00:00Z"),  # noqa: DTZ001 - botocore has some without a zone
        (date(2026, 11, 24), "2026-11-24"),
        (b"\x00\xff", "AP8="),
        (Decimal("1.50"), "1.50"),
        ({"a": (1, None, True, 1.5)}, {"a": [1, None, True, 1.5]}),
    ],
)
def test_values_become_json(value: Any, expected: Any) -> None:
    assert jsonable(value) == expected


def test_bytes_that_were_read_can_be_sent_back(reading: Aws, aws: Any) -> None:
    key = aws("kms").create_key()["KeyMetadata"]["KeyId"]
    gated = reading.gated(lambda _: None)
    text = base64.b64encode(b"\x00\xffrate").decode()
    hidden = gated.send(Call("kms", "Encrypt", {"KeyId": key, "Plaintext": text}))["CiphertextBlob"]
    assert gated.send(Call("kms", "Decrypt", {"CiphertextBlob": hidden}))["Plaintext"] == text


def test_a_streaming_body_is_read_to_its_end(reading: Aws, aws: Any) -> None:
    aws("s3").create_bucket(Bucket="rentals", CreateBucketConfiguration={"LocationConstraint": REGION})
    aws("s3").put_object(Bucket="rentals", Key="k", Body=b"\x00" * 70_000)
    body = reading.send(Call("s3", "GetObject", {"Bucket": "rentals", "Key": "k"}))["Body"]
    assert base64.b64decode(body) == b"\x00" * 70_000


def test_the_region_of_a_call_goes_before_the_connections(reading: Aws, aws: Any) -> None:
    aws("sqs", "eu-west-1").create_queue(QueueName="there")
    assert "QueueUrls" not in reading.send(Call("sqs", "ListQueues", {}))
    assert len(reading.send(Call("sqs", "ListQueues", {}, "eu-west-1"))["QueueUrls"]) == 1


def test_the_account_is_compared_and_both_are_named(reading: Aws) -> None:
    assert verify_account(reading, "123456789012") == "arn:aws:sts::123456789012:user/moto"
    with pytest.raises(NotSignedIn) as caught:
        verify_account(reading, "999999999999")
    assert caught.value.sentence == "signed in to account 123456789012, but this is meant for account 999999999999"


def test_a_role_is_assumed_in_a_session_of_the_given_name(fresh_moto: str) -> None:
    role = "arn:aws:iam::210987654321:role/changectl-apply"
    name = "2026-11-23-alb-idle-timeout"
    aws = connect(Settings(REGION, role=role, session_name=name, endpoint=fresh_moto))
    assert verify_account(aws, "210987654321") == f"arn:aws:sts::210987654321:assumed-role/changectl-apply/{name}"


def test_endpoints_of_the_environment_are_not_followed(
    reading: Aws, faults: Faults, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", faults.endpoint)
    client = connect(Settings(REGION)).clients.reading("iam", REGION)
    assert client.meta.endpoint_url == "https://iam.amazonaws.com"
