"""One of several machines that publish at once, over a bad line: `python -m register.writer FOLDER NUMBER COUNT BATCH`.

One push in twenty is killed at a random moment, one in ten is not acknowledged; each at least once.
Prints how many of each there were.
"""

import random
import sys
import time
from dataclasses import replace
from pathlib import Path

from register.team import Team, entry, over_a_bad_line


def main(folder: Path, number: int, count: int, batch: int) -> None:
    """Publish `count` events of three changes, one of them shared by all machines."""
    chance = random.Random(number)
    team = Team(folder)
    register, faults = over_a_bad_line(team.register(f"machine-{number}"), team.bare, chance)
    register = replace(register, pause=time.sleep, chance=chance.random)
    changes = [f"own-{number}", "shared", f"other-{number % 2}"]
    events = [replace(entry(changes[n % 3], n), nonce=f"{number}-{n}") for n in range(count)]
    for at in range(0, count, batch):
        receipt = register.append(tuple(events[at : at + batch]))
        assert len(receipt.seqs) == len(events[at : at + batch])
    print(faults["killed"], faults["lost"])


if __name__ == "__main__":
    main(Path(sys.argv[1]), *map(int, sys.argv[2:5]))
