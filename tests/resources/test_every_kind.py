"""What every kind must prove, on both emulators: what changes is what was said, and it comes back."""

import contextlib
import json
import os
import random
import re
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import permutations
from typing import Any

import pytest
from emulators import ACCOUNT, Emulator

from changectl.aws.reads import is_read
from changectl.aws.sensitive import hidden_texts
from changectl.contracts.kind import ResourceKind
from changectl.engine.asking import Eyes
from changectl.engine.capture import capture
from changectl.engine.effects import touched, write_operations
from changectl.engine.show import shown, shown_difference
from changectl.engine.verdict import reachable, reversibility
from changectl.engine.writing import writes
from changectl.errors import CallNotDone, CallUnknown, ChangectlError
from changectl.model.bodies import snapshot_json, snapshot_of
from changectl.model.difference import snapshot_differences
from changectl.model.merge import Grain
from changectl.model.preview import Reversibility
from changectl.model.resource import Call, Ref, Resource
from tests.resources.stage import (
    CASES,
    KINDS,
    ROWS,
    Stage,
    asked,
    bodies_of,
    bodies_seen,
    called,
    differing,
    eyes,
    foreseen,
    one_by_one,
    prepared,
    settings,
    staged,
    step_name,
)  # fmt: skip

every_kind = pytest.mark.parametrize("name", sorted(KINDS))

NOISE: Mapping[str, frozenset[str]] = {
    "parameter": frozenset({"Version", "LastModifiedDate", "LastModifiedUser"}),
    "security-group": frozenset(),
    "load-balancer": frozenset({"ZoneName"}),
    "table": frozenset(
        {"NumberOfDecreasesToday", "LastUpdateToPayPerRequestDateTime", "LatestStreamArn", "LatestStreamLabel"}
        | {"EarliestRestorableDateTime", "LatestRestorableDateTime"}
    ),
}
"""Members of AWS's answers that change by themselves, or follow from others: changed, they mean no setting."""

MODE, BUILT = ("UpdateTable", "BillingMode"), ("UpdateTable", "AttributeDefinitions+GlobalSecondaryIndexUpdates")
LIMITED = ("UpdateTable", "BillingMode+GlobalSecondaryIndexUpdates+ProvisionedThroughput")
LIMITS = ("UpdateTable", "GlobalSecondaryIndexUpdates")
COUPLED: Mapping[str, set[tuple[tuple[str, str], tuple[str, str], str]]] = {
    "table": {(MODE, BUILT, "indexes"), (LIMITED, BUILT, "indexes"), (LIMITS, MODE, "indexes")},
}
"""Ours and a stranger's that cannot both stand: an index has limits where its table does, and none on demand.

Going back ends in needs-operator there, when production is read again.
"""

PAIRS = None if os.environ.get("CHANGECTL_ALL_PAIRS") else 8
MIXTURES = 12


@every_kind
def test_captured_twice_it_is_the_same(name: str, emulator: Emulator) -> None:
    stage = staged(name, emulator)

    assert stage.now() == stage.now()


@every_kind
def test_every_operation_changes_what_is_said_and_comes_back(name: str, emulator: Emulator) -> None:
    failed: dict[tuple[str, str], str] = {}
    for number in range(len(staged(name, emulator).steps())):
        step, why = _judged(staged(name, emulator), number)
        if why:
            failed.setdefault(step, why)

    assert failed.keys() == CASES[name].GAPS[emulator.name].keys(), "\n" + "\n".join(map(str, failed.items()))


@every_kind
def test_what_a_stranger_did_meanwhile_stands(name: str, emulator: Emulator) -> None:
    wrong = {}
    for ours, his in _pairs(name, emulator):
        wrong |= _after_a_stranger(staged(name, emulator), ours, his)

    assert wrong.keys() <= COUPLED.get(name, set()), "\n" + "\n".join(map(str, wrong))


@every_kind
def test_mixtures_of_what_was_seen_come_back(name: str, emulator: Emulator) -> None:
    stage = staged(name, emulator)
    chance, pool, wrong, proven = random.Random(7), bodies_of(stage), [], 0
    before = stage.now()
    for _ in range(MIXTURES):
        writable = [facet.name for facet in stage.kind.facets if facet.write is not None]
        chosen = chance.sample(writable, min(len(writable), chance.randint(1, 3)))
        want = {facet: chance.choice(pool[facet]) for facet in chosen}
        try:
            stage.bring(want, before)
        except CallNotDone:  # bodies of different steps need not go together
            stage.bring(before)
            before = stage.now()
            continue
        ours = stage.now()
        goal = stage.back(before, ours, ours)
        before = stage.now()
        left = differing(goal, before)
        wrong += [(want, left)] if left else []
        proven += 1

    assert wrong == []
    assert proven > MIXTURES / 2


@every_kind
def test_every_body_survives_the_way_to_aws_and_the_way_to_disk(name: str, emulator: Emulator) -> None:
    for facet in KINDS[name].facets:
        for body in bodies_seen(name, emulator)[facet.name]:
            ref = Ref(name, ("x",) * len(KINDS[name].id))
            assert snapshot_of(json.loads(json.dumps(snapshot_json({ref: {facet.name: body}}))))[ref] == {
                facet.name: body
            }
            if body is not None and facet.write is not None:
                assert facet.shape.canon(facet.shape.wire(body)) == body, facet.name


@every_kind
def test_one_that_is_gone_is_absent_alone_and_among_others(name: str, emulator: Emulator) -> None:
    stage = staged(name, emulator)
    gone = Ref(name, (*stage.ref.id[:-1], f"{stage.ref.id[-1][:-3]}fff"), stage.ref.region)

    assert capture(KINDS, [gone], eyes(stage.aws)) == {gone: None}
    found = capture(KINDS, [gone, stage.ref], eyes(stage.aws))
    assert {ref: settings(resource) for ref, resource in found.items()} == {gone: None, stage.ref: stage.now()}


@every_kind
def test_what_is_deleted_is_gone_and_made_anew_as_declared(name: str, emulator: Emulator) -> None:
    stage = staged(name, emulator)
    before = stage.now()
    stage.bring(None)
    assert stage.seen() is None

    verdict = reversibility(stage.kind, before, None).reversibility
    calls = stage.bring(before)

    goal = reachable(stage.kind, before, None)
    assert stage.seen() == goal
    assert bool(calls) == (goal is not None) == (verdict is not Reversibility.IRREVERSIBLE)


@every_kind
def test_every_operation_that_deletes_leaves_nothing(name: str, emulator: Emulator) -> None:
    kind = KINDS[name]
    for effect in [effect for effect in kind.also if effect.does == "deletes"]:
        stage = staged(name, emulator)
        member = _model(kind.service).operation_model(effect.operation).input_shape.members[effect.at]
        spelled = [stage.ref.id[-1]] if member.type_name == "list" else stage.ref.id[-1]
        call = Call(kind.service, effect.operation, {effect.at: spelled}, stage.ref.region)
        stage.aws.send(call)

        assert touched(ROWS, KINDS, call).deletes == {stage.ref}
        assert stage.seen() is None


@every_kind
def test_reading_many_takes_as_few_calls_as_aws_allows(name: str) -> None:
    kind = KINDS[name]
    reads = dict.fromkeys(read for facet in kind.facets for read in facet.reads)
    batches = {read.operation: read.batch for read in reads if read.many is not None}
    for number in (1, max(batches.values(), default=0) + 1):
        refs = [Ref(name, (*["x"] * (len(kind.id) - 1), f"x{n}")) for n in range(number)]
        counted: list[str] = []

        def ask(call: Call, counted: list[str] = counted) -> Mapping[str, Any]:
            counted.append(call.operation)
            return {
                read.items: _items(call, read.key) for read in reads if read.operation == call.operation and read.items
            }

        if batches:
            capture(KINDS, refs, Eyes(ask, one_by_one, ACCOUNT))
        assert {operation: counted.count(operation) for operation in batches} == {
            operation: -(-number // batch) for operation, batch in batches.items()
        }


@every_kind
def test_a_secret_is_shown_nowhere(name: str, emulator: Emulator) -> None:
    stage = staged(name, emulator)
    state, canary = stage.now(), getattr(CASES[name], "CANARY", "")
    sensitive = any(hidden_texts(called(step)) for step in stage.steps())
    assert bool(canary) == sensitive == any(facet.secret for facet in stage.kind.facets)
    if not canary:
        return
    assert canary in json.dumps(state)

    differences = [*snapshot_differences({stage.ref: state}, {}), *snapshot_differences({}, {stage.ref: state})]
    seen = [str(shown_difference(stage.kind.facet(d.facet.facet), d, {})) for d in differences]
    seen += [shown(facet, state[facet.name]) for facet in stage.kind.facets]

    assert [text for text in seen if canary in text] == []


@every_kind
def test_every_operation_that_is_said_has_a_step(name: str, emulator: Emulator) -> None:
    said = {
        operation
        for (_, operation), found in ROWS.table.items()
        if any(row.kind == name and row.effect.does == "writes" for row in found)
    }
    done = {called(step).operation for step in staged(name, emulator).steps()}

    assert said == done


@every_kind
def test_every_loss_is_met_by_a_step(name: str, fresh_moto: str) -> None:
    emulator = Emulator("moto", fresh_moto)
    pool = bodies_seen(name, emulator)
    unmet = [
        loss.why
        for facet in KINDS[name].facets
        for loss in facet.losses
        if not any(loss.why in _why(name, facet.name, *two) for two in permutations(pool[facet.name], 2))
    ]

    assert unmet == []


@every_kind
def test_every_operation_of_aws_that_names_such_a_resource_is_answered_for(name: str) -> None:
    kind = KINDS[name]
    model = _model(kind.service)
    reads = {read for facet in kind.facets for read in facet.reads}
    members = {member for named in _named_by(kind) for member, text in named.items() if "{" in str(text)}
    members |= {read.many for read in reads if isinstance(read.many, str)}
    own = {operation for (_, operation), rows in ROWS.table.items() if name in {row.kind for row in rows}}
    own = (own | {read.operation for read in reads}) & set(model.operation_names)
    naming = {shape for operation in own for shape in _shapes(model, operation) if shape[0] in members}
    said = {operation for service, operation in ROWS.table if service == kind.service} | set(kind.ignored)
    said |= set(re.findall(r"\w+", " ".join(kind.not_captured.values())))
    named = {
        operation
        for operation in model.operation_names
        if naming & _shapes(model, operation) and not is_read(kind.service, operation)
    }

    assert named - said == set()


@every_kind
def test_every_operation_and_member_that_a_kind_names_is_one_of_aws(name: str) -> None:
    kind = KINDS[name]
    model = _model(kind.service)
    reads = {read for facet in kind.facets for read in facet.reads} | ({kind.names.read} if kind.names else set())
    lists = {(read.operation, read.many) for read in reads if isinstance(read.many, str)}
    fixed = {(read.operation, member) for read in reads for member in read.fixed}
    sent = {(op, member) for facet in kind.facets for op, members in write_operations(facet) for member in members}
    rows = {(effect.operation, effect.at.split(".")[0]) for effect in kind.also if effect.of == "params"}
    unknown = [
        (operation, member)
        for operation, member in sorted(lists | fixed | sent | rows)
        if member not in model.operation_model(operation).input_shape.members
    ]

    operations = {effect.operation for effect in kind.also} | set(kind.ignored) | {read.operation for read in reads}
    assert operations - set(model.operation_names) == set()
    assert unknown == []


@every_kind
def test_each_gap_is_the_emulators_own(name: str, emulator: Emulator) -> None:
    if name in PROVEN_ELSEWHERE:
        return
    stage = staged(name, emulator)
    seen = CASES[name].gaps_seen(emulator.name, stage.ref, emulator.client)

    assert seen == CASES[name].GAPS[emulator.name].keys()


PROVEN_ELSEWHERE = {"load-balancer", "table"}


def _why(name: str, facet: str, was: Any, will: Any) -> str:
    return reversibility(KINDS[name], {facet: was}, {facet: will}).why


@cache
def _model(service: str) -> Any:
    import botocore.session

    return botocore.session.Session().get_service_model(service)


def _shapes(model: Any, operation: str) -> set[tuple[str, str]]:
    """Members of an operation's input, each with what AWS calls that sort: a Name may be a parameter's or a document's."""
    return {
        (name, shape.name)
        for name, shape in getattr(model.operation_model(operation).input_shape, "members", {}).items()
    }


def _named_by(kind: ResourceKind) -> Iterator[Mapping[str, Any]]:
    """The members by which calls name a resource of the kind."""
    yield kind.params
    for facet in kind.facets:
        yield getattr(facet.write, "params", None) or {}


def _judged(stage: Stage, number: int) -> tuple[tuple[str, str], str]:
    """A step by its operation and members, and what is wrong with it."""
    step = stage.steps()[number]
    prepared(stage, step)
    call = called(step)
    try:
        return step_name(call), "; ".join(_wrong(stage, call))
    except ChangectlError as refused:
        return step_name(call), f"{type(refused).__name__}: {refused}"


def _wrong(stage: Stage, call: Call) -> Iterator[str]:
    before, answers = stage.look()
    touch = touched(ROWS, KINDS, call)
    expected = foreseen(stage.ref, call, before)
    stage.aws.send(call)
    after, changed_answers = stage.look()
    changed = {name for name in after if before[name] != after[name]}
    said = {facet.facet for facet in touch.writes}
    if not changed or not touch.known or not changed <= said or (changed != said and not touch.may):
        yield f"changed {sorted(changed)}, said {sorted(said)}"
    if expected is not None and expected != after:
        yield f"foretold otherwise: {differing(expected, after)}"
    loose = sorted(set(_loose(stage, answers, changed_answers)) - NOISE.get(stage.kind.name, frozenset()))
    if loose:
        yield f"changed under no setting: {loose}"
    goal = stage.back(before, after, after)
    back = stage.now()
    if back != goal:
        yield f"came back otherwise: {differing(goal, back)}"
    if goal != reachable(stage.kind, before, after):
        yield "aimed at less than can be reached"
    again = writes(stage.kind, stage.ref, back, goal, ACCOUNT)
    if again:
        yield f"sent again {again}"


def _loose(stage: Stage, before: Mapping[bytes, Any], after: Mapping[bytes, Any]) -> Iterator[str]:
    """Members of the answers that changed, and neither come nor go with any setting."""
    for call in before.keys() & after.keys():
        for path in _changed_paths(before[call], after[call]):
            come = {**before, call: _replaced(before[call], after[call], path)}
            gone = {**after, call: _replaced(after[call], before[call], path)}
            if _replayed(stage, come) == _replayed(stage, before) and _replayed(stage, gone) == _replayed(stage, after):
                yield next(str(part) for part in reversed(path) if isinstance(part, str))


def _replayed(stage: Stage, answers: Mapping[bytes, Any]) -> Resource | str | None:
    """What these answers mean; half an answer may mean nothing, and then what is missing matters."""
    with contextlib.suppress(KeyError, TypeError, AttributeError, ValueError):
        return _captured(stage, answers)
    return "nothing"


def _captured(stage: Stage, answers: Mapping[bytes, Any]) -> Resource | None:
    return capture(KINDS, [stage.ref], Eyes(lambda call: answers[asked(call)], one_by_one, ACCOUNT))[stage.ref]


def _changed_paths(one: Any, other: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if one == other or "ResponseMetadata" in path:
        return
    if isinstance(one, dict) and isinstance(other, dict):
        for name in {**one, **other}:
            yield from _changed_paths(one.get(name), other.get(name), (*path, name))
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for n, (left, right) in enumerate(zip(one, other, strict=True)):
            yield from _changed_paths(left, right, (*path, n))
    else:
        yield path


def _replaced(one: Any, other: Any, path: tuple[Any, ...]) -> Any:
    if not path:
        return other
    head, *rest = path
    if isinstance(one, list):
        return [_replaced(item, other[n], tuple(rest)) if n == head else item for n, item in enumerate(one)]
    return {**one, head: _replaced(one.get(head), other.get(head), tuple(rest))}


def _pairs(name: str, emulator: Emulator) -> list[tuple[int, int]]:
    steps = staged(name, emulator).steps()
    gaps = CASES[name].GAPS[emulator.name]
    good = [n for n, step in enumerate(steps) if step_name(called(step)) not in gaps]
    every = list(permutations(good, 2))
    return every if PAIRS is None else random.Random(7).sample(every, min(PAIRS, len(every)))


def _after_a_stranger(stage: Stage, ours: int, his: int) -> dict[Any, Any]:
    """Ours, then a stranger's, then back: what of it is not as it should be."""
    steps = stage.steps()
    try:
        prepared(stage, steps[ours], steps[his])
        before = stage.now()
        mine = stage.do(steps[ours])
        after = stage.now()
        theirs = stage.do(steps[his])
    except (CallNotDone, CallUnknown, StopIteration):
        return {}  # the two do not go together
    now = stage.now()
    stage.back(before, after, now)
    end, goal = stage.now(), reachable(stage.kind, before, after)
    merges = stage.merge(before, after, now)
    assert goal is not None
    wrong = {}
    for facet in stage.kind.facets:
        name = facet.name
        only_ours, only_his = now[name] == after[name], before[name] == after[name]
        both = not only_ours and not only_his and now[name] != before[name]
        should = merges[name].want if both else goal[name] if only_ours else now[name]
        silent = both and facet.grain is Grain.WHOLE and goal[name] != after[name] and not merges[name].strangers
        assert not silent, f"{name}: nobody is told"
        if end[name] != should:
            wrong[step_name(mine), step_name(theirs), name] = (should, end[name])
    return wrong


def _items(call: Call, key: str) -> list[dict[str, str]]:
    texts = [text for value in call.params.values() for text in _texts(value) if text.startswith("x")]
    return [{key: text} for text in texts]


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for child in value.values():
            yield from _texts(child)
    elif isinstance(value, list):
        for child in value:
            yield from _texts(child)
