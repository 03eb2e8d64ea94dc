"""Capture: the state of many resources in as few calls as AWS allows. Batched, shared, in parallel."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

import jmespath

from changectl.contracts.kind import Facet, Read, ResourceKind
from changectl.engine.asking import Eyes, filled
from changectl.errors import CallNotDone
from changectl.model.digest import canonical
from changectl.model.resource import Body, Call, Ref, Resource, Snapshot

INCARNATION = "@incarnation"
"""The reserved facet that tells one life of a resource from the next."""

Answers = dict[Ref, Any]


def capture(
    kinds: Mapping[str, ResourceKind],
    refs: Iterable[Ref],
    eyes: Eyes,
    seen: Mapping[Ref, Any] | None = None,
    guards: dict[Ref, Body] | None = None,
) -> Snapshot:
    """Every facet of every resource; None where there is no such resource. Each batch is one call, asked once.

    `seen`: what the anchor has just said of some of them, which is not asked again. `guards` is filled with what a
    write must name, where AWS compares before it sets.
    """
    groups: dict[tuple[str, str], list[Ref]] = {}
    for ref in dict.fromkeys(refs):
        groups.setdefault((ref.kind, ref.region), []).append(ref)
    guards = {} if guards is None else guards
    captured = eyes.together(
        [partial(_of_one_kind, kinds[kind], group, eyes, seen or {}, guards) for (kind, _), group in groups.items()]
    )
    return {ref: resource for part in captured for ref, resource in part.items()}


def settling(kinds: Mapping[str, ResourceKind], ref: Ref, eyes: Eyes) -> str:
    """What an asynchronous change of a resource says of itself while it is under way. One that is gone is at rest: nothing."""
    kind = kinds[ref.kind]
    if kind.settled is None:
        return ""
    answer = _anchors(kind, [ref], eyes).get(ref)
    if answer is None:
        return ""
    found = jmespath.search(kind.settled.path, answer)
    moving = (value for value in (found if isinstance(found, list) else [found]) if value not in kind.settled.values)
    return ", ".join(dict.fromkeys(str(value).lower() for value in moving))


def anchor(kind: ResourceKind) -> Read:
    """The read whose answer decides whether a resource exists."""
    return kind.facets[0].reads[0]


def body(facet: Facet, answers: Mapping[str, Any]) -> Body:
    """A facet's canonical body in the answers of its reads laid over each other."""
    found = jmespath.search(facet.at, answers) if facet.at else answers
    canonical = facet.shape.canon(found)
    for path in facet.volatile:
        if isinstance(canonical, dict):
            canonical = {name: child for name, child in canonical.items() if name != path}
    return None if canonical == {} else canonical


def _of_one_kind(
    kind: ResourceKind, refs: list[Ref], eyes: Eyes, seen: Mapping[Ref, Any], guards: dict[Ref, Body]
) -> Snapshot:
    first = anchor(kind)
    known = {ref: seen[ref] for ref in refs if ref in seen}
    anchors = {**known, **_anchors(kind, [ref for ref in refs if ref not in known], eyes)}
    there = [ref for ref in refs if anchors.get(ref) is not None]
    if kind.guard is not None:
        guards |= {ref: jmespath.search(kind.guard.path, anchors[ref]) for ref in there}
    others = [read for read in dict.fromkeys(r for f in kind.facets for r in f.reads) if read != first]
    answered = eyes.together([_read_later(kind, read, there, eyes) for read in others]) if there else []
    got = {first: anchors, **dict(zip(others, answered, strict=False))}
    anchors |= {ref: None for answers in answered for ref, answer in answers.items() if answer is None}
    return {ref: _resource(kind, ref, got) if anchors.get(ref) is not None else None for ref in refs}


def _resource(kind: ResourceKind, ref: Ref, got: Mapping[Read, Answers]) -> Resource:
    facets = {}
    for facet in kind.facets:
        laid: dict[str, Any] = {}
        for read in facet.reads:
            laid |= got[read].get(ref) or {}
        facets[facet.name] = body(facet, laid)
    if kind.incarnation:
        facets[INCARNATION] = jmespath.search(kind.incarnation, got[anchor(kind)][ref])
    return facets


def _anchors(kind: ResourceKind, refs: Sequence[Ref], eyes: Eyes) -> Answers:
    return _answers(kind, anchor(kind), refs, eyes, gone_is_none=True)


def _read_later(kind: ResourceKind, read: Read, refs: list[Ref], eyes: Eyes) -> Callable[[], Answers]:
    return lambda: _answers(kind, read, refs, eyes, gone_is_none=False)


def _answers(kind: ResourceKind, read: Read, refs: Sequence[Ref], eyes: Eyes, *, gone_is_none: bool) -> Answers:
    """What each resource's part of the answer is; None where it does not exist, {} where the facet does not."""
    if read.many is not None:
        batches = [refs[n : n + read.batch] for n in range(0, len(refs), read.batch)]
        parts = eyes.together([lambda b=batch: _batch(kind, read, b, eyes) for batch in batches])  # type: ignore[misc]
        found = {ref: item for part in parts for ref, item in part.items()}
        return {ref: found.get(ref, None if gone_is_none else {}) for ref in refs}
    params = {ref: _params(kind, read, ref, eyes.account) for ref in refs}
    calls = {(canonical(given), ref.region): (given, ref.region) for ref, given in params.items()}
    thunks = [partial(_one, kind, read, given, region, eyes) for given, region in calls.values()]
    answers = dict(zip(calls, eyes.together(thunks), strict=True))
    return {ref: answers[canonical(params[ref]), ref.region] for ref in refs}


def _params(kind: ResourceKind, read: Read, ref: Ref, account: str) -> dict[str, Any]:
    return {**filled(kind.params if read.params is None else read.params, kind, ref, account), **read.fixed}


def _one(kind: ResourceKind, read: Read, params: Mapping[str, Any], region: str, eyes: Eyes) -> Any:
    """One resource's answer; refs that are asked with the same parameters share it."""
    try:
        return eyes.ask(Call(kind.service, read.operation, params, region))
    except CallNotDone as refused:
        if refused.code in kind.gone:
            return None
        if refused.code in read.absent:
            return {}
        raise


def _batch(kind: ResourceKind, read: Read, refs: Sequence[Ref], eyes: Eyes) -> Answers:
    """One call for many; halved where one of them is gone and spoils it."""
    if not refs:
        return {}
    ids = tuple(_spelled(kind, read, ref, eyes.account) for ref in refs)
    named = read.many(ids) if callable(read.many) else {str(read.many): list(ids)}
    try:
        answer = eyes.ask(Call(kind.service, read.operation, {**read.fixed, **named}, refs[0].region))
    except CallNotDone as refused:
        if refused.code not in kind.gone:
            raise
        if len(refs) == 1:
            return {}
        half = len(refs) // 2
        return {**_batch(kind, read, refs[:half], eyes), **_batch(kind, read, refs[half:], eyes)}
    by_id = dict(zip(ids, refs, strict=True))
    items = jmespath.search(read.items, answer) or []
    return {by_id[key]: item for item in items if (key := str(jmespath.search(read.key, item))) in by_id}


def _spelled(kind: ResourceKind, read: Read, ref: Ref, account: str) -> str:
    """The id as this read's list parameter wants it: the last part, or what `params` of the read says."""
    if read.params:
        return str(next(iter(filled(read.params, kind, ref, account).values())))
    return ref.id[-1]
