"""What befalls one command: which signal, exactly when, and which fault of AWS with it. Drawn from a seed alone."""

import random
import signal
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.faults import fault as f
from tests.faults.script import Rule, Script
from tests.kill.arranged import WAYS
from tests.kill.running import Running
from tests.kill.scenarios import Scenario
from tests.kill.stage import Stage

PATIENCE = 0.8
"""Seconds for which a command waits for an answer of AWS that is held back."""
HORIZON = 0.05
"""Of a horizon of 30 s, what an emulator gets where its answers are stale or its effects late: 1.5 s."""
LATE, STALE = 0.2, 0.6
PUSHES, WRITES, EARLY = 2, 4, 6
"""How many pushes and changes an apply has, about; and of what is done, how much is its beginning."""

Sign = Callable[[Running], None]
SIGNS: Mapping[str, Sign] = {
    "SIGKILL": lambda running: running.kill(machine=False),
    "machine": lambda running: running.kill(machine=True),
    "SIGINT": lambda running: running.send(signal.SIGINT),
    "SIGINT twice": lambda running: (running.send(signal.SIGINT), running.send(signal.SIGINT))[1],
    "SIGTERM": lambda running: running.send(signal.SIGTERM),
    "SIGHUP": lambda running: running.send(signal.SIGHUP),
}
KILLS = ("SIGKILL", "machine")


@dataclass(frozen=True)
class Blow:
    """`sign` at the place `at`, of which `number` says which one; `way` is before, after or in the midst of it."""

    sign: str = "SIGKILL"
    at: str = "call"
    number: int = 1
    way: str = "before"
    fault: Rule | None = None
    arranged: Mapping[str, Any] = field(default_factory=dict)

    @property
    def fresh(self) -> bool:
        """Whether it needs no fork, so that the command can be started afresh."""
        return self.at != "record" and not self.arranged

    @property
    def lasts(self) -> bool:
        """Whether its fault may need an operator: credentials that are gone, a refusal of what must be put back."""
        return self.fault is not None and isinstance(self.fault.fault, f.Expired | f.Denied)

    @property
    def name(self) -> str:
        """Its fault, for the figures."""
        return "none" if self.fault is None else type(self.fault.fault).__name__.lower()

    def __str__(self) -> str:
        return f"{self.sign} {self.way} {self.at} {self.number}" + (f", {self.fault}" if self.fault else "")


def drawn(chance: random.Random, scenario: Scenario, *, early: bool) -> Blow:
    """A blow. `early`: soon after the command has begun, so that there are many of them in one try."""
    fault, arranged = _fault(chance, slow=scenario.slow) if chance.random() < (0.35 if early else 0.15) else (None, {})
    sign = chance.choices(list(SIGNS), (24, 6, 2, 1, 1, 1))[0]
    kinds = ("write", "call", "record", "push", "instant") if sign == "SIGKILL" else ("write", "call", "instant")
    at = chance.choices(kinds, (5, 3, 5, 1, 1)[: len(kinds)])[0]
    calls, records, pushes = (EARLY, EARLY, 1) if early else (scenario.calls, scenario.records, PUSHES)
    match at:
        case "call":
            way = chance.choice(("before", "midst", "after"))
            return Blow(sign, at, chance.randint(2, calls), way, fault, arranged)
        case "write":
            way, number = chance.choice(("before", "midst", "after")), chance.randint(1, 1 if early else WRITES)
            return Blow(sign, at, number, way, fault, arranged)
        case "record":
            number, way = chance.randint(1, records), chance.choice(WAYS)
            return Blow(sign, at, number, way, fault, {**arranged, "die": [number, way]})
        case "push":
            return Blow(sign, at, chance.randint(1, pushes), chance.choice(("before", "after")), fault, arranged)
        case _:
            return Blow(sign, at, chance.randint(1, 12 if early else 40), "at", fault, arranged)


def _fault(chance: random.Random, *, slow: bool) -> tuple[Rule, dict[str, Any]]:
    write, after = chance.randint(1, WRITES), chance.random() < 0.6
    short = {"patience": PATIENCE}
    late = {**short, "settle": HORIZON}
    choices: list[tuple[Rule, dict[str, Any]]] = [
        (Rule(f.Silent(after), write=write), short),
        (Rule(f.Broken(after), write=write), {}),
        (Rule(f.Reset(after), write=write), {}),
        (Rule(f.Cut(), write=write), {}),
        (Rule(f.Throttled(), since_write=write, only="write", times=2), {}),
        (Rule(f.Throttled(), since=chance.randint(1, 20), only="read", times=2), {}),
        (Rule(f.Expired(), since=chance.randint(2, 20)), {}),
        (Rule(f.Denied(), write=write), {}),
    ]
    if not slow:
        choices += [(Rule(f.Late(LATE), write=write), late), (Rule(f.Stale(seconds=STALE), write=write), late)]
    return chance.choice(choices)


def struck(stage: Stage, words: tuple[str, ...], blow: Blow, *, fresh: bool = False) -> Running:
    """Start a command upon which the blow falls."""
    came = _Came(blow)
    rules = (*((blow.fault,) if blow.fault else ()), *((came.rule(),) if blow.at in ("call", "write") else ()))
    stage.proxy.play(Script(rules))
    if blow.at == "push":
        _arm(stage, blow)
    running = stage.start(*words, fresh=True) if fresh and blow.fresh else stage.start(*words, **blow.arranged)
    came.running = running
    if blow.at == "push":
        (stage.bare / "victim").write_text(f"{running.pid}\n")
    if blow.at == "instant" and running.lives_on(blow.number * 0.025):
        SIGNS[blow.sign](running)
    return running


class _Came:
    """The moment at which a call comes by the proxy."""

    def __init__(self, blow: Blow) -> None:
        self._blow = blow
        self.running: Running | None = None

    def rule(self) -> Rule:
        """Before it is passed on, so that AWS never sees it; on its way to AWS; or when AWS has done it."""
        lost = self._blow.sign in KILLS and self._blow.way == "before"
        early = self._blow.way in ("before", "midst")
        meanwhile = f.Meanwhile(self._strike if early else None, None if early else self._strike, lost)
        return Rule(meanwhile, **{self._blow.at: self._blow.number})

    def _strike(self) -> None:
        while self.running is None:
            pass
        SIGNS[self._blow.sign](self.running)


_HOOK = """\
#!/bin/sh
echo >> pushes
[ "$(wc -l < pushes)" -eq {number} ] || exit 0
while [ ! -s victim ]; do sleep 0.01; done
kill -9 "$(cat victim)" 2> /dev/null
exit 0
"""


def _arm(stage: Stage, blow: Blow) -> None:
    for name in ("pushes", "victim"):
        (stage.bare / name).unlink(missing_ok=True)
    for hook in (stage.bare / "hooks").iterdir():
        hook.unlink()
    hook = stage.bare / "hooks" / ("pre-receive" if blow.way == "before" else "post-receive")
    hook.write_text(_HOOK.format(number=blow.number))
    hook.chmod(0o755)
