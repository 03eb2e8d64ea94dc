"""How GitLab protects a branch: protected branches, and the approval rules and settings of its paid tiers. Pure."""

import re
from collections.abc import Sequence

from changectl.contracts.forge import Protection
from changectl.web.shape import member, text, truth


def protection(
    branch: str,
    protected: bool | None,
    branches: Sequence[object] | None,
    rules: Sequence[object] | None,
    settings: object,
) -> Protection:
    """All together. `branches`, `rules`, `settings`: None where we may not read them, or where this tier has none."""
    ours = [each for each in branches or () if _matches(text(each, "name"), branch)]
    if protected is False:
        code_owners, forces = False, True
    elif branches is None or not ours:
        code_owners, forces = None, None
    else:  # of several that match, the one that allows more holds
        code_owners = any(truth(each, "code_owner_approval_required") for each in ours)
        forces = any(truth(each, "allow_force_push") for each in ours)
    return Protection(
        branch,
        protected,
        reviews=None if rules is None else max((_count(rule, branch) for rule in rules), default=0),
        code_owners=code_owners,
        dismisses_stale=truth(settings, "reset_approvals_on_push"),
        forces_allowed=forces,
        last_push_approved=truth(settings, "merge_requests_disable_committers_approval"),
    )


def _count(rule: object, branch: str) -> int:
    """How many approvals a rule asks for on the branch; a rule without branches is for all."""
    branches = member(rule, "protected_branches")
    named = [text(each, "name") for each in branches] if isinstance(branches, list) else []
    asked = member(rule, "approvals_required")
    holds = not named or any(_matches(name, branch) for name in named)
    return asked if holds and isinstance(asked, int) and not isinstance(asked, bool) else 0


def _matches(pattern: str, branch: str) -> bool:
    """GitLab's wildcard: `*` is any text."""
    return re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), branch) is not None
