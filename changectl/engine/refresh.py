"""An earlier plan over production as it is now: which of its `from` values are no longer so, and what they are."""

from collections.abc import Iterator, Mapping

from changectl.contracts.kind import Facet, ResourceKind
from changectl.engine.draft import TO, start_text
from changectl.engine.wishes import wishes_of
from changectl.model.edit import Become
from changectl.model.expectation import same
from changectl.model.frozen import dataclass
from changectl.model.node import Complaints, Node, Span
from changectl.model.resource import Body, Resource, Target
from changectl.model.values import later
from changectl.planfile.targets import target


@dataclass(frozen=True, slots=True)
class Fresh:
    """One `from` or `to` of a plan, and the text that takes its place; no text where a person must look."""

    setting: str
    span: Span
    text: str = ""


def set_targets(root: Node) -> tuple[Target, ...]:
    """The resources of the plan's `set` steps."""
    return tuple(dict.fromkeys(resource for resource, _ in _sets(root)))


def refreshed(root: Node, kinds: Mapping[str, ResourceKind], live: Mapping[Target, Resource]) -> tuple[Fresh, ...]:
    """Every `from` that is no longer so; and the `to` of what is as that plan wanted it already, to be said anew."""
    found: list[Fresh] = []
    for resource, change in _sets(root):
        for name, node in _members(change).items():
            facet = next((facet for facet in kinds[resource.kind].facets if facet.name == name), None)
            if facet is not None and facet.write is not None and resource in live:
                found += _in_setting(f"{resource} {name}", kinds[resource.kind], facet, node, live[resource].get(name))
    return tuple(found)


def _sets(root: Node) -> Iterator[tuple[Target, Node]]:
    steps = _members(root).get("steps")
    for step in steps.value if steps is not None and isinstance(steps.value, tuple | list) else ():
        members = _members(step) if isinstance(step, Node) else {}
        if "set" in members and "change" in members:
            resource = target(members["set"], Complaints())
            if resource is not None:
                yield resource, members["change"]


def _in_setting(setting: str, kind: ResourceKind, facet: Facet, node: Node, body: Body) -> Iterator[Fresh]:
    wishes = [wish for wish in wishes_of(kind, facet, node, Complaints()) if isinstance(wish, Become)]
    whole = set(_members(node)) <= {"from", "to"}
    for wish in wishes:
        name = next((name for name in _members(node) if name.removeprefix("$") == wish.key), wish.key)
        pair = node if whole else _members(node).get(name)
        now = (body or {}).get(wish.key) if wish.key and isinstance(body or {}, Mapping) else body
        if pair is not None and {"from", "to"} <= set(_members(pair)):
            yield from _in_pair(f"{setting} {wish.key}".strip(), facet, wish, _members(pair), now)


def _in_pair(setting: str, facet: Facet, wish: Become, pair: Mapping[str, Node], now: Body) -> Iterator[Fresh]:
    if wish.was is None or same(now, wish.was.body):
        return
    path = (wish.key,) if wish.key else ()
    text, _ = start_text(facet, now, path)
    start, end = pair["from"].span, pair["to"].span
    as_authored = facet.author is not None or any(later(wish.was.body))
    may_be_elsewhere = facet.secret and now is None  # a secret goes by another name
    if not text or may_be_elsewhere or as_authored or start.line != start.end_line:
        yield Fresh(setting, start)
        return
    yield Fresh(setting, start, text.removeprefix("from: ").removesuffix(", "))
    if same(now, wish.to) and end.line == end.end_line:
        yield Fresh(setting, end, TO)


def _members(node: Node) -> Mapping[str, Node]:
    return node.value if isinstance(node.value, Mapping) else {}
