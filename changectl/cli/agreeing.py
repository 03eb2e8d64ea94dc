"""Who has agreed to a change, proven as the team's configuration wants it: by signatures, reviews on a forge, or git's word."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from changectl.cli.desk import Desk
from changectl.cli.forge import forge_kind, forge_of, is_on_forge
from changectl.cli.ground import together
from changectl.cli.memory import Memory
from changectl.contracts.forge import Forge, Request
from changectl.engine.approval import Agreement, approvers, email, needed_for, spent_reviews, touching_attempts
from changectl.engine.reviews import Reviewed, Told, agreement, to_look_at
from changectl.engine.signatures import Vouched, signed_agreement
from changectl.model.digest import digest
from changectl.model.entry import Entry
from changectl.model.events import Approved, Proposed
from changectl.model.frozen import dataclass
from changectl.model.plan import Plan
from changectl.planfile.config import Env
from changectl.planfile.config_team import ReviewSettings
from changectl.register.propose import authors_of, branch_of, path_in, preview_in
from changectl.register.signing import Part, statement, verified

MOST_REQUESTS = 20
"""Pull requests of one branch that are looked at, newest first: nobody has more, but for who wants to hide one."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is agreed to: a plan by its file, over a preview. `rules`: the configuration that holds."""

    rules: Desk
    memory: Memory
    path: Path
    plan: Plan
    proposed: Proposed


def agreed(asked: Asked, env: Env) -> tuple[Approved, ...]:
    """The approvals that the change has, as many as it needs or more. Raises Drifted, GateRefused, ForgeFailed."""
    needed = needed_for(asked.plan, env)
    change = asked.memory.known(asked.plan.id)
    found = Agreement() if needed == 0 else _found(asked)
    return approvers(asked.plan, change, asked.proposed, needed, found)


def may_lapse(asked: Asked, env: Env) -> bool:
    """Whether an approval can be taken back, or be spent by a colleague's attempt, while a change begins."""
    return needed_for(asked.plan, env) > 0


def _found(asked: Asked) -> Agreement:
    configuration = asked.rules.configuration
    entries = asked.memory.entries(asked.plan.id)
    own = _by_themselves(asked.memory, asked.plan.id) if configuration.self_approval else ()
    review = configuration.review
    if is_on_forge(review):
        found = _on_forge(asked, entries, review)
    elif review.by == "identity":
        found = _by_identity(asked)
    else:
        found = _by_signature(asked, entries, signers(asked.rules, asked.memory))
    return Agreement((*found.approvals, *own), found.unmet, found.stale, found.more)


def signers(rules: Desk, found: Memory) -> bytes | None:
    """The file of allowed signers: of the remote's default branch, or beside changectl.toml where there is no remote."""
    path = rules.root / rules.configuration.review.signers
    if found.repository.remote is None:
        return path.read_bytes() if path.is_file() else None
    return found.agreed(path)


def _by_themselves(found: Memory, change: str) -> tuple[Approved, ...]:
    return tuple(each for each in found.known(change).approvals if each.self_approved)


def _by_identity(asked: Asked) -> Agreement:
    """Git's word: anybody can claim to be anybody, which the team has said is enough."""
    change = asked.memory.known(asked.plan.id)
    wrote = {email(author) for author in (change.proposed.authors if change.proposed else ())}
    others = [each for each in change.approvals if not each.self_approved]
    unmet = tuple(f"{each.approver} wrote the plan" for each in others if email(each.approver) in wrote)
    return Agreement(tuple(each for each in others if email(each.approver) not in wrote), unmet)


def _by_signature(asked: Asked, entries: Sequence[Entry], allowed: bytes | None) -> Agreement:
    file = asked.rules.configuration.review.signers
    if allowed is None:
        why = f"there is no {file} on the protected branch, so that no signature can be checked"
        return Agreement(
            (),
            (why,),
            more=f"everybody who approves adds a line to {file}, and has it merged: changectl doctor says which",
        )
    change, after = asked.plan.id, len(touching_attempts(entries))
    proposed = [(entry.by, entry.event) for entry in entries if isinstance(entry.event, Proposed)]
    approved = [each for each in asked.memory.known(change).approvals if not each.self_approved]

    def vouched(part: Part, who: str, event: Proposed | Approved, after: int = 0) -> Vouched:
        said = statement(part, change, event.plan_digest, event.preview_digest, after)
        signer = verified(allowed, email(who), said, event.signature)
        return Vouched(event, signer.key, signer.names) if signer else Vouched(event)

    proposals = tuple(vouched(Part.PROPOSES, by, event) for by, event in proposed)
    approvals = tuple(vouched(Part.APPROVES, event.approver, event, after) for event in approved)
    authors = authors_of(asked.memory.repository, asked.path, change)
    return signed_agreement(proposals, approvals, authors, asked.proposed)


def _on_forge(asked: Asked, entries: Sequence[Entry], review: ReviewSettings) -> Agreement:
    kind, forge = forge_kind(review), forge_of(review)
    branch = branch_of(asked.plan.id).removeprefix("refs/heads/")
    path = path_in(asked.memory.repository, asked.path)
    requests = forge.requests(branch)[:MOST_REQUESTS]
    protected = forge.protection().branch
    seen = together([_looker(forge, request, path) for request in requests])
    found = agreement(kind.key, tuple(seen), asked.proposed, protected, spent_reviews(entries))
    request = next(iter(requests), None)
    more = f"have it reviewed: {request.url if request else forge.asks_at(branch)}"
    return Agreement(
        found.approvals, found.unmet, found.stale, f"changectl propose {asked.plan.id}" if found.stale else more
    )


def _looker(forge: Forge, request: Request, path: str) -> Callable[[], Any]:
    return lambda: reviewed(forge, request, path)


def reviewed(forge: Forge, request: Request, path: str) -> Reviewed:
    """A pull request with everything that decides whether its reviews are approvals."""
    reviews = forge.reviews(request.number)
    told = {}
    for commit in to_look_at(reviews):
        content = forge.content(path, commit)
        told[commit] = Told(digest(content) if content is not None else "", preview_in(forge.message(commit)))
    people = {review.by.id: review.by for review in reviews if review.by.id and not review.by.bot}
    may_write = {account: forge.may_write(person) for account, person in people.items()}
    return Reviewed(request, reviews, forge.writers(request.number, path, request.head), told, may_write)
