"""A real HTTP server on loopback that plays a web service: routes, faults on request, and a log of what it was asked.

`FakeGitHub` and `FakeGitLab` are made of it. Both can be made to misbehave, for the next requests only:

    forge.fail("/reviews", status=503, times=2)                     # then as ever
    forge.fail("/comments", status=429, headers={"Retry-After": "7"})
    forge.fail("/pulls", status=302, headers={"Location": "https://evil.example/"})
    forge.fail("/pulls", cut=True)                                  # the body ends in its middle
    forge.fail("/pulls", hang=True)                                 # no byte, until the server is closed

`forge.asked` is the log: `Received(method, target, body, headers)`, `target` with its query, `body` parsed.
"""

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

NOW = "Tue, 24 Nov 2026 03:00:00 GMT"
"""The server's clock stands still."""

NOW_SECONDS = 1795489200


@dataclass
class Received:
    """One request as it came."""

    method: str
    target: str
    body: Any
    headers: Mapping[str, str] = field(repr=False, default_factory=dict)

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, str]:
        return {name: values[-1] for name, values in parse_qs(urlsplit(self.target).query).items()}

    @property
    def parts(self) -> list[str]:
        """The path's parts, each unquoted."""
        return [unquote(part) for part in self.path.strip("/").split("/")]


@dataclass
class Reply:
    """What is answered. `document` is sent as JSON, `body` as it is."""

    status: int = 200
    document: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | None = None


@dataclass
class Fault:
    """What is done instead of an answer, for so many requests whose target has `match` in it."""

    match: str
    times: int
    method: str
    reply: Reply
    cut: bool = False
    hang: bool = False


class FakeServer:
    """Answers what `answer` says. A context manager: it listens while the block lasts."""

    def __init__(self) -> None:
        self.asked: list[Received] = []
        self.faults: list[Fault] = []
        self.per_page = 100
        """The most that a page holds, however many are asked for."""
        self.prefix = ""
        """What stands before all paths, as /api/v3 on an Enterprise Server."""
        self._closing = threading.Event()
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self._server.socket.settimeout(1)  # who hangs up between select and accept must not hold it up for ever
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    @property
    def url(self) -> str:
        """Where it listens, without a path."""
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def api(self) -> str:
        return self.url + self.prefix

    def fail(
        self,
        match: str = "",
        *,
        status: int = 500,
        times: int = 1,
        method: str = "",
        headers: Mapping[str, str] | None = None,
        document: Any = None,
        body: bytes | None = None,
        cut: bool = False,
        hang: bool = False,
    ) -> Self:
        """Misbehave for the next `times` requests whose target has `match` in it; faults that were set earlier come first."""
        if cut and body is None:
            status, body = 200, b'[{"the end of this": "was never sent"}]'
        reply = Reply(status, document, dict(headers or {}), body)
        self.faults.append(Fault(match, times, method, reply, cut, hang))
        return self

    def targets(self, method: str = "") -> list[str]:
        """What was asked for, in order."""
        return [each.target for each in self.asked if method in ("", each.method)]

    def answer(self, request: Received) -> Reply:
        raise NotImplementedError

    def page(self, request: Received, items: list[Any], elsewhere: str = "") -> Reply:
        """The page that is asked for, with a Link to the others as GitHub and GitLab write it. `elsewhere`: their path."""
        size = min(int(request.query.get("per_page", "30")), self.per_page)
        number = int(request.query.get("page", "1"))
        last = max(1, -(-len(items) // size))

        def link(page: int, rel: str) -> str:
            query = urlencode({**request.query, "page": page, "per_page": size})
            return f'<{self.url}{elsewhere or request.path}?{query}>; rel="{rel}"'

        links = []
        if number > 1:
            links += [link(number - 1, "prev"), link(1, "first")]
        if number < last:
            links += [link(number + 1, "next"), link(last, "last")]
        shown = items[(number - 1) * size : number * size]
        return Reply(200, shown, {"Link": ", ".join(links)} if links else {})

    def close(self) -> None:
        self._closing.set()
        self._server.shutdown()
        self._server.server_close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _fault(self, request: Received) -> Fault | None:
        for fault in self.faults:
            if fault.times > 0 and fault.match in request.target and fault.method in ("", request.method):
                fault.times -= 1
                return fault
        return None


def _handler(server: FakeServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        wbufsize = -1  # head and body in one packet

        def handle_any(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            content: Any = self.rfile.read(length) or None
            with suppress(ValueError, TypeError):
                content = json.loads(content)
            headers = {name.lower(): value for name, value in self.headers.items()}
            request = Received(self.command, self.path, content, headers)
            with server._lock:
                server.asked.append(request)
                fault = server._fault(request)
                reply = fault.reply if fault else server.answer(request)
            if fault and fault.hang:
                server._closing.wait(30)
                self.close_connection = True
                return
            self._send(reply, cut=bool(fault and fault.cut))

        def _send(self, reply: Reply, cut: bool) -> None:
            body = reply.body
            if body is None:
                body = b"" if reply.status == 204 else json.dumps(reply.document).encode()
            self.send_response_only(reply.status)
            given = {"Date": NOW, "Content-Type": "application/json; charset=utf-8", "Content-Length": str(len(body))}
            for name, value in {**given, **reply.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            with suppress(OSError):
                self.wfile.write(body[: len(body) // 2] if cut else body)
                self.wfile.flush()
            self.close_connection = self.close_connection or cut

        do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = handle_any  # noqa: N815

        def log_message(self, *_: object) -> None:
            pass

    return Handler


@contextmanager
def listening(server: FakeServer) -> Iterator[FakeServer]:
    """For fixtures."""
    with server:
        yield server
