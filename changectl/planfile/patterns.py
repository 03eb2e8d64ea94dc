"""Texts of one fixed look: a region, an operation."""

import re
from collections.abc import Callable

from changectl.model.node import Complaints, Node
from changectl.planfile.schema import Reader, line
from changectl.planfile.words import in_place_of, quoted


def looks_like(
    pattern: re.Pattern[str], what: str, example: str, rule: str, nearly: Callable[[str], str] = str
) -> Reader[str]:
    """One line of text that matches as a whole. `nearly` gives what was surely meant where the result matches."""

    def read(node: Node, complaints: Complaints) -> str | None:
        text = line(node, complaints)
        if text is None or pattern.fullmatch(text):
            return text
        surely = nearly(text)
        fix = in_place_of(node, surely) if pattern.fullmatch(surely) else None
        help_ = f'did you mean "{surely}"?' if fix else f"write it like {example}"
        complaints.add(rule, f"{quoted(text)} is no {what}", node, help_, fix=fix)
        return None

    return read


region = looks_like(
    re.compile(r"[a-z]{2,4}(?:-[a-z]{2,12}){1,3}-\d{1,2}", re.ASCII),
    "region",
    "ap-southeast-2",
    "CHG132",
    lambda text: text.lower().replace("_", "-"),
)
operation = looks_like(
    re.compile(r"[a-z][a-z0-9-]{0,60}\.[A-Za-z][A-Za-z0-9_]{0,100}", re.ASCII),
    "operation",
    "iam.put_role_policy",
    "CHG129",
)
env_name = looks_like(re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,60}", re.ASCII), "env", "prod", "CHG133")
