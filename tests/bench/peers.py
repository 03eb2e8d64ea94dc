"""The same job done by `changectl apply` and by a script of boto3: `python -m tests.bench.peers`.

Add a rule to a security group, look whether all is well, find that it is not, and take the rule back. changectl reads
the plan (14 lines; nothing in it says how to go back), takes locks, keeps a snapshot and a journal and pushes twice.
The script knows by heart what it has to undo.
"""

import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

from changectl.aws.sandbox import server
from tests.bench.place import PLAN, Place, place
from tests.bench.timed import CHANGECTL, PYTHON, Runner, Took, side_by_side, took
from tests.faults.proxy import standing_before

ROUNDS = 9
OURS, THEIRS = "changectl apply", "a script of boto3"
CALLS_ALLOWED = 8
ROLLED_BACK = 10
SCRIPT = """\
import sys

import boto3

ec2 = boto3.client("ec2", endpoint_url=sys.argv[1])
group = ec2.describe_security_groups(Filters=[{"Name": "group-name", "Values": ["web"]}])["SecurityGroups"][0]["GroupId"]
new = {
    "IpProtocol": "tcp", "FromPort": 8443, "ToPort": 8443, "IpRanges": [{"CidrIp": "203.0.113.0/24"}],
}
ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[new])
rules = ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"][0]["IpPermissions"]
if not any(rule.get("FromPort") == 9443 for rule in rules):
    ec2.revoke_security_group_ingress(GroupId=group, IpPermissions=[new])
    left = ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"][0]["IpPermissions"]
    assert not any(rule.get("FromPort") == 8443 for rule in left)
    sys.exit(10)
"""


@contextmanager
def pretend_aws(state: Path) -> Iterator[str]:
    """A pretend AWS with one security group in it."""
    endpoint = server.start(state).endpoint
    try:
        ec2 = _client(endpoint)
        vpc = ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
        group = ec2.create_security_group(GroupName="web", Description="web", VpcId=vpc)["GroupId"]
        ec2.create_tags(Resources=[group], Tags=[{"Key": "Name", "Value": "web"}])
        yield endpoint
    finally:
        server.stop(state)


def _client(endpoint: str) -> Any:
    import boto3

    return boto3.client(
        "ec2", endpoint_url=endpoint, region_name="ap-southeast-2", aws_access_key_id="x", aws_secret_access_key="x"
    )


def applying(here: Place) -> Runner:
    """Each run is a change of its own."""
    argv = [CHANGECTL, "apply", ""]
    numbers = count()

    def ready() -> None:
        argv[2] = f"2026-11-23-office-{next(numbers)}"
        here.plan(argv[2], PLAN)

    return Runner(OURS, argv, here.work, here.env, ROLLED_BACK, ready)


def scripted(here: Place, folder: Path, endpoint: str) -> Runner:
    """The peer."""
    (folder / "script.py").write_text(SCRIPT)
    return Runner(THEIRS, (PYTHON, str(folder / "script.py"), endpoint), here.work, here.env, ROLLED_BACK)


def measured() -> Mapping[str, Took]:
    """Medians of both."""
    with tempfile.TemporaryDirectory() as name, pretend_aws(Path(name) / "moto") as endpoint:
        folder = Path(name)
        here = place(folder / "place", endpoint)
        return side_by_side([applying(here), scripted(here, folder, endpoint)], ROUNDS)


def calls_of_one_apply(folder: Path) -> list[str]:
    """The operations that AWS is asked for, in order."""
    with pretend_aws(folder / "moto") as endpoint, standing_before(endpoint) as proxy:
        took(applying(place(folder / "place", proxy.endpoint)))
    return [call.asked.operation for call in proxy.calls]


def main() -> None:
    """Print the table."""
    times = measured()
    with tempfile.TemporaryDirectory() as name:
        calls = calls_of_one_apply(Path(name))
    print(f"{'a rule added, tested, put back':<32}{'ms':>8}{'CPU ms':>8}{'x script':>10}")
    for name, it in times.items():
        print(f"{name:<32}{it.wall:>8.0f}{it.cpu:>8.0f}{it.wall / times[THEIRS].wall:>9.2f}x")
    beside = [call for call in calls if call != "GetCallerIdentity"]
    print(f"AWS calls beside the account check: {len(beside)} ({', '.join(beside)})")


if __name__ == "__main__":
    sys.exit(main())
