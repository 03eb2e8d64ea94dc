"""[team], [review] and [lint] of changectl.toml: who may lead, what proves an approval, how bad a poor plan is."""

import re
from collections.abc import Mapping

from changectl.model.frozen import dataclass
from changectl.model.node import Complaints, Node
from changectl.planfile.patterns import looks_like
from changectl.planfile.schema import choice, line, listed, mapping, member, record, truth
from changectl.planfile.words import quoted

SEVERITIES = ("error", "warning", "off")


@dataclass(frozen=True, slots=True)
class ReviewSettings:
    """What proves an approval: `signature`, `identity` (git's word for it), or the name of a forge and its repository.

    `signers`: the file of allowed signers, beside changectl.toml. `api`: where the forge answers, if not in its usual place.
    """

    by: str = "signature"
    repository: str = ""
    api: str = ""
    signers: str = "allowed_signers"


DEFAULT = ReviewSettings()


def team(node: Node, complaints: Complaints) -> tuple[bool, tuple[str, ...]]:
    """Whether it is of one, and who may lead."""
    members = record(node, complaints, ("of_one", "people")) or {}
    of_one = member(members, "of_one", truth, complaints, False)
    return of_one, member(members, "people", listed(line), complaints, ())


def review(node: Node, complaints: Complaints) -> ReviewSettings:
    """What proves an approval. That there is such a forge is known further up."""
    members = record(node, complaints, ("by", "repository", "api", "signers"), ("by",)) or {}
    found = ReviewSettings(
        by=member(members, "by", _way, complaints, DEFAULT.by),
        repository=member(members, "repository", _repository, complaints, ""),
        api=member(members, "api", _api, complaints, ""),
        signers=member(members, "signers", _file, complaints, DEFAULT.signers),
    )
    on_forge = found.by not in ("signature", "identity")
    if on_forge and "repository" not in members:
        complaints.add("CHG165", f"which repository of {found.by}?", node, 'repository = "unicorn/rentals"')
    return found


def severities(node: Node, complaints: Complaints) -> Mapping[str, str]:
    """`CHG501 = "off"`: how bad it is to break a lint rule. The other rules cannot be bent."""
    found: dict[str, str] = {}
    for name, child in (mapping(node, complaints) or {}).items():
        if not re.fullmatch(r"CHG5\d\d", name):
            sentence = f"{quoted(name)} is no lint rule, and the others cannot be bent"
            complaints.add("CHG166", sentence, node.keys.get(name, child.span), 'write it like CHG501 = "off"')
        elif (severity := choice({word: word for word in SEVERITIES})(child, complaints)) is not None:
            found[name] = severity
    return found


_way = looks_like(re.compile(r"[a-z][a-z-]{1,30}"), "way to review", "github", "CHG165")
_repository = looks_like(
    re.compile(r"(?!\.)[A-Za-z0-9_.-]{1,100}(?:/(?!\.)[A-Za-z0-9_.-]{1,100}){1,20}", re.ASCII),
    "repository", "unicorn/rentals", "CHG165",
)  # fmt: skip
_api = looks_like(
    re.compile(r"https?://[A-Za-z0-9.:\[\]_-]+(?:/[A-Za-z0-9._/-]*)?", re.ASCII),
    "API",
    "https://api.github.com",
    "CHG165",
)
_file = looks_like(
    re.compile(r"(?!\.\./)(?!/)(?:[A-Za-z0-9._-]+/)*[A-Za-z0-9._-]+", re.ASCII),
    "file beside changectl.toml",
    "allowed_signers",
    "CHG165",
)
