"""What may kill a mutant: the simulator's sweeps, a scenario at a time in a child process, or tests by name."""

import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.mutants.mutant import PRODUCT, Mutant, imported_anew

SEEDS = 40
"""Seeds in one unit."""

PATIENCE = 15.0
"""How much longer than unmutated a unit may take before the mutant is said to loop, and at least two seconds."""


@dataclass(frozen=True)
class Unit:
    """A sweep over one scenario: `undisturbed`, the name of a sweep; for `seeds` the number of a batch."""

    sweep: str
    scenario: str
    seconds: float = 1.0

    def __str__(self) -> str:
        return f"{self.sweep}: {self.scenario}"


def every_unit() -> list[Unit]:
    """The short form of the simulator, in parts."""
    from itertools import islice

    from tests.simulator.scenarios import SCENARIOS
    from tests.simulator.sweeps import SWEEPS

    units = [Unit("undisturbed", scenario.name) for scenario in SCENARIOS]
    for sweep in SWEEPS:
        if sweep.short.seeds:
            units += [Unit(sweep.name, str(n)) for n in range(sweep.short.seeds // SEEDS)]
        else:
            some = islice(SCENARIOS, 0, None, sweep.short.scenarios)
            units += [Unit(sweep.name, scenario.name) for scenario in some]
    return units


def found_by(unit: Unit) -> str:
    """What is wrong, by this unit; nothing where nothing is."""
    from tests.simulator.history import at_its_end, findings, started
    from tests.simulator.scenarios import NAMED
    from tests.simulator.seeds import told
    from tests.simulator.state import change_of
    from tests.simulator.sweeps import SWEEPS, swept
    from tests.simulator.world import Life

    if unit.sweep == "undisturbed":
        scenario = NAMED[unit.scenario]
        state = started(scenario)
        why = at_its_end(Life(state), scenario.plan)
        change = change_of(state.journal)
        if (change.outcome, change.operator is None) != (scenario.wanted, scenario.wanted is not None):
            return f"ends {change.outcome}"
        return "; ".join(each.what for each in findings(scenario, state, why))
    if unit.sweep == "seeds":
        batch = range(SEEDS * int(unit.scenario), SEEDS * (int(unit.scenario) + 1))
        broken = ((seed, each) for seed in batch for each in told(seed, lines=False).found)
        return next((f"seed {s}: {b.number} {b.what}" for s, b in broken), "")
    sweep = next(each for each in SWEEPS if each.name == unit.sweep)
    for _, coverage in swept(sweep, sweep.short, unit.scenario):
        for (_, number), finding in coverage.found.items():
            return f"{number} {finding.broken.what}"
    return ""


def killed_by(mutant: Mutant, units: Sequence[Unit]) -> tuple[Unit | None, str]:
    """The first unit that the mutant does not survive, and why; it is run in a child of this process."""
    text = mutant.text()

    def hunt(tell: Callable[[Any], None]) -> None:
        imported_anew({mutant.module: text}.get)
        tell("import")
        _quick()
        for number, unit in enumerate(units):
            tell(number)
            signal.setitimer(signal.ITIMER_PROF, 2 + PATIENCE * unit.seconds)
            if why := found_by(unit):
                tell(f"killed {why}")
                return
        tell("survived")

    heard = list(_in_a_child(hunt))
    at = next((each for each in reversed(heard) if isinstance(each, int)), None)
    if heard and heard[-1] == "survived":
        return None, ""
    why = heard[-1].removeprefix("killed ") if heard and isinstance(heard[-1], str) else "it loops, or died"
    return (Unit("import", mutant.module) if at is None else units[at]), why


def measured(
    what: Iterable[Unit], others: Callable[[str], Any], blocks: Callable[[], set[int]]
) -> list[dict[str, Any]]:
    """For each unit, unmutated: its seconds, what it says is wrong, and which blocks it ran."""

    def run(tell: Callable[[Any], None]) -> None:
        imported_anew(others)
        _quick()
        for unit in what:
            blocks().clear()
            began = time.process_time()
            why = found_by(unit)
            spent = time.process_time() - began
            tell(
                {"sweep": unit.sweep, "scenario": unit.scenario, "seconds": spent, "why": why, "ran": sorted(blocks())}
            )

    return [each for each in _in_a_child(run) if isinstance(each, dict)]


def killed_by_tests(mutant: Mutant | None, tests: Sequence[str]) -> str:
    """The first of some tests that fails with the mutant, also in what a test starts; nothing where it survives."""
    if not tests:
        return ""
    with tempfile.TemporaryDirectory() as folder:
        told = Path(folder) / "mutant.json"
        told.write_text(json.dumps([mutant.module, mutant.text()] if mutant else ["", ""]))
        command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "--timeout=120", "--no-header",
                   "--tb=line", *tests]  # fmt: skip
        path = os.pathsep.join((str(PRODUCT.parent / "tests/mutants/site"), str(PRODUCT.parent)))
        env = {**os.environ, "CHANGECTL_MUTANT": str(told), "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"}
        done = subprocess.run(command, cwd=PRODUCT.parent, env=env, capture_output=True, text=True)
    if done.returncode == 0:
        return ""
    failed = [line for line in done.stdout.splitlines() if line.startswith(("FAILED", "ERROR"))]
    return failed[0] if failed else f"pytest ended with {done.returncode}: {(done.stdout + done.stderr)[-300:]}"


def _quick() -> None:
    """The slow digest of a secret is made for people with time to guess."""
    import hashlib

    hashlib.scrypt = lambda secret, *, salt, **_: hashlib.blake2b(secret + salt, digest_size=32).digest()  # type: ignore[assignment]


def _in_a_child(what: Callable[[Callable[[Any], None]], None]) -> Iterator[Any]:
    """What a child says, line by line. That it dies, or takes more of the processor than it may, ends it."""
    reads, writes = os.pipe()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            os.close(reads)
            signal.signal(signal.SIGPROF, signal.SIG_DFL)
            resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))
            with os.fdopen(writes, "w", buffering=1) as pipe:
                try:
                    what(lambda said: print(json.dumps(said), file=pipe))
                    status = 0
                except BaseException as error:  # noqa: BLE001 - whatever it is kills the mutant
                    print(json.dumps(f"killed {type(error).__name__}: {error}"), file=pipe)
        finally:
            os._exit(status)
    os.close(writes)
    with os.fdopen(reads) as pipe:
        for line in pipe:
            yield json.loads(line)
    os.waitpid(child, 0)
