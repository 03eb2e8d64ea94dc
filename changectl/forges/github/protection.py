"""How GitHub protects a branch: by branch protection, which only its administrators may read, and by rulesets. Pure."""

from collections.abc import Sequence

from changectl.contracts.forge import Protection
from changectl.web.shape import member, truth


def protection(branch: str, protected: bool | None, classic: object, rules: Sequence[object] | None) -> Protection:
    """Both together. `classic`, `rules`: None where we may not read them, or where there are none."""
    asked = [
        member(rule, "parameters") for rule in rules or () if member(rule, "type") == "pull_request"
    ]  # fmt: skip
    reviews = member(classic, "required_pull_request_reviews")
    hidden = (protected is not False and classic is None) or rules is None
    counts = [_count(reviews), *map(_count, asked)] if reviews or asked else []
    forbidden = truth(classic, "allow_force_pushes", "enabled") is False or any(
        member(rule, "type") == "non_fast_forward" for rule in rules or ()
    )
    return Protection(
        branch,
        protected=True if protected or rules else (None if protected is None or rules is None else False),
        reviews=_most(counts, hidden),
        code_owners=_any(
            [
                truth(reviews, "require_code_owner_reviews"),
                *(truth(each, "require_code_owner_review") for each in asked),
            ],
            hidden,
        ),
        dismisses_stale=_any(
            [
                truth(reviews, "dismiss_stale_reviews"),
                *(truth(each, "dismiss_stale_reviews_on_push") for each in asked),
            ],
            hidden,
        ),
        forces_allowed=False if forbidden else (None if hidden else True),
        last_push_approved=_any(
            [
                truth(reviews, "require_last_push_approval"),
                *(truth(each, "require_last_push_approval") for each in asked),
            ],
            hidden,
        ),
    )


def _count(settings: object) -> int:
    found = member(settings, "required_approving_review_count")
    return found if isinstance(found, int) and not isinstance(found, bool) else 0


def _most(counts: Sequence[int], hidden: bool) -> int | None:
    """What is hidden may ask for more, never for less; none known and some hidden is unknown."""
    return max(counts, default=None if hidden else 0)


def _any(settings: Sequence[bool | None], hidden: bool) -> bool | None:
    return True if any(settings) else (None if hidden else False)
