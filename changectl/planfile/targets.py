"""Resources as a plan names them: `security-group/web`. Only the kind stands before the first slash."""

import re

from changectl.model.node import Complaints, Node
from changectl.model.resource import Target
from changectl.planfile.schema import line
from changectl.planfile.words import in_place_of, quoted

_KIND = re.compile(r"[a-z][a-z0-9-]{0,60}")


def target(node: Node, complaints: Complaints) -> Target | None:
    """`kind/name`. The name may hold slashes, and may be an ARN."""
    text = line(node, complaints)
    if text is None:
        return None
    kind, _, name = text.partition("/")
    if _KIND.fullmatch(kind) and name and name == name.strip():
        return Target(kind, name)
    meant = kind.lower().replace("_", "-")
    if _KIND.fullmatch(meant) and name and name == name.strip():
        fix = in_place_of(node, f"{meant}/{name}")
        complaints.add("CHG128", f"{quoted(text)} is no resource", node, f'did you mean "{meant}/…"?', fix=fix)
        return None
    help_ = "put the kind before the ARN: load-balancer/arn:aws:…" if text.startswith("arn:") else ""
    complaints.add("CHG128", f"{quoted(text)} is no resource", node, help_ or "write it like security-group/web")
    return None
