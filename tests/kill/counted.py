"""What befell how many commands, all of whose changes ended whole."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.kill.blow import KILLS
from tests.kill.story import Told


@dataclass
class Counted:
    """Counts by signal, verb and fault."""

    counts: Counter[tuple[str, str, str]] = field(default_factory=Counter)

    @property
    def kills(self) -> int:
        """How often something was killed."""
        return sum(n for (sign, _, _), n in self.counts.items() if sign in KILLS)

    def told(self, again: str, do: Callable[[Told], None]) -> None:
        """Count what is done; where it goes wrong, say how to see it `again` and what happened."""
        told = Told()
        try:
            do(told)
        except BaseException:
            print("\n".join((again, *told.lines)))
            raise
        self.counts += told.counts
