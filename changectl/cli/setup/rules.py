"""The text of a new changectl.toml."""

from changectl.cli.setup.home import Home

ENV = """\
# Who may change what, and where changectl records it. Read from the remote's default branch for production.

[env.{env}]
account = "{account}"           # compared with sts:GetCallerIdentity before anything else
regions = ["{region}"]
production = {production}              # production is confirmed by typing the env's name
{endpoint}approvals = {{low = {low}, medium = {low}, high = {high}}}
"""

ROLES = """\
# role = "arn:aws:iam::{account}:role/changectl-apply-{env}"       # applies; changectl init --github writes its policies
# read_role = "arn:aws:iam::{account}:role/changectl-read-{env}"   # previews in CI, and can change nothing
"""

REVIEW = """
# What proves an approval. Without this, an SSH signature of somebody in the file allowed_signers beside this one.
# [review]
# by = "signature"                # changectl approve signs; the keys: ssh-keygen(1), ALLOWED SIGNERS
# signers = "allowed_signers"
#
# by = "github"                   # or "gitlab": a review of the pull request, on exactly these bytes
# repository = "unicorn/rentals"
#
# by = "identity"                 # git's word for who somebody is, which proves nothing: for trying
"""

ON_FORGE = """
[review]                          # a review of the pull request is the approval
by = "{forge}"
repository = "{repository}"
{api}"""

CHANNEL = """
# [[channel]]
# kind = "webhook"
# url = "https://example.com/hook"
"""


def sandbox_rules(account: str, region: str, endpoint: str) -> str:
    """For the sandbox: no production, nobody's approval."""
    where = f'endpoint = "{endpoint}"\n'
    values = {"account": account, "region": region, "endpoint": where}
    return ENV.format(env="sandbox", production="false", low=0, high=0, **values) + CHANNEL


def production_rules(env: str, account: str, region: str, home: Home | None) -> str:
    """For production; reviews on a forge where the team has a home there."""
    rules = ENV.format(env=env, account=account, region=region, production="true", endpoint="", low=1, high=2)
    return rules + ROLES.format(env=env, account=account) + (review_rules(home) if home else REVIEW) + CHANNEL


def review_rules(home: Home) -> str:
    """That reviews of pull requests are the approvals."""
    api = f'api = "{home.api}"\n' if home.api else ""
    return ON_FORGE.format(forge=home.forge, repository=home.repository, api=api)
