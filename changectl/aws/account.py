"""Which account we are in: asked of STS before anything else, and compared with the one that was meant."""

from changectl.aws.connection import Aws
from changectl.errors import NotSignedIn
from changectl.model.resource import Call


def verify_account(aws: Aws, expected: str) -> str:
    """The caller's ARN. Raises NotSignedIn where the account is not `expected` (empty: any), and what `send` raises."""
    caller = aws.send(Call("sts", "GetCallerIdentity", {}))
    found = str(caller.get("Account", ""))
    if expected and found != expected:
        profile = aws.settings.profile
        raise NotSignedIn(
            f"signed in to account {found}, but this is meant for account {expected}",
            f"aws sts get-caller-identity --profile {profile}" if profile else "export AWS_PROFILE=...",
            expected=expected,
            found=found,
        )
    return str(caller["Arn"])
