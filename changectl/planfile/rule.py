"""A rule: its id, what it asks and why, and an example of either side."""

from changectl.model.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Rule:
    """`bad` breaks the rule and `good` keeps it: a part of a plan or of a configuration, or a list of files."""

    id: str
    title: str
    why: str
    bad: str
    good: str
