"""The line to one client: what comes over it, and every way in which an answer can reach it, or not."""

import http.client
import select
import socket
import struct
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from urllib.parse import urlsplit

from tests.faults.spelling import Answer

_OF_ONE_HOP = ("connection", "keep-alive", "transfer-encoding", "content-length", "expect")
PATIENCE = 60.0
"""Seconds that AWS may take to answer."""


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request, whole."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes

    def passed_on(self, endpoint: str) -> Answer:
        """What AWS answers. Raises OSError, http.client.HTTPException."""
        there = http.client.HTTPConnection(urlsplit(endpoint).netloc, timeout=PATIENCE)
        try:
            kept = {name: value for name, value in self.headers.items() if name.lower() not in _OF_ONE_HOP}
            there.request(self.method, self.target, self.body or None, {**kept, "Content-Length": str(len(self.body))})
            came = there.getresponse()
            body = came.read()
            headers = {name: value for name, value in came.getheaders() if name.lower() not in _OF_ONE_HOP}
            if self.method == "HEAD":
                headers["Content-Length"] = came.getheader("Content-Length") or "0"
            return Answer(came.status, headers, body)
        finally:
            there.close()


class Line:
    """A connection from a client while one of its requests is answered."""

    def __init__(self, handler: BaseHTTPRequestHandler) -> None:
        self._handler = handler
        self._socket: socket.socket = handler.connection

    def request(self) -> Request:
        """The request whose head was just read."""
        handler = self._handler
        if "chunked" in (handler.headers.get("Transfer-Encoding") or "").lower():
            body = b"".join(iter(self._chunk, b""))
        else:
            body = handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
        return Request(handler.command, handler.path, dict(handler.headers.items()), body)

    def answer(self, answer: Answer) -> None:
        """All of it."""
        self._send(self._head(answer) + (b"" if self._handler.command == "HEAD" else answer.body))

    def cut(self, answer: Answer) -> None:
        """Its head and half of its body, and the end of the connection; half of its head where it has no body."""
        head = self._head(answer)
        self._send(head + answer.body[: len(answer.body) // 2] if answer.body else head[: len(head) // 2])
        self.hang_up()

    def reset(self) -> None:
        """A TCP reset."""
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.hang_up()

    def hang_up(self) -> None:
        """The end of the connection without a word."""
        self._handler.close_connection = True

    def wait_until_gone(self) -> None:
        """Until the client has given up, or died, or the proxy ends."""
        self.hang_up()
        with suppress(OSError):
            while select.select([self._socket], [], []) and self._socket.recv(65536):
                pass

    def _send(self, content: bytes) -> None:
        try:
            self._handler.wfile.write(content)
        except OSError:  # whoever asked has given up
            self.hang_up()

    def _head(self, answer: Answer) -> bytes:
        headers = {"Content-Length": str(len(answer.body)), **answer.headers}
        lines = (f"{name}: {value}\r\n" for name, value in headers.items())
        return (
            f"HTTP/1.1 {answer.status} {http.client.responses.get(answer.status, 'X')}\r\n{''.join(lines)}\r\n".encode(
                "latin-1"
            )
        )

    def _chunk(self) -> bytes:
        size = int(self._handler.rfile.readline().partition(b";")[0], 16)
        content = self._handler.rfile.read(size)
        self._handler.rfile.readline()
        return content
