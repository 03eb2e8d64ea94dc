"""A rule as people read of it, whichever part of the program complains with it."""

from changectl.model.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Explained:
    """What a rule asks and why, and either side of it. `bendable`: the configuration may give another severity."""

    id: str
    title: str
    why: str
    bad: str
    good: str
    severity: str = "error"
    bendable: bool = False
