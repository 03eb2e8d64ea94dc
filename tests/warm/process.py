"""A process that has loaded everything and becomes a `changectl` whenever it is asked: 0.8 s of loading, once.

`python -m tests.warm.process SOCKET [ENDPOINT]`: each connection asks for one command, which runs in a fork: with a session,
streams, folder and environment of its own, `changectl.cli.main:main` from its first line to its exit. What is asked, as
JSON, stands beside its three streams; the answer is its pid at once, and how it ended when it has. With an ENDPOINT, clients
of it are kept as well.
"""

import json
import os
import select
import signal
import socket
import sys
import time
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from pkgutil import walk_packages
from typing import Any

REGION = "ap-southeast-2"
LAZY = (
    "concurrent.futures.thread", "encodings.idna", "git", "tomllib", "typer._click.decorators", "xml.etree.ElementTree",
    "yaml.cyaml",
)  # fmt: skip
"""What a command imports of others as it goes along."""

SERVICES = ("sts", "elbv2", "dynamodb", "ec2", "ssm")


def main(place: str, endpoint: str = "") -> None:
    """Serve until nobody holds the other end of standard input. In a fork: be that command."""
    warm_up(endpoint)
    wanted = _served(place)
    if wanted is not None:
        _become(wanted)


def warm_up(endpoint: str) -> None:
    """Load whatever a command loads, down to the models of the services."""
    import gc

    from botocore.loaders import JSONFileLoader

    import changectl
    from changectl.catalogue import catalogue

    JSONFileLoader.load_file = cache(JSONFileLoader.load_file)  # type: ignore[method-assign]
    ours = (module.name for module in walk_packages(changectl.__path__, "changectl."))
    for name in (*LAZY, *(name for name in ours if not name.endswith("__main__") and ".sandbox" not in name)):
        import_module(name)
    catalogue()
    _load_models()
    if endpoint:
        _keep_clients(endpoint)
    gc.collect()
    gc.freeze()  # else each fork copies all of it by looking for garbage


def _load_models() -> None:
    """What is read and worked out of a service the first time that a client of it is made, and stays in modules."""
    from botocore.session import Session

    from changectl.aws.loader import QuickLoader
    from changectl.aws.modelfiles import calls_of

    session = Session()
    session.register_component("data_loader", QuickLoader())
    for service in SERVICES:
        session.create_client(service, REGION, aws_access_key_id="testing", aws_secret_access_key="testing")
        calls_of(service)


def _keep_clients(endpoint: str) -> None:
    """A session like that of every command here, and what it makes of the services' models, once: 0.1 s of each command."""
    from changectl.aws import clients

    os.environ |= {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing"}
    made = clients.Clients(clients.Settings(REGION, endpoint=endpoint))
    session, source = made.session(), made.source()
    kept: dict[tuple[str, int, float], Any] = {}
    create = session.create_client

    def client(service: str, config: Any, **more: Any) -> Any:
        key = (service, config.retries["total_max_attempts"], config.read_timeout)
        if key not in kept:
            kept[key] = create(service, config=config, **more)
        return kept[key]

    session.create_client = client
    for service in SERVICES:
        made.reading(service, REGION)
        made.changing(service, REGION)
        made.paginators(service)
    clients._session = lambda settings: (session, source)


def _served(place: str) -> Mapping[str, Any] | None:
    """What the fork is to be; None in the parent, when it is over."""
    woken, waker = os.pipe()
    os.set_blocking(waker, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(waker, warn_on_full_buffer=False)
    running: dict[int, socket.socket] = {}
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(place)
        listener.listen(16)
        print("ready", flush=True)
        while True:
            ready, _, _ = select.select([listener, woken, 0], [], [])
            if 0 in ready and not os.read(0, 1):
                return None
            if woken in ready:
                os.read(woken, 4096)
                _tell_of_the_dead(running)
            if listener in ready:
                asking, _ = listener.accept()
                said, streams, _, _ = socket.recv_fds(asking, 1 << 20, 3)
                if (pid := os.fork()) == 0:
                    signal.set_wakeup_fd(-1)
                    os.close(woken)
                    os.close(waker)
                    for each in (asking, *running.values()):
                        each.close()
                    for number, stream in enumerate(streams):
                        os.dup2(stream, number)
                        os.close(stream)
                    return dict(json.loads(said))
                for stream in streams:
                    os.close(stream)
                running[pid] = asking
                asking.sendall(f"{pid}\n".encode())


def _tell_of_the_dead(running: dict[int, socket.socket]) -> None:
    while running:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if pid == 0:
            return
        with running.pop(pid) as asking:
            asking.sendall(f"{os.waitstatus_to_exitcode(status)}\n".encode())


def _become(wanted: Mapping[str, Any]) -> None:
    """As if it had just been started."""
    from changectl.cli.main import main as changectl

    os.setsid()
    for number in (signal.SIGCHLD, signal.SIGTERM, signal.SIGHUP, signal.SIGPIPE):
        signal.signal(number, signal.SIG_IGN if number == signal.SIGPIPE else signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.environ.clear()
    os.environ.update(wanted["environment"])
    time.tzset()
    os.chdir(wanted["folder"])
    sys.argv = ["changectl", *wanted["words"]]
    for number, name in ((0, "stdin"), (1, "stdout"), (2, "stderr")):
        setattr(sys, name, open(number, "r" if number == 0 else "w", closefd=False))  # noqa: SIM115
    if wanted["arranged"]:
        from tests.kill.arranged import arrange

        arrange(wanted["arranged"])
    changectl()


if __name__ == "__main__":
    main(*sys.argv[1:])
