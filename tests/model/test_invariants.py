"""Every promise that a journal and a register alone can break: a history that breaks it, and one that breaks none."""

from collections.abc import Iterable
from dataclasses import replace

import pytest

from changectl.model import events as e
from changectl.model.entry import Entry
from changectl.model.history import History, Truth
from changectl.model.invariants import TABLE, broken
from changectl.model.resource import FacetRef, Ref

LID = FacetRef(Ref("box", ("a",), "here"), "lid")
SENT = e.CallStarted(0, "forward", "lid", "toy", "PutLid", "here", {}, (LID,))
AGREED = e.Approved("sha256:1", "sha256:2", "ben")
BEGUN = e.Begun("sha256:1", "sha256:2", "t", "prod", "1", "here", "", ("ben",), "s", (LID,), (), "0")
BEGINNING = (BEGUN, e.LocksHeld((("lock", 1),)), e.Confirmed(), e.StepStarted("lid"))
GOOD = (*BEGINNING, SENT, e.CallDone(0), e.StepDone("lid"), e.Verified(), e.Closed("applied"), e.Published("tip"))
BACK = (e.RollbackWanted("red"), e.Restored(), e.RestoreProven(), e.Closed("rolled-back"))
LEFT = e.FacetLeft(LID, "someone else changed it", stranger=True)


def entries(events: Iterable[e.Event], attempt: int = 1) -> tuple[Entry, ...]:
    return tuple(
        Entry("c", attempt, "2026-01-01T00:00:00.000000Z", "ana", "host", f"{attempt} {n}", event)
        for n, event in enumerate(events)
    )


def history(*events: e.Event, **more: object) -> History:
    return replace(History((*entries([AGREED], 0), *entries(events))), **more)  # type: ignore[arg-type]


def test_what_went_well_breaks_nothing() -> None:
    known = history(*GOOD, locked=False, secrets=("hunter2",))
    told = tuple(entry for entry in known.entries if not isinstance(entry.event, e.Published))
    assert broken(replace(known, register=told)) == ()
    assert broken(history(*BEGINNING, SENT, e.CallUnknown(0, "x"), e.CallDone(0, settled=True), *BACK)) == ()


@pytest.mark.parametrize(
    ("number", "wrong"),
    [
        (1, history(*BEGINNING, e.Closed("vanished"))),
        (1, history(*BEGINNING, truth=Truth({}, {}, {}))),
        (2, history(*BEGINNING, e.Verified(), SENT, e.CallDone(0), e.Closed("applied"))),
        (3, history(*BEGINNING, e.RollbackWanted("red"), e.Restored(), e.Closed("rolled-back"))),
        (3, history(*BEGINNING, e.RollbackWanted("red"), LEFT, e.RestoreProven(), e.Closed("rolled-back"))),
        (5, history(*BEGINNING, SENT, e.CallDone(0), e.CallFailed(0, "x", "y"))),
        (6, history(BEGUN, e.StepStarted("lid"), SENT)),
        (6, history(*BEGINNING, e.CallDone(3))),
        (7, history(*BEGINNING, replace(SENT, number=1))),
        (7, history(*BEGINNING, replace(SENT, step="other"))),
        (8, replace(history(), entries=entries(GOOD[:2]) * 2)),
        (8, history(*GOOD, register=(replace(entries(GOOD)[0], by="eve"),))),
        (9, history(*GOOD, register=entries(GOOD[:3]))),
        (10, history(*BEGINNING, e.OperatorNeeded("", ()))),
        (10, history(*BEGINNING, e.RollbackWanted("red"), LEFT, e.Restored(), e.OperatorNeeded("stuck", ()))),
        (11, history(*GOOD, locked=True)),
        (11, history(*BEGINNING, locked=False)),
        (12, replace(history(), entries=(*entries(BEGINNING), *entries(BEGINNING, 2)))),
        (14, history(*BEGINNING, replace(SENT, params={"Password": "hunter2"}), secrets=("hunter2",))),
        (15, history(*GOOD, replace(SENT, number=1))),
        (17, history(replace(BEGUN, plan_digest="sha256:9"))),
        (18, history(*BEGINNING, replace(SENT, region="there", facets=()))),
        (18, history(*BEGINNING, replace(SENT, facets=(replace(LID, ref=replace(LID.ref, region="there")),)))),
        (19, history(*BEGINNING, SENT, e.CallDone(0), e.Closed("refused", "no", "drifted"))),
    ],
)
def test_what_breaks_a_promise_is_told_by_its_number(number: int, wrong: History) -> None:
    assert number in {each.number for each in broken(wrong)}


def test_where_records_are_missing_they_prove_nothing() -> None:
    assert broken(history(*BEGINNING, e.CallDone(3), complete=False)) == ()


def test_the_numbers_are_each_there_once_and_every_sentence_is_one() -> None:
    numbers = [each.number for each in TABLE]
    assert (numbers, 16 in numbers) == (sorted(set(numbers)), False)
    assert [each.number for each in TABLE if not each.sentence.endswith(".") or not each.sentence[0].isupper()] == []
