"""What a JSON Schema says of a `change:`, kind by kind and setting by setting, for editors. See `wishes.py`."""

from collections.abc import Mapping

from changectl.contracts.kind import Facet, ResourceKind
from changectl.model.resource import Body
from changectl.planfile.jsonschema_parts import VALUE, record


def change_schema(kind: ResourceKind) -> dict[str, Body]:
    """The settings of a kind that can be written, and what may stand under each."""
    writable = (facet for facet in kind.facets if facet.write is not None)
    return record({facet.name: _setting(facet) for facet in writable})


def _setting(facet: Facet) -> dict[str, Body]:
    pair = {"from": {**VALUE}, "to": {**VALUE}}
    described = {"description": facet.shape.says} if facet.shape.says else {}
    if facet.author is not None:
        item = _item(facet)
        bare = {"type": ["string", "number", "object"], "if": {"type": "object"}, "then": item}
        items = {"add": {"type": "array", "items": item}, "remove": {"type": "array", "items": bare}}
        later = {"patternProperties": {r"^\$(?:ref|result|secret)$": {"type": "string"}}}
        return {**described, **record({**items, **pair}), **later, "minProperties": 1}
    return {
        **described,
        "type": ["object", "string", "number", "boolean"],
        "properties": pair,
        "additionalProperties": VALUE,
        "minProperties": 1,
    }


def _item(facet: Facet) -> Mapping[str, Body]:
    """An item as a plan writes it; where it has one member, its value alone will do."""
    members = dict.fromkeys(facet.author_members, VALUE)
    if len(facet.author_members) != 1:
        return record(members) if members else {"type": "object"}
    return {
        "type": ["string", "object"],
        "propertyNames": {"enum": [*facet.author_members, "$ref", "$result", "$secret"]},
        "minProperties": 1,
        "maxProperties": 1,
    }
