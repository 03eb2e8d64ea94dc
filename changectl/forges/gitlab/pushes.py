"""Who pushed to the branch of a merge request, by GitLab's own word and not by what commits claim."""

from collections.abc import Iterator
from datetime import timedelta

from changectl.contracts.forge import Request, Writer
from changectl.forges.gitlab.people import account
from changectl.web.client import Web
from changectl.web.shape import instant, member

BEFORE = timedelta(days=30)
"""How long before its merge request a branch may have been pushed first, as far as pushes are looked for."""


def pushed(web: Web, events: str, request: Request, answer: object) -> Iterator[Writer]:
    """Everybody who pushed since the branch began; somebody unknown where that is hidden, or longer ago than is looked.

    A push of many branches at once names none of them (GitLab keeps one event for it), so it may have been of this one,
    and the one that it began with.
    """
    after, first = (instant(answer, "created_at") - BEFORE).date().isoformat(), False
    for page in web.pages(events, {"action": "pushed", "after": after}, absent=(403, 404)):
        for event in page:
            push = member(event, "push_data")
            to, ref, by = member(push, "commit_to"), member(push, "ref"), account(member(event, "author"))
            if member(push, "ref_type") == "branch" and ref in (request.branch, None):
                first = first or ref is None
                yield Writer(to if isinstance(to, str) else request.head, by, f"pushed by {by.login}", pushed=True)
            if ref == request.branch and member(push, "action") == "created":
                return
    if not first:
        yield Writer(request.head, None, "somebody whom GitLab does not name", pushed=True)
