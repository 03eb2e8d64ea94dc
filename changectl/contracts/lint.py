"""A lint rule: one way for a plan to be poor though it can be read, and how to tell. Pure: text in, findings out."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import field
from datetime import datetime
from enum import Enum

from changectl.contracts.action import AnyAction
from changectl.contracts.kind import ResourceKind
from changectl.contracts.probe import AnyProbe
from changectl.model.frozen import dataclass
from changectl.model.node import Node, Span
from changectl.model.plan import Plan


class Severity(Enum):
    """What a finding means to `check`: an error fails it, a warning is shown, off is not looked for."""

    ERROR = "error"
    WARNING = "warning"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class Known:
    """What a rule may know beside the plan, all of it offline. `people`: who may lead, where the configuration says.

    `ended`: the plan's change has come to its end already, so that its window is past by right. `ids`: those of all plans
    of the repository, the plan's own among them; the same tuple for every plan.
    """

    kinds: Mapping[str, ResourceKind] = field(hash=False)
    actions: Mapping[str, AnyAction] = field(hash=False)
    probes: Mapping[str, AnyProbe] = field(hash=False)
    now: datetime
    people: tuple[str, ...] = ()
    ended: bool = False
    ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """One poor place. `fix` replaces exactly the span, where that is safe; None where a person must write."""

    message: str
    span: Span
    help: str = ""
    fix: str | None = None


@dataclass(frozen=True, slots=True)
class LintRule:
    """One rule. `root` is the plan's text as positioned values, to point at. `bad` breaks it and `good` keeps it.

    The examples are parts of a plan: they take the place of the members of the same name in the shortest plan.
    """

    id: str
    key: str
    title: str
    why: str
    bad: str
    good: str
    severity: Severity
    find: Callable[[Plan, Node, Known], Iterable[Finding]]


def at(root: Node, *path: str | int) -> Node:
    """The value that stands there in the plan, by names and numbers; the last on the way where there is no more."""
    for name in path:
        child = _child(root, name)
        if child is None:
            break
        root = child
    return root


def texts(root: Node, name: str = "") -> Iterator[tuple[str, Node]]:
    """Every text of the plan with the member that it stands under, in the order of the file. What names a secret is none."""
    match root.value:
        case str() if name != "$secret":
            yield name, root
        case Mapping() as members:
            for member, child in members.items():
                yield from texts(child, member)
        case (tuple() | list()) as items:
            for child in items:
                yield from texts(child, name)


def _child(node: Node, name: str | int) -> Node | None:
    found: Node | None = None
    match node.value, name:
        case Mapping() as members, str():
            found = members.get(name)
        case (tuple() | list()) as items, int() if name < len(items):
            found = items[name]
    return found
