"""The forge: whether we may ask it, how it protects the branch that the rules are read from, what stands on that branch."""

from collections.abc import Callable, Sequence

from changectl.cli.forge import forge_kind, signs_in, token_for
from changectl.contracts.forge import Forge, ForgeSettings, Protection
from changectl.errors import ConfigurationWrong, ForgeFailed
from changectl.model.diagnosis import Diagnosis, missing, ok, unknown
from changectl.model.frozen import dataclass
from changectl.model.status import Status
from changectl.planfile.config_team import ReviewSettings

SETTINGS = {
    "github": "https://github.com/{repository}/settings/branches",
    "gitlab": "https://gitlab.com/{repository}/-/settings/repository",
}


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that a protected branch has: how it is read (None: we may not know), and what to say."""

    name: str
    holds: Callable[[Protection], bool | None]
    there: str
    lacking: str


RULES = (
    Rule(
        "required reviews",
        lambda p: None if p.reviews is None else p.reviews > 0,
        "nothing gets there without a review",
        "anybody who may push changes the rules for production alone: require a review",
    ),
    Rule(
        "stale reviews",
        lambda p: p.dismisses_stale,
        "a new commit dismisses earlier reviews",
        "a commit after a review is merged unreviewed: dismiss stale approvals",
    ),
    Rule(
        "code owners",
        lambda p: p.code_owners,
        "owners of plans/ and changectl.toml have to review",
        "a review by anybody is enough: require a review from code owners",
    ),
    Rule(
        "last push",
        lambda p: p.last_push_approved,
        "somebody else than who pushed last has to approve",
        "whoever pushes last may approve that themselves: require approval of the most recent push",
    ),
    Rule(
        "force pushes",
        lambda p: None if p.forces_allowed is None else not p.forces_allowed,
        "its history cannot be rewritten",
        "what was reviewed can be replaced: forbid force pushes",
    ),
)


def forge(review: ReviewSettings) -> Sequence[Diagnosis]:
    """What the forge says. Nothing is written there."""
    try:
        kind = forge_kind(review)
    except ConfigurationWrong as why:
        return (missing(review.by, why.sentence, why.hint, Status.PLAN_WRONG),)
    if not review.repository:
        mend = f'[review] by = "{kind.key}", repository = "owner/name" in changectl.toml'
        return (missing(f"{kind.key} repository", "changectl.toml does not say which", mend, Status.PLAN_WRONG),)
    token = token_for(kind, review)
    if not token:
        return (missing(f"{kind.key} token", "there is none", signs_in(kind)),)
    client = kind.open(ForgeSettings(review.repository, review.api, token))
    return (_whose(kind.key, client), *_repository(kind.key, review, client))


def _whose(key: str, client: Forge) -> Diagnosis:
    name = f"{key} token"
    try:
        me = client.me()
    except ForgeFailed as why:
        return missing(name, why.sentence, why.hint or "make a new token")
    if me is None:
        return ok(name, "it is of no account, as a job of CI has it")
    return ok(name, f"it is {me.login}'s" + (", who is a bot" if me.bot else ""))


def _repository(key: str, review: ReviewSettings, client: Forge) -> Sequence[Diagnosis]:
    name = f"{key} repository"
    try:
        protection = client.protection()
    except ForgeFailed as why:
        mend = why.hint or f"let the token read {review.repository}"
        return (missing(name, f"{review.repository} cannot be seen: {why.sentence}", mend),)
    return (ok(name, f"{review.repository} can be seen"), _requests(key, client), *protected(key, review, protection))


def _requests(key: str, client: Forge) -> Diagnosis:
    name = f"{key} pull requests"
    try:
        client.requests("change/none")
    except ForgeFailed as why:
        return missing(name, why.sentence, why.hint or "let the token read pull requests")
    return ok(name, "they and their reviews can be read")


def protected(key: str, review: ReviewSettings, protection: Protection) -> Sequence[Diagnosis]:
    where = SETTINGS.get(key, "").format(repository=review.repository) if not review.api else ""
    mend = f"{where or 'settings of the repository'}: protect {protection.branch}"
    name = f"{key} protected branch"
    if protection.protected is None:
        return (unknown(name, f"the token may not know whether {protection.branch} is protected", mend),)
    if not protection.protected:
        sentence = f"{protection.branch} is not protected: whoever may push changes the rules for production"
        return (missing(name, sentence, mend),)
    return (ok(name, f"{protection.branch} is protected"), *(_ruled(key, rule, protection, where) for rule in RULES))


def _ruled(key: str, rule: Rule, protection: Protection, where: str) -> Diagnosis:
    name = f"{key} {rule.name}"
    match rule.holds(protection):
        case None:
            return unknown(name, "the token may not know", where)
        case True:
            return ok(name, rule.there)
        case False:
            return missing(name, rule.lacking, where or "settings of the repository")
