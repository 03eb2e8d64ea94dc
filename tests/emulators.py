"""The emulators of AWS that the tests talk to: each a process of its own on loopback, one of each per test worker."""

import http.client
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

REGION = "ap-southeast-2"
ACCOUNT = "123456789012"
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing"}

REPOSITORY = Path(__file__).parents[1]
MINISTACK = "MiniStack"  # in the reason of each test that did not run for want of it
START_WITHIN = 30.0


@dataclass(frozen=True, slots=True)
class Emulator:
    """One pretend AWS: who wrote it, and where it answers."""

    name: str
    endpoint: str

    def client(self, service: str, region: str = REGION) -> Any:
        """A plain boto3 client without retries, since what an emulator lacks it answers with a 500."""
        from botocore.config import Config

        once = Config(retries={"total_max_attempts": 1}, connect_timeout=5, read_timeout=30)
        return _session().client(service, endpoint_url=self.endpoint, region_name=region, config=once)

    def reset(self) -> None:
        """Empty it. 3 ms for moto, 10 ms for MiniStack."""
        path = {"moto": "/moto-api/reset", "ministack": "/_ministack/reset"}[self.name]
        assert _asked(self.endpoint, "POST", path) == 200


@contextmanager
def ministack(launcher: Path, home: Path) -> Iterator[Emulator]:
    """MiniStack, written independently of moto, so that the two fail in different places. Ended by its own pid."""
    endpoint, server = _launched(launcher, home)
    try:
        yield Emulator("ministack", endpoint)
    finally:
        _ended(server)


def ministack_launcher() -> Path | None:
    """The launcher or the Python that `CHANGECTL_MINISTACK` names, else that of `.ministack/`, else None."""
    named = os.environ.get("CHANGECTL_MINISTACK")
    if named:
        assert Path(named).exists(), f"CHANGECTL_MINISTACK names {named}, which is not there"
        return Path(named)
    built = REPOSITORY / ".ministack" / "bin" / "ministack"
    return built if built.exists() else None


@cache  # reading the models of a service is most of what a client costs
def _session() -> Any:
    import boto3

    return boto3.Session("testing", "testing", region_name=REGION)


def _launched(launcher: Path, home: Path) -> tuple[str, subprocess.Popen[bytes]]:
    # It binds the port itself, so another program can take the one we found free: then it says so and ends.
    for _ in range(3):
        port = _free_port()
        endpoint = f"http://127.0.0.1:{port}"
        with (home / "ministack.log").open("ab") as log:
            server = subprocess.Popen(
                [str(launcher), "-m", "ministack"] if launcher.name.startswith("python") else [str(launcher)],
                env=_ministack_environment(home, port),
                cwd=home,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        if _comes_up(server, endpoint):
            return endpoint, server
        _ended(server)
    raise AssertionError(f"MiniStack did not come up: {(home / 'ministack.log').read_text()[-2000:]}")


def _ministack_environment(home: Path, port: int) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "TMPDIR": str(home),  # it keeps a pid file there
        "BIND_HOST": "127.0.0.1",  # every interface, unless told
        "GATEWAY_PORT": str(port),
        "SFTP_ENABLED": "0",
        "IOT_MTLS_ENABLED": "0",
        "S3_DATA_DIR": str(home / "s3"),
        "DOCKER_HOST": "unix:///nowhere",  # it removes containers of its own when it starts; none of ours, please
        "MINISTACK_ACCOUNT_ID": ACCOUNT,
        "MINISTACK_REGION": REGION,
    }


def _comes_up(server: subprocess.Popen[bytes], endpoint: str) -> bool:
    deadline = time.monotonic() + START_WITHIN
    while server.poll() is None and time.monotonic() < deadline:
        if _asked(endpoint, "GET", "/_ministack/health") == 200:
            return True
        time.sleep(0.01)
    return False


def _ended(server: subprocess.Popen[bytes]) -> None:
    server.send_signal(signal.SIGTERM)
    try:
        server.wait(5)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        port: int = found.getsockname()[1]
        return port


def _asked(endpoint: str, method: str, path: str) -> int | None:
    connection = http.client.HTTPConnection(urlsplit(endpoint).netloc, timeout=30)
    try:
        connection.request(method, path)
        return connection.getresponse().status
    except OSError:
        return None
    finally:
        connection.close()
