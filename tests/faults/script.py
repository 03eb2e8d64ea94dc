"""Which calls meet with which fault: by number, by number among those that change something, by operation, or by chance."""

import json
import random
from collections.abc import Mapping
from dataclasses import dataclass, fields
from fnmatch import fnmatchcase
from typing import Any

from tests.faults import fault as f
from tests.faults.asking import Asked

FAULTS: Mapping[str, type] = {
    kind.__name__.lower(): kind
    for kind in (f.Latency, f.Throttled, f.Denied, f.Expired, f.Broken, f.Silent, f.Reset, f.Cut, f.Late, f.Stale)
}
"""What a script's `fault` may be; the fault's own members stand beside it."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A fault, and all that a call must be to meet with it. Calls are counted from 1.

    `call`, `since`: that one, or it and all after it. `write`, `since_write`: the same among those that change something.
    `operation`: `elbv2.AddTags`, or with `*` and `?`. `times`: how often at the most. `chance`: how likely, by the seed.
    """

    fault: f.Fault
    call: int = 0
    since: int = 0
    write: int = 0
    since_write: int = 0
    operation: str = "*"
    only: str = ""
    times: int = 0
    chance: float = 1.0

    def wants(self, number: int, write: int, asked: Asked, dice: random.Random) -> bool:
        """Whether that call meets with it. `write`: its number among the changes; of a read, how many came before it."""
        return (
            (not self.call or number == self.call)
            and number >= self.since
            and (not self.write or (not asked.reads and write == self.write))
            and (not self.since_write or write >= self.since_write)
            and (not self.only or self.only == ("read" if asked.reads else "write"))
            and fnmatchcase(str(asked), self.operation)
            and (self.chance >= 1.0 or dice.random() < self.chance)
        )


@dataclass(frozen=True, slots=True)
class Script:
    """The rules, each asked of each call; and the seed of what is left to chance."""

    rules: tuple[Rule, ...] = ()
    seed: int = 0


def script_of(text: str) -> Script:
    """A script from JSON: `{"seed": 1, "rules": [{"fault": "silent", "after": true, "write": 2}]}`. Raises ValueError."""
    found = json.loads(text)
    return Script(tuple(_rule(each) for each in found.get("rules", [])), int(found.get("seed", 0)))


def _rule(said: Mapping[str, Any]) -> Rule:
    kind = FAULTS.get(str(said.get("fault")))
    if kind is None:
        raise ValueError(f"a rule's fault is one of {', '.join(FAULTS)}, not {said.get('fault')!r}")
    own = {field.name for field in fields(kind)}
    where = {field.name for field in fields(Rule)} - {"fault"}
    if strange := sorted(set(said) - own - where - {"fault"}):
        raise ValueError(f"{said['fault']} has no {', '.join(strange)}; it has {', '.join(sorted(own | where))}")
    fault = kind(**{name: said[name] for name in own if name in said})
    return Rule(fault, **{name: said[name] for name in where if name in said})
