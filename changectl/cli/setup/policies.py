"""IAM policies: who may be the role that previews read with and the one that applies, and what these roles may do."""

from collections.abc import Mapping, Sequence

from changectl.aws.permissions import iam_actions
from changectl.aws.reads import is_read
from changectl.cli.setup.home import Home
from changectl.contracts.kind import ResourceKind
from changectl.engine.effects import rows
from changectl.model.resource import Body
from changectl.planfile.config import Env

VERSION = "2012-10-17"
PROBES = (("cloudwatch", "DescribeAlarms"), ("cloudwatch", "GetMetricData"))
"""What tests ask of AWS beside settings."""

Ids = tuple[str, str]
"""The numbers of a repository's owner and of itself, which GitHub's subjects have since July 2026."""


def read_operations(kinds: Mapping[str, ResourceKind]) -> tuple[tuple[str, str], ...]:
    """Every (service, operation) that a preview, a snapshot or a test reads by."""
    reads = [(kind.service, read.operation) for kind in kinds.values() for f in kind.facets for read in f.reads]
    names = [(kind.service, kind.names.read.operation) for kind in kinds.values() if kind.names]
    return tuple(sorted({*reads, *names, *PROBES}))


def write_operations(kinds: Mapping[str, ResourceKind]) -> tuple[tuple[str, str], ...]:
    """Every (service, operation) that changes what a kind knows, forward or back."""
    made = [(kind.service, kind.create.operation) for kind in kinds.values() if kind.create]
    gone = [(kind.service, kind.delete.operation) for kind in kinds.values() if kind.delete]
    return tuple(sorted(pair for pair in {*rows(kinds).table, *made, *gone} if not is_read(*pair)))


def permissions(operations: Sequence[tuple[str, str]]) -> Body:
    """A policy that allows these, on everything."""
    return {"Version": VERSION, "Statement": [_allowed(list(iam_actions(operations)))]}


def _allowed(actions: list[str]) -> Body:
    return {"Sid": "Changectl", "Effect": "Allow", "Action": actions, "Resource": "*"}


def read_trust(home: Home, env: Env, ids: Ids | None = None) -> Body:
    """Who may read: a pull request's job. On GitLab, where it has no subject of its own, the job of a change's branch."""
    if home.forge == "gitlab":
        return _trust(home, env, "StringLike", f"project_path:{home.repository}:ref_type:branch:ref:change/*")
    return _trust(home, env, "StringEquals", f"{subject(home, ids)}:pull_request")


def apply_trust(home: Home, env: Env, branch: str, ids: Ids | None = None) -> Body:
    """Who may apply: a job in the environment of the env's name. On GitLab, a job of the default branch."""
    if home.forge == "gitlab":
        return _trust(home, env, "StringEquals", f"project_path:{home.repository}:ref_type:branch:ref:{branch}")
    return _trust(home, env, "StringEquals", f"{subject(home, ids)}:environment:{env.name}")


def subject(home: Home, ids: Ids | None) -> str:
    """How GitHub names a repository to AWS."""
    owner, _, name = home.repository.partition("/")
    return f"repo:{owner}@{ids[0]}/{name}@{ids[1]}" if ids else f"repo:{owner}/{name}"


def audience(home: Home) -> str:
    """For whom the job's identity is made out."""
    return "sts.amazonaws.com" if home.forge == "github" else f"https://{home.host}"


def provider_arn(home: Home, account: str) -> str:
    """The ARN of the identity provider that vouches for jobs of the forge."""
    return f"arn:aws:iam::{account}:oidc-provider/{home.issuer}"


def _trust(home: Home, env: Env, like: str, sub: str) -> Body:
    equals = {f"{home.issuer}:aud": audience(home)}
    where = {"StringEquals": {**equals, **({f"{home.issuer}:sub": sub} if like == "StringEquals" else {})}}
    if like != "StringEquals":
        where[like] = {f"{home.issuer}:sub": sub}
    statement = {
        "Effect": "Allow",
        "Principal": {"Federated": provider_arn(home, env.account)},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": where,
    }
    return {"Version": VERSION, "Statement": [statement]}


def role_arn(env: Env, part: str) -> str:
    """The ARN that the role for `read` or `apply` has once it is made as the README of changectl-aws says."""
    return f"arn:aws:iam::{env.account}:role/{role_name(env, part)}"


def role_name(env: Env, part: str) -> str:
    """Its name."""
    return f"changectl-{part}-{env.name}"
