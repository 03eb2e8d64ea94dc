"""Gaps: what `changectl new` leaves for a person to fill in, written `<like this>` and without quotes."""

import re
from collections.abc import Sequence

from changectl.model.node import Complaint, Complaints, Node

RULE = "CHG117"

_GAP = re.compile(r"<[^<>\n]{1,200}>")


def complain_of_gap(node: Node, complaints: Complaints) -> None:
    """A complaint where an unquoted scalar is a gap. In quotes it means itself."""
    if node.raw[:1] == "<" and _GAP.fullmatch(node.raw):
        complaints.add(
            RULE, f"to be filled in: {node.raw[1:-1]}", node, "write yours in its place; in quotes it stands for itself"
        )


def without_echoes(found: Sequence[Complaint]) -> Sequence[Complaint]:
    """The complaints without those that only say of a gap that it is no port, no duration, no resource."""
    gaps = [complaint.span for complaint in found if complaint.rule == RULE]
    if not gaps:
        return found
    return [
        each
        for each in found
        if each.rule == RULE
        or not any(
            (each.span.line, each.span.column) <= (gap.line, gap.column)
            and (gap.end_line, gap.end_column) <= (each.span.end_line, each.span.end_column)
            for gap in gaps
        )
    ]
