"""Asking the checks of a plan: as often in a row as it says, and beside everything that waits."""

import math
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from changectl.contracts.probe import CannotAsk, Judgement, TooEarly, Verdict
from changectl.engine.attempt import Attempt
from changectl.engine.faults import Turn
from changectl.engine.patience import Patience
from changectl.engine.perception import Perception
from changectl.model import events as e
from changectl.model.plan import Check

WATCH_EVERY = 10.0
"""Seconds between two rounds of `test.during`: CloudWatch alarms evaluate every 10 s at the fastest."""

UNASKED, SOON = 3, 5.0
"""How often in a row a check may not be asked before that is an error, and the seconds between: a blip of our network is none."""

TOO_EARLY = timedelta(hours=1)
"""How long a check may say that there is nothing to see yet; then it has no data."""


def asked(attempt: Attempt, check: Check, since: datetime | None = None) -> Judgement:
    """Ask until it passes, or has failed `tries` times in a row, `every` apart, or cannot be asked.

    A try that could not be asked neither passes nor fails. Never more than `tries` and UNASKED or `tries` more.
    `since`: from when on production is what is judged; what looks at a stretch of time waits until that is all of it.
    """
    failed = unasked = 0
    while True:
        seen = _judged(attempt, check, since)
        match seen.verdict:
            case Verdict.PASSED:
                return seen
            case Verdict.NO_DATA if check.no_data_ok:
                return Judgement(Verdict.PASSED, f"{seen.says} (the plan allows that)")
            case Verdict.ERROR:
                unasked += 1
                if unasked >= max(check.tries, UNASKED):
                    return seen
                attempt.wait(max(check.every.total_seconds(), SOON))
            case Verdict.FAILED | Verdict.NO_DATA:
                failed += 1
                if failed >= check.tries:
                    return seen
                attempt.wait(check.every.total_seconds())


def _judged(attempt: Attempt, check: Check, since: datetime | None) -> Judgement:
    probe, senses = attempt.world.ground.probes[check.probe], Perception(attempt, since)
    until = attempt.world.clock.monotonic() + TOO_EARLY.total_seconds()
    while True:
        try:
            return probe.judge(check.spec, probe.observe(check.spec, senses))
        except CannotAsk as why:
            return Judgement(Verdict.ERROR, str(why))
        except TooEarly as early:
            left = until - attempt.world.clock.monotonic()
            if left <= 0:
                return Judgement(Verdict.NO_DATA, f"there was nothing to see for {TOO_EARLY}")
            watching_wait(attempt, min(WATCH_EVERY, early.wait.total_seconds(), left))


def run_check(attempt: Attempt, phase: str, number: int, check: Check) -> None:
    """Ask a check and record what it said. Before the first step, what an emergency finds red is its baseline."""
    now, change = attempt.world.clock.now(), attempt.change
    seen = asked(attempt, check, attempt.since.setdefault(phase, now) if phase in ("after", "back-out") else None)
    attempt.watched = attempt.world.clock.monotonic() if phase == "during" else attempt.watched
    beforehand, fire = not change.wants and not change.rollback, bool(attempt.plan.emergency)
    match seen.verdict:
        case Verdict.PASSED:
            attempt.record(e.CheckPassed(phase, number, check.name, seen.says))
        case Verdict.ERROR if beforehand and fire:
            attempt.record(e.BaselineRed(phase, number, check.name, f"it could not be asked: {seen.says}"))
        case Verdict.ERROR:
            attempt.record(e.CheckErrored(phase, number, check.name, seen.says))
        case Verdict.FAILED | Verdict.NO_DATA if beforehand and (fire or check.expect_red):
            attempt.record(e.BaselineRed(phase, number, check.name, seen.says))
        case Verdict.FAILED | Verdict.NO_DATA if _was_red(attempt, phase, number):
            attempt.record(e.BaselineRed(phase, number, check.name, seen.says))
        case Verdict.FAILED | Verdict.NO_DATA:
            attempt.record(e.CheckFailed(phase, number, check.name, seen.says))


def _was_red(attempt: Attempt, phase: str, number: int) -> bool:
    """Whether it was red before the first step, and has not passed since."""
    same = phase == "back-out" and attempt.plan.back_out.test_same
    return ("after" if same else phase, number) in attempt.change.red


def watch(attempt: Attempt) -> None:
    """One round of `test.during`, going forward. Raises Turn when one does not hold, which is recorded then."""
    for number, check, seen in _round(attempt):
        if seen.verdict is Verdict.ERROR:
            attempt.record(e.CheckErrored("during", number, check.name, seen.says))
            raise Turn


def keep_an_eye(attempt: Attempt) -> None:
    """The same while a person thinks about what to do: that a check cannot be asked just now is no second question."""
    for _ in _round(attempt):
        pass


def watch_if_due(attempt: Attempt) -> None:
    """`watch`, unless that was done less than WATCH_EVERY ago."""
    if attempt.world.clock.monotonic() - attempt.watched >= WATCH_EVERY:
        watch(attempt)


def watching_wait(attempt: Attempt, seconds: float, patience: Patience | None = None) -> None:
    """Let time pass as `Attempt.wait` does, watching every WATCH_EVERY and saying how long it may still take.

    Raises what `Attempt.wait` and `watch` raise.
    """
    clock = attempt.world.clock
    until = clock.monotonic() + seconds
    while (left := until - clock.monotonic()) > 0:
        if patience is not None:
            attempt.world.progress(patience.says)
        attempt.wait(min(left, WATCH_EVERY))
        watch_if_due(attempt)


def _round(attempt: Attempt) -> Iterator[tuple[int, Check, Judgement]]:
    """Each check that does not hold and yet has not failed: it could not be asked. Raises Turn where one has failed.

    What was red before the first step is excused until it has passed once.
    """
    if attempt.change.rollback or not attempt.change.wants:
        return
    attempt.watched = math.inf  # while a check waits, none is watched beside it
    try:
        for number, check in enumerate(attempt.plan.test.during):
            one = ("during", number)
            red = one in attempt.change.red or (check.expect_red and one not in attempt.change.passed)
            seen = asked(attempt, replace(check, tries=1) if red else check)
            match seen.verdict:
                case Verdict.PASSED if one in attempt.change.red:
                    attempt.record(e.CheckPassed("during", number, check.name, seen.says))
                case Verdict.FAILED | Verdict.NO_DATA if not red:
                    attempt.record(e.CheckFailed("during", number, check.name, seen.says))
                    raise Turn
                case Verdict.ERROR if not red:
                    yield number, check, seen
                case _:
                    pass
    finally:
        attempt.watched = attempt.world.clock.monotonic()


def check_of(attempt: Attempt, phase: str, number: int) -> Check:
    """The check that an event speaks of."""
    test, back_out = attempt.plan.test, attempt.plan.back_out
    back = test.after if back_out.test_same else back_out.test
    phases = {"before": test.before, "during": test.during, "after": test.after, "back-out": back}
    return phases[phase][number]


def soak(attempt: Attempt) -> None:
    """Let the soak pass, watching; starts anew after an interruption."""
    seconds = attempt.plan.test.soak.total_seconds()
    watch(attempt)
    watching_wait(attempt, seconds, Patience(attempt.world.clock.monotonic, "soaking", seconds))
    watch(attempt)
    attempt.record(e.Soaked(int(seconds)))
