"""IAM policies: whom they let in, to the letter; and that they allow what kinds read and write, no more and no less."""

import json

from changectl.aws.modelfiles import calls_of
from changectl.aws.permissions import PREFIXES, iam_actions
from changectl.aws.reads import is_read
from changectl.catalogue import catalogue
from changectl.cli.setup.home import Home
from changectl.cli.setup.policies import (
    apply_trust,
    permissions,
    read_operations,
    read_trust,
    write_operations,
)
from changectl.planfile.config import Env

PROD = Env("prod", "123456789012", ("ap-southeast-2",))
GITHUB = Home("github", "github.com", "unicorn/rentals")
GITLAB = Home("gitlab", "gitlab.com", "unicorn/ops/rentals")
KINDS = catalogue().kinds


def conditions(policy: object) -> object:
    (statement,) = policy["Statement"]  # type: ignore[index]
    assert (statement["Effect"], statement["Action"]) == ("Allow", "sts:AssumeRoleWithWebIdentity")
    return statement["Principal"], statement["Condition"]


def test_a_pull_request_of_this_repository_may_read() -> None:
    issuer = "token.actions.githubusercontent.com"
    assert conditions(read_trust(GITHUB, PROD)) == (
        {"Federated": f"arn:aws:iam::123456789012:oidc-provider/{issuer}"},
        {"StringEquals": {f"{issuer}:aud": "sts.amazonaws.com", f"{issuer}:sub": "repo:unicorn/rentals:pull_request"}},
    )


def test_a_job_in_the_environment_of_that_name_may_apply() -> None:
    _, condition = conditions(apply_trust(GITHUB, PROD, "main"))
    issuer = "token.actions.githubusercontent.com"
    sub = "repo:unicorn/rentals:environment:prod"
    assert condition == {"StringEquals": {f"{issuer}:aud": "sts.amazonaws.com", f"{issuer}:sub": sub}}


def test_the_numbers_of_a_repository_are_part_of_its_subject_where_they_are_known() -> None:
    found = json.dumps([read_trust(GITHUB, PROD, ("7", "42")), apply_trust(GITHUB, PROD, "main", ("7", "42"))])
    assert '"repo:unicorn@7/rentals@42:pull_request"' in found
    assert '"repo:unicorn@7/rentals@42:environment:prod"' in found
    assert "repo:unicorn/" not in found


def test_on_gitlab_a_changes_branch_may_read_and_the_default_branch_apply() -> None:
    who = {"Federated": "arn:aws:iam::123456789012:oidc-provider/gitlab.com"}
    head = "project_path:unicorn/ops/rentals:ref_type:branch:ref:"
    assert conditions(read_trust(GITLAB, PROD)) == (
        who,
        {"StringEquals": {"gitlab.com:aud": "https://gitlab.com"}, "StringLike": {"gitlab.com:sub": f"{head}change/*"}},
    )
    assert conditions(apply_trust(GITLAB, PROD, "trunk")) == (
        who,
        {"StringEquals": {"gitlab.com:aud": "https://gitlab.com", "gitlab.com:sub": f"{head}trunk"}},
    )


def test_reading_allows_only_what_certainly_changes_nothing() -> None:
    assert [pair for pair in read_operations(KINDS) if not is_read(*pair)] == []
    assert [pair for pair in write_operations(KINDS) if is_read(*pair)] == []


def test_every_operation_is_one_that_aws_has_and_every_service_one_whose_actions_are_named_alike() -> None:
    every = {*read_operations(KINDS), *write_operations(KINDS)}
    assert {pair for pair in every if pair[1] not in calls_of(pair[0])["operations"]} == set()
    assert {service for service, _ in every} <= set(PREFIXES)


def test_every_kind_can_be_read_and_written() -> None:
    for kind in KINDS.values():
        alone = {kind.name: kind}
        assert any(service == kind.service for service, _ in read_operations(alone)), kind.name
        assert any(service == kind.service for service, _ in write_operations(alone)), kind.name


def test_policies_are_small_enough_for_iam() -> None:
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html: 10,240 without white space, in line
    policy = permissions((*read_operations(KINDS), *write_operations(KINDS)))
    assert len(json.dumps(policy, separators=(",", ":"))) < 10_240


def test_an_operation_is_an_action_by_the_prefix_of_its_service() -> None:
    asked = [("elbv2", "DescribeLoadBalancers"), ("ec2", "DescribeVpcs"), ("ec2", "DescribeVpcs")]
    assert iam_actions(asked) == ("ec2:DescribeVpcs", "elasticloadbalancing:DescribeLoadBalancers")
