"""Rules of a security group: one entry for each, keyed as AWS holds it unique: protocol, ports, peer."""

import re
from collections.abc import Mapping
from ipaddress import ip_address, ip_network
from typing import Any

from changectl.contracts.shape import Shape
from changectl.model.resource import Body

PEERS = {"IpRanges": "CidrIp", "Ipv6Ranges": "CidrIpv6", "PrefixListIds": "PrefixListId", "UserIdGroupPairs": "GroupId"}
BY_ID = {"sg-": "UserIdGroupPairs", "pl-": "PrefixListIds"}
IDS = {"group": "sg-", "prefix_list": "pl-"}
PROTOCOLS = {"-1": "all", "6": "tcp", "17": "udp", "1": "icmp", "58": "icmpv6"}
MEMBERS = ("protocol", "port", "ports", "cidr", "group", "prefix_list", "description")

BLANK = {"protocol": "tcp", "port": "<port>", "cidr": "<network such as 203.0.113.0/24>", "description": "<whose>"}


def rule(said: Mapping[str, Any]) -> tuple[str, Body]:
    """Key and body of a rule as a plan describes it; TCP unless it says. ICMP's type and code are its ports, as in AWS.

    Raises ValueError.
    """
    stray, peers = set(said) - set(MEMBERS), [name for name in ("cidr", *IDS) if name in said]
    if stray:
        raise ValueError(f"a rule has no {min(stray)}")
    if len(peers) != 1:
        raise ValueError("a rule has one of cidr, group and prefix_list")
    protocol = _protocol(said.get("protocol", "tcp"))
    peer, owner = _peer(peers[0], str(said[peers[0]]))
    body = {"Description": said.get("description"), "Owner": owner}
    return _key(protocol, _asked_ports(protocol, said), peer), {name: str(text) for name, text in body.items() if text}


def said(key: str, body: Body) -> dict[str, Body]:
    """A rule as a plan describes it; `rule` makes the same key and body of it again."""
    protocol, *rest, peer = key.split(" ")
    ports = "".join(rest)
    sort = {"sg-": "group", "pl-": "prefix_list"}.get(peer[:3], "cidr")
    owner, description = (body.get(name, "") for name in ("Owner", "Description"))
    parts = {
        "protocol": protocol,
        "ports" if "-" in ports[1:] else "port": int(ports) if re.fullmatch(r"-?\d+", ports) else ports,
        sort: f"{owner}/{peer}" if owner else peer,
        "description": description,
    }
    return {name: part for name, part in parts.items() if part != ""}


def widens(now: Body, want: Body) -> bool:
    """Whether going from `now` to `want` opens anything."""
    return bool(set(want or {}) - set(now or {}))


def describable(was: Body, will: Body) -> bool:
    """Whether two bodies of one rule differ in what can be changed without closing it for a moment."""
    return bool(was.get("Owner") == will.get("Owner"))


def _asked_ports(protocol: str, said: Mapping[str, Any]) -> str:
    if "port" in said and "ports" in said:
        raise ValueError("a rule has port or ports, not both")
    asked = str(said.get("port", said.get("ports", "-1" if protocol.startswith("icmp") else "")))
    if protocol == "all" and asked:
        raise ValueError("a rule for all protocols is for all ports")
    if protocol in ("tcp", "udp") and not asked:
        raise ValueError(f"a rule for {protocol} has a port, or ports such as 8000-8100")
    if not asked:
        return ""
    first, last = _range(asked)
    if protocol in ("tcp", "udp") and not 0 <= first <= last <= 65535:
        raise ValueError(f"{asked} is not within 0-65535, from the lower to the higher")
    return _ports(first, last)


def _peer(sort: str, spelled: str) -> tuple[str, str]:
    """A peer and, for a group of another account, whose it is."""
    if sort == "cidr":
        network = ip_network(spelled, strict=False)
        if network.network_address != ip_address(spelled.partition("/")[0]):
            raise ValueError(f"{spelled} is an address inside the network {network}: write {network}")
        return str(network), ""
    owner, _, peer = spelled.rpartition("/")
    if not peer.startswith(IDS[sort]) or (owner and sort != "group"):
        raise ValueError(f"{spelled} is no id such as {IDS[sort]}0123456789abcdef0")
    return peer, owner


def _canon(raw: Any) -> Body:
    """From a group's answer, `{owner, rules}`, or from the permissions of a call."""
    owner, permissions = (raw.get("owner"), raw.get("rules")) if isinstance(raw, Mapping) else (None, raw)
    found: dict[str, dict[str, str]] = {}
    for permission in permissions or ():
        protocol = _protocol(permission["IpProtocol"])
        ports = "" if protocol == "all" else _ports(permission.get("FromPort"), permission.get("ToPort"))
        for member, name in PEERS.items():
            for peer in permission.get(member) or ():
                foreign = peer.get("UserId") if peer.get("UserId") != owner else None
                said = {"Description": peer.get("Description"), "Owner": foreign}
                found[_key(protocol, ports, _kept(peer[name]))] = {each: text for each, text in said.items() if text}
    return found or None


def _wire(body: Body) -> list[dict[str, Any]]:
    return [_permission(key, said) for key, said in sorted((body or {}).items())]


def _permission(key: str, said: Mapping[str, str]) -> dict[str, Any]:
    protocol, *ports, peer = key.split(" ")
    member = BY_ID.get(peer[:3], "Ipv6Ranges" if ":" in peer else "IpRanges")
    peers = {PEERS[member]: peer, "Description": said.get("Description"), "UserId": said.get("Owner")}
    kept = {name: text for name, text in peers.items() if text}
    sent = {"IpProtocol": "-1" if protocol == "all" else protocol, member: [kept]}
    return {**sent, **dict(zip(("FromPort", "ToPort"), _range(ports[0]), strict=True))} if ports else sent


def _key(*parts: str) -> str:
    return " ".join(filter(None, parts))


def _protocol(spelled: Any) -> str:
    """AWS takes numbers too, and shows names; all protocols are -1 there."""
    name = str(spelled).lower()
    return PROTOCOLS.get(name, name)


def _ports(first: Any, last: Any) -> str:
    if first is None:
        return ""
    return f"{first}" if first == last or last is None else f"{first}-{last}"


def _range(ports: str) -> tuple[int, int]:
    found = re.fullmatch(r"(-?\d+)(?:-(-?\d+))?", ports)
    if found is None:
        raise ValueError(f"{ports} is no port and no range of ports, such as 443 or 8000-8100")
    return int(found[1]), int(found[2] or found[1])


def _kept(peer: str) -> str:
    """A network as AWS keeps it, without host bits and IPv6 in its shortest form; ids as they are."""
    return str(ip_network(peer, strict=False)) if "/" in peer else peer


RULES = Shape(_canon, _wire, "rules by protocol, ports and peer, as in tcp 443 203.0.113.0/24")
