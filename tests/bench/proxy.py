"""A proxy in front of a pretend AWS that writes down which operations are asked for."""

import http.client
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

_TARGET = re.compile(r"\.(\w+)$")
_OF_ONE_HOP = ("connection", "keep-alive", "transfer-encoding", "content-length")


@contextmanager
def counting(endpoint: str) -> Iterator[tuple[str, list[str]]]:
    """Its own endpoint, and the operations in the order in which they came."""
    calls: list[str] = []

    class Passing(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            asked = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            calls.append(_operation(self.headers.get("X-Amz-Target", ""), self.path, asked))
            there = http.client.HTTPConnection(urlsplit(endpoint).netloc, timeout=30)
            headers = {name: value for name, value in self.headers.items() if name.lower() not in _OF_ONE_HOP}
            there.request(self.command, self.path, asked, headers)
            answer = there.getresponse()
            body = answer.read()
            self.send_response(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in _OF_ONE_HOP:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
            there.close()

        do_GET = do_PUT = do_DELETE = do_HEAD = do_POST  # noqa: N815 - the names that http.server asks for

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Passing)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", calls
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _operation(target: str, path: str, body: bytes) -> str:
    if found := _TARGET.search(target):
        return found[1]
    named = parse_qs(body.decode(errors="replace")).get("Action")
    return named[0] if named else path
