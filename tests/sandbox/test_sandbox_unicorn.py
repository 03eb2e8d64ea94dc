"""The production of Unicorn Rentals is there, as it says, on emulators written by different people."""

import json
from typing import Any

import pytest
from emulators import REGION, Emulator

from changectl.aws.sandbox import unicorn


@pytest.fixture
def production(emulator: Emulator) -> Emulator:
    unicorn.populate(emulator.endpoint, REGION)
    return emulator


def groups(production: Emulator) -> dict[str, Any]:
    found = production.client("ec2").describe_security_groups(Filters=[{"Name": "group-name", "Values": ["web", "db"]}])
    return {group["GroupName"]: group for group in found["SecurityGroups"]}


def test_the_whole_of_production_is_there(production: Emulator) -> None:
    client = production.client
    subnets = client("ec2").describe_subnets(Filters=[{"Name": "tag:owner", "Values": ["rentals"]}])["Subnets"]
    parameters = client("ssm").get_parameters_by_path(Path="/rentals", Recursive=True)["Parameters"]
    alarms = client("cloudwatch").describe_alarms()["MetricAlarms"]
    zones = client("route53").list_hosted_zones()["HostedZones"]

    assert {subnet["AvailabilityZone"] for subnet in subnets} == {f"{REGION}a", f"{REGION}b"}
    assert len({subnet["VpcId"] for subnet in subnets}) == 1
    assert sorted(groups(production)) == ["db", "web"]
    assert client("dynamodb").list_tables()["TableNames"] == ["bookings"]
    assert sorted(bucket["Name"] for bucket in client("s3").list_buckets()["Buckets"]) == [
        "unicorn-rentals-assets",
        "unicorn-rentals-logs",
    ]
    assert {(parameter["Name"], parameter["Type"]) for parameter in parameters} == {
        ("/rentals/checkout/timeout", "String"),
        ("/rentals/checkout/max-unicorns", "String"),
        ("/rentals/db/password", "SecureString"),
    }
    assert client("ssm").get_parameter(Name="/rentals/checkout/timeout")["Parameter"]["Value"] == "30"
    assert client("iam").get_role(RoleName="rentals")["Role"]["RoleName"] == "rentals"
    assert [zone["Name"] for zone in zones] == ["rentals.example.com."]
    assert {(alarm["AlarmName"], alarm["StateValue"]) for alarm in alarms} == {
        ("rentals-5xx", "OK"),
        ("rentals-latency", "OK"),
    }
    assert client("sqs").get_queue_url(QueueName="rentals-bookings")["QueueUrl"].endswith("/rentals-bookings")


def test_the_groups_let_in_customers_and_checkout_and_carry_their_names(production: Emulator) -> None:
    web, db = groups(production)["web"], groups(production)["db"]

    assert {(rule["FromPort"], source["CidrIp"]) for rule in web["IpPermissions"] for source in rule["IpRanges"]} == {
        (443, "0.0.0.0/0"),
        (80, "0.0.0.0/0"),
        (22, "198.51.100.0/24"),
        (22, "203.0.113.128/25"),
    }
    assert [pair["GroupId"] for rule in db["IpPermissions"] for pair in rule["UserIdGroupPairs"]] == [web["GroupId"]]
    assert {tag["Key"]: tag["Value"] for tag in web["Tags"]} == {"Name": "web", "owner": "rentals"}


def test_the_load_balancer_forwards_http_to_its_target_group(production: Emulator) -> None:
    elbv2 = production.client("elbv2")
    balancer = elbv2.describe_load_balancers(Names=["rentals"])["LoadBalancers"][0]
    (listener,) = elbv2.describe_listeners(LoadBalancerArn=balancer["LoadBalancerArn"])["Listeners"]
    (targets,) = elbv2.describe_target_groups(Names=["rentals-web"])["TargetGroups"]
    attributes = elbv2.describe_load_balancer_attributes(LoadBalancerArn=balancer["LoadBalancerArn"])["Attributes"]

    assert balancer["SecurityGroups"] == [groups(production)["web"]["GroupId"]]
    assert (listener["Protocol"], listener["Port"]) == ("HTTP", 80)
    assert listener["DefaultActions"][0]["TargetGroupArn"] == targets["TargetGroupArn"]
    assert {"Key": "idle_timeout.timeout_seconds", "Value": "60"} in attributes


def test_the_address_points_somewhere_and_the_table_is_tagged(production: Emulator) -> None:
    route53, dynamodb = production.client("route53"), production.client("dynamodb")
    zone = route53.list_hosted_zones()["HostedZones"][0]["Id"]
    records = route53.list_resource_record_sets(HostedZoneId=zone)["ResourceRecordSets"]
    table = dynamodb.describe_table(TableName="bookings")["Table"]["TableArn"]
    tags = dynamodb.list_tags_of_resource(ResourceArn=table)["Tags"]

    assert [record["ResourceRecords"] for record in records if record["Type"] == "A"] == [[{"Value": "203.0.113.10"}]]
    assert {tag["Key"]: tag["Value"] for tag in tags} == {"owner": "rentals", "retention": "7 years"}


def test_the_role_may_read_and_write_bookings_only(production: Emulator) -> None:
    policy = production.client("iam").get_role_policy(RoleName="rentals", PolicyName="bookings")["PolicyDocument"]
    statement = (json.loads(policy) if isinstance(policy, str) else policy)["Statement"][0]

    assert statement["Resource"] == f"arn:aws:dynamodb:{REGION}:123456789012:table/bookings"


def test_it_can_be_made_again_after_a_reset(production: Emulator) -> None:
    production.reset()

    assert production.client("s3").list_buckets()["Buckets"] == []
    unicorn.populate(production.endpoint, REGION)
    assert len(production.client("s3").list_buckets()["Buckets"]) == 2


def test_a_profile_of_the_caller_that_does_not_exist_does_not_matter(
    fresh_moto: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "no-such-profile")
    unicorn._session.cache_clear()

    unicorn.populate(fresh_moto, REGION)


def test_what_aws_refuses_is_not_swallowed(unicorn_rentals: str) -> None:
    from botocore.exceptions import ClientError

    with pytest.raises(ClientError):
        unicorn.populate(unicorn_rentals, REGION)
