"""The roles of an environment that jobs of the forge become: that they are there, and trust nobody else."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from changectl.aws.connection import Aws
from changectl.catalogue import catalogue
from changectl.cli.ground import signed_in
from changectl.cli.setup.home import Home
from changectl.cli.setup.policies import provider_arn
from changectl.errors import ChangectlError
from changectl.model.diagnosis import Diagnosis, missing, ok, unknown
from changectl.model.resource import Call
from changectl.model.status import Status
from changectl.planfile.config import Env

AWS = Status.AWS_REFUSED


def roles(env: Env, home: Home) -> Sequence[Diagnosis]:
    """The provider of the forge in the account, and the roles that changectl.toml names."""
    aws = signed_in(replace(env, role=""), "", catalogue(), "doctor").aws
    named = (("read role", env.read_role), ("role", env.role))
    return (_provider(env, home, aws), *(_trusts(env, home, aws, what, arn) for what, arn in named if arn))


def _provider(env: Env, home: Home, aws: Aws) -> Diagnosis:
    name, wanted = f"{env.name} {home.forge} provider", provider_arn(home, env.account)
    try:
        answer = aws.send(Call("iam", "ListOpenIDConnectProviders", {}))
    except ChangectlError as why:
        return unknown(name, why.sentence, "aws iam list-open-id-connect-providers")
    if wanted in {each.get("Arn") for each in answer.get("OpenIDConnectProviderList") or ()}:
        return ok(name, "the account knows jobs of the forge")
    sentence = f"account {env.account} does not know jobs of {home.issuer}"
    return missing(name, sentence, f"changectl init --{home.forge} says how: changectl-aws/README.md", AWS)


def _trusts(env: Env, home: Home, aws: Aws, what: str, arn: str) -> Diagnosis:
    name, role = f"{env.name} {what} trust", arn.rpartition("/")[2]
    try:
        found = aws.send(Call("iam", "GetRole", {"RoleName": role}))["Role"].get("AssumeRolePolicyDocument")
    except ChangectlError as why:
        return unknown(name, why.sentence, f"aws iam get-role --role-name {role}")
    return judged(name, role, home, env, found)


def judged(name: str, role: str, home: Home, env: Env, policy: Any) -> Diagnosis:
    """What a trust policy says of the forge's jobs: that they are of this repository alone."""
    federated = [each for each in _statements(policy) if _is_of(each, provider_arn(home, env.account))]
    mend = f"aws iam update-assume-role-policy --role-name {role} --policy-document file://changectl-aws/{env.name}/…-trust.json"
    if not federated:
        return ok(name, f"no job of {home.issuer} can be {role}; people alone")
    wide = [each for each in federated if not _is_narrow(each, home)]
    if wide:
        return missing(name, f"jobs of other repositories than {home.repository} can be {role}", mend, AWS)
    return ok(name, f"jobs of {home.repository} alone can be {role}")


def _statements(policy: Any) -> Sequence[Mapping[str, Any]]:
    found = policy.get("Statement", ()) if isinstance(policy, Mapping) else ()
    return [found] if isinstance(found, Mapping) else [each for each in found if isinstance(each, Mapping)]


def _is_of(statement: Mapping[str, Any], provider: str) -> bool:
    principal = statement.get("Principal")
    federated = principal.get("Federated", ()) if isinstance(principal, Mapping) else ()
    return statement.get("Effect") == "Allow" and provider in ([federated] if isinstance(federated, str) else federated)


def _is_narrow(statement: Mapping[str, Any], home: Home) -> bool:
    """Whether its subject begins with this repository, before any wildcard, by a condition that must hold."""
    key, owner_and_name = f"{home.issuer}:sub", home.repository
    owner, _, rest = owner_and_name.partition("/")
    for operator, conditions in (statement.get("Condition") or {}).items():
        if operator not in ("StringEquals", "StringLike") or not isinstance(conditions, Mapping):
            continue
        subs = conditions.get(key)
        if subs and all(_begins(home, str(sub), owner, rest) for sub in ([subs] if isinstance(subs, str) else subs)):
            return True
    return False


def _begins(home: Home, sub: str, owner: str, rest: str) -> bool:
    if home.forge == "gitlab":
        return sub.startswith(f"project_path:{owner}/{rest}:")
    head, colon, _ = sub.removeprefix("repo:").partition(":")
    plain = "/".join(part.partition("@")[0] for part in head.split("/"))
    return sub.startswith("repo:") and bool(colon) and plain == f"{owner}/{rest}" and not set(head) & set("*?")
