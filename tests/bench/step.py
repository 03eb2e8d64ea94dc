"""What a step costs over its bare call: milliseconds, and how often the disk is waited for. `python -m tests.bench.step`.

The AWS answers at once, from memory; journal and vault are files on this disk, as in production.
"""

import os
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from statistics import median
from typing import Any

from changectl.engine.conduct import conduct
from changectl.engine.world import Admit
from changectl.model import events as e
from changectl.model.durable import can_wait
from changectl.model.entry import Entry
from changectl.model.plan import Plan, Tests
from changectl.model.resource import Body, Call
from changectl.register.journal import Journal, Journals
from changectl.register.vault import Vault
from tests.engine.model_world import ModelWorld, Put
from tests.engine.scenarios import box, plan, step

FEW, MANY, ROUNDS = 1, 41, 5


class OnDisk(ModelWorld):
    """The world in memory, with the real journal and the real vault; it knows what the bare calls took."""

    def __init__(self, boxes: Mapping[str, Any], journal: Journal, vault: Vault) -> None:
        super().__init__(boxes)
        self.on_disk, self.kept, self.calls = journal, vault, 0.0

    def record(self, event: e.Event) -> None:
        super().record(event)
        entry = Entry("c", 1, "2026-01-01T00:00:00Z", "ana", "host", str(len(self.journal)), event)
        self.on_disk.append(entry, durable=not can_wait(event))

    def keep(self, body: Body) -> str:
        return self.kept.keep(body)

    def fetch(self, digest: str) -> Body:
        return self.kept.fetch(digest)

    def send(self, call: Call, admit: Admit) -> Mapping[str, Any]:
        admit(call)
        began = time.perf_counter()
        answer = self.aws.write(call)
        self.calls += time.perf_counter() - began
        return answer


@contextmanager
def counted_syncs() -> Iterator[list[int]]:
    """Every fsync of this process while it lasts."""
    syncs: list[int] = []
    real = os.fsync

    def counting(descriptor: int) -> None:
        syncs.append(descriptor)
        real(descriptor)

    os.fsync = counting
    try:
        yield syncs
    finally:
        os.fsync = real


def of_steps(number: int) -> Plan:
    """A plan of so many steps, each a call of its own."""
    steps = [step(f"s{n}", Put(box(f"b{n}"), "lid", "open")) for n in range(number)]
    return replace(plan(*steps), test=Tests())


def conducted(folder: Path, number: int) -> tuple[float, int]:
    """Milliseconds beside the bare calls, and syncs, of conducting a plan of so many steps."""
    of, boxes = of_steps(number), {f"b{n}": {"Lid": "shut"} for n in range(number)}
    with Journals(folder).create("c", 1) as journal:
        world = OnDisk(boxes, journal, journal.vault)
        world.begin(of)
        with counted_syncs() as syncs:
            began = time.perf_counter()
            change = conduct(of, world.world(), world.change())
            took = time.perf_counter() - began - world.calls
    assert change.outcome is not None
    assert change.outcome.value == "applied", change.outcome
    return took * 1000, len(syncs)


def measured() -> tuple[float, float]:
    """Milliseconds and syncs of one more step."""
    times, syncs = [], []
    with tempfile.TemporaryDirectory() as name:
        for turn in range(ROUNDS):
            few = conducted(Path(name) / f"few-{turn}", FEW)
            many = conducted(Path(name) / f"many-{turn}", MANY)
            times.append((many[0] - few[0]) / (MANY - FEW))
            syncs.append((many[1] - few[1]) / (MANY - FEW))
    return median(times), median(syncs)


def main() -> None:
    """Print the table."""
    ms, syncs = measured()
    print(f"one more step over its bare call: {ms:.1f} ms, {syncs:.1f} fsync")


if __name__ == "__main__":
    main()
