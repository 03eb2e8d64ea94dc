"""The world outside AWS, as probes see it: one HTTP request, one child process."""

import contextlib
import http.client
import os
import queue
import signal
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import IO, TypeVar
from urllib.parse import SplitResult, quote, urlsplit

from changectl.cli.connection import connected, secured
from changectl.contracts.probe import CannotAsk, CommandAnswer, HttpAnswer

KEPT = 64 * 1024
"""Bytes kept of a response's beginning, and of the end of what a child printed."""

Answer = TypeVar("Answer")


def real_http(method: str, url: str, timeout: timedelta) -> HttpAnswer:
    """One request without redirects, proxies or cookies; `timeout` is for all of it, name lookup and body included.

    Raises OSError, with words that go after the URL, where the other side gave no answer; CannotAsk where we have no
    network, or where the name leads to an address under which clouds hand out credentials.
    """
    held: list[socket.socket] = []
    began = time.monotonic()
    try:
        response, body = _within(timeout, lambda: _exchanged(method, urlsplit(url), timeout, held))
    finally:
        _hung_up(held)
    headers = {name.lower(): value for name, value in response.getheaders()}
    return HttpAnswer(response.status, headers, body, time.monotonic() - began)


def _within(timeout: timedelta, work: Callable[[], Answer]) -> Answer:
    # In a thread, because a name lookup cannot be interrupted, and socket timeouts start anew with every byte.
    done: queue.SimpleQueue[Answer | BaseException] = queue.SimpleQueue()

    def run() -> None:
        try:
            done.put(work())
        except BaseException as error:  # noqa: BLE001 - raised again in the thread that asked
            done.put(error)

    threading.Thread(target=run, daemon=True).start()
    try:
        answer = done.get(timeout=timeout.total_seconds())
    except queue.Empty:
        raise TimeoutError(_late(timeout)) from None
    if isinstance(answer, BaseException):
        raise answer
    return answer


def _late(timeout: timedelta) -> str:
    return f"did not answer within {timeout.total_seconds():g} s"


def _hung_up(held: list[socket.socket]) -> None:
    """Wake whoever waits on them. Only the thread that uses a socket closes it: else the next file to be opened, a journal,
    would get its number, and what TLS had still to read or to write.
    """
    for sock in tuple(held):
        with contextlib.suppress(OSError):
            sock.shutdown(socket.SHUT_RDWR)


def _exchanged(
    method: str, url: SplitResult, timeout: timedelta, held: list[socket.socket]
) -> tuple[http.client.HTTPResponse, bytes]:
    try:
        return _exchange(method, url, timeout, held)
    finally:
        for sock in held:
            sock.close()


def _exchange(
    method: str, url: SplitResult, timeout: timedelta, held: list[socket.socket]
) -> tuple[http.client.HTTPResponse, bytes]:
    try:
        port = url.port or (443 if url.scheme == "https" else 80)
        host = (url.hostname or "").encode("idna").decode()
        connection = http.client.HTTPConnection(host, port)
        connection.sock = connected(host, port, timeout, held)
        if url.scheme == "https":
            connection.sock = secured(connection.sock, host, held)
        connection.request(method, _path(url), headers={"User-Agent": "changectl", "Connection": "close"})
        response = connection.getresponse()
        return response, response.read(KEPT)
    except UnicodeError as error:
        raise OSError("has a host that is no host name") from error
    except (OSError, http.client.HTTPException) as error:
        raise _in_words(error, timeout) from error


def _path(url: SplitResult) -> str:
    as_written = "".join(map(chr, range(0x21, 0x7F)))
    return quote(url.path or "/", as_written) + (f"?{quote(url.query, as_written)}" if url.query else "")


def _in_words(error: OSError | http.client.HTTPException, timeout: timedelta) -> OSError:
    match error:
        case TimeoutError():
            return TimeoutError(_late(timeout))
        case ssl.SSLCertVerificationError():
            return OSError(f"has a certificate that is not trusted: {error.verify_message}")
        case ssl.SSLError():
            return OSError(f"made no TLS connection: {error.reason}")
        case ConnectionRefusedError():
            return ConnectionRefusedError("refused the connection")
        case ConnectionError():
            return ConnectionError("broke the connection off")
        case http.client.HTTPException():
            return OSError(f"did not answer in HTTP: {type(error).__name__}")
        case OSError(errno=None):
            return error
        case _:
            return OSError(f"cannot be reached: {error.strerror}")


def real_command(argv: Sequence[str], timeout: timedelta) -> CommandAnswer:
    """One child without a shell, a terminal, input, or AWS credentials. Nothing it started in its session outlives it.

    Raises TimeoutError after it was killed, CannotAsk where it cannot be started.
    """
    try:
        child = subprocess.Popen(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=_without_credentials(os.environ),
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else error
        raise CannotAsk(f"{argv[0]} cannot be started: {why}") from error
    tail = bytearray()
    reader = threading.Thread(target=_keep_the_end, args=(child.stdout, tail), daemon=True)
    reader.start()
    try:
        status = child.wait(timeout.total_seconds())
    except subprocess.TimeoutExpired:
        raise TimeoutError(f"did not end within {timeout.total_seconds():g} s") from None
    finally:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()
        reader.join(1)
    return CommandAnswer(status, bytes(tail).decode(errors="replace"))


def _without_credentials(environment: Mapping[str, str]) -> dict[str, str]:
    kept = {name: value for name, value in environment.items() if not name.startswith("AWS_")}
    nothing = dict.fromkeys(("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE", "BOTO_CONFIG"), os.devnull)
    return {**kept, **nothing, "AWS_EC2_METADATA_DISABLED": "true"}


def _keep_the_end(pipe: IO[bytes], tail: bytearray) -> None:
    with pipe:
        while chunk := os.read(pipe.fileno(), KEPT):
            tail += chunk
            del tail[:-KEPT]
