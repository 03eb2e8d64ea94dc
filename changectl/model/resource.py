"""Resources and their settings: who is meant (Ref, FacetRef), what it is like (Body), and one AWS call."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

Body: TypeAlias = Any
"""A JSON value: None (absent), bool, int, str, list, dict. Never changed after it is made."""


@dataclass(frozen=True, slots=True, order=True)
class Ref:
    """One resource in one region of the plan's account; `id` holds the parts of its identifier."""

    kind: str
    id: tuple[str, ...]
    region: str = ""

    def __str__(self) -> str:
        return f"{self.kind}/{'/'.join(_tail(part) for part in self.id)}"


def _tail(part: str) -> str:
    """What tells an ARN's resource apart, for people: the kind has said what it is, the change where it is."""
    return part.split(":", 5)[-1].partition("/")[2] or part if part.startswith("arn:") else part


EXISTENCE = "itself"
"""In the place of a setting: that there is such a resource."""


@dataclass(frozen=True, slots=True, order=True)
class FacetRef:
    """One separately readable and writable setting of a resource."""

    ref: Ref
    facet: str

    def __str__(self) -> str:
        return f"{self.ref} {self.facet}"


@dataclass(frozen=True, slots=True)
class Target:
    """A resource as a plan names it: `security-group/web`. Looked up at preview, pinned in its digest."""

    kind: str
    name: str
    region: str = ""

    def __str__(self) -> str:
        return f"{self.kind}/{self.name}"


@dataclass(frozen=True, slots=True)
class Call:
    """One AWS API call: botocore's service and operation names, and its parameters."""

    service: str
    operation: str
    params: Mapping[str, Body] = field(hash=False)
    region: str = ""

    def __str__(self) -> str:
        return f"{self.service}.{self.operation}"


Resource: TypeAlias = Mapping[str, Body]
"""Facet name to body, of a resource that exists."""

Snapshot: TypeAlias = Mapping[Ref, Resource | None]
"""What was there: each resource's facets, or None where there was no such resource."""
