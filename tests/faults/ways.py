"""One small change and one read of it in each protocol of AWS, as boto3 asks for them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.faults.asking import Protocol


@dataclass(frozen=True, slots=True)
class Way:
    """A protocol, a service that speaks it, what makes something by that name, and what finds the names that there are."""

    protocol: Protocol
    service: str
    make: Callable[[Any, str], object]
    names: Callable[[Any], list[str]]
    made_by: str
    read_by: str


def _group(ec2: Any, name: str) -> object:
    return ec2.create_security_group(GroupName=name, Description="drill")


def _groups(ec2: Any) -> list[str]:
    return [each["GroupName"] for each in ec2.describe_security_groups()["SecurityGroups"]]


def _table(dynamodb: Any, name: str) -> object:
    key = {"AttributeName": "pk", "KeyType": "HASH"}
    return dynamodb.create_table(
        TableName=name, BillingMode="PAY_PER_REQUEST", KeySchema=[key],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
    )  # fmt: skip


def _bucket(s3: Any, name: str) -> object:
    return s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "ap-southeast-2"})


WAYS = (
    Way(
        Protocol.QUERY, "iam", lambda iam, name: iam.create_group(GroupName=name),
        lambda iam: [each["GroupName"] for each in iam.list_groups()["Groups"]], "iam.CreateGroup", "iam.ListGroups",
    ),
    Way(Protocol.EC2, "ec2", _group, _groups, "ec2.CreateSecurityGroup", "ec2.DescribeSecurityGroups"),
    Way(
        Protocol.JSON_10, "dynamodb", _table, lambda dynamodb: list(dynamodb.list_tables()["TableNames"]),
        "dynamodb.CreateTable", "dynamodb.ListTables",
    ),
    Way(
        Protocol.JSON_11, "ssm", lambda ssm, name: ssm.put_parameter(Name=name, Value="1", Type="String"),
        lambda ssm: [each["Name"] for each in ssm.describe_parameters()["Parameters"]],
        "ssm.PutParameter", "ssm.DescribeParameters",
    ),
    Way(
        Protocol.REST_XML, "s3", _bucket, lambda s3: [each["Name"] for each in s3.list_buckets()["Buckets"]],
        "s3.CreateBucket", "s3.ListBuckets",
    ),
    Way(
        Protocol.REST_JSON, "backup", lambda backup, name: backup.create_backup_vault(BackupVaultName=name),
        lambda backup: [each["BackupVaultName"] for each in backup.list_backup_vaults()["BackupVaultList"]],
        "backup.CreateBackupVault", "backup.ListBackupVaults",
    ),
)  # fmt: skip
