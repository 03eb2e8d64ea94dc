"""What stands in the sandbox, read with plain boto3 and nothing of changectl's: one flat map of settings to compare."""

import json
from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Any

from changectl.aws.sandbox.unicorn import clients

Settings = Mapping[str, str]
"""`load-balancer rentals idle_timeout.timeout_seconds` to its value, as text. Secrets are digests."""


def settings(endpoint: str, region: str) -> Settings:
    """Every setting of Unicorn Rentals that a plan may change. Reads only."""
    client = clients(endpoint, region)
    readers = (_groups, _balancers, _tables, _parameters, _roles, _queues, _alarms)
    services = ("ec2", "elbv2", "dynamodb", "ssm", "iam", "sqs", "cloudwatch")
    found: dict[str, str] = {}
    for reader, service in zip(readers, services, strict=True):
        found |= {name: _text(value) for name, value in reader(client(service))}
    return found


def differing(before: Settings, after: Settings) -> tuple[tuple[str, str, str], ...]:
    """Each setting that is not the same, with what it was and what it is; `absent` where there is none."""
    names = sorted(before.keys() | after.keys())
    pairs = ((name, before.get(name, "absent"), after.get(name, "absent")) for name in names)
    return tuple((name, was, now) for name, was, now in pairs if was != now)


Found = Iterator[tuple[str, Any]]


def _groups(ec2: Any) -> Found:
    names = {group["GroupId"]: group["GroupName"] for group in ec2.describe_security_groups()["SecurityGroups"]}
    yield from ((f"security-group {name} exists", True) for name in names.values())
    for rule in ec2.describe_security_group_rules()["SecurityGroupRules"]:
        way = "egress" if rule["IsEgress"] else "ingress"
        peer = rule.get("ReferencedGroupInfo", {}).get("GroupId", "")
        source = names.get(peer, peer) or rule.get("CidrIpv4") or rule.get("CidrIpv6") or rule.get("PrefixListId")
        port = rule.get("FromPort", "all")
        yield (
            f"security-group {names[rule['GroupId']]} {way} {rule['IpProtocol']} {port} {source}",
            rule.get("Description", ""),
        )


def _balancers(elbv2: Any) -> Found:
    for balancer in elbv2.describe_load_balancers()["LoadBalancers"]:
        name, arn = f"load-balancer {balancer['LoadBalancerName']}", balancer["LoadBalancerArn"]
        yield f"{name} security-groups", sorted(balancer["SecurityGroups"])
        for pair in elbv2.describe_load_balancer_attributes(LoadBalancerArn=arn)["Attributes"]:
            yield f"{name} {pair['Key']}", pair["Value"]
        for tag in elbv2.describe_tags(ResourceArns=[arn])["TagDescriptions"][0]["Tags"]:
            yield f"{name} tag {tag['Key']}", tag["Value"]


def _tables(dynamodb: Any) -> Found:
    for table in dynamodb.list_tables()["TableNames"]:
        found, name = dynamodb.describe_table(TableName=table)["Table"], f"table {table}"
        yield f"{name} protection", found.get("DeletionProtectionEnabled", False)
        yield f"{name} class", found.get("TableClassSummary", {}).get("TableClass", "STANDARD")
        yield f"{name} billing", found.get("BillingModeSummary", {}).get("BillingMode", "PROVISIONED")
        yield f"{name} stream", found.get("StreamSpecification", {}).get("StreamEnabled", False)
        expiry = dynamodb.describe_time_to_live(TableName=table)["TimeToLiveDescription"]
        yield f"{name} ttl", expiry.get("AttributeName", "") if expiry["TimeToLiveStatus"] == "ENABLED" else ""
        backups = dynamodb.describe_continuous_backups(TableName=table)["ContinuousBackupsDescription"]
        yield f"{name} recovery", backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"]
        for tag in dynamodb.list_tags_of_resource(ResourceArn=found["TableArn"])["Tags"]:
            yield f"{name} tag {tag['Key']}", tag["Value"]


def _parameters(ssm: Any) -> Found:
    for found in ssm.get_parameters_by_path(Path="/", Recursive=True, WithDecryption=True)["Parameters"]:
        secret = found["Type"] == "SecureString"
        value = sha256(found["Value"].encode()).hexdigest()[:12] if secret else found["Value"]
        yield f"parameter {found['Name']}", f"{found['Type']} {value}" if secret else value


def _roles(iam: Any) -> Found:
    for role in iam.list_roles()["Roles"]:
        name = role["RoleName"]
        for policy in iam.list_role_policies(RoleName=name)["PolicyNames"]:
            document = iam.get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"]
            yield f"role {name} policy {policy}", document


def _queues(sqs: Any) -> Found:
    for url in sqs.list_queues().get("QueueUrls", ()):
        attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
        for key in ("VisibilityTimeout", "MessageRetentionPeriod", "DelaySeconds"):
            yield f"queue {url.rpartition('/')[2]} {key}", attributes[key]


def _alarms(cloudwatch: Any) -> Found:
    for alarm in cloudwatch.describe_alarms()["MetricAlarms"]:
        for key in ("Threshold", "EvaluationPeriods", "ActionsEnabled"):
            yield f"alarm {alarm['AlarmName']} {key}", alarm[key]


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True, default=str)
