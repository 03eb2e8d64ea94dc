"""One try: commands upon which blows fall, one after the other, and one that nobody disturbs; then everything is whole."""

import random
from collections import Counter
from dataclasses import dataclass, field

from tests.kill.blow import KILLS, Blow, drawn, struck
from tests.kill.running import Ended
from tests.kill.scenarios import SCENARIOS, Scenario
from tests.kill.stage import CHANGE, Stage, Stages
from tests.kill.whole import assert_whole

APPLY, RESUME, ROLLBACK = ("apply", CHANGE), ("apply", CHANGE, "--resume"), ("rollback", CHANGE)

AFTER: dict[str, tuple[int, ...]] = {
    "SIGINT": (0, 10, 130, -2),
    "SIGINT twice": (0, 10, 11, 130, -2),
    "SIGTERM": (0, 10, 130, 143, -15),
    "SIGHUP": (0, 10, -1),
    "SIGKILL": (0, 10),
    "machine": (0, 10),
}
"""How a command may end upon which a signal fell, if not by it. Before it heeds any, it ends as every program does."""
ENOUGH = 200
"""Kills by which any attempt has come to its end that dies at the third record at the latest."""
NOTHING = (2, 4, 130, 143)
"""Nothing had begun: what it says to type is apply."""


@dataclass
class Told:
    """What happened, for whoever must find out why; and what is counted."""

    lines: list[str] = field(default_factory=list)
    counts: Counter[tuple[str, str, str]] = field(default_factory=Counter)

    @property
    def kills(self) -> int:
        """How often something was killed."""
        return sum(n for (sign, _, _), n in self.counts.items() if sign in KILLS)


def try_once(stages: Stages, name: str, told: Told) -> None:
    """A try that its name alone decides. Raises AssertionError where something is not whole."""
    chance = random.Random(name)
    scenario = chance.choice(SCENARIOS)
    stage = stages.stage(scenario)
    told.lines.append(f"try {name}, plan {scenario.name}")
    past = Past(stage, scenario, told)
    past.strike(APPLY, drawn(chance, scenario, early=False), fresh=chance.random() < 0.1)
    for _ in range(chance.randint(4, 9)):
        if past.over:
            break
        way = ROLLBACK if past.applied else chance.choice((RESUME, RESUME, ROLLBACK))
        past.strike(way, drawn(chance, scenario, early=True), fresh=chance.random() < 0.05)
    past.end(chance.choice((RESUME, ROLLBACK)))
    stages.left(stage.production.read())


def hop(stages: Stages, scenario: Scenario, told: Told) -> None:
    """No command lives to write more than one record: it dies in the midst of one, the next when it has written it."""
    stage = stages.stage(scenario)
    told.lines.append(f"plan {scenario.name}, hop by hop")
    past, way, record = Past(stage, scenario, told), APPLY, 1
    for number in range(ENOUGH):
        sort = ("torn", "after", "before", "unsynced")[number % 4]
        past.strike(way, Blow("SIGKILL", "record", record, sort, None, {"die": [record, sort]}), fresh=False)
        if past.over or past.applied:
            break
        if way == RESUME:
            record = 1 + number // 4 % 3  # one may be a body alone, and the next what it is about
        elif _has_begun(stage):
            way, record = RESUME, 1
        else:
            record += sort in ("after", "unsynced")
    else:
        raise AssertionError(f"it is no nearer to its end after {ENOUGH} kills")
    past.end(RESUME)
    stages.left(stage.production.read())


def _has_begun(stage: Stage) -> bool:
    """Whether what is to be typed is no longer apply."""
    return any(b'"type":"begun"' in place.read_bytes() for place in stage.journals.rglob("journal.jsonl"))


@dataclass
class Past:
    """What was done on a stage so far, and what may have come of it."""

    stage: Stage
    scenario: Scenario
    told: Told
    back: bool = False
    lasting: bool = False
    disturbed: bool = False
    applied: bool = False
    over: bool = False

    def strike(self, words: tuple[str, ...], blow: Blow, *, fresh: bool) -> None:
        """A command upon which a blow falls."""
        end = struck(self.stage, words, blow, fresh=fresh).ended()
        self.stage.proxy.wait_until_delivered()
        if blow.sign == "machine":
            self.stage.remote_lives_on()
        self._tell(end, str(blow))
        self.back |= words == ROLLBACK or blow.sign not in KILLS
        self.lasting |= blow.lasts
        self.disturbed |= blow.fault is not None
        if end.killed:
            self.told.counts[blow.sign, words[-1].removeprefix("--").replace(CHANGE, words[0]), blow.name] += 1
            return
        allowed = (*AFTER[blow.sign], *NOTHING, *((5, 9, 11) if self.lasting else ()))
        assert end.status in allowed, f"ended with {end.status}"
        self.told.counts[blow.sign, words[0], blow.name] += blow.sign not in KILLS
        self.applied = end.status == 0 and words != ROLLBACK
        self.over = not self.applied and end.status != 11

    def end(self, words: tuple[str, ...]) -> None:
        """A command that nobody disturbs, and another where the first says so."""
        end = self._undisturbed(words)
        if end.status == 11 and self.lasting and words == RESUME:
            end = self._undisturbed(ROLLBACK)
        assert end.status != 10 or self.scenario.status == 10 or self.back or self.disturbed, "it went back by itself"
        assert_whole(self.stage, self.scenario, end)
        if end.status in NOTHING:
            assert f"changectl apply {CHANGE}" in end.out
            again = self._undisturbed(APPLY)
            assert again.status == self.scenario.status
            assert_whole(self.stage, self.scenario, again)

    def _undisturbed(self, words: tuple[str, ...]) -> Ended:
        self.stage.proxy.play()
        end = self.stage.run(*words, "--json")
        self._tell(end, "nobody disturbs it")
        return end

    def _tell(self, end: Ended, what: str) -> None:
        self.told.lines += [f"{what}:", str(end), *(f"    {call}" for call in self.stage.proxy.calls)]
