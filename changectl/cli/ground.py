"""From an environment of changectl.toml to a connection, and the ground that the engine stands on."""

import os
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urlsplit

from changectl.aws.account import verify_account
from changectl.aws.clients import Settings
from changectl.aws.connection import Aws, connect
from changectl.catalogue import Catalogue
from changectl.engine.asking import Eyes
from changectl.engine.effects import rows
from changectl.engine.world import Ground
from changectl.errors import GateRefused
from changectl.model.frozen import dataclass
from changectl.planfile.config import Env
from changectl.web import address

WIDEST = 8
"""Calls at once: AWS's describe calls are throttled per account, at 20 a second and upward."""


@dataclass(frozen=True, slots=True)
class Signed:
    """A connection whose account was checked, and the ground it gives."""

    aws: Aws
    ground: Ground
    caller: str
    endpoint: str

    @property
    def settle(self) -> float:
        """How much of the kinds' settle horizons to wait: none for an endpoint on this machine."""
        return 0.0 if is_loopback(self.endpoint) else 1.0


def signed_in(env: Env, region: str, catalogue: Catalogue, change: str, endpoint: str | None = None) -> Signed:
    """Connect as the environment says, and check the account before anything else. Raises NotSignedIn, Unreachable.

    `endpoint`: where an earlier attempt began, which is where it is resumed and rolled back.
    """
    where = _endpoint(env) if endpoint is None else endpoint
    region = region or env.regions[0]
    if region not in env.regions:
        raise GateRefused(
            f"region {region} is not one of {env.name}'s ({', '.join(env.regions)})", "add it to changectl.toml"
        )
    if is_loopback(where) and not env.production and not os.environ.get("AWS_PROFILE"):
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):  # an emulator takes any, and needs no real ones
            os.environ.setdefault(name, "sandbox")
    settings = Settings(region, env.profile, env.role, where, session_name=f"changectl-{change}"[:64])
    aws = connect(settings)
    caller = verify_account(aws, env.account)
    eyes = Eyes(aws.send, together, env.account)
    ground = Ground(catalogue.kinds, catalogue.actions, catalogue.probes, rows(catalogue.kinds), eyes, region)
    return Signed(aws, ground, caller, where)


def together(thunks: Sequence[Callable[[], Any]]) -> list[Any]:
    """Run thunks side by side; results in order, the first exception raised when all have ended."""
    if len(thunks) <= 1:
        return [thunk() for thunk in thunks]
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(min(WIDEST, len(thunks))) as pool:
        return [future.result() for future in [pool.submit(thunk) for thunk in thunks]]


def is_loopback(endpoint: str) -> bool:
    """Whether an endpoint is on this machine, as an emulator is."""
    return address.is_loopback(urlsplit(endpoint).hostname or "")


def _endpoint(env: Env) -> str:
    named = os.environ.get("AWS_ENDPOINT_URL", "")
    if env.production and named and named != env.endpoint:
        raise GateRefused(
            f"AWS_ENDPOINT_URL is set, and {env.name} is production without that endpoint",
            f"unset AWS_ENDPOINT_URL, or name the endpoint under [env.{env.name}] in changectl.toml",
        )
    return env.endpoint or named
