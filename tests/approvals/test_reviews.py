"""A review is an approval only by a person of the team, of just these bytes over just this preview, and of nobody's own work."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from changectl.contracts.forge import Account, Request, RequestState, Review, ReviewState, Writer
from changectl.engine.approval import Agreement
from changectl.engine.reviews import Reviewed, Told, agreement, latest, to_look_at
from changectl.model.events import Approved, Proposed

NOW = Proposed(
    "plan", "preview", "t", "r", "prod", "low", "1", "ap", "ana", (), (), "exact", ("Ana <ana@example.com>",)
)
ANA, BEN, EVE = Account("1", "ana"), Account("2", "ben"), Account("3", "eve")
OUTSIDER, BOT, GHOST = Account("4", "mallory"), Account("5", "renovate[bot]", bot=True), Account("", "ghost", bot=True)
HEAD, OLD = "a" * 40, "b" * 40
PULL = Request(7, "https://forge.example/7", ANA, RequestState.OPEN, "change/x", "main", HEAD)
YES, NO, GONE, WORDS = (
    ReviewState.APPROVED,
    ReviewState.CHANGES_REQUESTED,
    ReviewState.DISMISSED,
    ReviewState.COMMENTED,
)


def review(by: Account = BEN, state: ReviewState = YES, commit: str = HEAD, at: str = "2026-11-23T01:00:00Z") -> Review:
    return Review(by, state, commit, at, f"https://forge.example/7#{by.id}")


def pull(
    *reviews: Review,
    request: Request = PULL,
    writers: tuple[Account | None, ...] = (ANA,),
    told: dict[str, Told] | None = None,
    may_write: dict[str, bool | None] | None = None,
) -> Reviewed:
    return Reviewed(
        request,
        reviews,
        tuple(Writer(HEAD, account, account.login if account else "who@example.com") for account in writers),
        {HEAD: Told("plan", "preview"), OLD: Told("older plan", "preview")} if told is None else told,
        {**dict.fromkeys(("1", "2", "3", "5"), True), "4": False, **(may_write or {})},
    )


def agreed(*pulls: Reviewed, spent: frozenset[str] = frozenset()) -> Agreement:
    return agreement("github", pulls, NOW, "main", spent)


def approved(by: Account = BEN) -> Approved:
    given = review(by)
    named = f"{by.login} <github:{by.id}>"
    return Approved("plan", "preview", named, account=by.id, commit=HEAD, review=f"{given.url} of {given.at}")


def test_a_colleagues_review_is_an_approval() -> None:
    assert agreed(pull(review())) == Agreement((approved(),), ())


def test_it_still_is_when_the_pull_request_was_merged() -> None:
    assert agreed(pull(review(), request=replace(PULL, state=RequestState.MERGED))).approvals == (approved(),)


def test_two_colleagues_are_two() -> None:
    assert agreed(pull(review(), review(EVE))).approvals == (approved(), approved(EVE))


def test_a_comment_takes_no_approval_back() -> None:
    assert agreed(pull(review(), review(state=WORDS, commit=OLD))).approvals == (approved(),)


def test_an_approval_after_an_objection_is_one() -> None:
    assert agreed(pull(review(state=NO), review())).approvals == (approved(),)


def test_an_objection_of_an_outsider_holds_nobody_up() -> None:
    found = agreed(pull(review(), review(OUTSIDER, NO)))
    assert found.approvals == (approved(),)


RENAMED = Account("1", "ana-the-second")
TRICKS: dict[str, tuple[Callable[[], Agreement], str]] = {
    "who opened it": (
        lambda: agreed(pull(review(ANA), writers=(EVE,))),
        "the review by ana is by who opened the pull request",
    ),
    "who wrote a commit": (
        lambda: agreed(pull(review(), writers=(ANA, BEN))),
        "the review by ben is by who wrote a commit of it",
    ),
    "who opened it, under a new name": (
        lambda: agreed(pull(review(RENAMED), writers=(EVE,))),
        "the review by ana-the-second is by who opened the pull request",
    ),
    "who wrote it, under a new name": (
        lambda: agreed(pull(review(RENAMED), request=replace(PULL, author=EVE))),
        "the review by ana-the-second is by who wrote a commit of it",
    ),
    "a bot": (lambda: agreed(pull(review(BOT))), "the review by renovate[bot] is by no person"),
    "an account that is gone": (lambda: agreed(pull(review(GHOST))), "the review by ghost is by no person"),
    "somebody from outside": (
        lambda: agreed(pull(review(OUTSIDER))),
        "the review by mallory is by somebody who may not write to the repository",
    ),
    "somebody of whom nothing is known": (
        lambda: agreed(pull(review(), may_write={"2": None})),
        "the review by ben is by somebody of whom we may not know whether they may write to the repository",
    ),
    "a commit of no account": (
        lambda: agreed(pull(review(), writers=(ANA, None))),
        (
            f"pull request 7 has commit {HEAD[:12]} by who@example.com, an address of no account, "
            "so that nobody can tell who wrote the plan"
        ),
    ),
    "somebody of whom the forge tells nothing": (
        lambda: agreed(replace(pull(review()), writers=(Writer(HEAD, None, "somebody", pushed=True),))),
        "pull request 7 was pushed to by somebody, so that nobody can tell who wrote the plan",
    ),
    "a bot that pushes for whoever told it to": (
        lambda: agreed(replace(pull(review()), writers=(Writer(HEAD, BOT, "pushed by it", pushed=True),))),
        (
            "pull request 7 was pushed to by renovate[bot], behind which anybody can stand, "
            "so that nobody can tell who wrote the plan"
        ),
    ),
    "a fork with a branch of that name": (
        lambda: agreed(pull(review(), request=replace(PULL, foreign=True))),
        "pull request 7 comes from another repository",
    ),
    "a pull request into a branch of their own": (
        lambda: agreed(pull(review(), request=replace(PULL, base="ana/playground"))),
        "pull request 7 aims at ana/playground, not at main",
    ),
    "a pull request that was closed": (
        lambda: agreed(pull(review(), request=replace(PULL, state=RequestState.CLOSED))),
        "pull request 7 was closed without being merged",
    ),
    "a review that was dismissed": (lambda: agreed(pull(review(state=GONE))), "the review by ben was dismissed"),
    "a review that was dismissed after it": (
        lambda: agreed(pull(review(), review(state=GONE))),
        "the review by ben was dismissed",
    ),
    "only a comment": (lambda: agreed(pull(review(state=WORDS))), ""),
    "a review of older bytes": (
        lambda: agreed(pull(review(commit=OLD))),
        f"the review by ben is of {OLD[:12]}, where the plan is another",
    ),
    "a review of a commit that is gone": (
        lambda: agreed(pull(review(commit="c" * 40))),
        f"the review by ben is of {'c' * 12}, where the plan is another",
    ),
    "a review over another preview": (
        lambda: agreed(pull(review(), told={HEAD: Told("plan", "before it drifted")})),
        f"the review by ben is of {HEAD[:12]}, over another preview",
    ),
    "a commit that was made by hand": (
        lambda: agreed(pull(review(), told={HEAD: Told("plan", "")})),
        f"the review by ben is of {HEAD[:12]}, which says nothing of a preview",
    ),
    "an approval and an objection after it": (
        lambda: agreed(pull(review(), review(state=NO))),
        "ben asked for changes in pull request 7",
    ),
    "an approval by one and an objection by another": (
        lambda: agreed(pull(review(), review(EVE, NO))),
        "eve asked for changes in pull request 7",
    ),
    "an objection in another pull request from the branch": (
        lambda: agreed(pull(review()), pull(review(EVE, NO), request=replace(PULL, number=6))),
        "eve asked for changes in pull request 6",
    ),
    "a review that an attempt was made on": (
        lambda: agreed(pull(review()), spent=frozenset({approved().review})),
        "the review by ben was spent by an earlier attempt",
    ),
}


@pytest.mark.parametrize("trick", TRICKS)
def test_a_trick_approves_nothing_and_it_is_said_why(trick: str) -> None:
    found, why = TRICKS[trick][0](), TRICKS[trick][1]
    assert (found.approvals, found.unmet) == ((), (why,) if why else ())


def test_one_person_is_one_in_however_many_pull_requests_and_reviews() -> None:
    twice = pull(review(at="2026-11-23T00:00:00Z"), review())
    assert agreed(twice, pull(review(), request=replace(PULL, number=8))).approvals == (approved(),)


def test_a_new_review_after_an_attempt_counts_again() -> None:
    again = review(at="2026-11-24T01:00:00Z")
    assert len(agreed(pull(review(), again), spent=frozenset({approved().review})).approvals) == 1


def test_what_is_of_older_bytes_or_another_production_is_stale() -> None:
    assert [agreed(pull(review(commit=commit))).stale for commit in (OLD, HEAD)] == [True, False]
    assert not agreed(pull(review(OUTSIDER, commit=OLD))).stale


def test_only_commits_that_were_approved_are_looked_at() -> None:
    reviews = (review(commit=OLD), review(), review(EVE, NO, "c" * 40), review(BOT, WORDS, "d" * 40))
    assert to_look_at(reviews) == (HEAD,)
    assert [each.by.login for each in latest(reviews)] == ["ben", "eve"]
