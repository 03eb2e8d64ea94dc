"""A web page answers as it should: one request, redirects not followed."""

import socket
from collections.abc import Mapping
from datetime import timedelta
from ipaddress import IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

from changectl.contracts.action import Reading
from changectl.contracts.kind import ResourceKind
from changectl.contracts.probe import CannotAsk, Judgement, Observation, Probe, Senses, Verdict
from changectl.model.frozen import dataclass
from changectl.model.node import Complaints, Node
from changectl.model.resource import Body
from changectl.model.text import one_line
from changectl.planfile.durations import some_time
from changectl.planfile.jsonschema_parts import LINE, SOME_TIME, said
from changectl.planfile.schema import choice, line, listed, member, whole

SUCCESS = tuple(range(200, 300))
TIMEOUT = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class HttpSpec:
    """What to ask for, and which answers are good."""

    url: str
    expect: tuple[int, ...] = SUCCESS
    contains: str = ""
    method: str = "GET"
    timeout: timedelta = TIMEOUT


def read(members: Mapping[str, Node], at: Node, reading: Reading) -> HttpSpec | None:
    """What a plan says; None after a complaint."""
    complaints = reading.complaints
    url = _url(members["http"], complaints)
    if url is None:
        return None
    return HttpSpec(
        url,
        member(members, "expect", _statuses, complaints, SUCCESS),
        member(members, "contains", line, complaints, ""),
        member(members, "method", choice({"GET": "GET", "HEAD": "HEAD"}), complaints, "GET"),
        member(members, "timeout", some_time, complaints, TIMEOUT),
    )


def _url(node: Node, complaints: Complaints) -> str | None:
    text = line(node, complaints)
    if text is None:
        return None
    why, help_ = _refusal(text)
    if why:
        complaints.add("CHG210", why, node, help_)
    return None if why else text


def _refusal(text: str) -> tuple[str, str]:
    """Why this is nothing that we ask, and what to write instead."""
    if any(char.isspace() for char in text):
        return "a URL has no spaces", "write %20"
    try:
        url, port = urlsplit(text), urlsplit(text).port
        host = (url.hostname or "").encode("idna").decode()
    except ValueError:  # UnicodeError is one
        return "this is no URL", _EXAMPLE
    if url.scheme not in ("http", "https") or not host or port == 0:
        return "a URL begins with https:// or http:// and a host", _EXAMPLE
    if url.username is not None or url.password is not None:
        return "a URL with a password in it would stand in git for ever", "leave out what stands before the @"
    if keeps_credentials(host):
        return "clouds hand out credentials under this address; it is not asked", ""
    return "", ""


_EXAMPLE = "write it like https://rentals.example.com/health"


def _statuses(node: Node, complaints: Complaints) -> tuple[int, ...] | None:
    one = whole(100, 599)
    if isinstance(node.value, tuple | list):
        return listed(one)(node, complaints) or None
    status = one(node, complaints)
    return None if status is None else (status,)


_CREDENTIALS = tuple(map(ip_network, ("169.254.0.0/16", "fe80::/10", "fd00:ec2::/32")))


def keeps_credentials(host: str) -> bool:
    """Whether the host is spelled as an address under which clouds hand out credentials, in any of its spellings."""
    try:
        address = ip_address(host)
    except ValueError:
        try:
            address = ip_address(socket.inet_aton(host))  # 2852039166, 0xa9fea9fe, 169.254.43518
        except (OSError, UnicodeError):
            return False
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    return any(address in network for network in _CREDENTIALS)


def observe(spec: HttpSpec, senses: Senses) -> Observation:
    """Ask once. No answer is something seen, too."""
    try:
        answer = senses.http(spec.method, spec.url, spec.timeout)
    except CannotAsk as why:
        return Observation(error=str(why))
    except OSError as why:
        return Observation({"unanswered": str(why)})
    return Observation({"status": answer.status, "body": answer.body.decode(errors="replace")})


def judge(spec: HttpSpec, seen: Observation) -> Judgement:
    """No answer and a wrong answer are failures; not being able to ask is an error."""
    if seen.error:
        return Judgement(Verdict.ERROR, one_line(f"{spec.url} could not be asked: {seen.error}"))
    match seen.value:
        case {"unanswered": why}:
            return Judgement(Verdict.FAILED, one_line(f"{spec.url} {why}"))
        case {"status": int() as status} if status not in spec.expect:
            return Judgement(Verdict.FAILED, one_line(f"{spec.url} answered {status}, not {_listed(spec.expect)}"))
        case {"status": status, "body": str() as body} if spec.contains not in body:
            lacks = f'answered {status}, but without "{one_line(spec.contains, 60)}"'
            return Judgement(Verdict.FAILED, one_line(f"{spec.url} {lacks}"))
        case {"status": status}:
            return Judgement(Verdict.PASSED, one_line(f"{spec.url} answered {status}"))
        case _:
            return Judgement(Verdict.NO_DATA, one_line(f"{spec.url} was not seen"))


def _listed(statuses: tuple[int, ...]) -> str:
    if len(statuses) > 1 and statuses == tuple(range(statuses[0], statuses[-1] + 1)):
        return f"{statuses[0]} to {statuses[-1]}"
    return " or ".join(map(str, statuses))


def says(spec: HttpSpec) -> str:
    """What it tests, in a few words."""
    return one_line(f"{spec.url} answers {_listed(spec.expect)}")


def schema(kinds: Mapping[str, ResourceKind]) -> Mapping[str, Body]:
    """For editors."""
    status = {"type": "integer", "minimum": 100, "maximum": 599}
    statuses = {"if": {"type": "array"}, "then": {"type": "array", "items": status, "minItems": 1}, "else": status}
    return {
        "properties": {
            "http": said(
                {"type": "string", "pattern": r"^\s*[Hh][Tt][Tt][Pp][Ss]?://\S+\s*$"}, "The address that is asked."
            ),
            "expect": said(statuses, "The status of the answer, or a list of those that are good."),
            "contains": said(LINE, "What stands in the first 64 KiB of the answer."),
            "method": said({"enum": ["GET", "HEAD"]}, "GET, or HEAD."),
            "timeout": said(SOME_TIME, "For all of it."),
        }
    }


PROBE = Probe(
    key="http",
    summary="a web page answers with the expected status and text; redirects are not followed",
    members=("expect", "contains", "method", "timeout"),
    read=read,
    observe=observe,
    judge=judge,
    says=says,
    example="""\
- http: https://rentals.example.com/health
  expect: 200            # or a list; 200 to 299 where it is not said
  contains: healthy      # in the first 64 KiB
  method: GET            # or HEAD
  timeout: 5s            # for all of it, name lookup included
""",
    schema=schema,
)
