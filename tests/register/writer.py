"""One of several machines that publish at once, over a bad line: `python -m register.writer FOLDER NUMBER COUNT BATCH`.

One push in twenty is killed at a random moment, one in ten is not acknowledged. Prints how many of each there were.
"""

import random
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from changectl.register.log import register_of
from changectl.register.remote import Update
from changectl.register.repository import repository
from register.team import ANA, Team, entry, meddled


def main(folder: Path, number: int, count: int, batch: int) -> None:
    """Publish `count` events of three changes, one of them shared by all machines."""
    chance = random.Random(number)
    faults = {"killed": 0, "lost": 0}
    team = Team(folder)
    clone = folder / f"machine-{number}"

    def killed(updates: Sequence[Update]) -> None:
        specs = [f"{update.new}:{update.ref}" for update in updates]
        with subprocess.Popen(
            ["git", "-C", str(clone), "push", "-q", "--atomic", str(team.bare), *specs], stderr=subprocess.DEVNULL
        ) as push:
            time.sleep(chance.random() * 0.03)
            push.send_signal(signal.SIGKILL)

    register, remote = meddled(register_of(repository(clone), ANA))
    acknowledge = remote.inner.push

    def push(updates: Sequence[Update]) -> str | None:
        fate = chance.random()
        if fate < 0.05:
            faults["killed"] += 1
            killed(updates)
            return "killed"
        words = acknowledge(updates)
        if fate < 0.15 and words is None:
            faults["lost"] += 1
            return "lost"
        return words

    remote.push = push  # type: ignore[method-assign]
    register = replace(register, pause=time.sleep, chance=chance.random)
    changes = [f"own-{number}", "shared", f"other-{number % 2}"]
    events = [replace(entry(changes[n % 3], n), nonce=f"{number}-{n}") for n in range(count)]
    for at in range(0, count, batch):
        receipt = register.append(tuple(events[at : at + batch]))
        assert len(receipt.seqs) == len(events[at : at + batch])
    print(faults["killed"], faults["lost"])


if __name__ == "__main__":
    main(Path(sys.argv[1]), *map(int, sys.argv[2:5]))
