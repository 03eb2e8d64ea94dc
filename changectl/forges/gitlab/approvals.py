"""Which commit each approval of GitLab was given for. GitLab says when it was given, and since when there was which commit. Pure.

https://docs.gitlab.com/api/merge_request_approvals, https://docs.gitlab.com/api/merge_requests (versions, reviewers).
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from operator import itemgetter

from changectl.contracts.forge import Account, Review, ReviewState
from changectl.web.shape import instant, member, text, whole


def reviews(
    url: str,
    approved: Sequence[object],
    reviewers: Sequence[object],
    versions: Sequence[object],
    people: Mapping[int, Account],
) -> tuple[Review, ...]:
    """Approvals, oldest first, then who asks for changes now. An approval of an unknown time or commit is of no commit."""
    heads = sorted(
        ((instant(each, "created_at"), text(each, "head_commit_sha")) for each in versions), key=itemgetter(0)
    )
    found = sorted((_approval(url, each, heads, people) for each in approved), key=lambda review: review.at)
    wishes = (each for each in reviewers if member(each, "state") == "requested_changes")
    return (*found, *(_wish(url, each, people) for each in wishes))


def _approval(
    url: str, approval: object, heads: Sequence[tuple[datetime, str]], people: Mapping[int, Account]
) -> Review:
    by = people[whole(approval, "user", "id")]
    if not member(approval, "approved_at"):  # older servers do not tell
        return Review(by, ReviewState.APPROVED, "", "", f"{url}#approved-by-{by.id}")
    at = instant(approval, "approved_at")
    # At the very instant of a push, the reviewer has read what was there before.
    before = [head for since, head in heads if since < at]
    told = text(approval, "approved_at")
    return Review(by, ReviewState.APPROVED, before[-1] if before else "", told, f"{url}#approved-by-{by.id}-at-{told}")


def _wish(url: str, reviewer: object, people: Mapping[int, Account]) -> Review:
    by, at = people[whole(reviewer, "user", "id")], member(reviewer, "created_at")
    return Review(by, ReviewState.CHANGES_REQUESTED, "", at if isinstance(at, str) else "", f"{url}#reviewer-{by.id}")
