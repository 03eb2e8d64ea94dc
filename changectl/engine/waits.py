"""How long a plan waits by itself, in seconds: what passes in any case, and what may pass until it is over or back."""

from collections.abc import Iterable

from changectl.contracts.action import Pause, Until
from changectl.contracts.lint import Known
from changectl.engine.offline import Outlook, back_steps, outlooks
from changectl.model.frozen import dataclass
from changectl.model.plan import Check, Plan, Step


@dataclass(frozen=True, slots=True)
class Waits:
    """Seconds. `steps` and `soak` pass whenever all goes well; `patience` may: waiting for checks, asking them again.

    `back`: what the way back waits. Calls take their time besides, and what goes on at AWS that the plan gives no time.
    """

    steps: int
    soak: int
    patience: int
    back: int

    @property
    def least(self) -> int:
        """Without this there is no success."""
        return self.steps + self.soak

    @property
    def most(self) -> int:
        """Everything is slow, and the last check fails."""
        return self.least + self.patience + self.back


def waits(plan: Plan, known: Known) -> Waits:
    """What the plan says itself, by its steps, tests and back-out. Raises nothing."""
    told = outlooks(plan, known)
    ahead = [told[step.id] for step in plan.steps]
    behind = [told[step.id] for step in back_steps(plan)]
    test, back_out = plan.test, plan.back_out
    again = test.after if back_out.test_same else back_out.test
    own = [step.check for step in plan.steps if step.check is not None]
    return Waits(
        steps=_pauses(ahead),
        soak=int(test.soak.total_seconds()),
        patience=_budgets(ahead) + _within(plan.steps) + _retries((*test.before, *test.during, *own, *test.after)),
        back=_pauses(behind) + _budgets(behind) + _within(back_steps(plan)) + _retries(again),
    )


def _pauses(told: Iterable[Outlook]) -> int:
    return sum(int(each.work.duration.total_seconds()) for each in told if isinstance(each.work, Pause))


def _budgets(told: Iterable[Outlook]) -> int:
    return sum(int(each.work.budget.total_seconds()) for each in told if isinstance(each.work, Until))


def _within(steps: Iterable[Step]) -> int:
    return sum(int(step.within.total_seconds()) for step in steps if step.within is not None)


def _retries(checks: Iterable[Check]) -> int:
    return sum((check.tries - 1) * int(check.every.total_seconds()) for check in checks)
