"""On GitLab an approval is of the bytes and the preview that were there when it was given, and of nobody's own work."""

from collections.abc import Callable

import pytest

from tests.approvals.place import BRANCH, CHANGE, PLAN, Place
from tests.approvals.place import lab as lab


def taken_back(lab: Place) -> None:
    lab.forge.requests[7].approvals.clear()


def objected(lab: Place) -> None:
    lab.forge.requests[7].wishes.append(lab.forge.person("eve").username)


def left_the_team(lab: Place) -> None:
    lab.forge.person("ben", access_level=20)


def edited_and_proposed(lab: Place) -> None:
    lab.writes(PLAN + "\n")
    lab.proposes()


def pushed_too(lab: Place) -> None:
    lab.forge.push("ana", BRANCH, action="created")
    lab.forge.push("ben", BRANCH)


def had_a_bot_push(lab: Place) -> None:
    lab.forge.push("ana", BRANCH, action="created")
    lab.forge.push("project_278964_bot_1", BRANCH)


MEANWHILE = {
    taken_back: "",
    objected: "eve asked for changes",
    left_the_team: "the review by ben is by somebody who may not write to the repository",
    pushed_too: "the review by ben is by who wrote a commit of it",
    had_a_bot_push: "was pushed to by project_278964_bot_1, behind which anybody can stand",
}


def test_what_was_approved_is_applied_once(lab: Place) -> None:
    assert lab.applies() == 5, lab.said
    lab.forge.approve(7, "ben")
    assert (lab.applies(), lab.trial) == (0, "office"), lab.said
    assert lab.types("rollback", CHANGE) == 0
    assert lab.applies() == 5
    assert "the review by ben was spent by an earlier attempt" in lab.said


def test_an_approval_is_of_what_was_there_before_the_next_push(lab: Place) -> None:
    lab.forge.approve(7, "ben")
    edited_and_proposed(lab)
    assert (lab.applies(), lab.trial) == (6, None), lab.said
    assert "where the plan is another" in lab.said


@pytest.mark.parametrize("race", MEANWHILE, ids=lambda race: race.__name__)
def test_nothing_is_sent_where_it_happens_between_the_check_and_the_lock(
    lab: Place, race: Callable[[Place], None]
) -> None:
    lab.forge.approve(7, "ben")
    lab.forge.then[2] = lambda: race(lab)
    assert (lab.applies(), lab.trial) == (5, None), lab.said
    assert MEANWHILE[race] in lab.said
