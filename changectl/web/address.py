"""Addresses below one API: made of quoted parts, and never left, so that a token goes nowhere else."""

import re
from collections.abc import Mapping
from urllib.parse import quote, unquote, urlencode, urljoin, urlsplit

from changectl.errors import ForgeFailed
from changectl.model.text import one_line

_LINK = re.compile(r"<([^<>]*)>([^<]*)")
_NEXT = re.compile(r""";\s*rel\s*=\s*(?:"(?:[^"]*\s)?next(?:\s[^"]*)?"|next(?![^\s;,]))""", re.IGNORECASE)


def checked_api(name: str, api: str) -> str:
    """The API's address without a slash at its end. Raises ForgeFailed: none, or not by TLS to another machine."""
    hint = f"in changectl.toml, api is where {name}'s API answers, like https://git.example.com/api"
    try:
        url = urlsplit(api)
        host, _ = url.hostname or "", url.port
    except ValueError:
        raise ForgeFailed(f"{one_line(api, 80)!r} is no address", hint) from None
    odd = url.username is not None or url.query or url.fragment or not api.isprintable() or " " in api
    if url.scheme not in ("http", "https") or not host or odd:
        raise ForgeFailed(f"{one_line(api, 80)!r} is no address of an API", hint)
    if url.scheme == "http" and not is_loopback(host):
        raise ForgeFailed(f"a token is not sent to {one_line(host, 80)} by plain http", "write https://")
    return api.rstrip("/")


def is_loopback(host: str) -> bool:
    """Whether it names this machine. By spelling: a name that only resolves to it today may be another's tomorrow."""
    return host in ("localhost", "::1") or re.fullmatch(r"127\.\d{1,3}\.\d{1,3}\.\d{1,3}", host) is not None


def path(*parts: object) -> str:
    """One path of these parts, each quoted whole, so that what comes from a plan or a branch stays one part."""
    return "".join(f"/{_part(str(part))}" for part in parts)


def _part(part: str) -> str:
    if part in ("", ".", ".."):
        raise ForgeFailed(f"{part!r} is no name on a forge", "look at the names of plan, branch and repository")
    return quote(part, safe="")


def address(api: str, below: str, query: Mapping[str, object]) -> str:
    """The whole URL; parameters that are empty are left out."""
    given = {name: value for name, value in query.items() if value != ""}
    return f"{api}{below}" + (f"?{urlencode(given)}" if given else "")


def follows(api: str, came_from: str, to: str) -> str | None:
    """Where `to` leads from `came_from`, if that is still below the API; None where it leads away."""
    try:
        url = urljoin(came_from, to)
        there, own = urlsplit(url), urlsplit(api)
        same = (there.scheme, there.hostname, there.port) == (own.scheme, own.hostname, own.port)
    except ValueError:
        return None
    steps = unquote(unquote(there.path)).replace("\\", "/").split("/")
    inside = there.path.startswith(f"{own.path}/") and ".." not in steps and "." not in steps
    clean = there.username is None and url.isprintable() and " " not in url and "\\" not in url
    return url if same and inside and clean else None


def next_page(link: str) -> str | None:
    """The target of `rel="next"` in a Link header (RFC 8288); None on the last page."""
    return next((target for target, rest in _LINK.findall(link) if _NEXT.search(rest)), None)
