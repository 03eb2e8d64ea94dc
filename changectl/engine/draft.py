"""Steps of a plan that is being written: the settings it is about, each with its live value as `from`.

A secret value is never written. What is long or cannot be spelled in a plan is left out, and a comment says so.
"""

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence

from changectl.contracts.kind import Facet, ResourceKind
from changectl.contracts.shape import TAGS
from changectl.engine.show import may_show
from changectl.errors import NotFound, WrongUsage
from changectl.model.frozen import dataclass
from changectl.model.node import Complaints, Node, Span
from changectl.model.resource import Body, Resource, Target
from changectl.model.text import one_line
from changectl.planfile.hidden import visible
from changectl.planfile.spelling import Unwritable, scalar_text, spelled
from changectl.planfile.targets import target
from changectl.planfile.words import listing

TO = "<new value>"
LONGEST = 600
"""Characters of a `from`: a policy of several pages is compared by preview, and not by whoever reads the plan."""

MOST = 20
"""Members or items that are listed as comments."""

RESERVED = ("from", "to", "add", "remove")


@dataclass(frozen=True, slots=True)
class Sought:
    """A resource that a plan will be about; which of its settings, and which member, where that was said."""

    target: Target
    facet: str = ""
    member: str = ""


def sought(text: str, kinds: Mapping[str, ResourceKind]) -> Sought:
    """`kind/name`, `kind/name:facet` or `kind/name:facet.member`. Raises WrongUsage, NotFound."""
    complaints = Complaints()
    whole = target(Node(text, Span(1, 1)), complaints)
    if whole is None:
        first = complaints.found[0]
        raise WrongUsage(first.message, first.help)
    if whole.kind not in kinds:
        near = difflib.get_close_matches(whole.kind, kinds, 1)
        known = f"the kinds are {', '.join(sorted(kinds))}"
        raise NotFound(f"there is no resource kind {whole.kind}", f"did you mean {near[0]}?" if near else known)
    name, colon, rest = whole.name.rpartition(":")
    facet, _, member = rest.partition(".")
    if not colon or not name or not _is_facet(facet, kinds[whole.kind], name):
        return Sought(whole)
    return _checked(kinds[whole.kind], Sought(Target(whole.kind, name), facet, member))


def set_steps(
    kinds: Mapping[str, ResourceKind], wanted: Sequence[Sought], live: Mapping[Target, Resource], title: str
) -> list[str]:
    """One `set` step a resource, as lines of YAML below `steps:`. A single one does what the plan's title says."""
    lines: list[str] = []
    resources = list(dict.fromkeys(each.target for each in wanted))
    for resource in resources:
        lines.append(f"- name: {scalar_text(title) if len(resources) == 1 else '<what this step does>'}")
        of_it = [each for each in wanted if each.target == resource]
        lines += _step(kinds[resource.kind], resource, of_it, live[resource])
    return lines


def _is_facet(word: str, kind: ResourceKind, name: str) -> bool:
    """Whether the word behind the last colon is meant for a setting: an ARN has colons of its own."""
    known = any(facet.name == word for facet in kind.facets)
    return known or (not name.startswith("arn:") and re.fullmatch(r"[a-z][a-z-]*", word) is not None)


def _checked(kind: ResourceKind, found: Sought) -> Sought:
    writable = [facet.name for facet in kind.facets if facet.write is not None]
    if found.facet not in writable:
        near = difflib.get_close_matches(found.facet, writable, 1)
        help_ = f"did you mean {near[0]}?" if near else f"it can set {listing(writable)}"
        raise WrongUsage(f"a {kind.name} has no setting {found.facet} that can be written", help_)
    if found.member and kind.facet(found.facet).author is not None:
        raise WrongUsage(
            f"{found.facet} of a {kind.name} has items, and no member {found.member}", f"{found.target}:{found.facet}"
        )
    return found


def _step(kind: ResourceKind, resource: Target, wanted: Sequence[Sought], live: Resource) -> Iterator[str]:
    writable = [facet for facet in kind.facets if facet.write is not None]
    named = dict.fromkeys(each.facet for each in wanted if each.facet) or {writable[0].name: None}
    yield f"  set: {scalar_text(str(resource))}"
    yield "  change:"
    for name in named:
        members = [each.member for each in wanted if each.facet == name and each.member]
        yield from (f"    {line}" for line in _facet(kind.facet(name), live.get(name), members))
    others = [facet.name for facet in writable if facet.name not in named]
    if others and not any(each.facet for each in wanted):
        yield f"    # Its other settings: {', '.join(others)}."


def _facet(facet: Facet, body: Body, members: Sequence[str]) -> Iterator[str]:
    there = body if isinstance(body, Mapping) else {}
    if facet.author is not None:
        yield from _items(facet, there)
    elif members:
        yield f"{facet.name}:"
        for name in dict.fromkeys(members):
            yield f"  {pair(facet, name, there.get(name))}"
    elif facet.plain:
        yield from _plain(facet, there)
    elif isinstance(body, Mapping):
        yield from _members(facet, body)
    elif facet.shape is TAGS:
        yield from (f"{facet.name}:", f"  <name>: {{from: null, to: {TO}}}")
    else:
        yield pair(facet, facet.name, body, ())


def pair(facet: Facet, name: str, live: Body, path: tuple[str, ...] | None = None) -> str:
    """`idle_timeout.timeout_seconds: {from: "60", to: <new value>}`, as far as it may be written."""
    start, why = start_text(facet, live, (name,) if path is None else path)
    head = scalar_text(f"${name}" if name.startswith("$") else name)
    return f"{head}: {{{start}to: {TO}}}" + (f"  # {why}" if why else "")


def start_text(facet: Facet, live: Body, path: tuple[str, ...]) -> tuple[str, str]:
    """`from: "60", `; or nothing, and why."""
    if live is not None and not may_show(facet, path):
        return "", "what it is now may be secret, and is not written here"
    try:
        text = spelled(live)
    except Unwritable:
        return "", "what it is now cannot be written in a plan"
    if len(text) > LONGEST:
        return "", f"what it is now has {len(text):,} characters; changectl preview compares it"
    return f"from: {text}, ", ""


def _plain(facet: Facet, there: Mapping[str, Body]) -> Iterator[str]:
    if there and facet.plain not in there:
        yield f"{facet.name}: {{$secret: <environment variable that will hold it>}}  # never the value itself"
    else:
        yield pair(facet, facet.name, there.get(facet.plain), (facet.plain,))


def _members(facet: Facet, body: Mapping[str, Body]) -> Iterator[str]:
    yield f"{facet.name}: <take the hash from what changes below, and this text away>"
    names = [name for name in body if name not in RESERVED and is_key(name)]
    for name in names[:MOST]:
        yield f"  # {pair(facet, name, body[name])}"
    if len(body) > len(names[:MOST]):
        yield f"  # and {len(body) - len(names[:MOST])} more"


def _items(facet: Facet, there: Mapping[str, Body]) -> Iterator[str]:
    blank = facet.blank or dict.fromkeys(facet.author_members, TO)
    yield f"{facet.name}:"
    yield f"  add: [{{{', '.join(f'{name}: {gap}' for name, gap in blank.items())}}}]"
    if there:
        yield "  # remove:  # what is there now"
    for key in list(there)[:MOST]:
        yield f"  #   - {item_text(facet, key, there[key])}"
    if len(there) > MOST:
        yield f"  #   and {len(there) - MOST} more"


def item_text(facet: Facet, key: str, body: Body) -> str:
    """An item that is there, as a plan writes it."""
    try:
        return spelled(facet.said(key, body) if facet.said else key)
    except Unwritable:
        return scalar_text(comment(key))


def is_key(name: str) -> bool:
    """Whether a plan can have a member of that name."""
    try:
        return bool(spelled({name: None}))
    except Unwritable:
        return False


def comment(text: str) -> str:
    """Text from anywhere as it may stand in a comment."""
    return visible(one_line(text, 120))
