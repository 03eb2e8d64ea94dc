"""Values between botocore and JSON: what AWS answers, and what a call's parameters are on their way out.

Times are ISO 8601 text, and bytes are base64 text, both ways, so that what was read can be sent back.
"""

import base64
import binascii
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from changectl.model.resource import Body


def answer_json(answer: Mapping[str, Any]) -> dict[str, Body]:
    """An answer as JSON, without the metadata that differs each time. A streaming body is read to its end."""
    return {name: jsonable(child) for name, child in answer.items() if name != "ResponseMetadata"}


def jsonable(value: Any) -> Body:
    """The value as JSON."""
    match value:
        case None | bool() | int() | float() | str():
            return value
        case Mapping():
            return {str(name): jsonable(child) for name, child in value.items()}
        case list() | tuple() | set() | frozenset():
            return [jsonable(child) for child in value]
        case bytes() | bytearray():
            return base64.b64encode(value).decode()
        case datetime():
            utc = value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)
            return utc.isoformat().replace("+00:00", "Z")
        case date():
            return value.isoformat()
        case Decimal():
            return str(value)
        case _:
            return _stream(value)


def _stream(value: Any) -> Body:
    from botocore.eventstream import EventStream
    from botocore.response import StreamingBody

    if isinstance(value, StreamingBody):
        with value:
            return jsonable(value.read())
    if isinstance(value, EventStream):
        return [jsonable(event) for event in value]
    return f"({type(value).__name__})"


def wire_params(params: Mapping[str, Body], shape: Any) -> dict[str, Any]:
    """JSON parameters as botocore wants them: base64 text becomes bytes wherever `shape` has a blob.

    Raises ValueError, naming the member, for text that is not base64.
    """
    if shape is None:
        return dict(params)
    return {name: _wired(child, shape.members.get(name), name) for name, child in params.items()}


def _wired(value: Body, shape: Any, at: str) -> Any:
    match shape and shape.type_name, value:
        case "blob", str():
            try:
                return base64.b64decode(value, validate=True)
            except (binascii.Error, ValueError):
                raise ValueError(f"{at} takes bytes, written as base64") from None
        case "structure", Mapping() if not getattr(shape, "is_document_type", False):
            return {name: _wired(child, shape.members.get(name), f"{at}.{name}") for name, child in value.items()}
        case "map", Mapping():
            return {name: _wired(child, shape.value, f"{at}.{name}") for name, child in value.items()}
        case "list", list() | tuple():
            return [_wired(child, shape.member, f"{at}[{number}]") for number, child in enumerate(value)]
        case _:
            return value
