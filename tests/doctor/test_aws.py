"""An environment on AWS: STS and IAM answer on loopback; each thing once as it must be, and once not."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from changectl.aws.clients import Settings
from changectl.aws.clock import time_at_aws
from changectl.aws.connection import connect
from changectl.cli.health.aws import clock, environment
from changectl.cli.health.roles import judged, roles
from changectl.cli.setup.home import Home
from changectl.cli.setup.policies import apply_trust, provider_arn, read_trust
from changectl.model.diagnosis import Diagnosis, Health, missing, ok
from changectl.model.status import Status
from changectl.planfile.config import Env
from tests.doctor.fake_aws import ACCOUNT, FakeAws
from tests.doctor.place import health, one

ROLE = f"arn:aws:iam::{ACCOUNT}:role/changectl-apply-prod"
READ = f"arn:aws:iam::{ACCOUNT}:role/changectl-read-prod"
HOME = Home("github", "github.com", "unicorn/rentals")
NOW = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)


def prod(aws: FakeAws, **members: Any) -> Env:
    """Production, at the endpoint on loopback."""
    return Env("prod", **{"account": ACCOUNT, "regions": ("ap-southeast-2",), "endpoint": aws.endpoint, **members})


@pytest.fixture
def good(aws: FakeAws) -> FakeAws:
    """An AWS in which nothing is missing."""
    aws.roles = {ROLE, READ}
    aws.time = NOW
    aws.providers = [provider_arn(HOME, ACCOUNT)]
    env = prod(aws)
    aws.trusts = {"changectl-read-prod": read_trust(HOME, env), "changectl-apply-prod": apply_trust(HOME, env, "main")}
    return aws


def looked(aws: FakeAws, **members: Any) -> tuple[Diagnosis, ...]:
    return tuple(environment(prod(aws, **members), lambda: NOW))


def test_an_environment_that_lacks_nothing(good: FakeAws) -> None:
    sts = f"arn:aws:sts::{ACCOUNT}:assumed-role"
    assert looked(good, role=ROLE, read_role=READ, regions=("ap-southeast-2", "us-east-1")) == (
        ok("prod credentials", f"you are arn:aws:iam::{ACCOUNT}:user/ana"),
        ok("prod account", f"it is {ACCOUNT}, as prod says"),
        ok("prod clock", "this machine has the time of AWS, to the minute"),
        ok("prod role", f"you may be {sts}/changectl-apply-prod/doctor"),
        ok("prod read role", f"you may be {sts}/changectl-read-prod/doctor"),
        ok("prod ap-southeast-2", "it answers"),
        ok("prod us-east-1", "it answers"),
    )
    assert set(good.asked) == {"GetCallerIdentity", "AssumeRole"}


def test_without_credentials_nothing_else_is_asked(good: FakeAws, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    wanted = missing("prod credentials", "there are no AWS credentials", "aws sso login", Status.AWS_REFUSED)
    assert looked(good) == (wanted,)
    assert good.asked == []


def test_a_profile_that_there_is_not(good: FakeAws) -> None:
    found = one(looked(good, profile="rentals"), "prod credentials")
    assert (found.health, found.mend) == (Health.MISSING, "aws configure sso --profile rentals")


def test_credentials_of_another_account(good: FakeAws) -> None:
    good.account = "999999999999"
    found = looked(good)
    assert [(each.name, each.health) for each in found] == [
        ("prod credentials", Health.OK),
        ("prod account", Health.MISSING),
    ]
    assert found[1].status is Status.AWS_REFUSED


@pytest.mark.parametrize(("role", "name"), [(ROLE, "prod role"), (READ, "prod read role")])
def test_a_role_that_may_not_be_taken(good: FakeAws, role: str, name: str) -> None:
    good.roles.discard(role)
    found = looked(good, **{name.removeprefix("prod ").replace(" ", "_"): role})
    assert [each.name for each in found if each.health is Health.MISSING] == [name]
    assert one(found, name).mend.endswith(f"aws iam get-role --role-name {role.rpartition('/')[2]}")


def test_a_region_that_is_not_enabled(good: FakeAws) -> None:
    good.disabled = {"us-east-1"}
    found = looked(good, regions=("ap-southeast-2", "us-east-1"))
    assert health(found, "prod ap-southeast-2") is Health.OK
    assert one(found, "prod us-east-1").mend.endswith("aws account enable-region --region-name us-east-1")
    assert health(found, "prod us-east-1") is Health.MISSING


@pytest.mark.parametrize(
    ("off", "state", "words"),
    [
        (timedelta(0), Health.OK, "to the minute"),
        (timedelta(seconds=59), Health.OK, "to the minute"),
        (timedelta(seconds=-60), Health.OK, "to the minute"),
        (timedelta(seconds=90), Health.MISSING, "this machine is 90 s behind AWS"),
        (timedelta(hours=-1), Health.MISSING, "this machine is 3600 s ahead of AWS"),
    ],
)
def test_a_clock_that_is_off(off: timedelta, state: Health, words: str) -> None:
    found = clock("prod clock", NOW, NOW + off)
    assert (found.health, words in found.sentence) == (state, True)


@pytest.mark.parametrize("date", ["", "yesterday"])
def test_a_clock_that_cannot_be_compared_is_unknown(good: FakeAws, date: str) -> None:
    good.date = date
    assert time_at_aws(connect(Settings("us-east-1", endpoint=good.endpoint))) is None
    assert clock("prod clock", NOW, None).health is Health.UNKNOWN


def test_an_endpoint_that_nobody_agreed_to(good: FakeAws, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    found = one(looked(good), "prod credentials")
    assert (found.health, found.mend.partition(",")[0]) == (Health.MISSING, "unset AWS_ENDPOINT_URL")


def test_without_a_read_role_it_is_said_what_that_means(good: FakeAws) -> None:
    found = one(looked(good, read_role=""), "prod read role")
    assert (found.health, "previews in CI" in found.sentence) == (Health.OK, True)


# Roles for jobs of the forge


def test_roles_that_trust_this_repository_alone(good: FakeAws) -> None:
    assert tuple(roles(prod(good, role=ROLE, read_role=READ), HOME)) == (
        ok("prod github provider", "the account knows jobs of the forge"),
        ok("prod read role trust", "jobs of unicorn/rentals alone can be changectl-read-prod"),
        ok("prod role trust", "jobs of unicorn/rentals alone can be changectl-apply-prod"),
    )


def test_an_account_that_does_not_know_the_forge(good: FakeAws) -> None:
    good.providers = []
    assert health(roles(prod(good), HOME), "prod github provider") is Health.MISSING


def test_what_iam_does_not_tell_us_is_unknown(good: FakeAws) -> None:
    good.denied = {"ListOpenIDConnectProviders", "GetRole"}
    assert [each.health for each in roles(prod(good, read_role=READ), HOME)] == [Health.UNKNOWN] * 2


SUB = "token.actions.githubusercontent.com:sub"


def trust(**condition: Any) -> Any:
    """A trust policy with another condition."""
    policy = read_trust(HOME, Env("prod", ACCOUNT, ("eu-west-1",)))
    return {**policy, "Statement": [{**policy["Statement"][0], "Condition": condition}]}


@pytest.mark.parametrize(
    ("policy", "state"),
    [
        (trust(StringEquals={SUB: "repo:unicorn/rentals:pull_request"}), Health.OK),
        (
            trust(StringEquals={SUB: ["repo:unicorn/rentals:pull_request", "repo:unicorn/rentals:environment:x"]}),
            Health.OK,
        ),
        (trust(StringEquals={SUB: "repo:unicorn@1/rentals@2:pull_request"}), Health.OK),
        (trust(StringLike={SUB: "repo:unicorn/rentals:*"}), Health.OK),
        (trust(StringLike={SUB: "repo:unicorn/*"}), Health.MISSING),
        (trust(StringLike={SUB: "repo:unicorn/rentals*"}), Health.MISSING),
        (trust(StringLike={SUB: "repo:*/rentals:pull_request"}), Health.MISSING),
        (trust(StringLike={SUB: "repo:unicorn@*/rentals@*:pull_request"}), Health.MISSING),
        (trust(StringEquals={SUB: "repo:eve/rentals:pull_request"}), Health.MISSING),
        (trust(StringEquals={SUB: ["repo:unicorn/rentals:pull_request", "repo:eve/x:pull_request"]}), Health.MISSING),
        (trust(StringEquals={"token.actions.githubusercontent.com:aud": "sts.amazonaws.com"}), Health.MISSING),
        (trust(StringLikeIfExists={SUB: "repo:unicorn/rentals:*"}), Health.MISSING),
        (trust(), Health.MISSING),
        ({"Statement": {"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "sts:AssumeRole"}}, Health.OK),
        ({}, Health.OK),
        ("nonsense", Health.OK),
    ],
)
def test_a_trust_policy_is_judged_by_whom_it_lets_in(policy: Any, state: Health) -> None:
    env = Env("prod", ACCOUNT, ("eu-west-1",))
    assert judged("it", "changectl-read-prod", HOME, env, policy).health is state


def test_a_role_for_gitlab_is_judged_by_its_projects_path() -> None:
    home, env = Home("gitlab", "gitlab.com", "unicorn/ops/rentals"), Env("prod", ACCOUNT, ("eu-west-1",))
    for policy in (read_trust(home, env), apply_trust(home, env, "main")):
        assert judged("it", "r", home, env, policy).health is Health.OK
        stranger = replace(home, repository="unicorn/ops/rental")
        assert judged("it", "r", stranger, env, policy).health is Health.MISSING
