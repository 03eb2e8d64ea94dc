"""One request and what came back, within a time that holds for all of it. TLS is verified; proxies are the environment's."""

import queue
import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from changectl.model.text import one_line
from changectl.web.address import is_loopback
from changectl.web.answer import Answer, Silence

if TYPE_CHECKING:
    import urllib3

PATIENCE = 30.0
"""Seconds for one request, name lookup and body included; GitHub itself gives up after 10."""

SIDE_BY_SIDE = 8
"""Connections that are kept: as many as there are requests at once."""

LARGEST = 32 * 1024 * 1024
"""Bytes of a body that are read; a page of a hundred pull requests has about two million."""


CHUNK = 64 * 1024


def pool_for(host: str) -> "urllib3.PoolManager":
    """Connections to a host, through the proxy that the environment names, unless it names the host in NO_PROXY."""
    from urllib import request

    import urllib3

    timeout = urllib3.Timeout(connect=10.0, read=PATIENCE)
    found = request.getproxies_environment()
    proxy = found.get("https") or found.get("all")
    if is_loopback(host) or not proxy or request.proxy_bypass_environment(host, found):  # type: ignore[attr-defined]
        return urllib3.PoolManager(maxsize=SIDE_BY_SIDE, retries=False, timeout=timeout)
    proxy = proxy if "://" in proxy else f"http://{proxy}"
    auth = urllib3.util.parse_url(proxy).auth
    headers = urllib3.make_headers(proxy_basic_auth=auth) if auth else None
    return urllib3.ProxyManager(proxy, maxsize=SIDE_BY_SIDE, proxy_headers=headers, retries=False, timeout=timeout)


def exchange(
    pool: "urllib3.PoolManager", method: str, url: str, headers: Mapping[str, str], body: bytes | None
) -> Answer | Silence:
    """Ask once; redirects are answers like others."""
    return _within(PATIENCE, lambda: _exchanged(pool, method, url, headers, body))


def _within(patience: float, work: Callable[[], Answer | Silence]) -> Answer | Silence:
    # In a thread, because a name lookup cannot be interrupted, and socket timeouts start anew with every byte.
    done: queue.SimpleQueue[Answer | Silence] = queue.SimpleQueue()
    threading.Thread(target=lambda: done.put(work()), daemon=True).start()
    try:
        return done.get(timeout=patience)
    except queue.Empty:
        return Silence(f"did not answer within {patience:g} s", sent=True)


def _exchanged(
    pool: "urllib3.PoolManager", method: str, url: str, headers: Mapping[str, str], body: bytes | None
) -> Answer | Silence:
    import urllib3

    try:
        answer = pool.request(method, url, body=body, headers=headers, redirect=False, preload_content=False)
        content = _body(answer)
    except (urllib3.exceptions.HTTPError, OSError, ValueError) as error:
        return _silence(error)
    if content is None:
        return Silence(f"answered more than {LARGEST // 2**20} MiB", sent=True, lasting=True)
    return Answer(answer.status, {name.lower(): value for name, value in answer.headers.items()}, content)


def _body(answer: "urllib3.BaseHTTPResponse") -> bytes | None:
    """The body as it was sent, not unpacked: a small one cannot become a huge one. None where it is too large."""
    content = bytearray()
    while chunk := answer.read(CHUNK, decode_content=False):  # to its end: only there urllib3 notices that it was cut
        content += chunk
        if len(content) > LARGEST:
            answer.close()
            return None
    answer.release_conn()
    return bytes(content)


def _silence(error: Exception) -> Silence:
    """What the error says of the request: by its type, never by its words, which may hold an address with a password."""
    from urllib3 import exceptions as kinds

    reason = getattr(error, "reason", None)
    cause = error
    if isinstance(error, kinds.ProxyError):
        cause = error.original_error
        return Silence(f"cannot be reached through the proxy ({type(cause).__name__})", sent=False)
    if isinstance(error, kinds.SSLError):
        return Silence(f"has no certificate that is trusted: {one_line(_certificate(error))}", sent=False, lasting=True)
    if isinstance(error, kinds.NameResolutionError):
        return Silence("cannot be found: no name server knows its host", sent=False)
    if isinstance(error, kinds.NewConnectionError | kinds.ConnectTimeoutError):
        return Silence("cannot be reached", sent=False)
    if isinstance(error, kinds.TimeoutError):
        return Silence(f"did not answer within {PATIENCE:g} s", sent=True)
    return Silence(f"broke off ({type(reason or error).__name__})", sent=True)


def _certificate(error: Exception) -> str:
    import ssl

    for found in (*error.args, error.__cause__, error.__context__):
        if isinstance(found, ssl.SSLCertVerificationError):
            return found.verify_message
    return "TLS failed"
