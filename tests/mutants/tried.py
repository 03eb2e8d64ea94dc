"""Trying mutants: the parts of the simulator that run what was mutated, the cheapest first, then tests by name."""

import hashlib
import json
import math
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import accumulate
from pathlib import Path

from tests.mutants.blocks import MANY, RAN, block_of, marked
from tests.mutants.killers import Unit, every_unit, killed_by, killed_by_tests, measured
from tests.mutants.mutant import PRODUCT, Mutant, source_of

ENGINE = (
    *("attempt", "horizon", "knowledge", "fate", "adoption", "evidence", "bringing", "sending", "gate", "steps"),
    *("restore", "verify", "conduct", "deciding", "checks", "rest", "capture"),
)
FILES = (
    *(f"engine/{name}.py" for name in ENGINE),
    *(f"model/{name}.py" for name in ("moves", "fold", "merge", "change", "durable")),
    *(f"register/{name}.py" for name in ("disk", "lines", "journal", "locks", "publish")),
)
"""What safety rests on."""

_RULES = tuple(
    f"tests/mutants/test_{name}.py" for name in ("gate", "forward", "back", "known", "lost_answers", "merge")
)
_STRANGERS = "tests/simulator/test_strangers.py"
_POLICY = tuple(
    f"tests/policy/test_{name}.py"
    for name in ("endings", "forward", "asking_back", "checks", "pauses", "rest", "compared_again", "what_is_left")
)
TESTS = {
    "engine/": (*_RULES, _STRANGERS, "tests/engine", *_POLICY),
    "model/": ("tests/model", *_RULES, _STRANGERS, "tests/engine", *_POLICY),
    "register/disk.py": ("tests/disk", "tests/register/test_journal.py", "tests/register/test_vault.py"),
    "register/lines.py": ("tests/disk", "tests/register/test_journal.py", "tests/register/test_vault.py"),
    "register/journal.py": ("tests/register/test_journal.py", "tests/register/test_vault.py"),
    "register/locks.py": ("tests/register/test_locks.py", "tests/leases/test_take_over.py"),
    "register/publish.py": (
        "tests/register/test_append.py",
        "tests/register/test_locks.py",
        "tests/register/test_race.py",
    ),
}
"""What kills where no sweep of the simulator does."""


@dataclass(frozen=True)
class Tried:
    """A mutant and what became of it. `by`: who killed it; nobody, where it survived."""

    mutant: Mutant
    by: str = ""
    why: str = ""


@dataclass(frozen=True)
class Part:
    """A part of the simulator, what it takes unmutated, and which blocks it runs."""

    unit: Unit
    ran: frozenset[int]


def parts() -> list[Part]:
    """Measured once for each state of the sources. What is broken without any mutant kills none, and is said."""
    kept = Path(tempfile.gettempdir()) / f"changectl-mutants-{_sources()}.json"
    if not kept.exists():
        rows = measured(every_unit(), marked(list(FILES)), lambda: RAN)
        kept.write_text(json.dumps(rows))
    rows = json.loads(kept.read_text())
    for row in rows:
        if row["why"]:
            print(f"broken without any mutant, and left out: {row['sweep']}: {row['scenario']}: {row['why']}")
    rows = [row for row in rows if not row["why"]]
    return [Part(Unit(r["sweep"], r["scenario"], r["seconds"]), frozenset(r["ran"])) for r in rows]


def tests_of(file: str) -> tuple[str, ...]:
    """The tests by name that a file has; none where the simulator is all."""
    return next((tests for start, tests in TESTS.items() if file.startswith(start)), ())


class Trial:
    """Tries one mutant after the other; what killed the last ones of a file is asked first.

    `seconds`: the parts of the simulator that take no more together, the cheapest; 0 for all.
    """

    def __init__(self, known: Sequence[Part], seconds: float = 0) -> None:
        self.known = sorted(known, key=lambda part: part.unit.seconds)
        self.seconds = seconds or math.inf
        self.quick: dict[str, list[Unit]] = {}
        self.green: dict[str, bool] = {}

    def of(self, mutant: Mutant, *, by_name: bool = True) -> Tried:
        """What becomes of a mutant."""
        try:
            compile(mutant.text(), mutant.file, "exec")
        except SyntaxError as error:
            return Tried(mutant, "syntax", str(error))
        units = self._units(mutant)
        killer, why = killed_by(mutant, units) if units else (None, "")
        if killer is not None:
            first = self.quick.setdefault(mutant.file, [])
            if killer in first:
                first.remove(killer)
            first.insert(0, killer)
            return Tried(mutant, str(killer), why)
        failed = killed_by_tests(mutant, self._green(tests_of(mutant.file))) if by_name else ""
        return Tried(mutant, failed and "tests", failed)

    def _green(self, tests: tuple[str, ...]) -> tuple[str, ...]:
        """Those that pass without any mutant: nobody is killed by the others."""
        for each in tests:
            if each not in self.green:
                self.green[each] = not killed_by_tests(None, (each,))
                if not self.green[each]:
                    print(f"{each} fails without any mutant, and kills none", flush=True)
        return tuple(each for each in tests if self.green[each])

    def _units(self, mutant: Mutant) -> list[Unit]:
        assert mutant.at is not None
        block = block_of(mutant.file, FILES.index(mutant.file), mutant.at)
        units = [part.unit for part in self.known if block % MANY == 0 or block in part.ran]
        first = [unit for unit in self.quick.get(mutant.file, ())[:8] if unit in units and unit.seconds < 2]
        units = [*first, *(unit for unit in units if unit not in first)]
        spent = accumulate(unit.seconds for unit in units)
        return [unit for unit, so_far in zip(units, spent, strict=True) if so_far <= self.seconds]


def document(tried: Sequence[Tried]) -> list[dict[str, object]]:
    """As JSON has it."""
    return [{**asdict(each.mutant), "by": each.by, "why": each.why} for each in tried]


def lines_of(mutant: Mutant) -> tuple[int, str, str]:
    """The line at which a mutant begins, those that it changes as they are, and as it has them."""
    source = source_of(mutant.file)
    assert mutant.at is not None
    start = source.rfind(b"\n", 0, mutant.at) + 1
    end = source.find(b"\n", mutant.at + len(mutant.old.encode()))
    old = source[start:end].decode()
    new = (
        source[start : mutant.at] + mutant.new.encode() + source[mutant.at + len(mutant.old.encode()) : end]
    ).decode()
    return source[:start].count(b"\n") + 1, _flat(old), _flat(new)


def _flat(text: str) -> str:
    return " ".join(text.split())


def _sources() -> str:
    found = hashlib.sha256()
    for place in [*(PRODUCT / file for file in FILES), *sorted((PRODUCT.parent / "tests/simulator").glob("*.py"))]:
        found.update(place.read_bytes())
    return found.hexdigest()[:16]
