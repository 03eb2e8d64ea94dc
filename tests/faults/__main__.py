"""`python -m tests.faults --to http://127.0.0.1:5000 --script FILE`: the proxy, for whoever wants an AWS that misbehaves.

Its own endpoint is the first line; then there is a line for each call, until Ctrl-C. A script is JSON:
`{"seed": 1, "rules": [{"fault": "throttled", "operation": "ec2.*", "chance": 0.2},
                       {"fault": "silent", "after": true, "write": 2}]}`
"""

import argparse
import signal
import threading
from dataclasses import MISSING, fields
from pathlib import Path

from tests.faults.proxy import standing_before
from tests.faults.script import FAULTS, Rule, Script, script_of


def main() -> None:
    """Stand there until SIGINT or SIGTERM."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", epilog=_epilog())
    parser.add_argument("--to", required=True, metavar="URL", help="the endpoint to pass calls on to")
    parser.add_argument("--script", type=Path, metavar="FILE", help="what to do to which call; nothing without it")
    parser.add_argument("--port", type=int, default=0, help="a free one, unless given")
    said = parser.parse_args()
    try:
        script = script_of(said.script.read_text()) if said.script else Script()
    except (OSError, ValueError) as wrong:
        parser.error(str(wrong))
    over = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: over.set())
    with standing_before(said.to, script, lambda call: print(call, flush=True), said.port) as proxy:
        print(proxy.endpoint, flush=True)
        while not over.wait(0.2):
            pass


def _epilog() -> str:
    where = ", ".join(field.name for field in fields(Rule) if field.default is not MISSING)
    members = ((name, ", ".join(field.name for field in fields(kind))) for name, kind in FAULTS.items())
    faults = "; ".join(f"{name} ({has})" if has else name for name, has in members)
    return f"Faults: {faults}. Which calls: {where}."


if __name__ == "__main__":
    main()
