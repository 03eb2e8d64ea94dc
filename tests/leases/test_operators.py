"""Several operators at once over a bad line: nothing is lost or doubled, and no lock is held by two."""

import itertools
import os
import subprocess
import sys
from collections import Counter

import pytest
from register.team import Team, git

from changectl.model.events import Begun, Closed
from changectl.register.repository import BRANCH
from tests.leases.machine import machine

OPERATORS = int(os.environ.get("CHANGECTL_OPERATORS", "3"))
CHANGES = int(os.environ.get("CHANGECTL_CHANGES", "12"))
"""Of all of them together. The long form: CHANGECTL_OPERATORS=16 CHANGECTL_CHANGES=10000."""

LEASE = 1.0


def started(team: Team, number: int) -> subprocess.Popen[str]:
    numbers = (number, CHANGES // OPERATORS, LEASE, max(3, OPERATORS // 2))
    words = ["-m", "tests.leases.operators", str(team.folder), *map(str, numbers)]
    env = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(sys.path),
        "XDG_STATE_HOME": str(team.folder / f"state-{number}"),
    }
    return subprocess.Popen(
        [sys.executable, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=env
    )


@pytest.mark.timeout(300 + 5 * CHANGES)
def test_operators_at_once_lose_nothing_double_nothing_and_hold_no_lock_together(team: Team) -> None:
    for number in range(OPERATORS):
        machine(team, f"machine-{number}")
    children = [started(team, number) for number in range(OPERATORS)]
    try:
        told = [child.communicate() for child in children]
    finally:
        for child in children:
            child.kill()
    assert [child.returncode for child in children] == [0] * OPERATORS, [err for _, err in told]
    lines = [line.rsplit(" ", 3) for out, _ in told for line in out.splitlines()]
    grants = sorted((name, int(epoch), float(a), float(b)) for name, epoch, a, b in lines if name.startswith("held"))

    faults = [[int(word) for word in out.splitlines()[-1].split()[1:]] for out, _ in told]
    for killed, unacknowledged, _, renewed in faults:
        assert min(killed, unacknowledged, renewed) > 0

    judge = machine(team, "judge")
    judge.register.fetch()
    entries = [recorded.entry for recorded in judge.register.everything()]
    assert judge.register.verify() == len(entries)
    begins = Counter((each.change, each.attempt) for each in entries if isinstance(each.event, Begun))
    ends = Counter((each.change, each.attempt) for each in entries if isinstance(each.event, Closed))
    assert set(begins.values()) == {1}
    assert ends == begins
    applied = [each for each in entries if isinstance(each.event, Closed) and each.event.outcome == "applied"]
    assert len(applied) == CHANGES // OPERATORS * OPERATORS
    assert len({(name, epoch) for name, epoch, _, _ in grants}) == len(grants)
    assert [(one, other) for one, other in itertools.pairwise(grants) if one[0] == other[0] and other[2] < one[3]] == []
    assert judge.register.held() == ()
    assert git(team.bare, "rev-list", "--min-parents=2", BRANCH) == ""
