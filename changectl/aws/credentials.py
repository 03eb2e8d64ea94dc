"""Credentials while time passes: good for long enough, when they end for good, and still of the same account."""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from changectl.aws.clients import Clients
from changectl.aws.fate import fate, sign_in
from changectl.errors import NotSignedIn
from changectl.model.resource import Call

WRITTEN_AS = ("x_security_token_expires", "aws_expiration", "aws_session_expiration", "expiration")
"""Members of a profile by which the tools that write session tokens there say when these end; AWS itself has none."""


def last(clients: Clients, seconds: float, profile: str) -> None:
    """They are good for so long; renewed, or read anew from where somebody has signed in again, if need be.

    Raises NotSignedIn. What does not say when it ends is taken to be good.
    """
    left = _left(clients, profile)
    if left is not None and left < seconds:
        clients.forget()
        left = _left(clients, profile)
    if left is not None and left < seconds:
        end = datetime.now(UTC) + timedelta(seconds=left)
        raise NotSignedIn(
            f"the AWS credentials {'end' if left > 0 else 'ended'} at {end:%H:%M:%S} UTC and cannot be renewed",
            sign_in(profile),
            ends=end.isoformat(timespec="seconds"),
        )


def end(clients: Clients) -> datetime | None:
    """When they end, where nothing on this machine can renew them; None where something can, or where nobody says."""
    used, source = clients.session().get_credentials(), clients.source()
    ended = _end_of_source(clients.session(), source)
    if ended is None or used is source:
        return ended
    return max(ended, _expiry(used) or ended)  # a role that was taken shortly before lasts on


def same_account(clients: Clients, region: str, profile: str) -> None:
    """After somebody has signed in again it is still the account that was checked at first. Raises NotSignedIn."""
    if not clients.unsure:
        return
    found = str(clients.reading("sts", region).get_caller_identity()["Account"])
    if found != clients.account:
        raise another_account(found, clients.account, profile)
    clients.unsure = False


def another_account(found: str, expected: str, profile: str) -> NotSignedIn:
    """The refusal that names both."""
    return NotSignedIn(
        f"signed in to account {found}, but this is meant for account {expected}",
        f"aws sts get-caller-identity --profile {profile}" if profile else "export AWS_PROFILE=...",
        expected=expected,
        found=found,
    )


def _left(clients: Clients, profile: str) -> float | None:
    """Seconds; None where nobody says when they end."""
    try:
        clients.credentials()
        used = clients.session().get_credentials()
    except Exception as error:
        why = fate(error, Call("sts", "GetCallerIdentity", {}), reached=False, profile=profile)
        if isinstance(why, NotSignedIn):
            raise why from error
        raise NotSignedIn(f"the AWS credentials cannot be renewed: {why.sentence}", sign_in(profile)) from error
    until = _expiry(used) or (_written(clients.session()) if used is clients.source() else None)
    return None if until is None else (until - datetime.now(UTC)).total_seconds()


def _end_of_source(session: Any, source: Any) -> datetime | None:
    match getattr(source, "method", ""):
        case "env":
            return _expiry(source)
        case "shared-credentials-file" | "config-file":
            return _written(session)
        case "sso":
            token = _signed_in_until(session)
            return token and max(token, _expiry(source) or token)
        case _:
            return None


def _expiry(credentials: Any) -> datetime | None:
    found = getattr(credentials, "_expiry_time", None)
    return found if isinstance(found, datetime) else None


def _written(session: Any) -> datetime | None:
    profile = session.get_scoped_config()
    if not profile.get("aws_session_token"):
        return None
    return next(filter(None, (_time(profile.get(name)) for name in WRITTEN_AS)), None)


def _signed_in_until(session: Any) -> datetime | None:
    """When the sign-in of the profile ends, by the file that `aws sso login` writes; None where it renews itself."""
    profile = session.get_scoped_config()
    name = profile.get("sso_session") or profile.get("sso_start_url") or ""
    file = (
        Path.home()
        / ".aws"
        / "sso"
        / "cache"
        / f"{hashlib.sha1(name.encode(), usedforsecurity=False).hexdigest()}.json"
    )
    try:
        token: Mapping[str, Any] = json.loads(file.read_bytes())
        return None if "refreshToken" in token else _time(token.get("expiresAt"))
    except (OSError, ValueError, TypeError):
        return None


def _time(said: object) -> datetime | None:
    try:
        found = datetime.fromisoformat(str(said))
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
