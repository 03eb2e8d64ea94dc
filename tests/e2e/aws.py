"""What the team changes, made by plain boto3, and what plain boto3 says of it afterwards."""

from collections.abc import Mapping
from typing import Any

from emulators import Emulator

TABLE, BALANCER, GROUP, PARAMETER = "bookings", "rentals", "web", "/rentals/limit"


def table(emulator: Emulator) -> None:
    """A provisioned table with a tag."""
    emulator.client("dynamodb").create_table(
        TableName=TABLE,
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        BillingMode="PROVISIONED",
        ProvisionedThroughput={"ReadCapacityUnits": 5, "WriteCapacityUnits": 5},
        Tags=[{"Key": "Team", "Value": "rentals"}],
    )


def table_now(emulator: Emulator) -> Mapping[str, Any]:
    """All of it that a person can set; what it was never told is what it is by default."""
    dynamodb = emulator.client("dynamodb")
    found = dynamodb.describe_table(TableName=TABLE)["Table"]
    limits = found.get("ProvisionedThroughput", {})
    expiry = dynamodb.describe_time_to_live(TableName=TABLE)["TimeToLiveDescription"]
    backups = dynamodb.describe_continuous_backups(TableName=TABLE)["ContinuousBackupsDescription"]
    recovery = backups.get("PointInTimeRecoveryDescription", {})
    return {
        "mode": found.get("BillingModeSummary", {}).get("BillingMode", "PROVISIONED"),
        "limits": (limits.get("ReadCapacityUnits"), limits.get("WriteCapacityUnits")),
        "indexes": sorted(index["IndexName"] for index in found.get("GlobalSecondaryIndexes", ())),
        "class": found.get("TableClassSummary", {}).get("TableClass", "STANDARD"),
        "protection": found.get("DeletionProtectionEnabled", False),
        "stream": (found.get("StreamSpecification") or {}).get("StreamEnabled", False),
        "ttl": expiry.get("AttributeName") if expiry["TimeToLiveStatus"].startswith("ENABL") else None,
        "recovery": recovery.get("PointInTimeRecoveryStatus", "DISABLED"),
        "tags": _tags(dynamodb.list_tags_of_resource(ResourceArn=found["TableArn"])["Tags"]),
    }


def tag_table(emulator: Emulator, **tags: str) -> None:
    """Somebody else tags the table."""
    dynamodb = emulator.client("dynamodb")
    arn = dynamodb.describe_table(TableName=TABLE)["Table"]["TableArn"]
    dynamodb.tag_resource(ResourceArn=arn, Tags=[{"Key": key, "Value": value} for key, value in tags.items()])


def expire_table(emulator: Emulator) -> None:
    """Somebody else lets its items expire."""
    expiry = {"Enabled": True, "AttributeName": "expires"}
    emulator.client("dynamodb").update_time_to_live(TableName=TABLE, TimeToLiveSpecification=expiry)


def balancer(emulator: Emulator) -> None:
    """An internal load balancer in two of three subnets, with one of two security groups."""
    ec2 = emulator.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    made = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.9.{n}.0/24", AvailabilityZone=f"ap-southeast-2{zone}")
        for n, zone in enumerate("abc")
    ]
    subnets = [each["Subnet"]["SubnetId"] for each in made]
    names = ("web", "office")
    groups = [ec2.create_security_group(GroupName=n, Description=n, VpcId=vpc)["GroupId"] for n in names]
    elbv2 = emulator.client("elbv2")
    rentals = elbv2.create_load_balancer(
        Name=BALANCER,
        Subnets=subnets[:2],
        SecurityGroups=groups[:1],
        Scheme="internal",
        Tags=[{"Key": "Team", "Value": "rentals"}],
    )
    timeout = {"Key": "idle_timeout.timeout_seconds", "Value": "60"}  # AWS shows its default; moto what it was told
    arn = rentals["LoadBalancers"][0]["LoadBalancerArn"]
    elbv2.modify_load_balancer_attributes(LoadBalancerArn=arn, Attributes=[timeout])


def balancer_now(emulator: Emulator) -> Mapping[str, Any]:
    """All of it that a person can set."""
    elbv2 = emulator.client("elbv2")
    [found] = elbv2.describe_load_balancers(Names=[BALANCER])["LoadBalancers"]
    arn = found["LoadBalancerArn"]
    return {
        "attributes": _tags(elbv2.describe_load_balancer_attributes(LoadBalancerArn=arn)["Attributes"]),
        "ip-address-type": found["IpAddressType"],
        "subnets": sorted(zone["SubnetId"] for zone in found["AvailabilityZones"]),
        "security-groups": sorted(found["SecurityGroups"]),
        "tags": _tags(elbv2.describe_tags(ResourceArns=[arn])["TagDescriptions"][0]["Tags"]),
    }


def balancer_could_have(emulator: Emulator) -> tuple[str, str]:
    """The security group and the subnet that it does not have."""
    ec2, now = emulator.client("ec2"), balancer_now(emulator)
    vpc = ec2.describe_subnets(SubnetIds=now["subnets"])["Subnets"][0]["VpcId"]
    here = {"Filters": [{"Name": "vpc-id", "Values": [vpc]}]}
    groups = ec2.describe_security_groups(**here)["SecurityGroups"]
    [office] = [each["GroupId"] for each in groups if each["GroupName"] == "office"]
    subnets = ec2.describe_subnets(**here)["Subnets"]
    [third] = [each["SubnetId"] for each in subnets if each["SubnetId"] not in now["subnets"]]
    return office, third


def group(emulator: Emulator) -> None:
    """A security group that lets one office in."""
    ec2 = emulator.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    tags = [{"ResourceType": "security-group", "Tags": [{"Key": "Team", "Value": "rentals"}]}]
    made = ec2.create_security_group(GroupName=GROUP, Description=GROUP, VpcId=vpc, TagSpecifications=tags)
    office = {
        "IpProtocol": "tcp",
        "FromPort": 443,
        "ToPort": 443,
        "IpRanges": [{"CidrIp": "198.51.100.0/24", "Description": "old office"}],
    }
    ec2.authorize_security_group_ingress(GroupId=made["GroupId"], IpPermissions=[office])


def group_now(emulator: Emulator) -> Mapping[str, Any]:
    """Its rules by what they allow, since a rule put back has another id; and its tags."""
    ec2 = emulator.client("ec2")
    [found] = ec2.describe_security_groups(Filters=[{"Name": "group-name", "Values": [GROUP]}])["SecurityGroups"]
    return {
        "ingress": _rules(found["IpPermissions"]),
        "egress": _rules(found["IpPermissionsEgress"]),
        "tags": _tags(found.get("Tags", ())),
    }


def parameter(emulator: Emulator) -> None:
    """A parameter with a tag."""
    emulator.client("ssm").put_parameter(
        Name=PARAMETER,
        Value="7",
        Type="String",
        Description="How many at once",
        Tags=[{"Key": "Team", "Value": "rentals"}],
    )


def parameter_now(emulator: Emulator, name: str = PARAMETER) -> Mapping[str, Any]:
    """Everything but its version, which only grows."""
    ssm = emulator.client("ssm")
    found = ssm.get_parameter(Name=name, WithDecryption=True)["Parameter"]
    here = [{"Key": "Name", "Option": "Equals", "Values": [name]}]
    [listed] = ssm.describe_parameters(ParameterFilters=here)["Parameters"]
    said = ssm.list_tags_for_resource(ResourceType="Parameter", ResourceId=name)["TagList"]
    return {
        "value": found["Value"],
        "type": found["Type"],
        "description": listed.get("Description", ""),
        "tags": _tags(said),
    }


def _rules(permissions: list[Mapping[str, Any]]) -> list[tuple[Any, ...]]:
    return sorted(
        (each["IpProtocol"], each.get("FromPort"), each.get("ToPort"), one["CidrIp"], one.get("Description", ""))
        for each in permissions
        for one in each.get("IpRanges", ())
    )


def _tags(pairs: Any) -> dict[str, str]:
    return {pair["Key"]: pair["Value"] for pair in pairs}
