"""IAM's name of an operation. Mostly it is the operation's own, after a prefix that is not always the service's."""

from collections.abc import Iterable

PREFIXES = {
    "application-autoscaling": "application-autoscaling",
    "cloudwatch": "cloudwatch",
    "dynamodb": "dynamodb",
    "ec2": "ec2",
    "elbv2": "elasticloadbalancing",
    "sqs": "sqs",
    "ssm": "ssm",
}
"""Services whose every operation is an IAM action of the same name, by the service authorization reference.

S3 and Lambda are not: theirs differ one by one, and have to be written down one by one.
"""


def iam_actions(operations: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """`elasticloadbalancing:DescribeLoadBalancers` of (`elbv2`, `DescribeLoadBalancers`), sorted. KeyError for others."""
    return tuple(sorted({f"{PREFIXES[service]}:{operation}" for service, operation in operations}))
