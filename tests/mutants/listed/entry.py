"""An entry of the list: what is taken away, in a sentence, and who notices."""

from dataclasses import dataclass

from tests.mutants.killers import Unit, killed_by, killed_by_tests
from tests.mutants.mutant import Mutant

mutant = Mutant


@dataclass(frozen=True)
class Listed:
    """`by`: parts of the simulator, `sweep: scenario`, or tests by name, where the first is a path."""

    says: str
    mutant: Mutant
    by: tuple[str, ...]

    @property
    def is_quick(self) -> bool:
        """Whether the simulator kills it, without a process of its own for tests."""
        return not self.by[0].startswith("tests/")

    def tried(self) -> tuple[str, str]:
        """Who killed it, and why; nothing where it survived. Raises Drifted."""
        if not self.is_quick:
            failed = killed_by_tests(self.mutant, self.by)
            return (failed and "tests", failed)
        units = [Unit(*spelled.split(": ", 1)) for spelled in self.by]
        killer, why = killed_by(self.mutant, units)
        return ("" if killer is None else str(killer), why)
