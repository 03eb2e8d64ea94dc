"""A history: a scenario begun, carried on through crashes, and judged by the invariants at its end."""

import dataclasses
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from changectl.engine.conduct import conduct
from changectl.engine.faults import Stopped
from changectl.engine.preview import foresee
from changectl.engine.proposal import begin, proposal
from changectl.errors import CannotRecord, ChangectlError
from changectl.model import events as e
from changectl.model.bodies import snapshot_json
from changectl.model.entry import Entry
from changectl.model.history import History, Truth
from changectl.model.invariants import Broken, broken
from changectl.model.plan import Plan
from tests.simulator.aws import Aws, Toy, body
from tests.simulator.disturbances import Disturbance
from tests.simulator.kinds import KINDS
from tests.simulator.production import NeverEnds
from tests.simulator.scenarios import Scenario
from tests.simulator.state import EFFECTS, JOURNALS, REMOTES, TOYS, State, change_of, stamp
from tests.simulator.world import Life

HOUR = 3600.0


class Died(BaseException):
    """The process was killed here."""


def started(scenario: Scenario, disturbance: Disturbance = Disturbance()) -> State:  # noqa: B008 - frozen
    """What there is when an attempt has just begun on the disk."""
    state = State(Aws(TOYS), disturbance, journal=beginning(scenario))
    scenario.trouble(state)
    return state


@cache
def beginning(scenario: Scenario) -> int:
    """The same for every history of a scenario; the slow digest of a secret is made once."""
    state = State(Aws(TOYS))
    begun(Life(state), scenario.plan)
    return state.journal


def begun(life: Life, plan: Plan) -> None:
    """What `apply` does first: preview, snapshot, begin."""
    world = life.world()
    foreseen = foresee(plan, world.ground)
    digest = life.keep(snapshot_json(foreseen.before))
    proposed = proposal(plan, foreseen, KINDS, ("ana",))
    life.record(e.SnapshotTaken(digest, foreseen.preview.facets))
    life.record(begin(proposed, foreseen, (), digest, "", endpoint="", version="0", going_back_asks=""))


def carried_on(life: Life, plan: Plan) -> str:
    """One life to its end; why it ended without an end of the change, if so. Raises Died where a watcher kills it."""
    try:
        conduct(plan, life.world(), life.change())
    except Stopped:
        return "stopped"
    except CannotRecord:
        return "cannot record"
    except NeverEnds:
        return "never ends"
    except ChangectlError as error:
        return f"broke off: {type(error).__name__}: {error}"
    except Exception as error:  # noqa: BLE001 - a bug of the engine is a finding, with its seed
        return f"bug: {type(error).__name__}: {error}"
    return ""


def at_its_end(life: Life, plan: Plan) -> str:
    """One life, and those after it where a person stopped it or the disk was full, to the end of the change."""
    state, why = life.state, carried_on(life, plan)
    for _ in range(3):
        full = 0 < state.disturbance.full <= state.writes
        if why not in ("stopped", "cannot record") and not full:
            break
        if full:  # somebody makes room
            state.disturbance = dataclasses.replace(state.disturbance, full=0)
            state.excuse = state.excuse or "the disk was full"
        state.journal, state.called_at = life.leftovers()[-1]
        life = Life(state, life.watch)
        why = carried_on(life, plan)
    life.watch = None
    if life.state.aws.late:
        life.wait(HOUR)
    state.journal = life.leftovers()[-1][0]
    return why


def findings(scenario: Scenario, state: State, why: str) -> tuple[Broken, ...]:
    """Every invariant that does not hold at the end of a history."""
    if why == "never ends":
        return (Broken(1, "Every attempt ends", why),)
    found = broken(history_of(scenario, state))
    if why:
        found = (Broken(1, "Every attempt ends", why), *found)
    if state.rewritten:
        found = (
            Broken(8, "The register is never rewritten", "the journal and the register went different ways"),
            *found,
        )
    return found


def history_of(scenario: Scenario, state: State) -> History:
    """What a history is to the invariants, with the truth about it."""
    before, intended = _paths(Aws(TOYS).now), _intended(scenario)
    now = _paths(state.aws.now, state.valves, rung=state.aws.rung)
    truth = Truth(
        before=before,
        intended=intended,
        now=now,
        strangers=_with_toys(state.strangers, (*before, *intended, *now)),
        effects=EFFECTS.items(state.effects),
        overwritten=state.overwritten,
        excuse=scenario.excuse or state.excuse,
    )
    mine, theirs = entries_of(JOURNALS.items(state.journal)), entries_of(REMOTES.items(state.remote))
    change, complete = change_of(state.journal), not state.gaps
    return History(
        mine,
        theirs if complete else None,
        state.locked if complete else None,
        truth=truth,
        change=change,
        complete=complete,
    )


def entries_of(events: Iterable[e.Event]) -> tuple[Entry, ...]:
    """Entries of one attempt; what is published has its own numbers, as the register does not have it."""
    entries, told = [], 0
    for n, event in enumerate(events):
        published = isinstance(event, e.Published)
        entries.append(_entry(f"p{n}" if published else str(told), event))
        told += not published
    return tuple(entries)


_AT = stamp(0)
_ENTRIES: dict[tuple[str, e.Event], Entry] = {}


def _entry(nonce: str, event: e.Event) -> Entry:
    if (found := _ENTRIES.get((nonce, event))) is None:
        found = _ENTRIES[nonce, event] = Entry("c", 1, _AT, "ana", "host", nonce, event)
    return found


@cache
def _intended(scenario: Scenario) -> Mapping[str, Any]:
    toys: dict[str, Toy] = {**TOYS}
    for spelled, toy in scenario.target.items():
        toys.pop(spelled, None)
        if toy is not None:
            toys[spelled] = toy
    return _paths(Aws(toys).now, scenario.open, rung=scenario.rung)


def _paths(now: Mapping[str, int], valves: Iterable[str] = (), *, rung: bool = False) -> dict[str, Any]:
    found: dict[str, Any] = {f"valve {valve}": "open" for valve in valves} | ({"bell": "rings"} if rung else {})
    for spelled, number in now.items():
        found |= _of(spelled, number)
    return found


@cache
def _of(spelled: str, number: int) -> Mapping[str, Any]:
    found: dict[str, Any] = {f"{spelled} itself": True}
    for member, value in body(number).items():
        if isinstance(value, dict):
            found |= {f"{spelled} {member} {item}": child for item, child in value.items()}
        elif value is not None and member not in ("Version", "Born"):
            found[f"{spelled} {member}"] = value
    return found


def _with_toys(strangers: Iterable[tuple[str, str | None]], paths: Iterable[str]) -> dict[str, Any]:
    """Who removes a toy removes all of it."""
    found: dict[str, Any] = dict(strangers)
    gone = [path.partition(" ")[0] for path in found if path.endswith(" itself")]
    return {**dict.fromkeys(path for path in paths if path.partition(" ")[0] in gone), **found}
