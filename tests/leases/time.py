"""Clocks that tests set: time passes, the machine sleeps, somebody sets the time of day."""

from dataclasses import dataclass

from changectl.cli.clocks import Moment


@dataclass
class SetClocks:
    """The three clocks of a machine."""

    wall: float = 1_800_000_000.0
    passed: float = 5_000.0
    awake: float = 4_000.0

    def __call__(self) -> Moment:
        return Moment(self.wall, self.passed, self.awake)

    def passes(self, seconds: float) -> None:
        """Time, as ever."""
        self.wall += seconds
        self.passed += seconds
        self.awake += seconds

    def sleeps(self, seconds: float) -> None:
        """The lid was shut."""
        self.wall += seconds
        self.passed += seconds

    def freezes(self, seconds: float) -> None:
        """A virtual machine that was suspended: only the time of day knows."""
        self.wall += seconds

    def is_set(self, seconds: float) -> None:
        """The time of day is put forward or back."""
        self.wall += seconds
