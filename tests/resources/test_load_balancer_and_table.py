"""Load balancers and tables, disturbed by each operation: what changes is what was foretold, and it comes back."""

from collections.abc import Mapping
from types import ModuleType
from typing import Any

import pytest
from emulators import ACCOUNT, REGION, Emulator

from changectl.aws.clients import Settings
from changectl.aws.connection import Aws, connect
from changectl.contracts.kind import ResourceKind
from changectl.engine.asking import Eyes
from changectl.engine.capture import capture, settling
from changectl.engine.effects import Rows, rows, touched
from changectl.engine.foretell import Unforeseeable, foretold
from changectl.engine.verdict import reachable
from changectl.engine.writing import writes
from changectl.errors import ChangectlError
from changectl.model.merge import merged
from changectl.model.resource import Call, Ref, Resource
from changectl.resources import load_balancer, table
from tests.resources import load_balancer_case, table_case

KINDS: Mapping[str, ResourceKind] = {kind.name: kind for kind in (load_balancer.KIND, table.KIND)}
ROWS: Rows = rows(KINDS)
NAMING = {"LoadBalancerArn", "ResourceArns", "ResourceArn", "TableName"}
CASES = {"load-balancer": load_balancer_case, "table": table_case}


@pytest.fixture(params=sorted(CASES))
def case(request: pytest.FixtureRequest) -> ModuleType:
    found: ModuleType = CASES[request.param]
    return found


def test_captured_twice_it_is_the_same(case: ModuleType, emulator: Emulator) -> None:
    ref = case.make(emulator.client)

    assert _now(ref, _aws(emulator)) == _now(ref, _aws(emulator))


def test_every_operation_changes_what_was_foretold_and_comes_back(case: ModuleType, emulator: Emulator) -> None:
    failed: dict[tuple[str, str], str] = {}
    for number in range(len(case.disturb(case.make(emulator.client), emulator.client))):
        emulator.reset()
        name, why = _judged(case, number, emulator)
        if why:
            failed.setdefault(name, why)

    assert failed.keys() == case.GAPS[emulator.name].keys(), failed


def _judged(case: ModuleType, number: int, emulator: Emulator) -> tuple[tuple[str, str], str]:
    """The step by its operation and members, and what is wrong with it."""
    ref, aws = case.make(emulator.client), _aws(emulator)
    step = case.disturb(ref, emulator.client)[number]
    for call in step.setup:
        aws.send(call)
    call = step.call if isinstance(step.call, Call) else step.call()
    name = (call.operation, _members(call))
    try:
        return name, _wrong(ref, call, aws)
    except ChangectlError as refused:
        return name, f"{type(refused).__name__}: {refused}"


def _members(call: Call) -> str:
    """What a call speaks of besides the resource: its members, or those of the only one that has any."""
    said = {name: value for name, value in call.params.items() if name not in NAMING}
    inner = [name for value in said.values() if isinstance(value, dict) for name in value]
    return "+".join(sorted(inner if len(said) == 1 and inner else said))


def _wrong(ref: Ref, call: Call, aws: Aws) -> str:
    before = _now(ref, aws)
    touch = touched(ROWS, KINDS, call)
    expected = _foretold(ref, call, before)
    aws.send(call)
    after = _now(ref, aws)
    changed = {name for name in after if before[name] != after[name]}
    said = {facet.facet for facet in touch.writes}
    if not changed or changed != said or not touch.known:
        return f"changed {changed}, said {said}"
    if expected is not None and expected != after:
        return f"foretold {_differing(expected, after)}"
    kind = KINDS[ref.kind]
    goal = reachable(kind, before, after)
    assert goal is not None
    _put_back(kind, ref, before, after, goal, aws)
    back = _now(ref, aws)
    if back != goal:
        return f"came back otherwise: {_differing(goal, back)}"
    again = writes(kind, ref, back, goal, ACCOUNT)
    return f"sent again {again}" if again else ""


def _put_back(kind: ResourceKind, ref: Ref, before: Resource, after: Resource, goal: Resource, aws: Aws) -> None:
    now = _now(ref, aws)
    grains = {facet.name: facet.grain for facet in kind.facets}
    want = {name: merged(goal[name], [after[name]], now[name], grain).want for name, grain in grains.items()}
    for call in writes(kind, ref, now, want, ACCOUNT):
        aws.send(call)


def _foretold(ref: Ref, call: Call, before: Resource) -> Resource | None:
    try:
        return foretold(ROWS, KINDS, call, {ref: before})[ref]
    except Unforeseeable:
        return None


def _differing(one: Resource, other: Resource) -> dict[str, Any]:
    return {name: (one.get(name), other.get(name)) for name in other if one.get(name) != other.get(name)}


def _now(ref: Ref, aws: Aws) -> Resource:
    eyes = Eyes(aws.send, lambda thunks: [thunk() for thunk in thunks], ACCOUNT)
    assert not settling(KINDS, ref, eyes)
    found = capture(KINDS, [ref], eyes)[ref]
    assert found is not None
    return found


def _aws(emulator: Emulator) -> Aws:
    return connect(Settings(REGION, endpoint=emulator.endpoint)).gated(lambda call: None)
