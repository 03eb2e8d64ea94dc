"""What asking before each call whether locks and credentials last costs where nothing is due. `python -m tests.bench.hold`."""

import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from register.team import Team, git

from changectl.aws.clients import Clients, Settings
from changectl.cli.signing import Signing
from tests.leases.machine import Operator, machine

ASKED, ROUNDS = 2_000, 7


def microseconds(hold: Callable[[float], None]) -> float:
    """Of one question, the median of several rounds."""
    rounds = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        for _ in range(ASKED):
            hold(60.0)
        rounds.append((time.perf_counter() - began) / ASKED * 1e6)
    return median(rounds)


def renewal(operator: Operator) -> float:
    """Milliseconds of one renewal: a fetch and a push to a remote on this disk."""
    took = []
    for _ in range(ROUNDS):
        operator.keeper.holding.begun = None
        began = time.perf_counter()
        operator.keeper.hold(60.0)
        took.append((time.perf_counter() - began) * 1e3)
    return median(took)


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as name:
        os.environ["XDG_STATE_HOME"] = f"{name}/state"
        os.environ.update(
            AWS_ACCESS_KEY_ID="x", AWS_SECRET_ACCESS_KEY="x", AWS_CREDENTIAL_EXPIRATION="2100-01-01T00:00:00Z"
        )
        git(Path(name), "init", "-q", "--bare", "remote.git")
        operator = Operator(machine(Team(Path(name)), "ana"))
        assert operator.begins()
        signing = Signing(Clients(Settings("ap-southeast-2")), "")
        signing.hold(60.0)
        print(f"locks: {microseconds(operator.keeper.hold):.1f} µs   credentials: {microseconds(signing.hold):.1f} µs")
        print(f"a renewal: {renewal(operator):.0f} ms")
        operator.dies()


if __name__ == "__main__":
    sys.exit(main())
