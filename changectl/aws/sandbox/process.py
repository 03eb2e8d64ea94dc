"""The server's own program: writes down who it is, then answers as AWS on the socket it was given.

`python -m changectl.aws.sandbox.process STATE LISTENER ALIVE`: the state directory, and the numbers of two open files,
the listening socket and the lock that says the server lives.
"""

import os
import signal
import socket
import sys
from datetime import UTC, datetime
from pathlib import Path

from changectl.aws.sandbox.record import Sandbox, write


def main(state: Path, listener: int, alive: int) -> None:
    """Serve until SIGTERM. Starts no other AWS client, and knows nothing of the caller's credentials."""
    os.set_inheritable(alive, False)  # otherwise a child of moto's could outlive us holding our life
    host, port = socket.socket(fileno=os.dup(listener)).getsockname()
    write(state, Sandbox(f"http://{host}:{port}", os.getpid(), datetime.now(UTC).isoformat(timespec="seconds")))
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    _settle_environment(port)
    _serve(host, port, listener)


def _settle_environment(port: int) -> None:
    """moto asks boto3 for the list of regions when ec2 loads, and a profile that does not exist would stop it there."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]
    os.environ |= {
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "MOTO_PORT": str(port),
        # moto's sample images cost 0.4 s on the first ec2 call and 90 ms after every reset; instances start without
        "MOTO_EC2_LOAD_DEFAULT_AMIS": "false",
    }


def _serve(host: str, port: int, listener: int) -> None:
    from moto import backends
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
    from werkzeug.serving import make_server

    known = tuple(backends.list_of_moto_modules())  # moto lists its own folder for each request, which costs it a tenth
    backends.list_of_moto_modules = lambda: known
    server = make_server(
        host,
        port,
        DomainDispatcherApplication(create_backend_app),
        threaded=True,
        request_handler=MotoRequestHandler,
        fd=listener,
    )
    server.serve_forever()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
