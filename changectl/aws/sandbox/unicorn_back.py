"""What Unicorn Rentals keeps behind its front: bookings, files, parameters, a queue, and the role that may use them."""

import json
from typing import Any

from changectl.aws.sandbox.record import ACCOUNT

OWNER = {"Key": "owner", "Value": "rentals"}
BUCKETS = ("unicorn-rentals-assets", "unicorn-rentals-logs")
PARAMETERS = (
    ("/rentals/checkout/timeout", "String", "30", "Seconds until a checkout is given up"),
    ("/rentals/checkout/max-unicorns", "String", "5", "Unicorns that one customer may rent at a time"),
    ("/rentals/db/password", "SecureString", "glitter-and-hooves", "Of the bookings database"),
)


def table(dynamodb: Any) -> None:
    """The table `bookings`, one item a booking of a unicorn."""
    dynamodb.create_table(
        TableName="bookings",
        AttributeDefinitions=[
            {"AttributeName": "unicorn", "AttributeType": "S"},
            {"AttributeName": "from", "AttributeType": "S"},
        ],
        KeySchema=[{"AttributeName": "unicorn", "KeyType": "HASH"}, {"AttributeName": "from", "KeyType": "RANGE"}],
        BillingMode="PAY_PER_REQUEST",
        Tags=[OWNER, {"Key": "retention", "Value": "7 years"}],
    )


def buckets(s3: Any, region: str) -> None:
    """Two private buckets: assets keeps versions, logs does not."""
    for name in BUCKETS:
        s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": region})
        s3.put_public_access_block(
            Bucket=name,
            PublicAccessBlockConfiguration={
                "BlockPublicAcls": True,
                "IgnorePublicAcls": True,
                "BlockPublicPolicy": True,
                "RestrictPublicBuckets": True,
            },
        )
        s3.put_bucket_tagging(Bucket=name, Tagging={"TagSet": [OWNER]})
    s3.put_bucket_versioning(Bucket=BUCKETS[0], VersioningConfiguration={"Status": "Enabled"})


def parameters(ssm: Any) -> None:
    """What checkout reads when it starts, one of them secret."""
    for name, kind, value, description in PARAMETERS:
        ssm.put_parameter(Name=name, Type=kind, Value=value, Description=description, Tags=[OWNER])


def queue(sqs: Any) -> None:
    """The queue `rentals-bookings` between checkout and the stables."""
    sqs.create_queue(
        QueueName="rentals-bookings",
        Attributes={"VisibilityTimeout": "60", "MessageRetentionPeriod": "345600"},
        tags={OWNER["Key"]: OWNER["Value"]},
    )


def role(iam: Any, region: str) -> None:
    """The role `rentals` that checkout runs as."""
    trust = _policy(Principal={"Service": "ec2.amazonaws.com"}, Action="sts:AssumeRole")
    iam.create_role(RoleName="rentals", AssumeRolePolicyDocument=trust, Description="Checkout", Tags=[OWNER])
    bookings = f"arn:aws:dynamodb:{region}:{ACCOUNT}:table/bookings"
    allowed = _policy(Action=["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query"], Resource=bookings)
    iam.put_role_policy(RoleName="rentals", PolicyName="bookings", PolicyDocument=allowed)


def _policy(**statement: object) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow"} | statement]})
