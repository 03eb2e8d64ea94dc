"""Eight machines at once, killed pushes and lost acknowledgements: every event once, every lock one holder."""

import itertools
import os
import subprocess
import sys
from collections import Counter

from changectl.register.repository import BRANCH
from register.team import Team, entry, git

MACHINES, EVENTS, BATCH = 8, 24, 4

LOCKER = """
import sys, time
from pathlib import Path
from dataclasses import replace
from register.team import Team, entry, owner
from changectl.errors import Locked
from changectl.register.locks import LockWish, Unlock
team, number = Team(Path(sys.argv[1])), int(sys.argv[2])
register = team.register(f"machine-{number}")
names = tuple(f"lock-{(number + n) % 4}" for n in range(2))
for turn in range(2):
    change = f"c{number}-{turn}"
    while True:
        try:
            receipt = register.append((entry(change, 0),), locks=LockWish(names, owner(change)))
            break
        except Locked:
            time.sleep(0.02)
    begun = time.monotonic()
    time.sleep(0.01)
    ended = time.monotonic()
    register.append((entry(change, 1),), locks=Unlock(names, owner(change)))
    for name, epoch in receipt.epochs:
        print(name, epoch, begun, ended)
"""

TOGETHER = """
import sys
from dataclasses import replace
from pathlib import Path
from register.team import Team, entry
register, number = Team(Path(sys.argv[1])).register("machine-0"), sys.argv[2]
for n in range(6):
    register.append((replace(entry(f"c{n % 2}", n), nonce=f"{number}-{n}"),))
    register.read(f"c{n % 2}")
print("done")
"""


def started(*args: str) -> subprocess.Popen[str]:
    path = os.pathsep.join(sys.path)
    return subprocess.Popen(
        [sys.executable, *args],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": path},
    )


def outputs(children: list[subprocess.Popen[str]]) -> list[str]:
    told = [child.communicate() for child in children]
    assert [child.returncode for child in children] == [0] * len(children), [err for _, err in told]
    return [out for out, _ in told]


def test_eight_machines_over_a_bad_line_publish_every_event_exactly_once(team: Team) -> None:
    team.clone("first").append((entry("shared", 0),))
    for number in range(MACHINES):
        team.clone(f"machine-{number}")
    git(team.bare, "config", "gc.auto", "0")
    told = outputs(
        [started("-m", "register.writer", str(team.folder), str(n), str(EVENTS), str(BATCH)) for n in range(MACHINES)]
    )
    assert min(int(word) for line in told for word in line.split()) > 0
    register = team.clone("judge")
    nonces = Counter(one.entry.nonce for one in register.everything())
    assert nonces == Counter(["nonce-0", *(f"{n}-{k}" for n in range(MACHINES) for k in range(EVENTS))])
    assert register.verify() == MACHINES * EVENTS + 1
    assert git(team.bare, "rev-list", "--min-parents=2", BRANCH) == ""
    git(team.bare, "fsck", "--connectivity-only", "--no-dangling")


def test_processes_of_one_clone_do_not_get_in_each_others_way(team: Team) -> None:
    team.clone("machine-0")
    told = outputs([started("-c", TOGETHER, str(team.folder), str(number)) for number in range(4)])
    assert told == ["done\n"] * 4
    assert team.clone("judge").verify() == 4 * 6


def test_five_machines_that_want_the_same_locks_never_hold_one_together(team: Team) -> None:
    for number in range(5):
        team.clone(f"machine-{number}")
    told = outputs([started("-c", LOCKER, str(team.folder), str(number)) for number in range(5)])
    grants = sorted(
        (name, int(epoch), float(begun), float(ended))
        for name, epoch, begun, ended in (line.split() for out in told for line in out.splitlines())
    )
    assert len(grants) == 5 * 2 * 2
    assert len({(name, epoch) for name, epoch, _, _ in grants}) == len(grants)
    assert [(one, other) for one, other in itertools.pairwise(grants) if one[0] == other[0] and other[2] < one[3]] == []
    assert team.clone("judge").held() == ()
