"""The forge that changectl.toml names, signed in to with what this machine has: a token in the environment, or gh's own."""

import os
import shutil
import subprocess
import sys
import time
from functools import partial
from urllib.parse import urlsplit

from changectl.catalogue import forges
from changectl.contracts.forge import Forge, ForgeKind, ForgeSettings
from changectl.errors import ConfigurationWrong, ForgeFailed
from changectl.planfile.config_team import ReviewSettings

PATIENCE = 10.0
"""Seconds for `gh auth token`, which may ask a keyring."""

SILENT = 3.0
"""Seconds of waiting that nobody needs to be told of."""


def is_on_forge(review: ReviewSettings) -> bool:
    """Whether approvals are reviews on a forge."""
    return review.by not in ("signature", "identity")


def forge_kind(review: ReviewSettings) -> ForgeKind:
    """The sort of forge. Raises ConfigurationWrong where there is no such one."""
    known = forges()
    if review.by not in known:
        there = ", ".join(("signature", "identity", *known))
        raise ConfigurationWrong(
            f"[review] by = {review.by!r} is no way to review; there are {there}", "mend changectl.toml"
        )
    return known[review.by]


def forge_of(review: ReviewSettings) -> Forge:
    """The team's repository on its forge. Raises ConfigurationWrong, ForgeFailed where there is no token."""
    kind = forge_kind(review)
    token = token_for(kind, review)
    if not token:
        raise ForgeFailed(f"reviews are on {kind.key}, and there is no token for it", signs_in(kind))
    return kind.open(ForgeSettings(review.repository, review.api, token, partial(_wait, kind.key)))


def signs_in(kind: ForgeKind) -> str:
    """What to type for a token. Of command lines only GitHub's is asked for the one that it keeps."""
    return f"export {kind.tokens[0]}=…" + (", or: gh auth login" if kind.key == "github" else "")


def _wait(forge: str, seconds: float) -> None:
    """Let some time pass, and say so, lest anybody thinks that it hangs."""
    if seconds >= SILENT:
        sys.stderr.write(f"          {forge} wants to be asked less often: waiting {seconds:.0f} s\n")
    time.sleep(seconds)


def asks_at(review: ReviewSettings, branch: str) -> str:
    """Where a person opens a pull request from that branch."""
    return forge_kind(review).open(ForgeSettings(review.repository, review.api)).asks_at(branch)


def token_for(kind: ForgeKind, review: ReviewSettings) -> str:
    """A token from the environment, or from the GitHub command line where that is signed in; "" where there is none."""
    named = next((os.environ[name] for name in kind.tokens if os.environ.get(name)), "")
    if named or kind.key != "github" or not (gh := shutil.which("gh")):
        return named
    host = urlsplit(review.api).hostname or "github.com"
    argv = (gh, "auth", "token", "--hostname", host.removeprefix("api."))
    try:
        said = subprocess.run(
            argv, check=False, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=PATIENCE
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return said.stdout.strip() if said.returncode == 0 else ""
