"""Parts of JSON Schemas (draft-07) that several members share: texts, durations, resources, values.

They ask no more than the readers do. A `$ref` has no members beside it, since draft-07 does not read them.
"""

from collections.abc import Mapping, Sequence

from changectl.model.resource import Body

LINE = {"type": ["string", "number"], "maxLength": 500, "pattern": r"^\s*\S[^\n]*\s*$"}
PROSE = {"type": ["string", "number"], "maxLength": 20_000, "pattern": r"\S"}

_LENGTH = r"(?=.*\d)(?:0?(?:[012]?\d|30)d)? ?(?:\d{1,4}h)? ?(?:\d{1,5}m)? ?(?:\d{1,6}s)?"
_ZERO = r"(?!\s*(?:0+[dhms] ?)+$)"
DURATION = {"type": "string", "pattern": f"^{_LENGTH}$", "examples": ["45m", "1h30m", "90s"]}
SOME_TIME = {"type": "string", "pattern": f"^{_ZERO}{_LENGTH}$", "examples": ["45m", "1h30m", "90s"]}
RETRY = {"type": "string", "pattern": rf"^0*[1-9]\d{{0,3}}\s*[x×]\s*{_ZERO}{_LENGTH}$", "examples": ["10 x 3s"]}  # noqa: RUF001
MOMENT = {
    "type": "string",
    "pattern": r"^20\d\d-\d\d-\d\d[ Tt]\d\d:\d\d(?::\d\d)?(?=.)"
    r"(?: ?(?:[Zz]|UTC|[-+]\d\d:\d\d))?(?: [A-Za-z_]+(?:/[A-Za-z0-9_+-]+){1,2})?$",
    "examples": ["2026-11-24 03:00 Pacific/Auckland", "2026-11-24T03:00:00+13:00"],
}
REGION = {"type": "string", "pattern": r"^\s*[a-z]{2,4}(?:-[a-z]{2,12}){1,3}-\d{1,2}\s*$"}
ENV = {"type": ["string", "number"], "pattern": r"^\s*[A-Za-z0-9][A-Za-z0-9_-]{0,60}\s*$"}
OPERATION = {"type": "string", "pattern": r"^\s*[a-z][a-z0-9-]{0,60}\.[A-Za-z][A-Za-z0-9_]{0,100}\s*$"}
RESOURCE = {"type": "string", "pattern": r"^\s*[a-z][a-z0-9-]{0,60}/\S"}
STEP_ID = {"type": ["string", "integer"], "pattern": r"^\s*[a-z0-9][a-z0-9-]{0,59}\s*$"}

VALUE: Mapping[str, Body] = {"$ref": "#/definitions/value"}
CHECK: Mapping[str, Body] = {"$ref": "#/definitions/check"}

LATER = ("$ref", "$result", "$secret")

DEFINITIONS: Mapping[str, Body] = {
    "value": {
        "type": ["string", "number", "boolean", "null", "array", "object"],
        "items": VALUE,
        "propertyNames": {"pattern": r"^(?!\$(?!\$|ref$|result$|secret$))"},
        "additionalProperties": VALUE,
        "if": {"anyOf": [{"required": [word]} for word in LATER]},
        "then": {
            "maxProperties": 1,
            "patternProperties": {
                r"^\$ref$": RESOURCE,
                r"^\$result$": {"type": "string", "pattern": r"^\s*[a-z0-9][a-z0-9-]*\.\S+\s*$"},
                r"^\$secret$": {"type": "string", "pattern": r"^\s*[A-Za-z_][A-Za-z0-9_./-]{0,200}\s*$"},
            },
        },
    }
}


def said(part: Mapping[str, Body], description: str) -> Mapping[str, Body]:
    """A part with what an editor says about it."""
    return {"description": description, **({"allOf": [part]} if "$ref" in part else part)}


def record(properties: Mapping[str, Body], required: Sequence[str] = ()) -> dict[str, Body]:
    """A mapping of these members and no others."""
    found: dict[str, Body] = {"type": "object", "properties": properties, "additionalProperties": False}
    return {**found, "required": list(required)} if required else found


def listed(part: Mapping[str, Body]) -> dict[str, Body]:
    """A list of these."""
    return {"type": "array", "items": part}


def unless_none(part: Mapping[str, Body], section: str) -> dict[str, Body]:
    """A section, or `{none: the reason}` in its place."""
    reason = record({"none": said(PROSE, f"Why there is no {section}.")}, ("none",))
    return {"if": {"required": ["none"], "type": "object"}, "then": reason, "else": part}
