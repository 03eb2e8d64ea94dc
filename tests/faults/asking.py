"""What a request asks of AWS: by which protocol, of which service, which operation, and whether that only reads."""

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cache
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

from changectl.aws.modelfiles import model_of, service_names
from changectl.aws.reads import is_read
from tests.faults.signed import named_like

_SIGNED = re.compile(r"Credential=[^/]+/\d{8}/[^/]*/([^/]+)/aws4_request")
_HOLE = re.compile(r"\{([^}]+)\}")


class Protocol(Enum):
    """How a request and its answer are spelled."""

    QUERY = "query"
    EC2 = "ec2"
    JSON_10 = "json 1.0"
    JSON_11 = "json 1.1"
    REST_XML = "rest-xml"
    REST_JSON = "rest-json"


@dataclass(frozen=True, slots=True)
class Asked:
    """One request as AWS reads it. `same` is equal for requests that ask the same."""

    protocol: Protocol
    service: str
    operation: str
    reads: bool
    same: str

    def __str__(self) -> str:
        return f"{self.service}.{self.operation}"


def asked(method: str, target: str, headers: Mapping[str, str], body: bytes) -> Asked:
    """What a request asks; `?` for a service or operation that botocore does not know, which counts as a change."""
    signed = _SIGNED.search(headers.get("Authorization") or "")
    services = named_like(signed[1]) if signed else ("sts",)
    protocol, service, operation = _read(method, target, headers, body, services)
    known = operation != "?" and service in service_names() and operation in model_of(service)["operations"]
    action = headers.get("X-Amz-Target") or ""
    same = hashlib.sha256(b"\0".join((method.encode(), target.encode(), action.encode(), body))).hexdigest()
    return Asked(protocol, service, operation, known and is_read(service, operation), same)


def _read(
    method: str, target: str, headers: Mapping[str, str], body: bytes, services: tuple[str, ...]
) -> tuple[Protocol, str, str]:
    if action := headers.get("X-Amz-Target"):
        prefix, _, operation = action.rpartition(".")
        like = [each for each in services if _about(each).get("targetPrefix") == prefix]
        old = "1.0" in (headers.get("Content-Type") or "")
        return Protocol.JSON_10 if old else Protocol.JSON_11, _with_operation(like or services, operation), operation
    form = parse_qs(body.decode(errors="replace")) if method == "POST" else parse_qs(urlsplit(target).query)
    if "Action" in form and "Version" in form:
        like = [each for each in services if _about(each).get("apiVersion") == form["Version"][0]]
        service = _with_operation(like or services, form["Action"][0])
        return Protocol.EC2 if service == "ec2" else Protocol.QUERY, service, form["Action"][0]
    return _by_path(method, target, services)


def _by_path(method: str, target: str, services: Iterable[str]) -> tuple[Protocol, str, str]:
    path, given = urlsplit(target).path, dict(parse_qsl(urlsplit(target).query, keep_blank_values=True))
    best = (-1, 0, "?", "?")
    for service in services:
        for name, verb, parts, static, fixed in _routes(service):
            if verb == method and parts.fullmatch(path) and all(given.get(key) == value for key, value in fixed):
                best = max(best, (static + 100 * len(fixed), -len(name), service, name))  # the plainest
    _, _, service, operation = best
    of = service if service != "?" else next(iter(services), "?")
    spelled = _about(of).get("protocol") if of in service_names() else "rest-json"
    return Protocol.REST_XML if spelled == "rest-xml" else Protocol.REST_JSON, of, operation


@cache
def _routes(service: str) -> tuple[tuple[str, str, re.Pattern[str], int, tuple[tuple[str, str], ...]], ...]:
    """Each operation's name, method, path, how much of the path is fixed, and the query that it must have."""
    if service not in service_names() or not str(_about(service).get("protocol")).startswith("rest"):
        return ()
    http = ((name, operation["http"]) for name, operation in model_of(service)["operations"].items())
    return tuple(_route(name, each["method"], each["requestUri"]) for name, each in http)


def _route(name: str, method: str, uri: str) -> tuple[str, str, re.Pattern[str], int, tuple[tuple[str, str], ...]]:
    path, _, query = uri.partition("?")
    pattern, at = "", 0
    for hole in _HOLE.finditer(path):
        pattern += re.escape(path[at : hole.start()]) + (".+" if hole[1].endswith("+") else "[^/]+")
        at = hole.end()
    pattern += re.escape(path[at:])
    fixed = tuple(parse_qsl(query, keep_blank_values=True))
    return name, method, re.compile(pattern.removesuffix("/") + "/?"), len(_HOLE.sub("", path)), fixed


def _with_operation(services: Iterable[str], operation: str) -> str:
    known = [each for each in services if each in service_names()]
    return next((each for each in known if operation in model_of(each)["operations"]), next(iter(services), "?"))


def _about(service: str) -> Mapping[str, Any]:
    about: Mapping[str, Any] = model_of(service)["metadata"] if service in service_names() else {}
    return about
