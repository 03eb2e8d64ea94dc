"""An AWS that misbehaves as it is told: one behaviour a request, the last one for ever; it remembers what reached it."""

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import parse_qs

Behaviour = Callable[[socket.socket], None]


@dataclass
class Faults:
    """`script` is what to do with each request; `requests` what came: first line and body."""

    port: int
    script: list[Behaviour] = field(default_factory=list)
    requests: list[tuple[str, str]] = field(default_factory=list)

    @property
    def endpoint(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def actions(self) -> list[str]:
        """The `Action` of each request of the query protocol."""
        return [parse_qs(body).get("Action", ["?"])[0] for _, body in self.requests]


def answer(status: int, body: str, kind: str = "text/xml", **headers: str) -> Behaviour:
    """A whole answer."""
    return raw(_head(status, len(body.encode()), kind, headers) + body.encode())


def error(status: int, code: str, message: str = "no") -> Behaviour:
    """A refusal as EC2 and IAM spell it."""
    return answer(
        status, f"<ErrorResponse><Error><Code>{code}</Code><Message>{message}</Message></Error></ErrorResponse>"
    )


def ec2_error(status: int, code: str) -> Behaviour:
    """A refusal as EC2 spells it."""
    body = f"<Response><Errors><Error><Code>{code}</Code><Message>no</Message></Error></Errors></Response>"
    return answer(status, body)


def cut(body: str, kind: str = "text/xml") -> Behaviour:
    """An answer that announces all of `body` and ends in the middle."""
    return raw(_head(200, len(body), kind, {}) + body[: len(body) // 2].encode())


def raw(answer: bytes) -> Behaviour:
    """These bytes, and the end of the connection."""
    return lambda connection: connection.sendall(answer)


def reset(connection: socket.socket) -> None:
    """A TCP reset, once the request is here."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def hang_up(_: socket.socket) -> None:
    """The end of the connection without a word."""


def silence(connection: socket.socket) -> None:
    """No answer until the other side gives up."""
    connection.settimeout(5)
    connection.recv(1)


def _head(status: int, length: int, kind: str, headers: dict[str, str]) -> bytes:
    more = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    return (
        f"HTTP/1.1 {status} X\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\nConnection: close\r\n{more}\r\n"
    ).encode()


@contextmanager
def listening() -> Iterator[Faults]:
    """A server on loopback for as long as this lasts."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        faults = Faults(listener.getsockname()[1])
        threading.Thread(target=_serve, args=(listener, faults), daemon=True).start()
        yield faults


def _serve(listener: socket.socket, faults: Faults) -> None:
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        threading.Thread(target=_one, args=(connection, faults), daemon=True).start()


def _one(connection: socket.socket, faults: Faults) -> None:
    with connection:
        head, _, body = _until(connection, b"\r\n\r\n").partition(b"\r\n\r\n")
        length = next(
            (int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")), 0
        )
        if b"100-continue" in head.lower():
            connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        while len(body) < length:
            body += connection.recv(65536)
        faults.requests.append((head.split(b"\r\n")[0].decode(errors="replace"), body.decode(errors="replace")))
        behaviour = faults.script.pop(0) if len(faults.script) > 1 else faults.script[0]
        try:
            behaviour(connection)
        except OSError:
            return


def _until(connection: socket.socket, end: bytes) -> bytes:
    text = b""
    while end not in text and (more := connection.recv(65536)):
        text += more
    return text
