"""Which signed approvals count: by keys of allowed signers, none of them its author's or proposer's. Pure."""

from collections.abc import Iterable

from changectl.engine.approval import Agreement, email
from changectl.model.events import Approved, Proposed
from changectl.model.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Vouched:
    """An event with whose signature it carries: the key's fingerprint, and all names that the key goes by; empty for nobody's."""

    event: Proposed | Approved
    key: str = ""
    names: tuple[str, ...] = ()


def signed_agreement(
    proposals: tuple[Vouched, ...], approvals: tuple[Vouched, ...], authors: Iterable[str], now: Proposed
) -> Agreement:
    """What the signatures prove. A person is a key: one who goes by two names is one, and who proposed by any is out."""
    wrote = {email(author) for author in authors}
    wrote |= {email(author) for each in proposals if isinstance(each.event, Proposed) for author in each.event.authors}
    wrote |= {email(name) for each in proposals for name in each.names}
    keys = {each.key for each in proposals if each.key}
    if not any(each.key and _digests(each.event) == _digests(now) for each in proposals):
        return Agreement((), ("nobody who may sign has proposed just this",))
    found: dict[str, Approved] = {}
    unmet: list[str] = []
    for each in approvals:
        assert isinstance(each.event, Approved)
        if not each.key:
            unmet.append(f"{each.event.approver} is vouched for by no signature of an allowed signer")
        elif each.key in keys or wrote & {email(name) for name in each.names}:
            unmet.append(f"{each.event.approver} wrote or proposed it")
        elif each.key not in found or _digests(each.event) == _digests(
            now
        ):  # an older one, told again, takes none back
            found[each.key] = each.event
    return Agreement(tuple(found.values()), tuple(dict.fromkeys(unmet)))


def _digests(event: Proposed | Approved) -> tuple[str, str]:
    return event.plan_digest, event.preview_digest
