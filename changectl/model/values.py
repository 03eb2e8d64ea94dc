"""Values that are not known when a plan is written: looked up, answered by an earlier step, or secret."""

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from changectl.model.frozen import dataclass
from changectl.model.resource import Body, Target


@dataclass(frozen=True, slots=True)
class RefValue:
    """`{$ref: security-group/web}`: the identifier of a resource, looked up at preview."""

    target: Target


@dataclass(frozen=True, slots=True)
class ResultValue:
    """`{$result: step-id.GroupId}`: a path into an earlier step's answer."""

    step: str
    path: str


@dataclass(frozen=True, slots=True)
class SecretValue:
    """`{$secret: DB_PASSWORD}`: read at run time, shown never."""

    name: str


Later = RefValue | ResultValue | SecretValue


def later(value: Any) -> Iterator[Later]:
    """Every not yet known value inside a JSON-like value, a step, or a check."""
    if isinstance(value, RefValue | ResultValue | SecretValue):
        yield value
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        for member in dataclasses.fields(value):
            yield from later(getattr(value, member.name))
    elif isinstance(value, Mapping):
        for child in value.values():
            yield from later(child)
    elif isinstance(value, list | tuple):
        for child in value:
            yield from later(child)


def substituted(value: Body, known: Callable[[Later], Body]) -> Body:
    """The value with each not yet known part replaced by what `known` answers."""
    if isinstance(value, RefValue | ResultValue | SecretValue):
        return known(value)
    if isinstance(value, Mapping):
        return {name: substituted(child, known) for name, child in value.items()}
    if isinstance(value, list | tuple):
        return [substituted(child, known) for child in value]
    return value
