"""Differences: facet, path, before, after."""

from dataclasses import dataclass, field
from typing import Any

from changectl.model.resource import FacetRef


@dataclass(frozen=True, slots=True)
class Difference:
    """One path of one facet that is not the same; None means absent."""

    facet: FacetRef
    path: tuple[str, ...]
    before: Any = field(hash=False)
    after: Any = field(hash=False)
