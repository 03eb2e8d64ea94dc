"""How often AWS is asked: counted, never timed."""

from pathlib import Path

from tests.bench.peers import calls_of_one_apply


def test_a_change_that_fails_its_test_and_goes_back_asks_aws_nine_times(tmp_path: Path) -> None:
    assert calls_of_one_apply(tmp_path) == [
        "GetCallerIdentity",
        "DescribeSecurityGroups",  # the name in the plan, and with it the snapshot
        "DescribeSecurityGroups",  # nobody came between the snapshot and the lock
        "AuthorizeSecurityGroupIngress",
        "DescribeSecurityGroups",  # it shows
        "DescribeSecurityGroups",  # the test, which fails
        "DescribeSecurityGroups",  # what is there to be put back
        "RevokeSecurityGroupIngress",
        "DescribeSecurityGroups",  # it is as before
        "DescribeSecurityGroups",  # and once more, for one reading may be old
    ]
