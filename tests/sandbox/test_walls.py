"""The walls around every test hold: the network, the home directory, AWS credentials and git are out of reach."""

import asyncio
import os
import socket
import subprocess
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import pytest


def advice(act: Callable[[], Any]) -> str:
    with pytest.raises(BaseException) as raised:  # noqa: PT011 the class is tests/conftest.py's own; its name is what counts
        act()
    return raised.type.__name__


def connect_by_udp() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.connect(("198.51.100.1", 53))


@pytest.mark.parametrize(
    "act",
    [
        lambda: socket.create_connection(("198.51.100.1", 80), timeout=0.1),
        lambda: socket.create_connection(("sts.amazonaws.com", 443), timeout=0.1),
        lambda: socket.getaddrinfo("example.com", 443),
        connect_by_udp,
        lambda: boto3.client("sts", "us-east-1").get_caller_identity(),
        lambda: urllib.request.build_opener(urllib.request.ProxyHandler({})).open("http://example.com"),
        lambda: asyncio.run(asyncio.open_connection("198.51.100.1", 80)),
    ],
)
def test_whatever_reaches_for_the_network_is_told_to_use_a_loopback_endpoint(
    act: Callable[[], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"):
        monkeypatch.delenv(name)

    assert advice(act) == "UseALoopbackEndpoint"


def test_a_child_process_meets_a_proxy_at_which_nobody_answers() -> None:
    fetched = subprocess.run(
        ["git", "ls-remote", "https://example.com/x.git"], capture_output=True, text=True, timeout=10
    )

    assert fetched.returncode != 0
    assert "127.0.0.1" in fetched.stderr


def test_loopback_and_unix_sockets_are_open(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(("localhost", server.getsockname()[1])).close()
    with socket.socket(socket.AF_UNIX) as server, socket.socket(socket.AF_UNIX) as client:
        server.bind(str(tmp_path / "s"))
        server.listen()
        client.connect(str(tmp_path / "s"))


def test_home_is_an_empty_directory_of_this_test(home: Path) -> None:
    assert Path.home() == home
    assert list(home.iterdir()) == []
    assert subprocess.run(["sh", "-c", "echo ~"], capture_output=True, text=True).stdout.strip() == str(home)


def test_aws_and_git_know_nobody() -> None:
    credentials = boto3.Session().get_credentials()
    identity = subprocess.run(["git", "config", "--list", "--show-scope"], capture_output=True, text=True).stdout

    assert credentials is not None
    assert (credentials.access_key, credentials.method) == ("testing", "env")
    assert boto3.Session().available_profiles == []
    assert not [line for line in identity.splitlines() if line.startswith(("system", "global"))]
    assert not [name for name in os.environ if name.startswith(("GIT_AUTHOR", "GIT_COMMITTER", "GIT_DIR"))]
