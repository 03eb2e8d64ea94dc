"""Emulators to test against, and walls around each test: no network, nobody's home, AWS account or git identity."""

import ipaddress
import os
import socket
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from emulators import CREDENTIALS, MINISTACK, REGION, Emulator, ministack_launcher
from emulators import ministack as running_ministack
from hypothesis import HealthCheck, settings

from changectl.aws.modelfiles import FORMAT, botocore_version
from changectl.aws.sandbox import server, unicorn

settings.register_profile("shared", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("shared")  # how long an example takes on a machine that others use says nothing


class UseALoopbackEndpoint(BaseException):
    """A test reached for the real network. Not an Exception, so that no `except Exception` can swallow the advice."""


# Emulators


@pytest.fixture(scope="session")
def moto(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The endpoint of this worker's moto server. It holds what other tests left: ask for `fresh_moto` or `aws`."""
    state = tmp_path_factory.mktemp("moto")
    yield server.start(state).endpoint
    server.stop(state)


@pytest.fixture
def fresh_moto(moto: str) -> str:
    """The endpoint of a moto server with nothing in it."""
    Emulator("moto", moto).reset()
    return moto


@pytest.fixture
def aws(fresh_moto: str) -> Callable[..., Any]:
    """`aws("ec2")`: plain boto3 clients for an empty moto server, without retries."""
    return Emulator("moto", fresh_moto).client


@pytest.fixture
def unicorn_rentals(fresh_moto: str) -> str:
    """The endpoint of a moto server that holds the production of Unicorn Rentals, and nothing else."""
    unicorn.populate(fresh_moto, REGION)
    return fresh_moto


@pytest.fixture(scope="session")
def ministack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    """This worker's MiniStack. Without it a test is skipped here, and fails in CI."""
    launcher = ministack_launcher()
    if launcher is None:
        reason = f"{MINISTACK} is not installed: sh tests/ministack/install.sh"
        if "CI" in os.environ:
            pytest.fail(reason)
        pytest.skip(reason)
    with running_ministack(launcher, tmp_path_factory.mktemp("ministack")) as emulator:
        yield emulator


@pytest.fixture(params=["moto", "ministack"])
def emulator(request: pytest.FixtureRequest) -> Emulator:
    """Each emulator in turn, empty: `.name`, `.endpoint`, `.client(service)`."""
    found = request.getfixturevalue(request.param)
    emulator = found if isinstance(found, Emulator) else Emulator("moto", found)
    emulator.reset()
    return emulator


SLOW = ("tests/kill/", "tests/demo/", "tests/docs/test_pages_are_typed.py", "test_swept_in_the_short_form")
"""What takes from ten seconds to half a minute each."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The slow ones at the beginning of either half, which is where two workers begin: none is all that is left at the end."""
    slow = [item for item in items if any(part in item.nodeid for part in SLOW)]
    rest = [item for item in items if not any(part in item.nodeid for part in SLOW)]
    first, second = slow[::2], slow[1::2]
    half = max(len(items) // 2 - len(first), 0)
    items[:] = [*first, *rest[:half], *second, *rest[half:]]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What was skipped is not proven, and `-q` would say so with one letter."""
    reports = terminalreporter.getreports("skipped")
    why = Counter(str(report.longrepr[2]).removeprefix("Skipped: ").strip() for report in reports)
    if why:
        terminalreporter.section("NOT PROVEN", red=True, bold=True)
    for reason, many in why.most_common():
        terminalreporter.line(f"{many} test{'s' * (many > 1)} did not run: {reason}")


@pytest.fixture(scope="session", autouse=True)
def _models_read_once() -> Iterator[None]:
    """botocore's files, for all sessions of this process: a command typed in it would read 1 MB of them anew."""
    from botocore.loaders import JSONFileLoader

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(JSONFileLoader, "load_file", cache(JSONFileLoader.load_file))
        yield


# Walls


@pytest.fixture(scope="session", autouse=True)
def _no_network() -> Iterator[None]:
    """In this process an exception named for the advice; in child processes a proxy at which nobody answers."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("connect", "connect_ex"):
            patch.setattr(socket.socket, name, _loopback_only(getattr(socket.socket, name)))
        patch.setattr(socket, "getaddrinfo", _no_names(socket.getaddrinfo))
        for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
            patch.setenv(name, "http://127.0.0.1:9")
        for name in ("no_proxy", "NO_PROXY"):
            patch.setenv(name, "127.0.0.1,localhost,::1")
        yield


@pytest.fixture(scope="session", autouse=True)
def _nobody() -> Iterator[None]:
    """No AWS credentials but worthless ones, and no git settings or keys of whoever runs the tests."""
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if name.startswith(("AWS_", "GIT_")) or name in ("SSH_AUTH_SOCK", "EMAIL"):
                patch.delenv(name)
        for name, value in CREDENTIALS.items():
            patch.setenv(name, value)
        patch.setenv("AWS_EC2_METADATA_DISABLED", "true")
        patch.setenv("GIT_CONFIG_NOSYSTEM", "1")
        patch.setenv("GIT_TERMINAL_PROMPT", "0")
        yield


@pytest.fixture(scope="session")
def _models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What was read of botocore's models, for every home of this worker: each command would read them anew, for 0.1 s."""
    return tmp_path_factory.mktemp("models")


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch, _models: Path) -> Path:
    """The empty home directory of this test, for the processes that it starts too."""
    home = tmp_path_factory.mktemp("home")
    cache = home.with_name(f"cache-of-{home.name}")
    kept = cache / "changectl" / f"botocore-{botocore_version()}-{FORMAT}"
    kept.parent.mkdir(parents=True)
    kept.symlink_to(_models)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_STATE_HOME", str(home / ".local" / "state"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home / ".config"))
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(home / ".gitconfig"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(home / ".aws" / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(home / ".aws" / "credentials"))
    return home


def _loopback_only(connect: Callable[..., Any]) -> Callable[..., Any]:
    def guarded(self: socket.socket, address: Any) -> Any:
        if self.family in (socket.AF_INET, socket.AF_INET6) and not _is_loopback(address[0]):
            raise UseALoopbackEndpoint(address)
        return connect(self, address)

    return guarded


def _no_names(getaddrinfo: Callable[..., Any]) -> Callable[..., Any]:
    def guarded(host: Any, *rest: Any, **named: Any) -> Any:
        if host and not _is_loopback(host):
            raise UseALoopbackEndpoint(host)
        return getaddrinfo(host, *rest, **named)

    return guarded


def _is_loopback(host: Any) -> bool:
    name = host.decode() if isinstance(host, bytes) else str(host)
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return name == "localhost"
