"""AWS's operations as botocore describes them: which there are, and what each takes."""

from collections.abc import Mapping
from dataclasses import field
from functools import cache
from typing import Any

from changectl.aws.modelfiles import calls_of, paging_of, service_names
from changectl.model.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Shape:
    """What a parameter must be. Members are shapes themselves, and may contain themselves."""

    name: str
    raw: Mapping[str, Any] = field(hash=False, repr=False)
    table: Mapping[str, Any] = field(hash=False, repr=False, compare=False)

    @property
    def type(self) -> str:
        """structure, list, map, string, integer, long, float, double, boolean, timestamp or blob."""
        return str(self.raw["type"])

    @property
    def is_free(self) -> bool:
        """Whether any JSON value will do."""
        return bool(self.raw.get("document") or self.raw.get("jsonvalue"))

    @property
    def is_union(self) -> bool:
        """Whether exactly one member is to be given."""
        return bool(self.raw.get("union"))

    @property
    def is_sensitive(self) -> bool:
        """Whether the model marks it as something that must not be shown."""
        return bool(self.raw.get("sensitive"))

    @property
    def is_token(self) -> bool:
        """Whether it makes a repeated call harmless; botocore fills it in where it is not given."""
        return bool(self.raw.get("idempotencyToken"))

    @property
    def required(self) -> tuple[str, ...]:
        """The members that must be given."""
        return tuple(self.raw.get("required", ()))

    @property
    def enum(self) -> tuple[str, ...]:
        """The values there are; empty for any."""
        return tuple(self.raw.get("enum", ()))

    @property
    def bounds(self) -> tuple[float | None, float | None]:
        """The least and the most: of a number itself, else of its length."""
        return self.raw.get("min"), self.raw.get("max")

    @property
    def member_names(self) -> tuple[str, ...]:
        """The members of a structure."""
        return tuple(self.raw.get("members", ()))

    def member(self, name: str) -> "Shape | None":
        """The member of a structure, or of that key of a map; None if there is none."""
        found = self.raw.get("value") if self.type == "map" else self.raw.get("members", {}).get(name)
        return self._inner(name, found) if found else None

    @property
    def item(self) -> "Shape":
        """What a list holds."""
        return self._inner(self.name, self.raw["member"])

    def _inner(self, name: str, member: Mapping[str, Any]) -> "Shape":
        return Shape(name, {**self.table[member["shape"]], **member}, self.table)


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation; `input` is a structure, or None where it takes nothing."""

    service: str
    name: str
    input: Shape | None = None

    @property
    def members(self) -> tuple[str, ...]:
        """Its parameters."""
        return self.input.member_names if self.input else ()


def services() -> tuple[str, ...]:
    """Every service, by botocore's name for it."""
    return service_names()


def operations(service: str) -> tuple[str, ...]:
    """A service's operations; none where it is not known."""
    return tuple(_spelled(service).values())


def operation(service: str, name: str) -> Operation | None:
    """The operation, spelled `PutRolePolicy` or `put_role_policy`; None where there is none."""
    found = _spelled(service).get(_plainly(name))
    if found is None:
        return None
    model = calls_of(service)
    shape = model["operations"][found]
    return Operation(service, found, Shape(shape, model["shapes"][shape], model["shapes"]) if shape else None)


def token_member(service: str, name: str) -> str:
    """The parameter by which AWS recognises a call that it has had before; empty where there is none."""
    found = operation(service, name)
    if found is None or found.input is None:
        return ""
    return next((m for m in found.members if (shape := found.input.member(m)) and shape.is_token), "")


def pagination(service: str, name: str) -> Mapping[str, Any]:
    """botocore's rule for paging through the operation's answers; empty where there is none."""
    rule: Mapping[str, Any] = paging_of(service).get(name, {}) if service in service_names() else {}
    return rule


@cache
def _spelled(service: str) -> Mapping[str, str]:
    if service not in service_names():
        return {}
    return {_plainly(name): name for name in calls_of(service)["operations"]}


def _plainly(name: str) -> str:
    return name.replace("_", "").replace("-", "").lower()
