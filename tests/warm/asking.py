"""Having a warm process become a command, and waiting for how that ends."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from emulators import REPOSITORY


@contextmanager
def warm_process(place: Path, endpoint: str = "") -> Iterator[None]:
    """One that listens at a place until the end, with clients of an endpoint kept, if one is named."""
    environment = {**os.environ, "XDG_STATE_HOME": f"{place}-state", "PYTHONPATH": "tests"}
    warm = subprocess.Popen(
        [sys.executable, "-m", "tests.warm.process", str(place), *filter(None, (endpoint,))],
        cwd=REPOSITORY, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    try:
        assert warm.stdout is not None
        assert warm.stdout.readline() == b"ready\n", "the warm process did not come up"
        yield
    finally:
        warm.communicate(timeout=10)


def asked(
    place: Path, words: Sequence[str], folder: Path, environment: Mapping[str, str], streams: Sequence[int],
    arranged: Mapping[str, Any] | None = None,
) -> tuple[int, socket.socket]:  # fmt: skip
    """A fork that is `changectl WORDS` with these three streams: its pid, and where its exit status will be said."""
    asking = socket.socket(socket.AF_UNIX)
    asking.connect(str(place))
    said = {"words": list(words), "folder": str(folder), "environment": dict(environment), "arranged": arranged or {}}
    socket.send_fds(asking, [json.dumps(said).encode()], streams)
    pid = b""
    while not pid.endswith(b"\n"):
        pid += asking.recv(1)
    return int(pid), asking
