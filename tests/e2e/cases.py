"""For each kind that can be written: a resource, what a plan says of each of its settings, and what AWS says after."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from emulators import ACCOUNT, REGION, Emulator

from tests.e2e import aws

Now = Mapping[str, Any]
Wish = tuple[str, Now]
"""What a plan says, and the members of `now` that are another after it."""


@dataclass(frozen=True, slots=True)
class Case:
    """`sets`: a wish for each setting. `call`: the same for one call, as a step."""

    make: Callable[[Emulator], None]
    now: Callable[[Emulator], Now]
    target: str
    sets: Callable[[Emulator], Mapping[str, Wish]]
    call: Callable[[Emulator], Wish]

    def steps(self, emulator: Emulator, leave: frozenset[str]) -> Wish:
        """A `set` step for each setting but those, and what AWS says after all of them."""
        wishes = {facet: wish for facet, wish in self.sets(emulator).items() if facet not in leave}
        steps = [
            f"- name: Set {facet}\n  set: {self.target}\n  change: {{{facet}: {said}}}"
            for facet, (said, _) in wishes.items()
        ]
        after = {name: value for _, members in wishes.values() for name, value in members.items()}
        return "\n".join(steps), after


TAGS: Wish = (
    "{Team: {from: rentals, to: bookings}, Trial: {from: null, to: office}}",
    {"tags": {"Team": "bookings", "Trial": "office"}},
)


def _table(emulator: Emulator) -> Mapping[str, Wish]:
    small = "ProvisionedThroughput: {ReadCapacityUnits: 1, WriteCapacityUnits: 1}"
    keys = "KeySchema: [{AttributeName: guest, KeyType: HASH}], Projection: {ProjectionType: ALL}, Types: {guest: S}"
    return {
        "capacity": (
            "{ProvisionedThroughput: {to: {ReadCapacityUnits: 9, WriteCapacityUnits: 8}}}",
            {"limits": (9, 8)},
        ),
        "indexes": (f"{{by-guest: {{from: null, to: {{{keys}, {small}}}}}}}", {"indexes": ["by-guest"]}),
        "class": ("{from: STANDARD, to: STANDARD_INFREQUENT_ACCESS}", {"class": "STANDARD_INFREQUENT_ACCESS"}),
        "stream": ("{from: null, to: NEW_IMAGE}", {"stream": True}),
        "protection": ("{from: null, to: true}", {"protection": True}),
        "ttl": ("{from: null, to: expires}", {"ttl": "expires"}),
        "recovery": ("{from: null, to: 35}", {"recovery": "ENABLED"}),
        "tags": TAGS,
    }


def _tag_the_table(emulator: Emulator) -> Wish:
    arn = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{aws.TABLE}"
    said = f"{{ResourceArn: '{arn}', Tags: [{{Key: Called, Value: 'yes'}}]}}"
    return _step("dynamodb.tag_resource", said), {"tags": {"Team": "rentals", "Called": "yes"}}


def _balancer(emulator: Emulator) -> Mapping[str, Wish]:
    now, (office, third) = aws.balancer_now(emulator), aws.balancer_could_have(emulator)
    return {
        "attributes": (
            '{idle_timeout.timeout_seconds: {from: "60", to: "120"}}',
            {"attributes": {**now["attributes"], "idle_timeout.timeout_seconds": "120"}},
        ),
        "security-groups": (
            f"{{add: [{{group: {office}}}]}}",
            {"security-groups": sorted([*now["security-groups"], office])},
        ),
        "subnets": (f"{{{third}: {{from: null, to: {{}}}}}}", {"subnets": sorted([*now["subnets"], third])}),
        "ip-address-type": ("{from: ipv4, to: dualstack}", {"ip-address-type": "dualstack"}),
        "tags": TAGS,
    }


def _keep_connections(emulator: Emulator) -> Wish:
    attributes = aws.balancer_now(emulator)["attributes"]
    said = (
        f"{{LoadBalancerArn: {{$ref: load-balancer/{aws.BALANCER}}}, "
        "Attributes: [{Key: idle_timeout.timeout_seconds, Value: '90'}]}"
    )
    after = {"attributes": {**attributes, "idle_timeout.timeout_seconds": "90"}}
    return _step("elbv2.modify_load_balancer_attributes", said), after


def _group(emulator: Emulator) -> Mapping[str, Wish]:
    now = aws.group_now(emulator)
    return {
        "ingress": (
            "{add: [{protocol: tcp, port: 443, cidr: 203.0.113.0/24, description: new office}]}",
            {"ingress": sorted([*now["ingress"], ("tcp", 443, 443, "203.0.113.0/24", "new office")])},
        ),
        "egress": (
            "{add: [{protocol: tcp, port: 5432, cidr: 10.9.0.0/16, description: bookings}]}",
            {"egress": sorted([*now["egress"], ("tcp", 5432, 5432, "10.9.0.0/16", "bookings")], key=str)},
        ),
        "tags": TAGS,
    }


def _let_in(emulator: Emulator) -> Wish:
    now = aws.group_now(emulator)
    rule = "{IpProtocol: tcp, FromPort: 80, ToPort: 80, IpRanges: [{CidrIp: 192.0.2.0/24, Description: other}]}"
    said = f"{{GroupId: {{$ref: security-group/{aws.GROUP}}}, IpPermissions: [{rule}]}}"
    after = {"ingress": sorted([*now["ingress"], ("tcp", 80, 80, "192.0.2.0/24", "other")])}
    return _step("ec2.authorize_security_group_ingress", said), after


def _parameter(emulator: Emulator) -> Mapping[str, Wish]:
    said = '{Value: {from: "7", to: "14"}, Description: {from: How many at once, to: How many}}'
    return {"value": (said, {"value": "14", "description": "How many"}), "tags": TAGS}


def _allow_more(emulator: Emulator) -> Wish:
    said = f"{{Name: {aws.PARAMETER}, Value: {{$secret: LIMIT}}, Overwrite: true}}"
    return _step("ssm.put_parameter", said), {"value": "21"}


def _step(operation: str, said: str) -> str:
    return f"- name: Call it\n  call: {operation}\n  with: {said}"


CASES: Mapping[str, Case] = {
    "table": Case(aws.table, aws.table_now, f"table/{aws.TABLE}", _table, _tag_the_table),
    "load-balancer": Case(
        aws.balancer, aws.balancer_now, f"load-balancer/{aws.BALANCER}", _balancer, _keep_connections
    ),
    "security-group": Case(aws.group, aws.group_now, f"security-group/{aws.GROUP}", _group, _let_in),
    "parameter": Case(aws.parameter, aws.parameter_now, f"parameter{aws.PARAMETER}", _parameter, _allow_more),
}

SECRETS = {"LIMIT": "21"}
"""What the calls are given when they run."""

GAPS: Mapping[tuple[str, str], frozenset[str]] = {("moto", "table"): frozenset({"class"})}
"""Settings that an emulator does not keep, by emulator and kind; each has its proof by plain boto3."""
