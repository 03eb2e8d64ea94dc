"""A resource kind: what identifies it, its facets, how each is read and written, which operations touch it.

One file of `resources/` holds one kind as data. The mechanism in `engine/` interprets it; a kind never calls AWS.
Operation names come without the service prefix. Paths are JMESPath. `params`, which name the resource, are the kind's
where a read or a write has none of its own.
"""

from collections.abc import Callable, Mapping
from dataclasses import field
from enum import Enum
from typing import Any, Literal, TypeAlias

from changectl.contracts.shape import RAW, Shape
from changectl.model.frozen import dataclass
from changectl.model.merge import Grain
from changectl.model.resource import Body, Call, Ref

Template: TypeAlias = "str | tuple[str, ...]"
"""How a parameter is spelled from the id: `"{id}"`, `"{arn}"`, or a tuple of these for a list parameter."""


@dataclass(frozen=True, slots=True)
class Read:
    """One reading operation. Facets that share a Read share the call.

    `many` names the list parameter that takes up to `batch` ids at once, or is a function from ids to parameters
    (a filter). `items` and `key` say where the items are and which field holds each one's id. A batch that fails
    with a `gone` code because one of its ids is missing is halved. `absent` are error codes that mean: this
    facet is not set. Answers come whole, to their last page.
    """

    operation: str
    params: Mapping[str, Template] | None = field(default=None, hash=False)
    fixed: Mapping[str, Any] = field(default_factory=dict, hash=False)
    many: "str | Callable[[tuple[str, ...]], Mapping[str, Any]] | None" = None
    batch: int = 1
    items: str = ""
    key: str = ""
    absent: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Put:
    """An absolute write of the whole body in one member; going to absent by `clear`, else by sending `empty`."""

    operation: str
    member: str
    clear: str = ""
    empty: Any = field(default=None, hash=False)
    params: Mapping[str, Template] | None = field(default=None, hash=False)


@dataclass(frozen=True, slots=True)
class Fields:
    """Members of the body sent as parameters: only those that changed, or all of them (`whole`).

    `unset` gives the value to send where a member goes to absent.
    """

    operation: str
    members: tuple[str, ...]
    unset: Mapping[str, Any] = field(default_factory=dict, hash=False)
    whole: bool = False
    params: Mapping[str, Template] | None = field(default=None, hash=False)


@dataclass(frozen=True, slots=True)
class Items:
    """A keyed set, added to and removed from.

    `add_member`/`remove_member` may be dotted. `keys_only`: removal takes bare keys. `update`: adding an item
    that is there overwrites it, else a changed item is removed and added. `describe`: an operation that changes
    an item in place without removing it, for the pairs where `describable(old, new)` holds. No `remove`: a key that
    a change brought cannot go. `duplicate`/`missing`: error codes that prove the item is there already / gone already.
    """

    add: str
    add_member: str
    remove: str = ""
    remove_member: str = ""
    batch: int = 100
    keys_only: bool = False
    update: bool = True
    describe: str = ""
    describable: Callable[[Body, Body], bool] | None = None
    duplicate: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    params: Mapping[str, Template] | None = field(default=None, hash=False)


@dataclass(frozen=True, slots=True)
class Hand:
    """A pure function where no other form fits: (ref, now, want) to calls, and the same read backwards.

    `foretell(params, now)` answers the body after a call of one of `operations`. `members`: the request members
    that mean this facet, where several facets share the operation.
    """

    operations: tuple[str, ...]
    calls: Callable[[Ref, Body, Body], tuple[Call, ...]]
    foretell: Callable[[Mapping[str, Any], Body], Body]
    members: tuple[str, ...] = ()


Write: TypeAlias = "Put | Fields | Items | Hand | None"


@dataclass(frozen=True, slots=True)
class Loss:
    """A one-way fact: going back from `after` to `before` at `path` does not restore it.

    `path` is empty (the whole body), a member, or `*` (each member). Patterns: `absent`, `present`, `*`, or a value.
    `leaves`: the body best reached; `keeps`: the change's stays.
    """

    why: str
    path: str = ""
    before: Any = field(default="*", hash=False)
    after: Any = field(default="*", hash=False)
    leaves: Any = field(default=None, hash=False)
    keeps: bool = False
    residue: bool = True  # False: the body does come back; what is lost is not part of it (a version number, a history)


@dataclass(frozen=True, slots=True)
class Facet:
    """One separately readable and writable setting.

    The body is `shape.canon(at(answers of reads))`; None is absent. `author` turns what a plan's `add:` lists
    (friendly members) into canonical keys and bodies, `said` does the reverse; `blank` is an item for whoever writes a
    plan, each gap a `<word>`. `plain`: the member that a plan means where it gives no map.
    `secret`: it may hold secrets, so that only members are shown that `show` names. `owned_by`:
    something that changes it by itself (autoscaling), so that going back asks first. `widens(now, want)`:
    whether a restore would widen access.
    """

    name: str
    reads: tuple[Read, ...]
    at: str = ""
    shape: Shape = RAW
    write: Write = None
    grain: Grain = Grain.LEAF
    secret: bool = False
    show: tuple[str, ...] | Literal["all"] = ()
    losses: tuple[Loss, ...] = ()
    after: tuple[str, ...] = ()
    group: str = ""
    settle: int | None = None
    volatile: tuple[str, ...] = ()
    members: tuple[str, ...] = ()
    author: Callable[[Mapping[str, Any]], "tuple[str, Body]"] | None = None
    author_members: tuple[str, ...] = ()
    said: Callable[[str, Body], Mapping[str, Body]] | None = None
    blank: Mapping[str, str] = field(default_factory=dict, hash=False)
    plain: str = ""
    owned_by: str = ""
    widens: Callable[[Body, Body], bool] | None = None


@dataclass(frozen=True, slots=True)
class Effect:
    """What an operation does to which facets of which resources; only for what the writes do not say already.

    `at`: JMESPath to one id, a list of ids, or part tuples, in the parameters or (`of="answer"`) in the answer.
    `only`: a pattern that ids must match (polymorphic parameters). `if_any`: members that mean these facets.
    `when`: parameters that must have these values. `may`: an upper bound.
    """

    operation: str
    does: Literal["writes", "creates", "deletes"]
    at: str
    facets: tuple[str, ...] = ()
    of: Literal["params", "answer"] = "params"
    only: str = ""
    if_any: tuple[str, ...] = ()
    may: bool = False
    service: str = ""
    when: Mapping[str, str] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class Sought:
    """How what a creating call made is found where its answer was lost: a reading call, and the ids in its answer.

    `params(asked)` are its parameters, given those of the creating call; they must hold what AWS keeps unique.
    """

    operation: str
    params: Callable[[Mapping[str, Any]], Mapping[str, Any]]
    ids: str


@dataclass(frozen=True, slots=True)
class Create:
    """How a resource is made (again).

    `calls(ref, want)` gives the creating call; `feeds` names the facets that it sets by itself. `new_id`: the id changes;
    then `sought` says how what it made is found where the answer was lost.
    """

    operation: str
    calls: Callable[[Ref, Mapping[str, Body]], tuple[Call, ...]]
    feeds: tuple[str, ...]
    new_id: bool = False
    sought: Sought | None = None


@dataclass(frozen=True, slots=True)
class Delete:
    """How a resource is removed.

    What must be so first (deletion protection): `blocked_by` names facets that must be absent, `opened_by` members
    of a facet and what they must be.
    """

    operation: str
    blocked_by: tuple[str, ...] = ()
    opened_by: Mapping[str, Mapping[str, Any]] = field(default_factory=dict, hash=False)
    params: Mapping[str, Template] | None = field(default=None, hash=False)


@dataclass(frozen=True, slots=True)
class Settled:
    """When an asynchronous change is over: the path in the anchor's answer and the values that mean rest.

    Waited for between two calls and before a reading counts as final. `busy`: codes of a refusal for want of rest.
    """

    path: str
    values: tuple[str, ...]
    busy: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Guard:
    """Compare-and-set: the path in the anchor's answer whose value goes into a parameter of these operations.

    `lost`: error codes that say that somebody else was quicker.
    """

    path: str
    member: str
    operations: tuple[str, ...]
    lost: tuple[str, ...] = ()


class Recreated(Enum):
    """What delete and create again gives."""

    EXACT = "exact"
    LOSSY = "lossy"
    IRREVERSIBLE = "irreversible"


@dataclass(frozen=True, slots=True)
class Names:
    """How a human name becomes an id: a read whose items carry both. What matches `id_like` is an id already."""

    read: Read
    name: str
    id: str
    id_like: str


@dataclass(frozen=True, slots=True)
class ResourceKind:
    """Everything the mechanism knows about one kind of AWS resource.

    The first facet's first read is the anchor: its absence (or a `gone` code) is the resource's absence. `exists` are the
    codes with which AWS refuses to make one that is there. `incarnation`
    is a path in its answer that differs when the resource was deleted and made anew. `spell` brings every spelling
    (ARN, qualifier, case) to the one id. `settle`: seconds after which an absence may be believed. `alone`: paths; a call
    in which one finds something is not joined with others. `first`: the same; such a call goes before the others.
    """

    name: str
    type: str
    service: str
    id: tuple[str, ...]
    params: Mapping[str, Template] = field(hash=False)
    facets: tuple[Facet, ...]
    arn: str = ""
    spell: Callable[[str], tuple[str, ...]] | None = None
    names: Names | None = None
    also: tuple[Effect, ...] = ()
    create: Create | None = None
    delete: Delete | None = None
    recreated: Recreated = Recreated.IRREVERSIBLE
    recreated_why: str = ""
    gone: frozenset[str] = frozenset()
    exists: frozenset[str] = frozenset()
    incarnation: str = ""
    settled: Settled | None = None
    guard: Guard | None = None
    alone: tuple[str, ...] = ()
    first: tuple[str, ...] = ()
    settle: int = 30
    brings: tuple[str, ...] = ()
    not_captured: Mapping[str, str] = field(default_factory=dict, hash=False)
    ignored: Mapping[str, str] = field(default_factory=dict, hash=False)

    def facet(self, name: str) -> Facet:
        """The facet of that name. KeyError if there is none."""
        return next((f for f in self.facets if f.name == name), None) or _missing(self, name)


def _missing(kind: ResourceKind, name: str) -> Facet:
    raise KeyError(f"{kind.name} has no facet {name}")
