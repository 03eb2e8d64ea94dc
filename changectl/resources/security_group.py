"""EC2 security groups: rules one by one, tags. Who uses the group, the VPCs it is shared with and rule ids are not part."""

import re
from collections.abc import Mapping
from ipaddress import ip_network
from typing import Any

from changectl.contracts.kind import Create, Delete, Effect, Facet, Items, Names, Read, ResourceKind
from changectl.contracts.shape import RAW, TAGS, Shape
from changectl.model.merge import Grain
from changectl.model.resource import Body, Call, Ref

PEERS = {
    "IpRanges": "CidrIp",
    "Ipv6Ranges": "CidrIpv6",
    "PrefixListIds": "PrefixListId",
    "UserIdGroupPairs": "GroupId",
}
PROTOCOLS = {"-1": "all", "6": "tcp", "17": "udp", "1": "icmp", "58": "icmpv6"}
"""As AWS takes them in a call, and as rules are keyed; AWS itself shows names, and -1 for all."""

AUTHOR = ("protocol", "port", "ports", "cidr", "group", "prefix_list", "description")
PORTS = re.compile(r"(-?\d+)(?:-(-?\d+))?")


def _rules(raw: Any) -> Body:
    """One entry for each rule, keyed as AWS holds it unique: by protocol, ports and peer."""
    owner, permissions = (raw.get("owner"), raw.get("rules")) if isinstance(raw, Mapping) else (None, raw)
    found: dict[str, dict[str, str]] = {}
    for permission in permissions or ():
        spelled = str(permission["IpProtocol"]).lower()
        protocol = PROTOCOLS.get(spelled, spelled)
        ports = "" if protocol == "all" else _ports(permission.get("FromPort"), permission.get("ToPort"))
        for member, name in PEERS.items():
            for peer in permission.get(member) or ():
                foreign = peer.get("UserId") if peer.get("UserId") != owner else None
                said = {"Description": peer.get("Description"), "Owner": foreign}
                key = " ".join(filter(None, (protocol, ports, _network(peer[name]))))
                found[key] = {each: text for each, text in said.items() if text}
    return found or None


def _permissions(body: Body) -> list[dict[str, Any]]:
    return [_permission(key, rule) for key, rule in sorted((body or {}).items())]


def _permission(key: str, rule: Mapping[str, str]) -> dict[str, Any]:
    protocol, *ports, peer = key.split(" ")
    member = next((m for start, m in (("sg-", "UserIdGroupPairs"), ("pl-", "PrefixListIds")) if peer.startswith(start)), "")
    member = member or ("Ipv6Ranges" if ":" in peer else "IpRanges")
    said = {PEERS[member]: peer, "Description": rule.get("Description"), "UserId": rule.get("Owner")}
    sent = {"IpProtocol": "-1" if protocol == "all" else protocol, member: [{n: v for n, v in said.items() if v}]}
    if not ports:
        return sent
    first, last = _range(ports[0])
    return {**sent, "FromPort": first, "ToPort": last}


def _ports(first: Any, last: Any) -> str:
    if first is None:
        return ""
    return f"{first}" if first == last or last is None else f"{first}-{last}"


def _range(ports: str) -> tuple[int, int]:
    found = PORTS.fullmatch(ports)
    if found is None:
        raise ValueError(f"{ports} is no port and no range of ports, such as 443 or 8000-8100")
    return int(found[1]), int(found[2] or found[1])


def _network(peer: str) -> str:
    """A network as AWS keeps it: without host bits, IPv6 in its shortest form. Ids as they are."""
    return str(ip_network(peer, strict=False)) if "/" in peer else peer


def _rule(said: Mapping[str, Any]) -> tuple[str, Body]:
    """A rule as a plan describes it. ICMP's type and code are its ports, as in AWS."""
    stray, peers = set(said) - set(AUTHOR), [name for name in ("cidr", "group", "prefix_list") if name in said]
    if stray:
        raise ValueError(f"a rule has no {min(stray)}")
    if len(peers) != 1:
        raise ValueError("a rule has one of cidr, group and prefix_list")
    protocol = PROTOCOLS.get(str(said.get("protocol", "tcp")), str(said.get("protocol", "tcp")).lower())
    if "port" in said and "ports" in said:
        raise ValueError("a rule has a port or ports, not both")
    ports = str(said.get("port", said.get("ports", "-1" if protocol.startswith("icmp") else "")))
    if protocol in ("tcp", "udp") and not ports:
        raise ValueError(f"a rule for {protocol} has a port, or ports such as 8000-8100")
    if protocol == "all" and ports:
        raise ValueError("a rule for all protocols is for all ports")
    if ports:
        first, last = _range(ports)
        ports = _ports(first, last)
        if protocol in ("tcp", "udp") and not 0 <= first <= last <= 65535:
            raise ValueError(f"{ports} is no range within 0-65535")
    peer, owner = _peer(peers[0], str(said[peers[0]]))
    body = {"Description": said.get("description"), "Owner": owner}
    return " ".join(filter(None, (protocol, ports, peer))), {name: str(text) for name, text in body.items() if text}


def _peer(sort: str, spelled: str) -> tuple[str, str]:
    if sort == "cidr":
        given = spelled if "/" in spelled else f"{spelled}/{128 if ':' in spelled else 32}"
        network = ip_network(given, strict=False)
        if str(network) != given.lower() and ip_network(given, strict=False).network_address != _address(given):
            raise ValueError(f"{spelled} is an address inside a network; the network is {network}")
        return str(network), ""
    owner, _, peer = spelled.rpartition("/")
    start = {"group": "sg-", "prefix_list": "pl-"}[sort]
    if not peer.startswith(start) or (owner and sort != "group"):
        raise ValueError(f"{spelled} is no id such as {start}0123456789abcdef0")
    return peer, owner
