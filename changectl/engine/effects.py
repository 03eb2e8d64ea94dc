"""What a call touches, from the kinds' own rows. Most rows are the writes read backwards; a kind lists only the rest."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import field
from typing import Any, TypeGuard

import jmespath

from changectl.contracts.kind import Effect, Facet, Fields, Hand, Items, Put, ResourceKind, Template
from changectl.model.frozen import dataclass
from changectl.model.resource import Call, FacetRef, Ref


@dataclass(frozen=True, slots=True)
class Row:
    """One kind's say about one operation."""

    kind: str
    effect: Effect


@dataclass(frozen=True, slots=True)
class Rows:
    """Every row by service and operation."""

    table: Mapping[tuple[str, str], tuple[Row, ...]] = field(hash=False)

    def of(self, call: Call) -> tuple[Row, ...]:
        """The rows that speak of a call's operation."""
        return self.table.get((call.service, call.operation), ())


@dataclass(frozen=True, slots=True)
class Touch:
    """What a call writes, creates and deletes. Not `known`: no kind can say, or it names a resource that no kind knows.

    `may`: an upper bound. `later`: it creates something whose id only the answer tells.
    """

    writes: frozenset[FacetRef]
    creates: frozenset[Ref]
    deletes: frozenset[Ref]
    known: bool
    may: bool = False
    later: bool = False


def rows(kinds: Mapping[str, ResourceKind]) -> Rows:
    """The table of all kinds: what follows from their writes, and what they say besides."""
    table: dict[tuple[str, str], list[Row]] = {}
    for kind in kinds.values():
        for effect in (*_derived(kind), *kind.also):
            table.setdefault((effect.service or kind.service, effect.operation), []).append(Row(kind.name, effect))
    return Rows({key: tuple(found) for key, found in table.items()})


def touched(
    rows: Rows, kinds: Mapping[str, ResourceKind], call: Call, answer: Mapping[str, Any] | None = None
) -> Touch:
    """What a call touches; with its answer, also what it made."""
    found = rows.of(call)
    writes: set[FacetRef] = set()
    creates: set[Ref] = set()
    deletes: set[Ref] = set()
    later, claimed, named = False, set[str](), set[str]()
    for row in found:
        kind, effect = kinds[row.kind], row.effect
        if any(call.params.get(member) != value for member, value in effect.when.items()):
            continue
        if effect.of == "answer" and answer is None:
            later = True
            continue
        if effect.if_any and not any(
            jmespath.search(member, dict(call.params)) is not None for member in effect.if_any
        ):
            named |= set(_ids(effect, call, answer))
            claimed |= set(_ids(effect, call, answer))
            continue
        for spelled in _ids(effect, call, answer):
            named.add(spelled)
            if effect.only and not re.search(effect.only, spelled):
                continue
            claimed.add(spelled)
            ref = Ref(kind.name, _id(kind, spelled), call.region)
            match effect.does:
                case "writes":
                    writes |= {FacetRef(ref, name) for name in effect.facets}
                case "creates":
                    creates.add(ref)
                case "deletes":
                    deletes.add(ref)
    known = bool(claimed or later or answer is not None) and not named - claimed and not _beside(found, call)
    may = any(row.effect.may for row in found)
    return Touch(frozenset(writes), frozenset(creates), frozenset(deletes), known, may, later)


def _beside(found: tuple[Row, ...], call: Call) -> set[str]:
    """Members that no row speaks of, in an operation whose rows go by members: nobody knows what they change."""
    effects = [row.effect for row in found]
    if not effects or not all(effect.if_any for effect in effects):
        return set()
    spoken = {re.split(r"\W", name)[0] for effect in effects for name in (effect.at, *effect.if_any)}
    return set(call.params) - spoken - HARMLESS


HARMLESS = frozenset({"DryRun", "ClientToken", "ClientRequestToken"})


def write_operations(facet: Facet) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The operations of a facet's write, each with the members that mean this facet."""
    match facet.write:
        case Put(operation, member, clear):
            own = (operation, (member.partition(".")[0],))
            return (own, (clear, ())) if clear else (own,)
        case Fields(operation, members):
            return ((operation, members),)
        case Items() as items:
            pairs = (
                (items.add, items.add_member),
                (items.remove, items.remove_member),
                (items.describe, items.add_member),
            )
            return tuple((name, (member.partition(".")[0],)) for name, member in pairs if name)
        case Hand(operations, members=members):
            return tuple((operation, members) for operation in operations)
        case None:
            return ()


def _derived(kind: ResourceKind) -> Iterator[Effect]:
    said = {(effect.operation, name) for effect in kind.also for name in effect.facets}
    every = [(facet, operation, members) for facet in kind.facets for operation, members in write_operations(facet)]
    for facet, operation, members in every:
        if (operation, facet.name) in said:
            continue
        shared = sum(other == operation for _, other, _ in every) > 1
        member = _id_member(kind, _templates(kind, facet))
        yield Effect(
            operation,
            "writes",
            member,
            (facet.name,),
            if_any=members if shared else (),
            only=_polymorphic(kind, operation),
            when={name: text for name, text in _templates(kind, facet).items() if _is_constant(text)},
        )


def _templates(kind: ResourceKind, facet: Facet) -> Mapping[str, Template]:
    own = getattr(facet.write, "params", None)
    return kind.params if own is None else own


def _is_constant(template: Template) -> TypeGuard[str]:
    return isinstance(template, str) and "{" not in template


def _polymorphic(kind: ResourceKind, operation: str) -> str:
    """Operations that take ids of many kinds: the pattern that this kind's ids match."""
    return next((e.only for e in kind.also if e.operation == operation and e.only), "")


def _id_member(kind: ResourceKind, templates: Mapping[str, Template]) -> str:
    """The member that names the resource: the one spelled as its id or its ARN."""
    spellings = ("{arn}", *(f"{{{part}}}" for part in reversed(kind.id)))
    for spelling in spellings:
        for member, template in templates.items():
            if template in (spelling, (spelling,)):
                return member
    raise ValueError(
        f"{kind.name}: no parameter of {dict(templates)} holds the id as it is; list the effect under `also`"
    )


def _ids(effect: Effect, call: Call, answer: Mapping[str, Any] | None) -> tuple[str, ...]:
    source = dict(call.params) if effect.of == "params" else dict(answer or {})
    found = jmespath.search(effect.at, source)
    values = found if isinstance(found, list) else [found]
    return tuple(value for value in values if isinstance(value, str) and value)


def _id(kind: ResourceKind, spelled: str) -> tuple[str, ...]:
    return kind.spell(spelled) if kind.spell else (spelled,)
