"""What a plan would do, as a value: per step the facets, the differences and how each comes back."""

from collections.abc import Mapping
from dataclasses import field
from enum import Enum

from changectl.model.difference import Difference
from changectl.model.frozen import dataclass
from changectl.model.resource import FacetRef, Ref


class Reversibility(Enum):
    """How a step comes back; later members are worse."""

    EXACT = "exact"
    LOSSY = "lossy"
    COMPENSATED = "compensated"
    IRREVERSIBLE = "irreversible"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Verdict:
    """How it comes back, with the reason where it is not exact."""

    reversibility: Reversibility
    why: str = ""


@dataclass(frozen=True, slots=True)
class StepPreview:
    """One step: what it touches and would make of it; `unforeseeable` says why differences are not known."""

    step: str
    facets: tuple[FacetRef, ...]
    differences: tuple[Difference, ...]
    verdict: Verdict
    creates: tuple[Ref, ...] = ()
    deletes: tuple[Ref, ...] = ()
    unforeseeable: str = ""
    asks_back: str = ""


@dataclass(frozen=True, slots=True)
class Preview:
    """All steps, with everything that an approval is bound to and nothing volatile.

    `resolved`: the names of the plan and the ids they meant. `facets`: everything any step, undo or back-out may touch.
    """

    plan: str
    account: str
    region: str
    steps: tuple[StepPreview, ...]
    facets: tuple[FacetRef, ...]
    resolved: Mapping[str, str] = field(default_factory=dict, hash=False)
    digest: str = ""
