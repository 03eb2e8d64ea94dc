"""Generated states of a kind, and how many of them: what is told from the calls alone and what is done over HTTP share it.

`CHANGECTL_EXACT` multiplies the number of cases (20: the long form), `CHANGECTL_SEED` chooses others. With
`CHANGECTL_FIGURES=<folder>` what was proven is counted in `exactness.json`.
"""

import json
import os
import random
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

from hypothesis import HealthCheck, Phase, seed, settings

from changectl.model.resource import Body, Resource

TIMES = int(os.environ.get("CHANGECTL_EXACT", "1"))
SEED = int(os.environ.get("CHANGECTL_SEED", "7"))
FIGURES = os.environ.get("CHANGECTL_FIGURES", "")


def cases(number: int) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """So many examples, times `CHANGECTL_EXACT`, the same in every run of one seed."""
    chosen = settings(
        max_examples=number * TIMES,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.generate,) if TIMES == 1 else (Phase.generate, Phase.shrink),
    )
    return lambda test: seed(SEED)(chosen(test))


def mixed(case: ModuleType, one: Resource, other: Resource, chance: random.Random) -> Resource:
    """Some settings of one state and some of the other; those that only go together come together."""
    groups: list[set[str]] = [*getattr(case, "TOGETHER", ())]
    groups += [{name} for name in one if not any(name in group for group in groups)]
    taken = {name for group in groups if chance.random() < 0.5 for name in group}
    return {name: (other if name in taken else one)[name] for name in one}


def pairs(case: ModuleType, one: Resource, other: Resource) -> Iterator[tuple[Resource, Resource]]:
    """Ways between two states and mixtures of them."""
    between = mixed(case, one, other, random.Random(1))
    yield one, other
    yield one, between
    yield between, other
    yield one, mixed(case, one, other, random.Random(2))


def items(differences: Mapping[str, tuple[Body, Body]]) -> Mapping[str, Any]:
    """Differences item by item, since a setting may have a hundred that are equal."""
    return {
        name: _items(*two) if all(isinstance(side, dict) for side in two) else two for name, two in differences.items()
    }


def _items(one: Mapping[str, Body], other: Mapping[str, Body]) -> Mapping[str, tuple[Body, Body]]:
    return {key: (one.get(key), other.get(key)) for key in {**one, **other} if one.get(key) != other.get(key)}


def counted(test: str, kind: str, **figures: Any) -> None:
    """Add what was proven to `exactness.json`, where that is asked for."""
    if not FIGURES:
        return
    path = Path(FIGURES) / "exactness.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    known = json.loads(path.read_text()) if path.exists() else {}
    known[f"{kind}, {test}"] = {**figures, "seed": SEED}
    path.write_text(json.dumps(known, indent=2, sort_keys=True) + "\n")
