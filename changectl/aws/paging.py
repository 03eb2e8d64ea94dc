"""Reads to their end: every page in one answer. A page that nobody followed is an error, never a short answer."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from changectl.errors import CallNotDone

Ask = Callable[[Mapping[str, Any]], dict[str, Any]]

_PAIRS = (
    ("NextToken", "NextToken"),
    ("nextToken", "nextToken"),
    ("Marker", "NextMarker"),
    ("NextMarker", "NextMarker"),
    ("marker", "nextMarker"),
    ("Marker", "Marker"),
    ("ContinuationToken", "NextContinuationToken"),
    ("PaginationToken", "PaginationToken"),
    ("NextPageToken", "NextPageToken"),
    ("PageToken", "NextPageToken"),
    ("pageToken", "nextPageToken"),
    ("position", "position"),
)
_TOKEN = re.compile(r"(next)?(page|pagination|continuation)?(token|marker)|position", re.IGNORECASE)
_MORE = re.compile(r"(is)?truncated|has_?more\w*", re.IGNORECASE)
_LIMITS = frozenset({"Limit", "MaxItems", "MaxResults", "limit", "maxItems", "maxResults"})
"""Whoever gives one of these to a read that cannot be followed has asked for a part."""


def whole_answer(client: Any, operation: str, params: Mapping[str, Any], rules: Mapping[str, Any]) -> dict[str, Any]:
    """The answer of a reading operation, all pages in one; `rules` are botocore's paginators for the service.

    Raises CallNotDone (`Truncated`) where an answer says that there is more, and does not say how to get it.
    """
    from botocore import xform_name

    method = getattr(client, xform_name(operation))
    model = client.meta.service_model.operation_model(operation)
    rule = rules.get(operation)
    if rule is not None:
        pages = iter(client.get_paginator(xform_name(operation)).paginate(**params))
        return _without(_merged(pages, _texts(rule["result_key"])), rule)
    lists = _lists(model)
    pair = _token_pair(model) if lists else None
    pages = _following(lambda more: method(**{**params, **more}), pair) if pair else iter([method(**params)])
    answer = _merged(pages, lists)
    if pair:
        answer.pop(pair[1], None)
    left = [name for name, value in answer.items() if _says_more(name, value)]
    if left and not _LIMITS & set(params):
        service = client.meta.service_model.service_name
        raise CallNotDone(
            f"{service}.{operation} answered only a part ({', '.join(left)}), and how to read on is not known",
            code="Truncated",
        )
    return answer


def _token_pair(model: Any) -> tuple[str, str] | None:
    asks = model.input_shape.members if model.input_shape else {}
    answers = model.output_shape.members if model.output_shape else {}
    return next(((asked, told) for asked, told in _PAIRS if asked in asks and told in answers), None)


def _lists(model: Any) -> list[str]:
    answers = model.output_shape.members if model.output_shape else {}
    return [name for name, shape in answers.items() if shape.type_name in ("list", "map")]


def _following(ask: Ask, pair: tuple[str, str]) -> Iterator[dict[str, Any]]:
    asked, told = pair
    page = ask({})
    yield page
    seen = set()
    while token := page.get(told):
        if token in seen:
            raise CallNotDone("AWS answers the same page for ever", code="Truncated")
        seen.add(token)
        page = ask({asked: token})
        yield page


def _merged(pages: Iterator[dict[str, Any]], keys: list[str]) -> dict[str, Any]:
    import jmespath
    from botocore.utils import set_value_from_jmespath

    whole = next(pages)
    for page in pages:
        for key in keys:
            found, more = jmespath.search(key, whole), jmespath.search(key, page)
            if more is not None:
                set_value_from_jmespath(whole, key, more if found is None else _joined(found, more))
    return whole


def _joined(found: Any, more: Any) -> Any:
    if isinstance(found, dict):
        return {**found, **{name: _joined(found[name], v) if name in found else v for name, v in more.items()}}
    return found + more if isinstance(found, list | str | int | float) else more


def _without(answer: dict[str, Any], rule: Mapping[str, Any]) -> dict[str, Any]:
    for path in (*_texts(rule["output_token"]), *_texts(rule.get("more_results", []))):
        *parents, last = path.split(".")
        holder: Any = answer
        for parent in parents:
            holder = holder.get(parent, {}) if isinstance(holder, dict) else {}
        if isinstance(holder, dict):
            holder.pop(last, None)
    return answer


def _texts(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def _says_more(name: str, value: Any) -> bool:
    return bool(value) and bool(
        (isinstance(value, str) and _TOKEN.fullmatch(name)) or (value is True and _MORE.fullmatch(name))
    )
