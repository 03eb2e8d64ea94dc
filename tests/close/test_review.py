"""`changectl close`: three answers after what went wrong; an emergency waits for somebody else's."""

import io
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from changectl.cli import reviewing
from changectl.model import events as e
from changectl.model.entry import Entry
from changectl.register.log import Register
from tests.close.pair import (
    ANA,
    BEGINNING,
    BEN,
    CHANGE,
    EMERGENCY,
    FAILED,
    OPERATOR,
    Pair,
    begun,
    configure,
    entry,
    proposed,
    story,
)  # fmt: skip

ANSWERS = ("--cause", "a typo", "--impact", "carts were empty", "--next", "an alarm on carts")
CLOSE = ("close", CHANGE, *ANSWERS)
OWED = "It stays on status until somebody else has reviewed it."


def told(desk: Pair, *events: e.Event) -> None:
    desk.ana.register.append(story(*events))


def answered(desk: Pair) -> list[e.Reviewed]:
    desk.ben.register.fetch()
    events = (one.entry.event for one in desk.ben.register.read(CHANGE))
    return [event for event in events if isinstance(event, e.Reviewed)]


def test_what_failed_is_answered_for_and_everybody_reads_and_finds_it(desk: Pair) -> None:
    told(desk, *FAILED)
    said = desk.ben.types(*CLOSE, "--json").document

    assert said == {
        "schema": "changectl/review/1",
        "change": CHANGE,
        "attempt": 1,
        "outcome": "rolled-back",
        "review_owed": False,
        "review": {
            "by": BEN,
            "own": False,
            "cause": "a typo",
            "impact": "carts were empty",
            "followup": "an alarm on carts",
        },
        "timeline": [
            {"at": f"2026-11-23T03:{at}.000000Z", "by": ANA, "what": what, "after": after}
            for at, what, after in (
                ("00:20", "begun in prod, account 123456789012, ap-southeast-2", 0.0),
                ("00:40", "check up failed: is down", 20.0),
                ("00:50", "rolling back: the check up failed", 30.0),
                ("01:00", "read again: production is as before", 40.0),
                ("01:10", "rolled-back: the check up failed", 50.0),
            )
        ],
    }
    lines = (f"reviewed by {BEN}", "What happened? a typo", "What did customers notice? carts were empty")
    for words in (*lines, "What will be different next time? an alarm on carts"):
        assert words in desk.ana.shows()
    assert "## Reviewed by Ben \\<ben@\u200bexample.com\\>\n\n- What happened? a typo\n" in desk.decision()
    assert desk.ana.types("status").out == "No change is open.\n"
    assert "nothing left to say" in desk.ana.types("close", CHANGE).out


@pytest.mark.parametrize(
    ("events", "status", "sentence"),
    [
        (BEGINNING[:1], 2, "has not been applied"),
        (BEGINNING, 8, "has not ended"),
        ((*OPERATOR, e.RollbackWanted("again", ANA)), 8, "has not ended"),
        (
            (*BEGINNING, e.Closed("applied")),
            0,
            "It went as it should and was no emergency: there is nothing to answer for.",
        ),
        ((*BEGINNING[:3], e.Closed("refused", "drifted")), 0, "Nothing was changed: there is nothing to answer for."),
        ((*EMERGENCY[:3], e.Closed("refused", "drifted")), 0, "Nothing was changed: there is nothing to answer for."),
    ],
)
def test_where_nothing_is_to_be_answered_it_says_why(
    desk: Pair, events: tuple[e.Event, ...], status: int, sentence: str
) -> None:
    told(desk, *events)
    said = desk.ben.types(*CLOSE, status=status)
    assert sentence in said.out + said.err
    assert answered(desk) == []


def test_nobody_is_asked_where_nobody_is_there_and_the_timeline_is_shown(desk: Pair) -> None:
    told(desk, *FAILED)
    said = desk.ben.types("close", CHANGE, status=2)
    for words in ("03:00:20              begun in prod", "03:00:40       +20 s  check up failed: is down", "by Ana"):
        assert words in said.err, said.err
    assert "production was changed for 30 s" in said.err
    assert f"changectl close {CHANGE} --cause" in said.err
    partly = desk.ben.types("close", CHANGE, "--cause", "a typo", status=2)
    assert "this is not answered: What did customers notice? What will be different next time?" in partly.err


# An emergency


def test_an_emergency_stays_on_everybodys_status_until_somebody_else_has_reviewed_it(desk: Pair) -> None:
    told(desk, *EMERGENCY)
    for person in (desk.ana, desk.ben):
        said = person.types("status").out
        assert "emergency INC-7; nobody else has reviewed it yet" in said
        assert f"Next: changectl close {CHANGE}\n" in said
    assert desk.ana.types("status", "--json").document["open"] == [
        {
            "change": CHANGE,
            "title": "Tag the bookings",
            "env": "prod",
            "stands": "applied",
            "at": "2026-11-23T03:00:40.000000Z",
            "by": ANA,
            "emergency": "INC-7",
            "review_owed": True,
            "next": f"changectl close {CHANGE}",
            "conductor": None,
        }
    ]
    assert "emergency INC-7: Tag the bookings" in desk.ana.types("log").out

    assert OWED in desk.ana.types(*CLOSE).out
    assert f"reviewed by {ANA} (their own)" in desk.ben.shows()
    assert f"changectl close {CHANGE}" in desk.ben.types("status").out
    assert "nobody else has reviewed it yet" in desk.decision()

    assert OWED not in desk.ben.types("close", CHANGE, "--next", "as Ana says").out
    assert [(each.by, each.own, each.cause, each.followup) for each in answered(desk)] == [
        (ANA, True, "a typo", "an alarm on carts"),
        (BEN, False, "a typo", "as Ana says"),
    ]
    for person in (desk.ana, desk.ben):
        assert person.types("status").out == "No change is open.\n"
    assert "Emergency INC-7." in desk.decision()


EVE = "Eve <eve@example.com>"
BY_EVE = tuple(replace(each, by=EVE) for each in story(*EMERGENCY))


def _proposed(**members: Any) -> Entry:
    return entry(0, proposed(emergency="INC-7", **members))


ACCEPTED_BY_BEN = (entry(50, e.OperatorNeeded("x", ()), by=EVE), entry(60, e.Closed("accepted", "y", by=BEN), by=BEN))
SOMEBODY = {
    "author": ((_proposed(authors=(BEN,)), *BY_EVE[1:]), True),
    "author by another name": ((_proposed(authors=("Benny <BEN@example.com>",)), *BY_EVE[1:]), True),
    "lead": ((_proposed(lead="ben"), *BY_EVE[1:]), True),
    "lead by name": ((_proposed(lead="Ben"), *BY_EVE[1:]), True),
    "lead by address": ((_proposed(lead="ben@example.com"), *BY_EVE[1:]), True),
    "conducted": ((*BY_EVE[:3], replace(BY_EVE[3], by=BEN), BY_EVE[4]), True),
    "noted": ((*BY_EVE, entry(60, e.Noted(BEN, "I looked."), by=BEN)), False),
    "approved": ((BY_EVE[0], entry(1, e.Approved("p", "v", BEN), by=BEN), *BY_EVE[1:]), False),
    "accepted": ((*BY_EVE[:4], *ACCEPTED_BY_BEN), False),
}


@pytest.mark.parametrize(("entries", "own"), SOMEBODY.values(), ids=SOMEBODY)
def test_who_is_somebody_else(desk: Pair, entries: Any, own: bool) -> None:
    desk.ana.register.append(entries)
    assert (OWED in desk.ben.types(*CLOSE).out) is own
    assert [each.own for each in answered(desk)] == [own]


def test_a_team_of_one_reviews_itself_with_a_reason(desk: Pair) -> None:
    told(desk, *EMERGENCY)
    refused = desk.ana.types(*CLOSE, "--self", "--why", "I am alone", status=5)
    assert "whoever made an emergency change does not review it" in refused.err
    configure(desk.ana.folder, (desk.ana.folder / "changectl.toml").read_text() + "\n[team]\nof_one = true\n")
    assert "needs a reason" in desk.ana.types(*CLOSE, "--self", status=5).err
    assert OWED in desk.ana.types(*CLOSE).out

    assert OWED not in desk.ana.types(*CLOSE, "--self", "--why", "I am alone").out

    assert desk.ana.types("status").out == "No change is open.\n"
    assert f"reviewed by {ANA} (their own: I am alone)" in desk.ben.shows()


def test_proposing_it_anew_does_not_make_an_emergency_forgotten(desk: Pair) -> None:
    told(desk, *EMERGENCY, proposed())
    said = desk.ben.types("status").out
    assert "emergency; nobody else has reviewed it yet" in said
    assert f"Next: changectl apply {CHANGE}\n        changectl close {CHANGE}\n" in said
    desk.ben.types(*CLOSE)
    assert "nobody else" not in desk.ben.types("status").out
    assert "What happened? a typo" in desk.decision()


def test_another_attempt_does_not_make_an_emergency_forgotten(desk: Pair) -> None:
    second = (entry(100, begun(), attempt=2), entry(110, e.Closed("applied"), attempt=2))
    desk.ana.register.append((*story(*EMERGENCY), *second))
    assert "nobody else has reviewed it yet" in desk.ben.types("status").out
    desk.ben.types(*CLOSE)
    assert desk.ben.types("status").out == "No change is open.\n"


def test_an_emergency_that_was_applied_here_asks_for_it_at_its_end(pair: Pair) -> None:
    pair.ana.writes(emergency="INC-7", risk="medium")
    assert f"      changectl close {CHANGE}\n" in pair.ana.applies().out
    pair.ben.types(*CLOSE)
    assert pair.ana.types("status").out == "No change is open.\n"
    assert f"Next: changectl show {CHANGE}\n" == pair.ana.types("rollback", CHANGE).out.splitlines(keepends=True)[-1]


def test_a_change_that_failed_asks_for_it_at_its_end_and_one_that_went_well_does_not(pair: Pair) -> None:
    pair.ana.writes(test=[{"command": ["test", "-e", "nowhere"]}])
    end = pair.ana.applies(status=10).out
    assert end.endswith(f"Next: changectl show {CHANGE}\n      changectl close {CHANGE}\n")
    pair.ana.writes()
    assert pair.ana.applies().out.endswith(f"again.\nNext: changectl show {CHANGE}\n")


# Where answers come from


def test_answers_come_from_a_file_with_options_over_them(desk: Pair, tmp_path: Path) -> None:
    told(desk, *FAILED)
    file = tmp_path / "answers.md"
    file.write_text(
        "What I wrote down:\n\n## 1. What happened?\n\nOne\n# two\n\n## 2 Noticed\nNothing\n## 3.\nMore tests\n"
    )
    desk.ben.types("close", CHANGE, "--answers", str(file), "--impact", "One customer")
    [said] = answered(desk)
    assert (said.cause, said.impact, said.followup) == ("One\n# two", "One customer", "More tests")


def test_answers_are_typed_at_the_terminal(desk: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    told(desk, *EMERGENCY)
    monkeypatch.setattr(reviewing, "can_ask", lambda _: True)
    monkeypatch.setattr(sys, "stdin", io.StringIO("\n  \na typo\nempty carts\nan alarm\n"))
    desk.ana.types("close", CHANGE)
    monkeypatch.setattr(sys, "stdin", io.StringIO("\n\nsomething else\n"))
    said = desk.ben.types("close", CHANGE)
    assert "Ana answered already" in said.err
    assert "Enter keeps:\n  a typo" in said.err
    assert [(each.cause, each.followup) for each in answered(desk)] == [
        ("a typo", "an alarm"),
        ("a typo", "something else"),
    ]
    monkeypatch.setattr(sys, "stdin", io.StringIO("only one\n"))
    told_again = desk.ana.types("close", CHANGE)
    assert "nothing left to say" in told_again.out


def test_answers_are_written_in_the_editor_under_the_timeline(desk: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    told(desk, *FAILED)
    seen = desk.ben.folder / "seen"
    fill = r"s/^## \(.\)\. \(.*\)$/## \1. \2\nanswer \1/"
    monkeypatch.setenv("VISUAL", f'sh -c \'cp "$0" {seen}; sed -i "{fill}" "$0"\'')
    desk.ben.types("close", CHANGE, "--edit")
    [said] = answered(desk)
    assert (said.cause, said.impact, said.followup) == ("answer 1", "answer 2", "answer 3")
    assert "check up failed: is down" in seen.read_text()
    assert seen.read_text().endswith("\n## 3. What will be different next time?\n\n\n")


def test_without_the_remote_the_answers_are_kept_and_can_be_given_again(
    desk: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    told(desk, *FAILED)
    append = Register.append

    def unplugged(*args: Any, **named: Any) -> Any:
        desk.unplugs()
        return append(*args, **named)

    monkeypatch.setattr(Register, "append", unplugged)
    said = desk.ben.types(*CLOSE, status=5)
    monkeypatch.undo()
    desk.plugs()

    [kept] = desk.ben.machine.rglob("drafts/*")
    assert f"Next: changectl close {CHANGE} --answers {kept}" in said.err
    desk.ben.types("close", CHANGE, "--answers", str(kept))
    assert [(each.cause, each.impact, each.followup) for each in answered(desk)] == [ANSWERS[1::2]]
    assert not kept.exists()


def test_who_answers_while_it_begins_again_is_told(desk: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    told(desk, *FAILED)
    append = Register.append

    def begun_meanwhile(self: Register, *args: Any, **named: Any) -> Any:
        monkeypatch.setattr(Register, "append", append)
        desk.ana.register.append((entry(200, begun(), attempt=2),))
        return self.append(*args, **named)

    monkeypatch.setattr(Register, "append", begun_meanwhile)
    assert "is being applied or taken back again" in desk.ben.types(*CLOSE, status=8).err
    assert answered(desk) == []
