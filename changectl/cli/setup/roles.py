"""The two roles in AWS: one that previews read with, one that applies; as policy files, with the commands that make them."""

import json
from collections.abc import Mapping

from changectl.cli.setup.files import File
from changectl.cli.setup.policies import (
    apply_trust,
    audience,
    permissions,
    provider_arn,
    read_operations,
    read_trust,
    role_arn,
    role_name,
    write_operations,
)
from changectl.cli.setup.wanted import Wanted
from changectl.contracts.kind import ResourceKind
from changectl.model.resource import Body
from changectl.planfile.config import Env

FOLDER = "changectl-aws"

HEAD = """\
# Roles for changectl

Two roles in each account, made once by somebody who may:

- **read** previews plans in CI. Whoever may push a branch to the repository can become it, because a pull request's own
  workflow runs there. So it can change nothing; it can read settings, values of parameters among them.
- **apply** changes production. {who} can become it,
  and whoever else you add to its trust policy, such as the permission set of engineers who apply from their own machines.

The policies allow what this version of changectl reads and writes, on every resource. Narrow `Resource` down as you like.
Leave out what you never want changed, such as deleting. Steps with `call:` of other services need their operations added;
values of SecureString parameters need `kms:Decrypt` of their key.
"""

WHO = {
    "github": "A job in the GitHub environment of the env's name",
    "gitlab": "A job of the default branch",
}

NEW_SUBJECTS = """
GitHub repositories made, renamed or transferred since July 2026 say their numbers to AWS as well. If this is one, write the
files anew with them:

```sh
gh api repos/{repository} --jq '"\\(.owner.id)/\\(.id)"'
rm -r {folder} && changectl init --github --ids OWNER_ID/REPOSITORY_ID
```
"""


def role_files(wanted: Wanted, kinds: Mapping[str, ResourceKind]) -> tuple[File, ...]:
    """Four policies for each production environment, and a page of commands; none where there is no production."""
    if not wanted.production:
        return ()
    reads, writes = read_operations(kinds), write_operations(kinds)
    files = []
    for env in wanted.production:
        policies = {
            "read-role-trust": read_trust(wanted.home, env, wanted.ids),
            "read-role": permissions(reads),
            "apply-role-trust": apply_trust(wanted.home, env, wanted.branch, wanted.ids),
            "apply-role": permissions((*reads, *writes)),
        }
        files += [File(_path(wanted, f"{env.name}/{name}.json"), _json(policy)) for name, policy in policies.items()]
    return (*files, File(_path(wanted, "README.md"), page(wanted)))


def page(wanted: Wanted) -> str:
    """The commands, for somebody who has read none of this."""
    home = wanted.home
    head = HEAD.format(who=WHO[home.forge])
    envs = (
        f"\n## {env.name}, account {env.account}\n\n```sh\n{_commands(wanted, env)}\n```\n" for env in wanted.production
    )
    renamed = home.forge == "github" and wanted.ids is None
    return "".join((head, *envs, NEW_SUBJECTS.format(repository=home.repository, folder=FOLDER) if renamed else ""))


def _commands(wanted: Wanted, env: Env) -> str:
    home = wanted.home
    url = f"https://{home.issuer}"
    lines = [
        "# once an account, unless it is there already:",
        f"# {provider_arn(home, env.account)}",
        f"aws iam create-open-id-connect-provider --url {url} --client-id-list {audience(home)}",
    ]
    for part in ("read", "apply"):
        name, at = role_name(env, part), f"file://{_path(wanted, f'{env.name}/{part}-role')}"
        lines += [
            f"aws iam create-role --role-name {name} --assume-role-policy-document {at}-trust.json",
            f"aws iam put-role-policy --role-name {name} --policy-name changectl --policy-document {at}.json",
        ]
    return "\n".join([*lines, *_variables(wanted, env)])


def _variables(wanted: Wanted, env: Env) -> list[str]:
    arn, repository = role_arn(env, "read"), wanted.home.repository
    if wanted.home.forge == "gitlab":
        return (
            [f"glab variable set CHANGECTL_READ_ROLE {arn} --repo {repository}"] if env is wanted.production[0] else []
        )
    guarded = f"gh api --method PUT repos/{repository}/environments/{env.name}"
    # one variable, one workflow: for a second account, copy the workflow and name another variable in it
    shared = [f"gh variable set CHANGECTL_READ_ROLE --repo {repository} --body {arn}"]
    return [*(shared if env is wanted.production[0] else []), guarded]


def _path(wanted: Wanted, name: str) -> str:
    return f"{wanted.folder}{FOLDER}/{name}"


def _json(policy: Body) -> str:
    return json.dumps(policy, indent=2) + "\n"
