"""An HTTP server on loopback with a thread for each connection, all of which end with it."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.faults.line import Line


class Server(ThreadingHTTPServer):
    """Knows its connections, to be able to end them."""

    daemon_threads = False  # so that closing it waits for them
    block_on_close = True
    request_queue_size = 128

    def __init__(self, port: int, handler: type[BaseHTTPRequestHandler]) -> None:
        self._open: set[socket.socket] = set()
        self._guard = threading.Lock()
        super().__init__(("127.0.0.1", port), handler)
        self.socket.settimeout(1)  # a client may be gone between select and accept, which would then wait for the next

    @property
    def endpoint(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.server_port}"

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._guard:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._guard:
            self._open.discard(request)
        super().close_request(request) if _is_to_be_reset(request) else super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        pass

    def end(self) -> None:
        """No further connection; those that there are end. Their threads close them, whose they are."""
        self.shutdown()
        with self._guard:
            for connection in self._open:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)


def _is_to_be_reset(connection: socket.socket) -> bool:
    """A connection that lingers for no time is reset by being closed, and by nothing else."""
    with suppress(OSError):
        return connection.getsockopt(socket.SOL_SOCKET, socket.SO_LINGER, 8) == b"\1\0\0\0\0\0\0\0"
    return False


@contextmanager
def serving(meet: Callable[[Line], None], port: int = 0) -> Iterator[Server]:
    """`meet` is called for each request, in the thread of its connection."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            meet(Line(self))

        do_GET = do_PUT = do_DELETE = do_HEAD = do_PATCH = do_POST  # noqa: N815 - the names that http.server asks for

        def log_message(self, *_: object) -> None:
            pass

    server = Server(port, Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.end()
        server.server_close()
        thread.join()
