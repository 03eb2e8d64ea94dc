"""botocore clients: made when first used, once for each service, region and way of sending. Threads may share them."""

import threading
from collections.abc import Mapping
from typing import Any

from changectl import __version__
from changectl.aws.wire import watch
from changectl.model.frozen import dataclass

POOL = 32
"""Connections kept for each client; more threads than this at once would drop theirs after each call."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Where to, and as whom.

    An empty `profile` is whatever AWS's own variables and files say; an empty `endpoint` is AWS itself, whatever they
    say. `role` is assumed in sessions named `session_name`. Timeouts are in seconds.
    """

    region: str
    profile: str = ""
    role: str = ""
    endpoint: str = ""
    session_name: str = "changectl"
    connect_timeout: float = 5
    read_timeout: float = 30
    read_attempts: int = 4


class Clients:
    """The clients of one connection. Nothing is imported, read or asked before the first is wanted."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = threading.RLock()  # botocore's session and loader are not safe to make clients in parallel
        self._session: Any = None
        self._clients: dict[tuple[str, str, bool], Any] = {}

    def reading(self, service: str, region: str) -> Any:
        """A client that tries again by itself."""
        return self._client(service, region, reads=True)

    def changing(self, service: str, region: str) -> Any:
        """A client that sends once."""
        return self._client(service, region, reads=False)

    def paginators(self, service: str) -> Mapping[str, Any]:
        """botocore's paging rules of a service by operation."""
        from botocore.exceptions import UnknownServiceError

        with self._lock:
            loader = self.session().get_component("data_loader")
            try:
                rules: Mapping[str, Any] = loader.load_service_model(service, "paginators-1")["pagination"]
            except UnknownServiceError:
                return {}
            return rules

    def session(self) -> Any:
        """The botocore session whose every client is watched."""
        with self._lock:
            if self._session is None:
                self._session = _session(self._settings)
            return self._session

    def credentials(self) -> Any:
        """Credentials that are good now; refreshed if need be. Raises NoCredentialsError and what refreshing raises."""
        from botocore.exceptions import NoCredentialsError

        found = self.session().get_credentials()
        if found is None:
            raise NoCredentialsError
        return found.get_frozen_credentials()

    def _client(self, service: str, region: str, *, reads: bool) -> Any:
        key = (service, region, reads)
        if (made := self._clients.get(key)) is not None:
            return made
        with self._lock:
            if key not in self._clients:
                self._clients[key] = self.session().create_client(
                    service,
                    region_name=region,
                    endpoint_url=self._settings.endpoint or None,
                    config=_config(self._settings, self._settings.read_attempts if reads else 1),
                )
            return self._clients[key]


def _session(settings: Settings) -> Any:
    """A watched session over the credentials of another one, so that signing in is not taken for a change."""
    from botocore.session import Session

    from changectl.aws.loader import QuickLoader

    plain = Session(profile=settings.profile or None)
    plain.register_component("data_loader", QuickLoader())
    watched: Any = Session(profile=settings.profile or None)
    watched.register_component("data_loader", plain.get_component("data_loader"))
    watch(watched.get_component("event_emitter"))
    watched._credentials = _assumed(plain, settings) if settings.role else plain.get_credentials()
    return watched


def _assumed(plain: Any, settings: Settings) -> Any:
    """Credentials of the role, fetched when first used and again before they end."""
    from botocore.credentials import AssumeRoleCredentialFetcher, DeferredRefreshableCredentials
    from botocore.exceptions import NoCredentialsError

    source = plain.get_credentials()
    if source is None:
        raise NoCredentialsError

    def sts(service: str, **keys: Any) -> Any:
        return plain.create_client(
            service,
            region_name=settings.region,
            endpoint_url=settings.endpoint or None,
            config=_config(settings, settings.read_attempts),
            **keys,
        )

    fetcher = AssumeRoleCredentialFetcher(sts, source, settings.role, {"RoleSessionName": settings.session_name[:64]})
    return DeferredRefreshableCredentials(fetcher.fetch_credentials, "assume-role")


def _config(settings: Settings, attempts: int) -> Any:
    from botocore.config import Config

    one_host: dict[str, Any] = {"inject_host_prefix": False, "s3": {"addressing_style": "path"}}
    where = one_host if settings.endpoint else {}
    return Config(
        **{"ignore_configured_endpoint_urls": True, **where},  # what is recorded is where it went
        connect_timeout=settings.connect_timeout,
        read_timeout=settings.read_timeout,
        retries={"mode": "standard", "total_max_attempts": attempts},
        max_pool_connections=POOL,
        user_agent_extra=f"changectl/{__version__}",
    )
