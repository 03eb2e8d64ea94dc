"""A value of a plan file with its place in the text, and complaints about it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Span:
    """A place in a file: line and column from 1, the end exclusive."""

    line: int
    column: int
    end_line: int = 0
    end_column: int = 0


@dataclass(frozen=True, slots=True)
class Node:
    """A positioned value. A mapping's `value` is name to Node, with `keys` holding each name's own span.

    `raw` is an unquoted scalar as it is spelled in a plan (`0x1F`, `true`); empty for all else.
    """

    value: "Mapping[str, Node] | Sequence[Node] | str | int | float | bool | None"
    span: Span
    keys: Mapping[str, Span] = field(default_factory=dict)
    quoted: bool = False
    raw: str = ""


Plain: TypeAlias = "dict[str, Plain] | list[Plain] | str | int | float | bool | None"


def plain(node: Node) -> Plain:
    """The value without places."""
    match node.value:
        case Mapping() as members:
            return {name: plain(child) for name, child in members.items()}
        case str() | int() | float() | bool() | None as scalar:
            return scalar
        case items:
            return [plain(child) for child in items]


@dataclass(frozen=True, slots=True)
class Complaint:
    """What is wrong with a plan: rule id (`CHG104`), one sentence, where, and how to mend it.

    `fix` is the text that may safely take the place of exactly the span; None where a person must decide.
    """

    rule: str
    message: str
    span: Span
    help: str = ""
    severity: str = "error"
    fix: str | None = None


MOST_COMPLAINTS = 100
"""Nobody reads more; and a hostile file must not cost a search for a near spelling 20,000 times."""


@dataclass(slots=True)
class Complaints:
    """Gathers complaints while a plan is read, so that all come in one run."""

    found: list[Complaint] = field(default_factory=list)

    @property
    def full(self) -> bool:
        """Whether further complaints are dropped."""
        return len(self.found) >= MOST_COMPLAINTS

    @property
    def wrong(self) -> bool:
        """Whether anything found is an error rather than a warning."""
        return any(complaint.severity == "error" for complaint in self.found)

    def add(
        self,
        rule: str,
        message: str,
        at: Node | Span,
        help: str = "",  # noqa: A002
        severity: str = "error",
        fix: str | None = None,
    ) -> None:
        """Remember one complaint, unless there are too many already."""
        if self.full:
            return
        span = at.span if isinstance(at, Node) else at
        self.found.append(Complaint(rule, message, span, help, severity, fix))
