"""The webhook: what it posts, and how it fails without telling its secret."""

import contextlib
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from changectl.channels import webhook
from changectl.channels.webhook import CHANNEL
from changectl.contracts.channel import Announcement

SAID = Announcement(
    "2026-alb", "Raise it", "applied", "It is applied. \u2028🦄", "as-intended", "2026-11-24T03:00:00Z", "ana", "prod",
    attempt=2, next="changectl show 2026-alb",
)  # fmt: skip
OK = b"HTTP/1.1 204 No Content\r\n\r\n"
Serve = Callable[[bytes], tuple[str, list[bytes]]]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Starts a server on loopback that always answers this; gives its URL and what it was sent."""
    with contextlib.ExitStack() as stack:

        def start(answer: bytes) -> tuple[str, list[bytes]]:
            listener = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
            sent: list[bytes] = []
            threading.Thread(target=_answer, args=(listener, answer, sent), daemon=True).start()
            return f"http://127.0.0.1:{listener.getsockname()[1]}/T0/canary?token=canary", sent

        yield start


def _answer(listener: socket.socket, answer: bytes, sent: list[bytes]) -> None:
    with contextlib.suppress(OSError):
        while True:
            caller, _ = listener.accept()
            with caller:
                sent.append(_request(caller))
                caller.sendall(answer)


def _request(caller: socket.socket) -> bytes:
    received = b""
    while b"\r\n\r\n" not in received:
        received += caller.recv(65536)
    head, _, body = received.partition(b"\r\n\r\n")
    length = next(
        int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")
    )
    while len(body) < length:
        body += caller.recv(65536)
    return head + b"\r\n\r\n" + body


def test_an_announcement_is_posted_as_one_document(serve: Serve) -> None:
    url, sent = serve(OK)
    CHANNEL.open({"url": url, "header": "Authorization: Bearer abc"})((SAID,))
    head, _, body = sent[0].partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    assert lines[0] == "POST /T0/canary?token=canary HTTP/1.1"
    assert {"Content-Type: application/json", "User-Agent: changectl", "Authorization: Bearer abc"} <= set(lines)
    assert json.loads(body) == {
        "schema": "changectl/announcement/1",
        "change": "2026-alb",
        "title": "Raise it",
        "event": "applied",
        "sentence": "It is applied. \u2028🦄",
        "production": "as-intended",
        "at": "2026-11-24T03:00:00Z",
        "lead": "ana",
        "env": "prod",
        "attempt": 2,
        "began": "",
        "who": "",
        "next": "changectl show 2026-alb",
        "notice": "",
        "detail": False,
    }


@pytest.mark.parametrize("status", [100, 301, 302, 307, 308, 400, 401, 404, 429, 500, 503])
def test_an_answer_that_is_no_success_is_a_failure_and_is_not_followed(serve: Serve, status: int) -> None:
    elsewhere, asked = serve(OK)
    url, sent = serve(f"HTTP/1.1 {status} x\r\nLocation: {elsewhere}\r\nContent-Length: 0\r\n\r\n".encode())
    with pytest.raises(OSError, match=r"^the webhook at 127\.0\.0\.1 (answered|could not be told)") as failure:
        CHANNEL.open({"url": url})((SAID,))
    assert (len(sent), asked, "canary" in str(failure.value)) == (1, [], False)


def test_a_server_that_is_not_there_is_said_without_the_secret() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(OSError, match=r"^the webhook at 127\.0\.0\.1 could not be told \(NewConnectionError\)$"):
        CHANNEL.open({"url": f"http://127.0.0.1:{port}/canary"})((SAID,))


def test_a_slow_drip_is_not_waited_for(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhook, "PATIENCE", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=_drip, args=(listener,), daemon=True).start()
        began = time.monotonic()
        with pytest.raises(OSError, match=r"^the webhook at 127\.0\.0\.1 did not answer within 0\.5 s$"):
            CHANNEL.open({"url": f"http://127.0.0.1:{listener.getsockname()[1]}/"})((SAID,))
        assert time.monotonic() - began < 3


def _drip(listener: socket.socket) -> None:
    with contextlib.suppress(OSError):
        caller, _ = listener.accept()
        with caller:
            caller.sendall(b"HTTP/1.1 200 OK\r\n")
            for _ in range(100):
                caller.sendall(b"X")
                time.sleep(0.05)


def test_a_huge_answer_is_not_read(serve: Serve) -> None:
    url, _ = serve(b"HTTP/1.1 200 OK\r\nContent-Length: 999999999999\r\n\r\nabc")
    CHANNEL.open({"url": url})((SAID,))


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"url": ""},
        {"url": "ftp://example.com"},
        {"url": "file:///etc/passwd"},
        {"url": "https://"},
        {"url": "http://[::1"},
        {"url": "https://example.com/\r\nX: canary"},
        {"url": "https://example.com/ canary"},
        {"url": "https://example.com/\r\nX:canary"},
        {"url": "https://example.com", "header": "canary"},
        {"url": "https://example.com", "header": ": canary"},
        {"url": "https://example.com", "header": "X: a\r\nY: canary"},
    ],
)
def test_settings_that_cannot_work_are_refused_without_being_repeated(settings: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="of a webhook") as refusal:
        CHANNEL.open(settings)
    assert "canary" not in str(refusal.value)
