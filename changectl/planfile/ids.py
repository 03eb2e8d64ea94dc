"""Ids of plans and steps. A plan's id becomes a git ref and a path, so that little is allowed."""

import re
import unicodedata

from changectl.model.node import Complaints, Node, Span
from changectl.planfile.schema import line
from changectl.planfile.words import quoted

_PLAN = re.compile(r"[a-z0-9][a-z0-9._-]{0,99}")
_STEP = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")


def is_plan_id(text: str) -> bool:
    """Whether a file of that stem can be a plan (git-check-ref-format(1))."""
    return bool(_PLAN.fullmatch(text)) and ".." not in text and not text.endswith((".", ".lock"))


def complain_of_plan_id(text: str, complaints: Complaints) -> None:
    """A complaint where the file's name is no id."""
    if not is_plan_id(text):
        help_ = "use lower-case letters, digits, - and _, like 2026-11-24-idle-timeout.yaml"
        complaints.add("CHG141", f"the file's name {quoted(text)} cannot be a change's id", Span(1, 1), help_)


def step_id(node: Node, complaints: Complaints) -> str | None:
    """An id that a step is given by hand."""
    text = line(node, complaints)
    if text is None or _STEP.fullmatch(text):
        return text
    help_ = f"write it like {slug(text) or 'open-port'}"
    complaints.add("CHG141", f"{quoted(text)} cannot be a step's id", node, help_)
    return None


def slug(text: str) -> str:
    """`Raise the timeout` is `raise-the-timeout`; empty where the text has no Latin letter or digit."""
    plain = unicodedata.normalize("NFKD", text.casefold()).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60].rstrip("-")
