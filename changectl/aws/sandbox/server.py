"""Start, find, empty and stop the sandbox: a moto server in a process of its own, on loopback only.

One state directory holds at most one sandbox, however many start it at once.
"""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

from changectl.aws.sandbox import record
from changectl.aws.sandbox.claim import claimed, is_alive, turn
from changectl.aws.sandbox.errors import SandboxError
from changectl.aws.sandbox.record import Sandbox

START_WITHIN = 30.0  # seconds; 0.3 to 0.5 measured, 1.3 from a cold disk
STOP_WITHIN = 5.0
RECORD_WITHIN = 5.0  # 0.05 measured: the record is the first thing the server does
ASK_AGAIN = 0.01
LOOPBACK = "127.0.0.1"
PROGRAM = "changectl.aws.sandbox.process"
SOURCE = Path(__file__).parents[
    3
]  # `-m` looks here first: the same changectl, and no json.py of the caller's directory


def start(state: Path, port: int | None = None) -> Sandbox:
    """The running sandbox of `state`, started if need be, answering when this returns.

    A free port is taken if none is given; a running sandbox keeps the port it has. Raises SandboxError.
    """
    _require_moto()
    state.mkdir(parents=True, exist_ok=True)
    with turn(state):
        return _running(state) or _started(state, port or 0)


def status(state: Path) -> Sandbox | None:
    """The running sandbox of `state`, or None. Creates nothing where there never was one."""
    if not state.is_dir():
        return None
    with turn(state):
        return _running(state)


def stop(state: Path) -> bool:
    """End the sandbox of `state` and everything in it; True if there was one. It is gone when this returns."""
    if not state.is_dir():
        return False
    with turn(state):
        running = _running(state)
        if running:
            _end(state, running.pid)
        record.forget(state)
    return running is not None


def reset(state: Path) -> Sandbox:
    """Empty the running sandbox. It keeps its process and its port. Raises SandboxError if none is running."""
    running = status(state)
    if running is None:
        raise SandboxError("No sandbox is running.", "changectl sandbox start")
    answer = _answer(running.endpoint, "POST", "/moto-api/reset", START_WITHIN)
    if answer != http.HTTPStatus.OK:
        raise SandboxError(f"The sandbox at {running.endpoint} could not be emptied.", "changectl sandbox stop")
    return running


def environment(sandbox: Sandbox) -> dict[str, str]:
    """The variables that send any AWS SDK or command line to the sandbox, with keys that open nothing else."""
    return {
        "AWS_ENDPOINT_URL": sandbox.endpoint,
        "AWS_ACCESS_KEY_ID": "sandbox",
        "AWS_SECRET_ACCESS_KEY": "sandbox",
        "AWS_DEFAULT_REGION": sandbox.region,
        "AWS_REGION": sandbox.region,
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def _require_moto() -> None:
    if find_spec("moto") is None or find_spec("flask") is None:
        raise SandboxError("The sandbox needs moto, which is not installed.", "pip install 'changectl[sandbox]'")


def _running(state: Path) -> Sandbox | None:
    if not is_alive(state):
        return None
    # Alive without a record: whoever started it was killed at that moment, and it is about to write it.
    _until(lambda: record.read(state) is not None, RECORD_WITHIN)
    return record.read(state)


def _started(state: Path, port: int) -> Sandbox:
    record.forget(state)
    alive = claimed(state)
    if alive is None:
        raise SandboxError(f"A sandbox holds {state} but does not say where it is.", f"lsof {state / 'alive.lock'}")
    with alive, _listening(port) as listener, (state / "sandbox.log").open("ab") as log:
        child = subprocess.Popen(
            [sys.executable, "-m", PROGRAM, str(state.resolve()), str(listener.fileno()), str(alive.fileno())],
            cwd=SOURCE,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            pass_fds=(listener.fileno(), alive.fileno()),
            start_new_session=True,
        )
    # Our own copies are closed from here on: if the server dies, its socket and its life die with it.
    return _ready(child, state)


def _listening(port: int) -> socket.socket:
    """Bound here and handed on, so that no other program can take the port before the server has it."""
    try:
        return socket.create_server((LOOPBACK, port), backlog=128)
    except OSError as taken:
        raise SandboxError(
            f"Port {port} of {LOOPBACK} cannot be used: {os.strerror(taken.errno or 0)}.", "changectl sandbox start"
        ) from taken


def _ready(child: subprocess.Popen[bytes], state: Path) -> Sandbox:
    def settled() -> bool:
        return child.poll() is not None or _answers(record.read(state))

    _until(settled, START_WITHIN)
    sandbox = record.read(state)
    if sandbox is None or child.poll() is not None or not _answers(sandbox):
        child.kill()
        child.wait()
        record.forget(state)
        raise SandboxError("The sandbox's server did not come up.", f"tail {state / 'sandbox.log'}")
    return sandbox


def _answers(sandbox: Sandbox | None) -> bool:
    return sandbox is not None and _answer(sandbox.endpoint, "GET", "/moto-api/", 1.0) == http.HTTPStatus.OK


def _answer(endpoint: str, method: str, path: str, within: float) -> int | None:
    """The HTTP status, or None if there is no answer. Not urllib, which would ask the proxy of the environment."""
    connection = http.client.HTTPConnection(urlsplit(endpoint).netloc, timeout=within)
    try:
        connection.request(method, path)
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


def _end(state: Path, pid: int) -> None:
    """The pid is the server's own as long as its life is held, so it is asked for again before each signal."""
    for sign in (signal.SIGTERM, signal.SIGKILL):
        if is_alive(state):
            os.kill(pid, sign)
            _until(lambda: not is_alive(state), STOP_WITHIN)


def _until(is_so: Callable[[], bool], within: float) -> None:
    deadline = time.monotonic() + within
    while not is_so() and time.monotonic() < deadline:
        time.sleep(ASK_AGAIN)
