"""Which reviews of pull requests are approvals of exactly this plan over exactly this preview. Pure.

People are accounts of the forge. A review names a commit; the commit holds the plan's bytes and, in its message, the preview.
"""

from collections.abc import Mapping
from dataclasses import field

from changectl.contracts.forge import Request, RequestState, Review, ReviewState, Writer
from changectl.engine.approval import Agreement
from changectl.model.events import Approved, Proposed
from changectl.model.frozen import dataclass
from changectl.model.text import one_line


@dataclass(frozen=True, slots=True)
class Told:
    """What a commit says: the digest of the plan in it, and that of the preview in its message; empty where it has none."""

    plan: str = ""
    preview: str = ""


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A pull request with everything that the forge knows of it. `may_write`: whether an account may push, by its id."""

    request: Request
    reviews: tuple[Review, ...]
    writers: tuple[Writer, ...]
    told: Mapping[str, Told] = field(hash=False)
    may_write: Mapping[str, bool | None] = field(hash=False)


def agreement(
    forge: str, seen: tuple[Reviewed, ...], proposed: Proposed, protected: str, spent: frozenset[str] = frozenset()
) -> Agreement:
    """What all pull requests together prove.

    `protected`: the branch that they must aim at. `spent`: the reviews on which an earlier attempt touched production.
    """
    approvals: dict[str, Approved] = {}
    unmet: list[str] = []
    objections: list[str] = []
    stale = False
    for each in seen:
        if why := _useless(each, protected):
            unmet.append(f"{_name(each.request)} {why}")
            continue
        for review in latest(each.reviews):
            if review.state is ReviewState.CHANGES_REQUESTED and each.may_write.get(review.by.id):
                objections.append(f"{review.by.login} asked for changes in {_name(each.request)}")
            elif why := _by_whom(each, review) or _of_what(each, review, proposed):
                unmet.append(f"the review by {review.by.login} {why}")
                stale |= not _by_whom(each, review)
            elif (approved := _approved(forge, each.request, review, proposed)).review in spent:
                unmet.append(f"the review by {review.by.login} was spent by an earlier attempt")
            else:
                approvals.setdefault(review.by.id, approved)
    if objections:  # whoever may merge has said no, and nobody has talked them round
        return Agreement((), tuple(map(one_line, (*objections, *unmet))))
    return Agreement(tuple(approvals.values()), tuple(dict.fromkeys(map(one_line, unmet))), stale)


def latest(reviews: tuple[Review, ...]) -> tuple[Review, ...]:
    """The review of each account that counts: its last one, comments aside. `reviews` are oldest first."""
    found: dict[str, Review] = {}
    for review in reviews:
        if review.state is not ReviewState.COMMENTED:
            found[review.by.id] = review
    return tuple(found.values())


def to_look_at(reviews: tuple[Review, ...]) -> tuple[str, ...]:
    """The commits whose content decides, each once."""
    approved = (review.commit for review in latest(reviews) if review.state is ReviewState.APPROVED)
    return tuple(dict.fromkeys(filter(None, approved)))


def _useless(seen: Reviewed, protected: str) -> str:
    request = seen.request
    if request.foreign:
        return "comes from another repository"
    if request.state is RequestState.CLOSED:
        return "was closed without being merged"
    if request.base != protected:
        return f"aims at {request.base}, not at {protected}"
    return next(filter(None, map(_hidden, seen.writers)), "")


def _hidden(writer: Writer) -> str:
    """Why nobody can tell who wrote the plan. Whoever may push can have a bot do it, and write any name into a commit."""
    found = writer.account
    if writer.pushed and found is not None and found.bot:
        return f"was pushed to by {found.login}, behind which anybody can stand, so that nobody can tell who wrote the plan"
    if writer.pushed and found is None:
        return f"was pushed to by {writer.said}, so that nobody can tell who wrote the plan"
    if found is None:
        return (
            f"has commit {writer.commit[:12]} by {writer.said}, an address of no account, "
            "so that nobody can tell who wrote the plan"
        )
    return ""


def _by_whom(seen: Reviewed, review: Review) -> str:
    """Why this is nobody's approval; nothing where it is somebody's who may give one."""
    who = review.by
    wrote = {writer.account.id for writer in seen.writers if writer.account}
    refusals = (
        (review.state is ReviewState.DISMISSED, "was dismissed"),
        (review.state is not ReviewState.APPROVED, "asks for changes"),
        (who.bot or not who.id, "is by no person"),
        (who.id == seen.request.author.id, "is by who opened the pull request"),
        (who.id in wrote, "is by who wrote a commit of it"),
        (seen.may_write.get(who.id) is False, "is by somebody who may not write to the repository"),
        (
            not seen.may_write.get(who.id),
            "is by somebody of whom we may not know whether they may write to the repository",
        ),
    )
    return next((why for refused, why in refusals if refused), "")


def _of_what(seen: Reviewed, review: Review, proposed: Proposed) -> str:
    """Why it is of something else than what is proposed; nothing where it is of just that."""
    told = seen.told.get(review.commit, Told())
    if told.plan != proposed.plan_digest:
        return f"is of {review.commit[:12]}, where the plan is another"
    if told.preview != proposed.preview_digest:
        preview = "which says nothing of a preview" if not told.preview else "over another preview"
        return f"is of {review.commit[:12]}, {preview}"
    return ""


def _approved(forge: str, request: Request, review: Review, proposed: Proposed) -> Approved:
    return Approved(
        proposed.plan_digest,
        proposed.preview_digest,
        f"{review.by.login} <{forge}:{review.by.id}>",
        account=review.by.id,
        commit=review.commit,
        review=f"{review.url or request.url} of {review.at}",
    )


def _name(request: Request) -> str:
    return f"pull request {request.number}"
