"""changectl.toml: the envs, who must approve, whom to tell."""

import re
from collections.abc import Mapping
from dataclasses import field

from changectl.model.frozen import dataclass
from changectl.model.node import Complaint, Complaints, Node, Span
from changectl.model.plan import Risk
from changectl.planfile.config_team import ReviewSettings, review, severities, team
from changectl.planfile.patterns import looks_like, region
from changectl.planfile.schema import line, listed, mapping, member, number, record, sequence, truth, whole
from changectl.planfile.targets import target
from changectl.planfile.toml import read_toml
from changectl.planfile.words import described, quoted

APPROVALS: Mapping[Risk, int] = {Risk.LOW: 1, Risk.MEDIUM: 1, Risk.HIGH: 2}

_ROLE = re.compile(r"arn:aws[a-z-]*:iam::(\d{12}):role/[A-Za-z0-9_+=,.@/-]{1,500}", re.ASCII)
_ENV = (
    "account",
    "regions",
    "production",
    "profile",
    "role",
    "read_role",
    "endpoint",
    "approvals",
    "emergencies",
    "bookkeeping",
    "settings",
)


@dataclass(frozen=True, slots=True)
class Env:
    """One AWS account, the regions in it, and the rules for changing it.

    `emergencies`: whether an emergency may go ahead of its approvals.
    """

    name: str
    account: str
    regions: tuple[str, ...]
    production: bool = True
    profile: str = ""
    role: str = ""
    read_role: str = ""
    endpoint: str = ""
    approvals: Mapping[Risk, int] = field(default_factory=lambda: APPROVALS, hash=False)
    emergencies: bool = True
    bookkeeping: tuple[str, ...] = ()
    settings: Mapping[str, str | int | float | bool] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class ChannelSettings:
    """One `[[channel]]`: its kind, and what that kind wants to know."""

    kind: str
    settings: Mapping[str, str] = field(hash=False)
    span: Span = Span(1, 1)


@dataclass(frozen=True, slots=True)
class Configuration:
    """Everything that changectl.toml says; without a file, no env.

    `people`: who may lead, everybody where it is empty. `lint`: the severity of lint rules by their id.
    """

    envs: Mapping[str, Env] = field(default_factory=dict, hash=False)
    channels: tuple[ChannelSettings, ...] = ()
    self_approval: bool = False
    review: ReviewSettings = ReviewSettings()
    people: tuple[str, ...] = ()
    lint: Mapping[str, str] = field(default_factory=dict, hash=False)


def read_configuration(content: bytes) -> tuple[Configuration | None, tuple[Complaint, ...]]:
    """The configuration, if nothing is wrong with it, and everything there is to say about it."""
    complaints = Complaints()
    root = read_toml(content, complaints)
    members = record(root, complaints, ("env", "channel", "team", "review", "lint")) if root else None
    if members is None:
        return None, tuple(complaints.found)
    envs = mapping(members["env"], complaints) if "env" in members else None
    channels = sequence(members["channel"], complaints) if "channel" in members else None
    of_one, people = team(members["team"], complaints) if "team" in members else (False, ())
    found = Configuration(
        envs={name: _env(name, node, complaints) for name, node in (envs or {}).items()},
        channels=tuple(_channel(node, complaints) for node in channels or ()),
        self_approval=of_one,
        people=people,
        review=review(members["review"], complaints) if "review" in members else ReviewSettings(),
        lint=severities(members["lint"], complaints) if "lint" in members else {},
    )
    ordered = sorted(dict.fromkeys(complaints.found), key=lambda c: (c.span.line, c.span.column))
    return None if complaints.wrong else found, tuple(ordered)


def _env(name: str, node: Node, complaints: Complaints) -> Env:
    members = record(node, complaints, _ENV, ("account", "regions")) or {}
    env = Env(
        name=name,
        account=member(members, "account", _account, complaints, ""),
        regions=member(members, "regions", listed(region), complaints, ()),
        production=member(members, "production", truth, complaints, True),
        profile=member(members, "profile", line, complaints, ""),
        role=member(members, "role", looks_like(_ROLE, "role", _ROLE_EXAMPLE, "CHG163"), complaints, ""),
        read_role=member(members, "read_role", looks_like(_ROLE, "role", _ROLE_EXAMPLE, "CHG163"), complaints, ""),
        endpoint=member(members, "endpoint", line, complaints, ""),
        approvals=member(members, "approvals", _approvals, complaints, APPROVALS),
        emergencies=member(members, "emergencies", truth, complaints, True),
        bookkeeping=member(members, "bookkeeping", _bookkeeping, complaints, ()),
        settings=member(members, "settings", _settings, complaints, {}),
    )
    if "regions" in members and members["regions"].value == ():
        complaints.add("CHG121", "an env has at least one region", members["regions"])
    for name, role in (("role", env.role), ("read_role", env.read_role)):
        if (found := _ROLE.fullmatch(role)) and env.account and found[1] != env.account:
            sentence = f"the role is of account {found[1]}, and the env of {env.account}"
            complaints.add("CHG164", sentence, members[name])
    if env.endpoint:
        _judge_endpoint(env, members["endpoint"], complaints)
    return env


_ROLE_EXAMPLE = "arn:aws:iam::123456789012:role/changectl-apply"


def _account(node: Node, complaints: Complaints) -> str | None:
    if isinstance(node.value, str) and re.fullmatch(r"[0-9]{12}", node.value):
        return node.value
    sentence = f"twelve digits in quotes are wanted, and here is {described(node)}"
    complaints.add("CHG161", sentence, node, 'write it like account = "123456789012"')
    return None


def _approvals(node: Node, complaints: Complaints) -> Mapping[Risk, int] | None:
    members = record(node, complaints, [risk.value for risk in Risk])
    if members is None:
        return None
    many = whole(0, 9)
    return {risk: member(members, risk.value, many, complaints, APPROVALS[risk]) for risk in Risk}


def _bookkeeping(node: Node, complaints: Complaints) -> tuple[str, ...] | None:
    return tuple(str(one) for one in listed(target)(node, complaints) or ())


def _settings(node: Node, complaints: Complaints) -> Mapping[str, str | int | float | bool] | None:
    members = mapping(node, complaints)
    if members is None:
        return None
    return {name: value for name, child in members.items() if (value := _setting(child, complaints)) is not None}


def _setting(node: Node, complaints: Complaints) -> str | int | float | bool | None:
    if isinstance(node.value, bool):
        return node.value
    return line(node, complaints) if isinstance(node.value, str) else number(node, complaints)


def _channel(node: Node, complaints: Complaints) -> ChannelSettings:
    members = mapping(node, complaints) or {}
    if "kind" not in members:
        complaints.add("CHG105", '"kind" is missing: how are people told?', node, 'kind = "webhook"')
    texts = {name: line(child, complaints) or "" for name, child in members.items()}
    for name, value in texts.items():
        if _SECRET.search(value):  # said of the whole channel, so that its line is not shown with the token in it
            here = Span(node.span.line, node.span.column)
            sentence = f"{quoted(name)} of this channel is a secret, and stands in the file"
            complaints.add("CHG167", sentence, here, f'name an environment variable: {name} = "SLACK_{name.upper()}"')
    return ChannelSettings(texts.pop("kind", ""), texts, node.span)


_SECRET = re.compile(r"\bxox[a-z]?[.-]|\bxapp-|//hooks\.slack\.com/", re.IGNORECASE)


def _judge_endpoint(env: Env, node: Node, complaints: Complaints) -> None:
    scheme, host = _scheme_and_host(env.endpoint)
    if scheme not in ("http", "https") or not host:
        complaints.add("CHG162", f"{quoted(env.endpoint)} is no http or https URL", node)
    elif scheme == "http" and env.production and not _is_loopback(host):
        complaints.add("CHG162", "a production env is not reached over plain http", node, "use https")


def _scheme_and_host(url: str) -> tuple[str, str]:
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(url)
        return parts.scheme, parts.hostname or ""
    except ValueError:
        return "", ""


def _is_loopback(host: str) -> bool:
    import ipaddress

    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
