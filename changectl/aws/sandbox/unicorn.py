"""The production of Unicorn Rentals, a company that rents out unicorns: what the sandbox is filled with.

Made with plain boto3, like anybody's production, so that changectl finds nothing here that it would not find elsewhere.
"""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any

from changectl.aws.sandbox import unicorn_back, unicorn_front


def populate(endpoint: str, region: str) -> None:
    """Fill the empty AWS at `endpoint`. Reset it before doing so again, as AWS refuses a second resource of one name.

    1.4 s on a moto server that has just started, 0.25 s after a reset: its first ec2 call alone takes a second.
    """
    client = clients(endpoint, region)
    with ThreadPoolExecutor(max_workers=8) as pool:
        # ec2 first: it is the slowest to wake up, and the other clients are made meanwhile.
        network = pool.submit(unicorn_front.network, client("ec2"), region)
        front = pool.submit(unicorn_front.load_balancer, client("elbv2"), network)
        rest = [
            pool.submit(unicorn_front.address, client("route53")),
            pool.submit(unicorn_back.table, client("dynamodb")),
            pool.submit(unicorn_back.buckets, client("s3"), region),
            pool.submit(unicorn_back.parameters, client("ssm")),
            pool.submit(unicorn_back.role, client("iam"), region),
            pool.submit(unicorn_back.queue, client("sqs")),
        ]
        pool.submit(unicorn_front.alarms, client("cloudwatch"), front).result()
        for done in rest:
            done.result()


def clients(endpoint: str, region: str) -> Callable[[str], Any]:
    """Plain boto3 clients of the sandbox, by service; none goes by way of a proxy."""
    from botocore.config import Config

    once = Config(retries={"total_max_attempts": 1}, proxies={})
    return lambda service: _session(region).client(service, endpoint_url=endpoint, config=once)


@cache  # the models that a session has read cost 0.15 s, four times what all its clients cost
def _session(region: str) -> Any:
    import boto3
    import botocore.session

    # Deaf to the caller's profile and files: one that does not exist would stop us, and no real key must be sent.
    deaf = botocore.session.Session(
        session_vars={
            "profile": (None, None, None, None),
            "config_file": (None, None, os.devnull, None),
            "credentials_file": (None, None, os.devnull, None),
        }
    )
    return boto3.Session("sandbox", "sandbox", region_name=region, botocore_session=deaf)
