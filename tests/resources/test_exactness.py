"""What was changed goes back to what it was, exactly: any state, any change, by the real engine, on the emulators."""

from functools import partial
from typing import Any

import pytest
from emulators import ACCOUNT, Emulator
from hypothesis import given, note
from hypothesis import strategies as st

from changectl.contracts.kind import Items, Recreated
from changectl.engine.foretell import Unforeseeable, foretold
from changectl.engine.verdict import reachable
from changectl.engine.writing import writes
from changectl.model.change import Outcome
from changectl.model.plan import Step
from changectl.model.resource import Resource
from tests.resources.backing import Attempted, aim, call_step
from tests.resources.generated import TIMES, cases, counted, items, mixed
from tests.resources.stage import KINDS, ROWS, Stage, client_of, differing, staged

NUMBER = {"moto": 10, "ministack": 4}


@pytest.mark.timeout(300 * TIMES)
@pytest.mark.parametrize("name", sorted(KINDS))
def test_what_was_changed_goes_back_exactly(name: str, emulator: Emulator) -> None:
    equal: list[bool] = []

    @cases(NUMBER[emulator.name])
    @given(st.data())
    def there_and_back(data: st.DataObject) -> None:
        stage = staged(name, emulator)
        ids = stage.case.ids(stage.ref, partial(client_of, emulator), emulator.name)
        one, other = (_within(stage, state) for state in data.draw(stage.case.states(ids)))
        before = _begun_as(stage, one)
        other = _over(stage, before, other)
        after: list[Resource] = []
        attempted = Attempted(stage, lambda: after.append(stage.now()))
        steps = _steps(data, stage, ids, before, other)
        note("\n".join(str(step.spec) for step in steps))

        change = attempted.there_and_back(steps)

        assert after, attempted.journal[-3:]
        goal = reachable(stage.kind, before, after[0])
        assert goal is not None
        assert items(differing(goal, stage.now())) == {}, attempted.trouble()
        assert change.outcome is Outcome.ROLLED_BACK
        assert attempted.restored_again(steps) == ()
        equal.append(goal == before)

    there_and_back()
    counted(f"by the engine, on {emulator.name}", name, cases=len(equal), equal=len(equal), exact=sum(equal))


def _within(stage: Stage, state: Resource) -> Resource:
    """Without the settings that this emulator does not put back."""
    out = getattr(stage.case, "LEFT_OUT", {}).get(stage.emulator.name, frozenset())
    return {name: body for name, body in state.items() if name not in out}


def _begun_as(stage: Stage, want: Resource) -> Resource:
    """The stage brought to a state by the kind's own writes: it is that state, and read twice it is the same."""
    if stage.kind.recreated is not Recreated.IRREVERSIBLE:
        stage.bring(None)
        stage.bring(want)
    else:
        want = _over(stage, stage.now(), want)
        stage.bring(want)
    before = stage.now()
    assert items(differing(want, {name: before[name] for name in want})) == {}
    assert stage.now() == before
    return before


def _over(stage: Stage, base: Resource, want: Resource) -> Resource:
    """A state, with the keys that cannot be taken out again."""
    kept = [f.name for f in stage.kind.facets if isinstance(f.write, Items) and not f.write.remove]
    return {name: {**base[name], **body} if name in kept else body for name, body in want.items()}


def _steps(data: st.DataObject, stage: Stage, ids: Any, before: Resource, other: Resource) -> tuple[Step, ...]:
    """A few changes, one after the other: settings set, the same by calls, calls as people write them."""
    now, steps = before, list[Step]()
    for _ in range(data.draw(st.integers(1, 3))):
        match data.draw(st.sampled_from(["set", "calls", "spelled"])):
            case "set":
                want = mixed(stage.case, {name: now[name] for name in other}, other, data.draw(st.randoms()))
                changed = {name: body for name, body in want.items() if body != now[name]}
                steps += [aim(stage, len(steps), changed)] if changed else []
                now = {**now, **want}
            case "calls":
                want = mixed(stage.case, {name: now[name] for name in other}, other, data.draw(st.randoms()))
                calls = writes(stage.kind, stage.ref, now, want, ACCOUNT)
                steps += [call_step(len(steps) + n, call) for n, call in enumerate(calls)]
                now = {**now, **want}
            case _:
                call = data.draw(stage.case.spelled(stage.ref, ids, now))
                try:
                    now = foretold(ROWS, KINDS, call, {stage.ref: now})[stage.ref] or {}
                except Unforeseeable:
                    continue
                steps.append(call_step(len(steps), call))
    return tuple(steps) or (aim(stage, 0, {"tags": {"Only": "this"}}),)
