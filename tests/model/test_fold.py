"""What is beside a change moves it nowhere; what an emergency owes is owed until somebody else has looked."""

import pytest

from changectl.model import events as e
from changectl.model.change import Change, State
from changectl.model.entry import Entry
from changectl.model.fold import evolve, fold, last_of, to_its_end
from changectl.model.resource import FacetRef, Ref

FACET = FacetRef(Ref("box", ("a",)), "lid")
PROPOSED = e.Proposed("p", "v", "t", "r", "prod", "low", "1", "r", "", (), (), "exact", ("ana",))
APPROVED = e.Approved("p", "v", "ben")
BEGUN = e.Begun("p", "v", "t", "prod", "1", "r", "", (), "d", (FACET,), (), "0")
FIRE = e.Begun("p", "v", "t", "prod", "1", "r", "", (), "d", (FACET,), (), "0", emergency="INC-1")
CALL = e.CallStarted(0, "forward", "s", "toy", "PutLid", "r", {}, (FACET,))
NOTED = e.Noted("ben", "hm")
OWN, OTHERS = e.Reviewed("ana", "a", "b", "c", own=True), e.Reviewed("ben", "a", "b", "c")
ALONE = e.Reviewed("ana", "a", "b", "c", own=True, why="a team of one")
APPLIED, BACK, REFUSED = e.Closed("applied"), e.Closed("rolled-back"), e.Closed("refused")
ACCEPTED = e.Closed("accepted", "so be it", by="ben")
NEEDED = e.OperatorNeeded("stuck", (FACET,))


def entries(*events: tuple[int, e.Event]) -> tuple[Entry, ...]:
    return tuple(Entry("c", attempt, "t", "ana", "h", str(n), event) for n, (attempt, event) in enumerate(events))


def added(attempt: int, *events: e.Event) -> Change:
    return fold(entries(*((attempt, event) for event in events)))


PAST = {
    "nothing": (),
    "proposed": (PROPOSED,),
    "approved": (PROPOSED, APPROVED),
    "begun": (PROPOSED, APPROVED, BEGUN),
    "applying": (PROPOSED, APPROVED, BEGUN, e.StepStarted("s"), CALL),
    "stuck": (PROPOSED, BEGUN, CALL, NEEDED),
    "closed": (PROPOSED, FIRE, CALL, APPLIED),
    "published": (PROPOSED, FIRE, CALL, APPLIED, e.Published("tip")),
}


@pytest.mark.parametrize("past", PAST.values(), ids=PAST)
@pytest.mark.parametrize("attempt", [0, 1, 2, 99])
def test_a_note_changes_nothing_whatever_attempt_it_names(past: tuple[e.Event, ...], attempt: int) -> None:
    before = entries(*((1, event) for event in past))
    assert fold((*before, *entries((attempt, NOTED)))) == fold(before)


def test_a_review_changes_nothing_but_what_is_owed() -> None:
    before = added(1, *PAST["published"])
    after = evolve(before, OTHERS)
    assert (before.owed, after.owed, after.reviews, after.published, after.closed) == (
        True,
        False,
        (OTHERS,),
        True,
        APPLIED,
    )
    assert added(1, PROPOSED, APPROVED, OTHERS).approvals == (APPROVED,)


@pytest.mark.parametrize(
    ("events", "owed"),
    [
        ((FIRE,), False),
        ((FIRE, CALL, APPLIED), True),
        ((FIRE, CALL, BACK), True),
        ((FIRE, CALL, NEEDED, ACCEPTED), True),
        ((FIRE, REFUSED), False),
        ((FIRE, e.Closed("abandoned")), False),
        ((BEGUN, CALL, APPLIED), False),
        ((FIRE, CALL, APPLIED, NOTED), True),
        ((FIRE, CALL, APPLIED, OWN), True),
        ((FIRE, CALL, APPLIED, OTHERS), False),
        ((FIRE, CALL, APPLIED, OWN, OTHERS), False),
        ((FIRE, CALL, APPLIED, ALONE), False),
        ((FIRE, CALL, APPLIED, e.RollbackWanted("regret", "ana")), True),
        ((FIRE, CALL, APPLIED, e.RollbackWanted("regret", "ana"), BACK), True),
        ((FIRE, CALL, APPLIED, OTHERS, e.RollbackWanted("regret", "ana"), BACK), False),
        ((FIRE, CALL, APPLIED, PROPOSED), True),
        ((FIRE, CALL, APPLIED, PROPOSED, OTHERS), False),
    ],
    ids=str,
)
def test_what_an_emergency_owes(events: tuple[e.Event, ...], owed: bool) -> None:
    assert added(1, PROPOSED, *events).owed is owed


def test_another_attempt_neither_pays_it_nor_takes_a_review_of_the_one_before_for_its_own() -> None:
    first = [(1, event) for event in (PROPOSED, FIRE, CALL, APPLIED)]
    second = [(2, event) for event in (FIRE, CALL, APPLIED)]
    assert fold(entries(*first, (2, BEGUN), (2, CALL), (2, APPLIED))).owed
    assert fold(entries(*first, *second, (1, OTHERS))).owed
    assert not fold(entries(*first, *second, (2, OTHERS))).owed


@pytest.mark.parametrize(
    ("events", "unanswered"),
    [
        ((BEGUN, CALL, APPLIED), False),
        ((BEGUN, CALL, e.RollbackWanted("it failed"), BACK), True),
        ((BEGUN, CALL, e.RollbackWanted("asked for", "ana"), BACK), False),
        ((BEGUN, CALL, NEEDED, ACCEPTED), True),
        ((BEGUN, CALL, NEEDED, ACCEPTED, OWN), False),
        ((BEGUN, REFUSED), False),
    ],
    ids=str,
)
def test_what_went_wrong_by_itself_is_unanswered_until_somebody_answers(
    events: tuple[e.Event, ...], unanswered: bool
) -> None:
    assert added(1, PROPOSED, *events).unanswered is unanswered


def test_accepted_it_is_closed_and_a_new_attempt_starts_afresh() -> None:
    past = [(1, event) for event in (PROPOSED, BEGUN, CALL, NEEDED, ACCEPTED)]
    assert (fold(entries(*past)).state, fold(entries(*past)).operator) == (State.CLOSED, None)
    again = fold(entries(*past, (2, BEGUN)))
    assert again == Change(proposed=PROPOSED, attempt=2, begun=BEGUN, began_at="t")


def test_a_story_ends_with_its_last_end_and_what_was_said_of_it() -> None:
    story = entries((1, PROPOSED), (1, BEGUN), (1, APPLIED), (1, NOTED), (1, PROPOSED), (1, OTHERS), (1, APPROVED))
    assert [each.event for each in to_its_end(story)] == [PROPOSED, BEGUN, APPLIED, NOTED, OTHERS]
    assert to_its_end(story[:2]) == ()
    assert (last_of(story).event, last_of(story[:4]).event, last_of(story[3:4]).event) == (APPROVED, APPLIED, NOTED)


def test_what_passed_before_the_first_step_is_asked_again_only_after_the_last() -> None:
    checks = (e.CheckPassed("before", 0, "up", ""), e.CheckPassed("after", 0, "up", ""))
    change = added(1, BEGUN, *checks, e.StepStarted("s"))
    assert change.passed == {("before", 0)}
    assert evolve(evolve(change, checks[1]), e.StepStarted("t")).passed == {("before", 0), ("after", 0)}


def test_whoever_wants_to_go_forward_is_remembered() -> None:
    wanted = e.ForwardWanted("it is right by now", "ana")
    assert added(1, PROPOSED, BEGUN, CALL, NEEDED, wanted).forward == wanted
