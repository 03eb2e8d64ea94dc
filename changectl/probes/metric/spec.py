"""What a plan asks of a metric: which, over how long, and within which limits."""

from collections.abc import Mapping
from dataclasses import field
from datetime import timedelta

from changectl.model.frozen import dataclass
from changectl.model.values import RefValue


@dataclass(frozen=True, slots=True)
class Allowance:
    """How far it may go from what it was: by a share of that, by an amount, or by the larger of both."""

    percent: float = 0
    amount: float = 0

    def of(self, was: float) -> float:
        """The distance that is allowed. Nothing is divided, so that a baseline of 0 is one like any other."""
        return max(abs(was) * self.percent / 100, self.amount)

    def __str__(self) -> str:
        parts = (f"{self.percent:g} %" if self.percent else "", f"{self.amount:g}" if self.amount else "")
        return " or ".join(filter(None, parts)) or "not at all"


@dataclass(frozen=True, slots=True)
class MetricSpec:
    """One statistic of one metric over one window, and what it must be.

    `below` and `above` are limits that are not reached; `may_rise` and `may_fall` count from the same window before the
    change. `missing` is what it means that CloudWatch has no data; None: nobody knows.
    """

    namespace: str
    name: str
    statistic: str
    over: timedelta
    dimensions: Mapping[str, str | RefValue] = field(default_factory=dict, hash=False)
    below: float | None = None
    above: float | None = None
    may_rise: Allowance | None = None
    may_fall: Allowance | None = None
    missing: float | None = None
    region: str = ""

    @property
    def compares(self) -> bool:
        """Whether it looks at what was before the change."""
        return self.may_rise is not None or self.may_fall is not None
