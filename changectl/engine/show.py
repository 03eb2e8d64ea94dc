"""What may be shown of a setting: nothing, unless its kind says so."""

import json
from collections.abc import Mapping

from changectl.contracts.kind import Facet
from changectl.model.difference import Difference
from changectl.model.events import Shown, spoken
from changectl.model.resource import Body, Ref

LONGEST = 400
"""Characters of one value on a line; a policy document is longer, and is looked at with `show`."""


def shown(facet: Facet, body: Body, path: tuple[str, ...] = ()) -> str:
    """The body as text, or a word in its place."""
    if body is None:
        return "absent"
    if not may_show(facet, path):
        return "(secret)"
    text = body if isinstance(body, str) else json.dumps(body, sort_keys=True, ensure_ascii=False)
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def apart(*bodies: Body) -> tuple[Body, ...]:
    """The bodies without the members that are the same in all: of thirty rules, the one that somebody changed."""
    maps = [body for body in bodies if isinstance(body, Mapping)]
    names = {name for body in maps for name in body if any(name not in o or o[name] != body[name] for o in maps)}
    if len(maps) < len(bodies) or not names:
        return bodies
    return tuple({name: value for name, value in body.items() if name in names} for body in maps)


def shown_difference(facet: Facet, difference: Difference, names: Mapping[Ref, str]) -> Shown:
    """A difference as a person may see it, its resource by the name that the plan gave it.

    A secret says whether it changed and nothing more.
    """
    before, after = (shown(facet, body, difference.path) for body in (difference.before, difference.after))
    if before == after == "(secret)":
        after = "(another secret)"
    return Shown(spoken(difference.facet, names), ".".join(difference.path), before, after)


def may_show(facet: Facet, path: tuple[str, ...]) -> bool:
    """Whether what stands at a path of this setting may be seen by anybody."""
    if facet.show == "all":
        return not facet.secret
    return bool(path) and any(path[0] == allowed.split(".")[0] for allowed in facet.show)
