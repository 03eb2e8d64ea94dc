"""From the names in a plan to the ids in AWS. Ids and fixed names need no call; the rest are asked for together."""

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import field
from functools import partial
from typing import Any

import jmespath

from changectl.contracts.kind import Names, ResourceKind
from changectl.engine.asking import Eyes
from changectl.engine.capture import anchor
from changectl.errors import CallNotDone, NotFound
from changectl.model.frozen import dataclass
from changectl.model.resource import Call, Ref, Target


@dataclass(frozen=True, slots=True)
class Found:
    """The resource that each target means; and what was read of it on the way, where that is all its anchor says."""

    refs: Mapping[Target, Ref] = field(hash=False)
    anchors: Mapping[Ref, Any] = field(hash=False)


def find(kinds: Mapping[str, ResourceKind], targets: Iterable[Target], eyes: Eyes, region: str) -> Found:
    """Look names up. Raises NotFound: no such kind, no such name, or more than one of it."""
    found: dict[Target, Ref] = {}
    anchors: dict[Ref, Any] = {}
    to_ask: dict[str, list[Target]] = {}
    for target in dict.fromkeys(targets):
        kind = _kind(kinds, target)
        if kind.names is None or target.name.startswith("arn:") or re.search(kind.names.id_like, target.name):
            found[target] = Ref(kind.name, _spelled(kind, target.name), region)
        else:
            to_ask.setdefault(kind.name, []).append(target)
    thunks = [partial(_ask, kinds[kind], asked, eyes, region) for kind, asked in to_ask.items()]
    for answered in eyes.together(thunks):
        found |= {target: ref for target, (ref, _) in answered.items()}
        anchors |= {ref: item for ref, item in answered.values() if _says_all(kinds[ref.kind])}
    return Found(found, anchors)


def _says_all(kind: ResourceKind) -> bool:
    """Whether the read that looks names up is the one that captures the resource."""
    assert kind.names is not None
    first, read = anchor(kind), kind.names.read
    return (read.operation, read.items, read.fixed) == (first.operation, first.items, first.fixed)


def _kind(kinds: Mapping[str, ResourceKind], target: Target) -> ResourceKind:
    if target.kind in kinds:
        return kinds[target.kind]
    near = difflib.get_close_matches(target.kind, kinds, 1)
    raise NotFound(
        f"there is no resource kind {target.kind}",
        f"did you mean {near[0]}?" if near else f"the kinds are {', '.join(sorted(kinds))}",
    )


def _spelled(kind: ResourceKind, name: str) -> tuple[str, ...]:
    return kind.spell(name) if kind.spell else (name,)


def _ask(kind: ResourceKind, targets: list[Target], eyes: Eyes, region: str) -> dict[Target, tuple[Ref, Any]]:
    assert kind.names is not None
    ids: dict[str, list[str]] = {}
    items: dict[str, Any] = {}
    batch = kind.names.read.batch
    for start in range(0, len(targets), batch):
        wanted = [target.name for target in targets[start : start + batch]]
        for item in _batch(kind, kind.names, wanted, eyes, region):
            name = str(jmespath.search(kind.names.name, item))
            ids.setdefault(name, []).append(str(jmespath.search(kind.names.id, item)))
            items[name] = item
    refs = {target: _only_one(kind, target, region, ids.get(target.name, [])) for target in targets}
    return {target: (ref, items[target.name]) for target, ref in refs.items()}


def _batch(kind: ResourceKind, names: Names, wanted: list[str], eyes: Eyes, region: str) -> list[Any]:
    """One call for many names; halved where one of them does not exist and spoils it."""
    read = names.read
    named = read.many(tuple(wanted)) if callable(read.many) else {str(read.many): wanted}
    try:
        answer = eyes.ask(Call(kind.service, read.operation, {**read.fixed, **named}, region))
    except CallNotDone as refused:
        if refused.code not in kind.gone:
            raise
        if len(wanted) == 1:
            return []
        half = len(wanted) // 2
        return _batch(kind, names, wanted[:half], eyes, region) + _batch(kind, names, wanted[half:], eyes, region)
    return list(jmespath.search(read.items, answer) or [])


def _only_one(kind: ResourceKind, target: Target, region: str, matching: list[str]) -> Ref:
    if len(matching) == 1:
        return Ref(kind.name, _spelled(kind, matching[0]), region)
    if matching:
        raise NotFound(
            f"{target} is the name of {len(matching)} resources in {region}: {', '.join(sorted(matching))}",
            f"name it by its id, as in {kind.name}/{min(matching)}",
        )
    raise NotFound(f"there is no {target} in {region}", "look at the name and the region in the plan")
