"""Eyes: how the mechanism reads AWS, and the templates by which a kind spells its ids in parameters."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from typing import Any, TypeVar

from changectl.contracts.kind import ResourceKind, Template
from changectl.model.frozen import dataclass
from changectl.model.resource import Call, Ref

T = TypeVar("T")
Together = Callable[[Sequence[Callable[[], Any]]], list[Any]]


@dataclass(frozen=True, slots=True)
class Eyes:
    """`ask` answers one reading call, read to its last page; raises CallNotDone with AWS's code, Unreachable, NotSignedIn.

    `together` runs thunks, in parallel where that is possible, and gives their results in order.
    """

    ask: Callable[[Call], Mapping[str, Any]] = field(hash=False)
    together: Together = field(hash=False)
    account: str


def filled(templates: Mapping[str, Template], kind: ResourceKind, ref: Ref, account: str) -> dict[str, Any]:
    """Parameters spelled for one resource."""
    words = {**dict(zip(kind.id, ref.id, strict=True)), "region": ref.region, "account": account}
    words["partition"] = partition(ref.region)
    words["arn"] = kind.arn.format(**words) if kind.arn else ref.id[-1]
    return {name: _filled(template, words) for name, template in templates.items()}


def partition(region: str) -> str:
    """The AWS partition of a region, as ARNs name it."""
    return "aws-cn" if region.startswith("cn-") else "aws-us-gov" if region.startswith("us-gov-") else "aws"


def _filled(template: Template, words: Mapping[str, str]) -> Any:
    return template.format(**words) if isinstance(template, str) else [part.format(**words) for part in template]
