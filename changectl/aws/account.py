"""Which account we are in: asked of STS before anything else, and compared with the one that was meant."""

from changectl.aws.connection import Aws
from changectl.aws.credentials import another_account
from changectl.model.resource import Call


def verify_account(aws: Aws, expected: str) -> str:
    """The caller's ARN. Raises NotSignedIn where the account is not `expected` (empty: any), and what `send` raises."""
    caller = aws.send(Call("sts", "GetCallerIdentity", {}))
    found = str(caller.get("Account", ""))
    if expected and found != expected:
        raise another_account(found, expected, aws.settings.profile)
    aws.clients.account = found
    return str(caller["Arn"])
