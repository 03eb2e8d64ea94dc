"""One of several operators at once, over a bad line: `python -m tests.leases.operators FOLDER NUMBER CHANGES LEASE SHARED`.

All of them apply the same few changes, whoever is next; a change whose number somebody else has taken is theirs. Each hold
of a lock is printed: name, epoch, from and to when it was counted on, by the clock that all processes share.
"""

import random
import sys
import time
from dataclasses import replace
from pathlib import Path

from register.team import Team, over_a_bad_line

from changectl.cli.loose import tied_up
from changectl.errors import ChangectlError
from tests.leases.machine import Operator, machine


def main(folder: Path, number: int, changes: int, lease: float, shared: int) -> None:
    """Carry so many attempts to an end of this machine's own, of so many changes of as many tables and one.

    The others', and refusals, do not count.
    """
    chance = random.Random(number)
    team = Team(folder)
    found = machine(team, f"machine-{number}", lease=lease)
    line, faults = over_a_bad_line(found.register, team.bare, chance)
    found = replace(found, register=replace(line, pause=time.sleep, chance=chance.random))
    done = lost = renewed = 0
    while done < changes:
        change = f"2026-11-23-c{chance.randrange(shared)}"
        found.register.fetch()
        tied_up(found, "nobody", change)
        if found.known(change).in_progress:
            time.sleep(chance.random() * lease / 3)
            continue
        operator = Operator(found, change, found.known(change).attempt + 1)
        if not operator.begins(*{f"t{chance.randrange(shared + 1)}" for _ in range(2)}):
            lost += operator.keeper.lost_to is not None
            continue
        epochs = next(entry.event.epochs for entry in operator.keeper.entries if hasattr(entry.event, "epochs"))
        began = time.monotonic()
        for _ in range(chance.randrange(3) if renewed else 3):
            before = operator.keeper.holding.begun
            operator.keeper.hold(lease / 10)
            renewed += operator.keeper.holding.begun is not before
            time.sleep(lease / 3)
        ended = time.monotonic()
        operator.ends()
        done += 1
        for name, epoch in epochs:
            print("held", name, epoch, began, ended)
    print("faults", faults["killed"], faults["lost"], lost, renewed)


if __name__ == "__main__":
    try:
        main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4]), int(sys.argv[5]))
    except ChangectlError as error:
        raise SystemExit(f"{type(error).__name__}: {error.sentence}") from error
