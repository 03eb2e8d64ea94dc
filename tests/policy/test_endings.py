"""An ending says what the bold line alone would leave unsaid: not recorded, not held, read too late, or contradicted."""

from collections.abc import Callable
from dataclasses import replace

from changectl.errors import CannotRecord, ChangectlError
from changectl.model import events as e
from changectl.model.change import Change, Outcome
from changectl.model.contradictions import contradictions
from changectl.model.fold import evolve
from changectl.model.plan import Auto, BackOut
from changectl.model.resource import FacetRef
from changectl.model.status import Production, Status
from changectl.views.ending import ending, ending_document, ending_page
from changectl.views.page import plain_lines
from tests.engine.scenarios import BOXES, plan
from tests.engine.toy import ToyAws, ref
from tests.policy.stage import LABELS, LID, Stage

PLAN = plan(LID, LABELS)


def full_from(stage: Stage, sort: type) -> Callable[[e.Event], ChangectlError | None]:
    """The disk is full from the second event of a sort on."""
    seen = list[e.Event]()

    def failing(event: e.Event) -> ChangectlError | None:
        seen.extend([event] if isinstance(event, sort) else [])
        return CannotRecord("the journal cannot be written: No space left on device") if len(seen) > 1 else None

    return failing


def said(change: Change, **how: bool) -> str:
    return "\n".join(plain_lines(ending_page(ending("c", change, **how))))


def full() -> tuple[Stage, Change]:
    stage = Stage()
    stage.record_fails = full_from(stage, e.CallStarted)
    return stage, stage.conducted(PLAN)


def test_a_disk_that_fills_up_sends_it_back_and_the_ending_says_what_is_not_recorded() -> None:
    stage, change = full()
    assert (change.outcome, stage.aws.state()) == (Outcome.ROLLED_BACK, ToyAws(BOXES).state())
    end = ending("c", change)
    assert (end.status, end.production) == (Status.ROLLED_BACK, Production.AS_BEFORE)
    assert "Not all of it is recorded on this machine: the journal cannot be written: No space left on device." in said(
        change
    )
    assert end.next[0] == "changectl rollback c"
    document = ending_document("c", change, end)
    assert document["unrecorded"] == "the journal cannot be written: No space left on device"
    assert document["status"] == 10


def test_once_there_is_room_a_rollback_records_it_and_sends_nothing() -> None:
    stage, _ = full()
    stage.record_fails, sent = (lambda event: None), list(stage.aws.sent)
    stage.record(e.RollbackWanted("asked for", "ana"))
    change = stage.conducted(PLAN)
    assert (change.outcome, change.unrecorded) == (Outcome.ROLLED_BACK, "")
    assert stage.aws.sent == sent


def test_what_is_resumed_instead_never_goes_forward_over_what_went_back() -> None:
    stage, _ = full()
    stage.record_fails = lambda event: None
    assert stage.conducted(PLAN).outcome is Outcome.ROLLED_BACK
    assert stage.aws.state() == ToyAws(BOXES).state()


def test_a_full_disk_does_not_send_it_back_where_the_plan_wants_a_person() -> None:
    stage, wanted = Stage(), plan(LID, LABELS, back_out=BackOut(Auto.FALSE))
    stage.record_fails = full_from(stage, e.CallStarted)
    change = stage.conducted(wanted)
    assert change.operator is not None
    assert "not to go back by itself" in change.operator.why
    assert stage.aws.sent == ["PutLid"]


def test_what_is_recorded_is_not_said_to_be_missing() -> None:
    stage = Stage()
    stage.aws.denied.add("RemoveLabels")
    change = stage.conducted(PLAN)
    assert ending("c", change).notes == ()
    assert ending_document("c", change, ending("c", change))["unrecorded"] == ""


def test_a_setting_that_was_first_read_after_the_first_call_is_as_found_and_not_as_before() -> None:
    late = FacetRef(ref("z"), "lid")
    call = e.CallStarted(0, "forward", "lid", "toy", "PutLid", "here", {}, (late,))
    change = replace(
        Stage().conducted(PLAN), snapshot=e.SnapshotTaken("d", (FacetRef(ref("a"), "lid"),)), calls=(), operator=None
    )
    change = _called(change, call)
    assert change.as_found() == (late,)
    assert "as found, not as before: box/z lid." in said(change)
    assert _called(change, replace(call, creates=(ref("z"),))).as_found() == ()


def _called(change: Change, call: e.CallStarted) -> Change:
    return evolve(evolve(replace(change, calls=()), call), e.CallDone(0))


def test_a_promise_that_is_broken_is_said_loudly_and_nothing_is_claimed() -> None:
    stage = Stage()
    change = stage.conducted(PLAN)
    entries = [entry for entry in stage.entries() if not isinstance(entry.event, e.Verified)]
    wrong = contradictions(entries, change)
    assert len(wrong) == 1
    assert "applied, and production was not read again" in wrong[0]
    end = ending("c", change, broken=wrong)
    assert (end.status, end.production) == (Status.BUG, Production.UNKNOWN)
    assert end.next[0] == "changectl show c --json"
    page = "\n".join(plain_lines(ending_page(end)))
    assert "Production is unknown: a promise of changectl's own was broken" in page
    assert wrong[0] in page


def test_earlier_attempts_are_not_judged_again() -> None:
    stage = Stage()
    change = stage.conducted(PLAN)
    unread = [entry for entry in stage.entries() if not isinstance(entry.event, e.Verified)]
    earlier = [replace(entry, nonce=f"earlier {entry.nonce}") for entry in unread]
    later = [replace(entry, attempt=2, event=_locked_later(entry.event)) for entry in stage.entries()]
    assert contradictions([*earlier, *later], replace(change, attempt=2)) == ()
    assert len(contradictions(earlier, change)) == 1


def _locked_later(event: e.Event) -> e.Event:
    return e.LocksHeld((("lock", 2),)) if isinstance(event, e.LocksHeld) else event
