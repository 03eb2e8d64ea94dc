"""Commands from a warm process that this one starts when it first needs it, and that ends with it."""

import atexit
import os
import signal
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from functools import cache
from pathlib import Path

from tests.warm.asking import asked, warm_process


def ran(
    words: Sequence[str], folder: Path, environment: Mapping[str, str], seconds: float
) -> subprocess.CompletedProcess[str]:
    """`changectl WORDS` to its end, with nothing to read. Raises TimeoutError, and it is killed, after so many seconds."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err, Path(os.devnull).open("rb") as nothing:
        streams = [nothing.fileno(), out.fileno(), err.fileno()]
        pid, told = asked(_place(), words, folder, environment, streams)
        with told:
            told.settimeout(seconds)
            try:
                status = int(told.recv(32))
            except TimeoutError:
                os.killpg(pid, signal.SIGKILL)
                raise
        said = []
        for stream in (out, err):
            stream.seek(0)
            said.append(stream.read().decode())
    return subprocess.CompletedProcess(list(words), status, *said)


@cache
def _place() -> Path:
    stack = ExitStack()
    atexit.register(stack.close)
    place = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="warm-"))) / "socket"
    stack.enter_context(warm_process(place))
    return place
