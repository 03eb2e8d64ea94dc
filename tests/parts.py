"""Parts of plans to read, for the tests of actions and probes."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from changectl.contracts.action import AnyAction, Reading
from changectl.contracts.kind import ResourceKind
from changectl.contracts.probe import AnyProbe
from changectl.model.node import Complaint, Complaints, Node
from changectl.model.plan import Check
from changectl.planfile.yaml import read_yaml


def read_part(
    form: AnyAction | AnyProbe, text: str, kinds: Mapping[str, ResourceKind] | None = None
) -> tuple[Any, list[tuple[str, str]]]:
    """What the form reads from one step or check, and what it complains of: (rule, sentence and help)."""
    complaints = Complaints()
    root = read_yaml(text.encode(), complaints)
    assert root is not None, complaints.found
    node = root.value[0] if isinstance(root.value, tuple | list) else root
    assert isinstance(node, Node)
    assert isinstance(node.value, Mapping)
    spec = form.read(node.value, node, Reading(complaints, kinds or {}, _check))
    return spec, [(found.rule, _said(found)) for found in complaints.found]


def _said(found: Complaint) -> str:
    return f"{found.message}; {found.help}" if found.help else found.message


def _check(node: Node) -> Check | None:
    assert isinstance(node.value, Mapping)
    (probe,) = node.value
    return Check(f"a check by {probe}", probe, node.value[probe].value, every=timedelta(seconds=3))
