"""Asking the checks of a plan: as often in a row as it says, and beside the steps."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from changectl.contracts.probe import CannotAsk, CommandAnswer, HttpAnswer, Judgement, TooEarly, Verdict
from changectl.engine.attempt import Attempt, Turn
from changectl.engine.sight import Live
from changectl.errors import ChangectlError
from changectl.model import events as e
from changectl.model.frozen import dataclass
from changectl.model.plan import Check, Step
from changectl.model.resource import Body, Call, Ref, Resource, Target

WATCH_EVERY = 10.0
"""Seconds between two rounds of `test.during`: CloudWatch alarms evaluate every 10 s at the fastest."""


@dataclass(frozen=True, slots=True)
class _Senses:
    """A probe's senses: AWS as the attempt sees it, and the outside."""

    attempt: Attempt
    judged_since: datetime | None

    def time(self) -> datetime:
        return self.attempt.world.clock.now()

    def began(self) -> datetime | None:
        change = self.attempt.change
        return datetime.fromisoformat(change.began_at) if change.wants and change.began_at else None

    def since(self) -> datetime | None:
        return self.judged_since

    def http(self, method: str, url: str, timeout: timedelta) -> HttpAnswer:
        return self.attempt.world.outside.http(method, url, timeout)

    def command(self, argv: Sequence[str], timeout: timedelta) -> CommandAnswer:
        return self.attempt.world.outside.command(argv, timeout)

    def aws(self, call: Call) -> Mapping[str, Body]:
        try:
            return self.attempt.world.ground.eyes.ask(call)
        except ChangectlError as why:
            raise CannotAsk(why.sentence) from why

    def ref(self, target: Target) -> Ref:
        return Live(self.attempt, _NO_STEP).ref(target)

    def now(self, ref: Ref) -> Resource | None:
        try:
            return self.attempt.read([ref])[ref]
        except ChangectlError as why:
            raise CannotAsk(why.sentence) from why

    @property
    def region(self) -> str:
        return self.attempt.world.ground.region


_NO_STEP = Step("", "", "", None)


def asked(attempt: Attempt, check: Check, since: datetime | None = None) -> Judgement:
    """Ask until it passes, no more than `tries` times, `every` apart. The last judgement counts.

    `since`: from when on production is what is judged; what looks at a stretch of time waits until that is all of it.
    """
    for tries in range(1, check.tries + 1):
        judgement = _judged(attempt, check, _Senses(attempt, since))
        if judgement.verdict is Verdict.NO_DATA and check.no_data_ok:
            judgement = Judgement(Verdict.PASSED, f"{judgement.says} (the plan allows that)")
        if judgement.verdict is Verdict.PASSED or tries == check.tries:
            return judgement
        attempt.wait(check.every.total_seconds())
    raise AssertionError("unreachable")


def _judged(attempt: Attempt, check: Check, senses: _Senses) -> Judgement:
    probe = attempt.world.ground.probes[check.probe]
    while True:
        try:
            return probe.judge(check.spec, probe.observe(check.spec, senses))
        except CannotAsk as why:
            return Judgement(Verdict.ERROR, str(why))
        except TooEarly as early:
            attempt.wait(min(WATCH_EVERY, early.wait.total_seconds()))
            watch(attempt)


def run_check(attempt: Attempt, phase: str, number: int, check: Check) -> None:
    """Ask a check and record what it said."""
    now = attempt.world.clock.now()
    seen = asked(attempt, check, attempt.since.setdefault(phase, now) if phase in ("after", "back-out") else None)
    match seen.verdict:
        case Verdict.PASSED:
            attempt.record(e.CheckPassed(phase, number, check.name, seen.says))
        case Verdict.ERROR:
            attempt.record(e.CheckErrored(phase, number, check.name, seen.says))
        case Verdict.FAILED | Verdict.NO_DATA if phase == "before" and check.expect_red:
            attempt.record(e.CheckPassed(phase, number, check.name, f"{seen.says} (the plan expects that)"))
        case Verdict.FAILED | Verdict.NO_DATA:
            attempt.record(e.CheckFailed(phase, number, check.name, seen.says))


def watch(attempt: Attempt) -> None:
    """One round of `test.during`, going forward. Raises Turn when one does not hold, which is recorded then."""
    if attempt.change.rollback:
        return
    for number, check in enumerate(attempt.plan.test.during):
        seen = asked(attempt, check)
        if seen.verdict is Verdict.ERROR:
            attempt.record(e.CheckErrored("during", number, check.name, seen.says))
            raise Turn
        if seen.verdict is not Verdict.PASSED and not check.expect_red:
            attempt.record(e.CheckFailed("during", number, check.name, seen.says))
            raise Turn


def check_of(attempt: Attempt, phase: str, number: int) -> Check:
    """The check that an event speaks of."""
    test, back_out = attempt.plan.test, attempt.plan.back_out
    back = test.after if back_out.test_same else back_out.test
    phases = {"before": test.before, "during": test.during, "after": test.after, "back-out": back}
    return phases[phase][number]


def soak(attempt: Attempt) -> None:
    """Let the soak pass, watching; starts anew after an interruption."""
    seconds = attempt.plan.test.soak.total_seconds()
    until = attempt.world.clock.monotonic() + seconds
    while (left := until - attempt.world.clock.monotonic()) > 0:
        watch(attempt)
        attempt.wait(min(WATCH_EVERY, left))
    watch(attempt)
    attempt.record(e.Soaked(int(seconds)))
