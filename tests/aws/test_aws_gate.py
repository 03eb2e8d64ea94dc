"""Nothing that changes production leaves this process but by the gate, whoever tries and however."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import boto3
import pytest

from changectl.aws.connection import Aws
from changectl.errors import CallNotDone, ChangectlError, GateRefused
from changectl.model.resource import Call
from tests.aws.faults import Faults, error

ROLE = {"RoleName": "rentals", "AssumeRolePolicyDocument": "{}"}
CREATE = Call("iam", "CreateRole", ROLE)


class Stop(Exception):
    """Not of our family: what a gate raises comes out as it is, whatever it is."""


def raw_client(aws: Aws, service: str) -> Any:
    return aws.clients.session().create_client(service, aws.settings.region, endpoint_url=aws.settings.endpoint)


def roles(aws: Aws) -> list[Any]:
    found = aws.send(Call("iam", "ListRoles", {}))["Roles"]
    return [role["RoleName"] for role in found]


def test_without_a_gate_a_connection_only_reads(reading: Aws) -> None:
    with pytest.raises(GateRefused):
        reading.send(CREATE)
    assert roles(reading) == []


def test_the_gate_sees_the_call_as_it_was_asked_for_before_it_leaves(reading: Aws) -> None:
    seen: list[tuple[Call, list[Any]]] = []
    answer = reading.gated(lambda call: seen.append((call, roles(reading)))).send(CREATE)
    assert answer["Role"]["RoleName"] == "rentals"
    assert seen == [(Call("iam", "CreateRole", ROLE, "ap-southeast-2"), [])]


@pytest.mark.parametrize("refusal", [GateRefused("no"), Stop("no"), KeyboardInterrupt(), CallNotDone("no", code="x")])
def test_what_the_gate_raises_comes_out_as_it_is_and_nothing_is_sent(
    broken: Aws, faults: Faults, refusal: BaseException
) -> None:
    def admit(_: Call) -> None:
        raise refusal

    with pytest.raises(type(refusal)) as caught:
        broken.gated(admit).send(CREATE)
    assert (caught.value, faults.requests) == (refusal, [])


def test_reads_do_not_ask_the_gate(reading: Aws) -> None:
    def admit(call: Call) -> None:
        raise Stop(call)

    assert roles(reading.gated(admit)) == []


def test_a_call_that_the_gate_makes_does_not_use_up_the_callers_ticket(reading: Aws) -> None:
    def admit(_: Call) -> None:
        with pytest.raises(GateRefused):
            raw_client(reading, "iam").create_role(RoleName="other", AssumeRolePolicyDocument="{}")
        with pytest.raises(GateRefused):
            raw_client(reading, "iam").create_role(**ROLE)

    reading.gated(admit).send(CREATE)
    assert roles(reading) == ["rentals"]


def changes_by_every_road(aws: Aws) -> dict[str, Any]:
    """Ways around `send` that somebody might find."""
    session = aws.clients.session()
    resources = boto3.Session(botocore_session=session, region_name=aws.settings.region)
    iam, s3 = raw_client(aws, "iam"), raw_client(aws, "s3")
    return {
        "client": lambda: iam.create_role(**ROLE),
        "private": lambda: iam._make_api_call("CreateRole", ROLE),
        "client of ours": lambda: aws.clients.changing("iam", "ap-southeast-2").create_role(**ROLE),
        "reading client of ours": lambda: aws.clients.reading("iam", "ap-southeast-2").create_role(**ROLE),
        "resource": lambda: resources.resource("iam", endpoint_url=aws.settings.endpoint).create_role(**ROLE),
        "upload": lambda: s3.put_object(Bucket="b", Key="k", Body=b"x"),
        "presigned": lambda: s3.generate_presigned_url("put_object", {"Bucket": "b", "Key": "k"}),
    }


@pytest.mark.parametrize(
    "road", ["client", "private", "client of ours", "reading client of ours", "resource", "upload", "presigned"]
)
def test_no_road_leads_around_the_gate(broken: Aws, faults: Faults, road: str) -> None:
    with pytest.raises(GateRefused):
        changes_by_every_road(broken)[road]()
    assert faults.requests == []


def test_a_thread_does_not_travel_on_anothers_ticket(reading: Aws) -> None:
    met: list[BaseException] = []

    def stowaway() -> None:
        try:
            raw_client(reading, "iam").create_role(**ROLE)
        except GateRefused as refused:
            met.append(refused)

    def admit(_: Call) -> None:
        thread = threading.Thread(target=stowaway)
        thread.start()
        thread.join()

    reading.gated(admit).send(CREATE)
    assert (len(met), roles(reading)) == (1, ["rentals"])


def test_a_handler_that_asks_for_a_repetition_does_not_get_it(broken: Aws, faults: Faults) -> None:
    faults.script[:] = [error(500, "InternalFailure")]
    events = broken.clients.changing("iam", "ap-southeast-2").meta.events
    events.register_first("needs-retry.iam.CreateRole", lambda **_: 0)
    with pytest.raises(ChangectlError):
        broken.send(CREATE)
    assert len(faults.requests) == 1


def test_parameters_that_were_altered_on_their_way_are_not_sent(broken: Aws, faults: Faults) -> None:
    events = broken.clients.changing("iam", "ap-southeast-2").meta.events
    events.register("provide-client-params.iam", lambda params, **_: {**params, "RoleName": "admin"})
    with pytest.raises(GateRefused):
        broken.send(CREATE)
    assert faults.requests == []


def test_readers_and_paginators_and_waiters_of_the_session_still_work(reading: Aws) -> None:
    reading.gated(lambda _: None).send(CREATE)
    client = raw_client(reading, "iam")
    client.get_waiter("role_exists").wait(RoleName="rentals")
    assert [page["Roles"][0]["RoleName"] for page in client.get_paginator("list_roles").paginate()] == ["rentals"]


def test_threads_share_one_connection(reading: Aws) -> None:
    services = ["iam", "ec2", "sts", "ssm", "elbv2", "sqs"] * 4
    reads = {
        "iam": "ListRoles",
        "ec2": "DescribeVpcs",
        "sts": "GetCallerIdentity",
        "ssm": "DescribeParameters",
        "elbv2": "DescribeLoadBalancers",
        "sqs": "ListQueues",
    }
    with ThreadPoolExecutor(len(services)) as pool:
        list(pool.map(lambda service: reading.send(Call(service, reads[service], {})), services))
    assert len(reading.clients._clients) == len(reads)
