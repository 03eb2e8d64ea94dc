"""`call`: one AWS API call, its parameters checked offline against AWS's own model."""

import re
from collections.abc import Mapping
from dataclasses import field

from changectl.aws.models import Operation, operation, operations, services
from changectl.aws.params import complaints_about, json_texts
from changectl.aws.reads import is_read
from changectl.aws.sensitive import HIDDEN, redacted
from changectl.contracts.action import Action, Reading, Send, Sight
from changectl.contracts.kind import ResourceKind
from changectl.model.frozen import dataclass
from changectl.model.node import Complaints, Node
from changectl.model.resource import Body, Call
from changectl.model.text import one_line
from changectl.planfile.jsonschema_parts import OPERATION, VALUE, said
from changectl.planfile.schema import line
from changectl.planfile.typed import typed
from changectl.planfile.words import in_place_of, near, quoted


@dataclass(frozen=True, slots=True)
class CallSpec:
    """Which operation, with which parameters; some of them may not be known yet."""

    service: str
    operation: str
    params: Mapping[str, Body] = field(hash=False)


def read(members: Mapping[str, Node], at: Node, reading: Reading) -> CallSpec | None:
    """What a plan says; None after a complaint that leaves nothing to go on with."""
    found = _operation(members["call"], reading.complaints)
    params = members.get("with", Node({}, at.span))
    body = typed(params, reading.complaints)
    if found is None:
        return None
    complaints_about(found, params, reading.complaints)
    return CallSpec(found.service, found.name, body) if isinstance(body, Mapping) else None


def _operation(node: Node, complaints: Complaints) -> Operation | None:
    text = line(node, complaints)
    if text is None:
        return None
    service, dot, name = text.partition(".")
    if not dot or not name:
        complaints.add("CHG300", f"{quoted(text)} names no operation", node, "write it like iam.put_role_policy")
    elif service not in services():
        at = near(service, services(), complaints)
        fix = in_place_of(node, f"{at.word}.{name}") if at.sure and service not in _OTHER_NAMES else None
        help_ = _OTHER_NAMES.get(service) or at.says
        complaints.add("CHG301", f"there is no AWS service {quoted(service)}", node, help_, fix=fix)
    elif (found := operation(service, name)) is None:
        at = near(name.replace("_", ""), operations(service), complaints)
        fix = in_place_of(node, f"{service}.{_snake(at.word)}") if at.sure else None
        complaints.add("CHG302", f"{service} has no operation {quoted(name)}", node, at.says, fix=fix)
    else:
        if is_read(found.service, found.name):
            complaints.add("CHG310", f"{text} only reads", node, "write a check under test:", "warning")
        return found
    return None


def _snake(name: str) -> str:
    """`PutRolePolicy` as `put_role_policy`, as plans have it."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()


_OTHER_NAMES = {
    "alb": "it is elbv2",
    "cloudwatchlogs": "it is logs",
    "configservice": "it is config",
    "deploy": "it is codedeploy",
    "eventbridge": "it is events",
    "nlb": "it is elbv2",
    "s3api": "it is s3",
    "sfn": "it is stepfunctions",
}
"""What the AWS command line, or everybody, says instead."""


def work(spec: CallSpec, sight: Sight) -> Send:
    """The call, as far as it can be known."""
    params = sight.known(spec.params)
    found = operation(spec.service, spec.operation)
    return Send(Call(spec.service, spec.operation, json_texts(found, params) if found else params, sight.region))


def says(spec: CallSpec) -> str:
    """The call and what it is about, in one line."""
    call = Call(spec.service, spec.operation, spec.params)
    about = [f"{name} {value}" for name, value in redacted(call).items() if isinstance(value, str) and value != HIDDEN]
    return one_line(f"send {call}" + (f" for {', '.join(about)}" if about else ""))


def schema(kinds: Mapping[str, ResourceKind]) -> Mapping[str, Body]:
    """For editors. The parameters are checked by `check`, against AWS's own model."""
    params = {"type": "object", "allOf": [VALUE]}
    return {
        "properties": {
            "call": said(OPERATION, "The operation, as in iam.put_role_policy."),
            "with": said(params, "Its parameters, by AWS's names."),
        }
    }


ACTION = Action(
    key="call",
    summary="one AWS API call, with its parameters; they are checked against AWS's model",
    members=("with",),
    read=read,
    work=work,
    says=says,
    example="""\
- name: Let the load balancer answer over IPv6
  call: elbv2.set_ip_address_type
  with: {LoadBalancerArn: {$ref: load-balancer/rentals}, IpAddressType: dualstack}
""",
    schema=schema,
)
