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
    """The clients of one connection. Nothing is imported, read or asked before the first is wanted.

    `account`: the one that was checked; `unsure` whether it still is, since credentials were read anew.
    """

    def __init__(self, settings: Settings) -> None:
        self.account = ""
        self.unsure = False
        self._settings = settings
        self._source: Any = None
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
                self._session, self._source = _session(self._settings)
            return self._session

    def source(self) -> Any:
        """The credentials that were found, from which those of the role are had; None where there are none."""
        with self._lock:
            self.session()
            return self._source

    def forget(self) -> None:
        """Read files and environment anew when credentials are next wanted: somebody may have signed in again."""
        with self._lock:
            self._session, self._source, self._clients = None, None, {}
            self.unsure = bool(self.account)

    def credentials(self) -> Any:
        """Credentials that are good now; refreshed if need be. Raises NoCredentialsError and what refreshing raises."""
        from botocore.exceptions import CredentialRetrievalError, NoCredentialsError

        found = self.session().get_credentials()
        if found is None:
            raise NoCredentialsError
        try:
            return found.get_frozen_credentials()
        except RuntimeError as error:  # so botocore says that what it got has ended, those of the environment say
            raise CredentialRetrievalError(provider=found.method, error_msg=str(error)) from error

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


def _session(settings: Settings) -> tuple[Any, Any]:
    """A watched session over the credentials of another one, so that signing in is not taken for a change; and these."""
    from botocore.session import Session

    from changectl.aws.loader import QuickLoader

    plain = Session(profile=settings.profile or None)
    plain.register_component("data_loader", QuickLoader())
    watched: Any = Session(profile=settings.profile or None)
    watched.register_component("data_loader", plain.get_component("data_loader"))
    watch(watched.get_component("event_emitter"))
    source = plain.get_credentials()
    watched._credentials = _assumed(plain, source, settings) if settings.role else source
    return watched, source


def _assumed(plain: Any, source: Any, settings: Settings) -> Any:
    """Credentials of the role, fetched when first used and again before they end."""
    from botocore.credentials import AssumeRoleCredentialFetcher, DeferredRefreshableCredentials
    from botocore.exceptions import NoCredentialsError

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
