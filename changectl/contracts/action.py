"""An action: one kind of step. It reads its part of the plan and says what work that is; the engine does the work."""

from collections.abc import Callable, Mapping
from dataclasses import field
from datetime import timedelta
from typing import Any, Generic, Protocol, TypeAlias, TypeVar

from changectl.contracts.kind import ResourceKind
from changectl.model.frozen import dataclass
from changectl.model.node import Complaints, Node
from changectl.model.plan import Check
from changectl.model.resource import Body, Call, FacetRef, Ref, Resource, Target

Spec = TypeVar("Spec")


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reader may use beside the plan's text: where complaints go, and the kinds there are.

    `check` reads a nested check (for `wait: until`), `region` is the plan's.
    """

    complaints: Complaints
    kinds: Mapping[str, ResourceKind] = field(hash=False)
    check: Callable[[Node], Check | None]


@dataclass(frozen=True, slots=True)
class Aim:
    """Bring these facets from what they are to `want` by their kinds' own writes; may be resumed after a crash."""

    want: Mapping[FacetRef, Body] = field(hash=False)


@dataclass(frozen=True, slots=True)
class Send:
    """Send this one call."""

    call: Call


@dataclass(frozen=True, slots=True)
class Pause:
    """Let time pass, watching the checks of `test.during`."""

    duration: timedelta


@dataclass(frozen=True, slots=True)
class Until:
    """Wait until a check passes, no longer than `budget`; then the step has failed."""

    check: Check
    budget: timedelta


@dataclass(frozen=True, slots=True)
class Deed:
    """A person does this, and confirms it; `answer` says what they are to note of it, if anything."""

    what: str
    answer: str = ""


Work: TypeAlias = "Aim | Send | Pause | Until | Deed"


class Sight(Protocol):
    """What an action may look at. At preview the state is foreseen, at run time it is read."""

    def ref(self, target: Target) -> Ref:
        """The resource that a plan's name means. Raises NotFound."""

    def now(self, ref: Ref) -> Resource | None:
        """Its facets now; None when it does not exist."""

    def known(self, value: Body) -> Body:
        """The value with `$ref`, `$result` and `$secret` replaced. Raises Unforeseeable where it cannot be known yet."""

    def kind(self, name: str) -> ResourceKind:
        """The kind of that name."""

    @property
    def region(self) -> str:
        """The step's region."""


Schema: TypeAlias = "Callable[[Mapping[str, ResourceKind]], Mapping[str, Body]]"
"""What a JSON Schema (draft-07) says of a form's own members, for editors; there may be less in it than `read` asks."""


def unsaid(kinds: Mapping[str, ResourceKind]) -> Mapping[str, Body]:
    """Nothing is said of the members but their names."""
    return {}


@dataclass(frozen=True, slots=True)
class Action(Generic[Spec]):
    """A step form: `key` is its name in a plan; `members` are the further members that belong to it."""

    key: str
    summary: str
    members: tuple[str, ...]
    read: Callable[[Mapping[str, Node], Node, Reading], Spec | None]
    work: Callable[[Spec, Sight], Work]
    says: Callable[[Spec], str]
    example: str
    schema: Schema = unsaid


AnyAction: TypeAlias = Action[Any]
