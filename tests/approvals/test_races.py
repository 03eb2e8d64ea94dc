"""Between the review and the first call much can happen; whatever it is, what was not approved as it is does not begin."""

from collections.abc import Callable

import pytest

from tests.approvals.place import BRANCH, CHANGE, PLAN, Place
from tests.approvals.place import place as place
from tests.e2e import aws


def dismissed(place: Place) -> None:
    place.forge.pulls[7].reviews[0].state = "DISMISSED"


def objected(place: Place) -> None:
    place.reviews("ben", "CHANGES_REQUESTED")


def another_objected(place: Place) -> None:
    place.reviews("eve", "CHANGES_REQUESTED")


def left_the_team(place: Place) -> None:
    place.forge.person("ben", permission="read")


def deleted_account(place: Place) -> None:
    place.forge.pulls[7].reviews[0].by = None


def turned_out_a_bot(place: Place) -> None:
    place.forge.person("ben", type="Bot")


def withdrew(place: Place) -> None:
    place.forge.pulls[7].state = "closed"


def aimed_elsewhere(place: Place) -> None:
    place.forge.pulls[7].base = "ana/playground"


def committed_too(place: Place) -> None:
    tip = place.forge.pulls[7].commits[-1]
    place.forge.pulls[7].commits.append(place.forge.commit("ben", parents=[tip], message="A little more"))


def edited(place: Place) -> None:
    place.writes(PLAN + "\n")


def edited_and_proposed(place: Place) -> None:
    edited(place)
    place.proposes()


def drifted(place: Place) -> None:
    aws.tag_table(place.emulator, Team="strangers")


def drifted_and_proposed(place: Place) -> None:
    drifted(place)
    place.proposes()


def wanted_two(place: Place) -> None:
    place.agrees(needed=2)


def pushed_over(place: Place) -> None:
    """The branch was forced to another commit, and the reviewed one is gone."""
    place.forge.commits.pop(place.forge.pulls[7].reviews[0].commit or "")


def went_away(place: Place) -> None:
    place.forge.fail("", status=500, times=99)


def forgot_us(place: Place) -> None:
    place.forge.tokens.clear()


def made_anew(place: Place) -> None:
    place.emulator.client("dynamodb").delete_table(TableName=aws.TABLE)
    aws.table(place.emulator)
    drifted(place)


UNFIT, STALE = 5, 6
BEFORE: dict[Callable[[Place], None], tuple[int, str]] = {
    dismissed: (UNFIT, "the review by ben was dismissed"),
    objected: (UNFIT, "ben asked for changes in pull request 7"),
    another_objected: (UNFIT, "eve asked for changes in pull request 7"),
    left_the_team: (UNFIT, "the review by ben is by somebody who may not write to the repository"),
    deleted_account: (UNFIT, "the review by ghost is by no person"),
    turned_out_a_bot: (UNFIT, "the review by ben is by no person"),
    withdrew: (UNFIT, "pull request 7 was closed without being merged"),
    aimed_elsewhere: (UNFIT, "pull request 7 aims at ana/playground, not at main"),
    committed_too: (UNFIT, "the review by ben is by who wrote a commit of it"),
    edited: (STALE, "where the plan is another"),
    edited_and_proposed: (STALE, "where the plan is another"),
    drifted: (STALE, "over another preview"),
    drifted_and_proposed: (STALE, "over another preview"),
    wanted_two: (UNFIT, "needs 2 approvals for prod and it has 1"),
    went_away: (UNFIT, "GitHub answered 500"),
    forgot_us: (UNFIT, "GitHub does not know the token"),
    made_anew: (STALE, "over another preview"),
}
MEANWHILE = {
    dismissed: "the review by ben was dismissed",
    objected: "ben asked for changes in pull request 7",
    another_objected: "eve asked for changes in pull request 7",
    left_the_team: "the review by ben is by somebody who may not write to the repository",
    withdrew: "pull request 7 was closed without being merged",
    committed_too: "the review by ben is by who wrote a commit of it",
    drifted: "table/bookings tags changed between the snapshot and the lock",
    went_away: "GitHub answered 500",
}


def test_what_was_reviewed_is_applied_and_the_register_says_by_whom(place: Place) -> None:
    assert place.applies() == 5
    assert "it has none" in place.said
    assert "have it reviewed: https://github.com/unicorn/rentals/pull/7" in place.said
    place.reviews()

    assert place.applies() == 0, place.said
    assert place.trial == "office"
    assert place.types("show", CHANGE) == 0
    assert f"approved by ben <github:{place.forge.person('ben').id}>" in place.said


@pytest.mark.parametrize("race", BEFORE, ids=lambda race: race.__name__)
def test_a_change_does_not_begin_after(place: Place, race: Callable[[Place], None]) -> None:
    place.reviews()
    race(place)
    status, words = BEFORE[race]

    assert (place.applies(), place.trial) == (status, None), place.said
    assert words in place.said
    assert "Production is untouched." in place.said
    assert place.locks() == ""


@pytest.mark.parametrize("race", MEANWHILE, ids=lambda race: race.__name__)
def test_nothing_is_sent_where_it_happens_between_the_check_and_the_lock(
    place: Place, race: Callable[[Place], None]
) -> None:
    place.reviews()
    place.forge.then[2] = lambda: race(place)

    assert place.applies() in (UNFIT, STALE)
    assert MEANWHILE[race] in place.said
    assert place.trial is None
    assert '"state":"held"' not in place.locks().replace(" ", "")


def test_a_review_that_an_attempt_was_made_on_is_spent_and_a_new_one_is_not(place: Place) -> None:
    place.reviews()
    assert place.applies() == 0
    assert place.types("rollback", CHANGE) == 0

    assert place.applies() == 5
    assert "the review by ben was spent by an earlier attempt" in place.said
    place.reviews()
    assert place.applies() == 0, place.said


def test_an_attempt_that_was_refused_costs_no_review(place: Place) -> None:
    place.reviews()
    place.forge.then[2] = lambda: place.forge.fail("/reviews", status=500, times=9)
    assert place.applies() == 5

    place.forge.faults.clear()
    assert place.applies() == 0, place.said


def test_a_plan_that_comes_back_to_what_was_reviewed_is_approved(place: Place) -> None:
    place.reviews()
    edited(place)
    assert place.applies() == 6
    place.writes(PLAN)
    assert place.applies() == 0, place.said


def test_proposing_the_same_again_keeps_the_review(place: Place) -> None:
    place.reviews()
    before = place.git("rev-parse", BRANCH)
    assert place.proposes() == before
    assert place.applies() == 0, place.said


def test_approve_sends_you_to_the_pull_request_and_offline_proves_nothing(place: Place) -> None:
    place.git("config", "user.name", "Ben")
    place.git("config", "user.email", "ben@unicorn.example")
    assert place.types("approve", CHANGE) == 5
    assert "review its pull request: http" in place.said
    place.reviews()
    went_away(place)
    assert place.applies("--offline", "GitHub is down") == 5
    assert place.trial is None


def test_the_comment_knows_what_was_proposed_and_what_was_edited_since(place: Place) -> None:
    assert place.types("ci", "comment", "--dry-run", CHANGE) == 0, place.said
    assert "approves nothing yet" not in place.said
    edited(place)
    assert place.types("ci", "comment", "--dry-run", CHANGE) == 0
    assert "approves nothing yet" in place.said
