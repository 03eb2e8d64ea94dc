"""`changectl note`: beside any change, never in its way."""

import io
import sys

import pytest

from changectl.cli import note
from changectl.model import events as e
from tests.close.pair import ANA, BEN, CHANGE, EMERGENCY, FAILED, OPERATOR, Pair, entry, proposed, story

APPROVED = e.Approved("sha256:p", "sha256:v", BEN)
STANDS = {
    "proposed": ((proposed(),), "proposed"),
    "approved": ((proposed(), APPROVED), "approved"),
    "running elsewhere": ((proposed(), *FAILED[1:4]), "begun"),
    "needing an operator": (OPERATOR, "needs-operator"),
    "rolled back": (FAILED, "rolled-back"),
    "applied": (EMERGENCY, "applied"),
}


@pytest.mark.parametrize(("events", "stands"), STANDS.values(), ids=STANDS)
def test_a_note_is_kept_beside_a_change_and_changes_nothing_of_it(
    desk: Pair, events: tuple[e.Event, ...], stands: str
) -> None:
    attempt = 1 if len(events) > 2 else 0
    desk.ana.register.append(tuple(entry(n, event, attempt=attempt) for n, event in enumerate(events)))

    said = desk.ben.types("note", CHANGE, "The", "alarm", "was of another service.", "--json").document
    shown = desk.ana.types("show", CHANGE, "--fetch", "--json").document

    assert (said["schema"], said["by"], said["text"]) == ("changectl/noted/1", BEN, "The alarm was of another service.")
    assert (shown["stands"], shown["attempt"], shown["recorded"]) == (stands, attempt, True)
    assert [one["type"] for one in shown["events"]][-1] == "noted"
    assert f"noted by {BEN}: The alarm was of another service." in desk.ana.shows()
    with_end = any(isinstance(event, e.Closed) for event in events)
    assert ("The alarm was of another service." in desk.decision()) if with_end else "Noted" in desk.events()


def test_a_note_voids_no_approval(pair: Pair) -> None:
    pair.ana.writes()
    pair.ana.types("propose", CHANGE)
    pair.ana.types("note", CHANGE, "Wait for Ben.")
    before = pair.ana.register.read(CHANGE)
    pair.ben.types("note", CHANGE, "I am here.")
    pair.ana.applies()
    assert pair.tags() == {"Team": "rentals", "Trial": "office"}
    assert pair.events()[: len(before) + 1] == ["Proposed", "Noted", "Noted"]
    assert "I am here." in pair.decision()


def test_a_note_during_an_apply_stands_where_it_was_written_and_in_the_decision(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    from changectl.cli.senses import real_command
    from changectl.cli.world import Outside

    def note_meanwhile(*args: object) -> object:
        pair.ben.types("note", CHANGE, "Two customers called.")
        pair.ana.types(
            "note", CHANGE, "So they say", "here too."
        )  # on the machine that conducts, whose journal is locked
        return real_command(*args)  # type: ignore[arg-type]

    pair.ana.writes()
    monkeypatch.setattr(Outside, "command", staticmethod(note_meanwhile))
    pair.ana.applies()

    events = pair.events()
    assert events.count("Noted") == 2
    assert events.index("Noted") < events.index("StepDone")  # so the register learnt of it
    for said in (pair.decision(), pair.ben.shows()):
        order = [said.index(words) for words in ("step tag done", "Two customers called.", "here too.", "as intended")]
        assert order == sorted(order), said
    assert pair.held() == []


def test_several_lines_come_from_standard_input(desk: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.ana.register.append(story(*FAILED))
    text = "\ufeffFirst line.\r\n\n\n\n    indented\t\x1b[31mred\x1b[0m\u202e\n\nLast line.\n\n"
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))

    desk.ben.types("note", CHANGE, "-")

    assert f"{BEN}: First line.\n\n{' ' * 27}indented    red\n\n{' ' * 23}Last line.\n" in desk.ana.shows()
    assert "First line.\n\n  indented red\n\n  Last line." in desk.decision()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("x" * 20_001,), "the note has 20,001 characters; the register takes 20,000"),
        ((" \x1b[2J\u200b ",), "the note says nothing"),
        (
            ("the key is gh" + "p_" + "a1" * 18,),
            "a GitHub token seems to stand in the note, and git would keep it for ever",
        ),
        ((), "what is to be noted?"),
    ],
)
def test_what_cannot_be_a_note_is_refused(desk: Pair, words: tuple[str, ...], sentence: str) -> None:
    desk.ana.register.append(story(*FAILED))
    said = desk.ben.types("note", CHANGE, *words, status=2)
    assert sentence in said.err
    assert "a1a1" not in said.err
    assert "Noted" not in desk.events()


def test_twenty_thousand_characters_are_taken(desk: Pair) -> None:
    desk.ana.register.append(story(*FAILED))
    desk.ben.types("note", CHANGE, "ü" * 20_000)
    assert "ü" * 20_000 in desk.ana.shows()


def test_of_a_change_that_nobody_knows_nothing_can_be_noted(desk: Pair) -> None:
    assert "nothing is recorded of nowhere" in desk.ben.types("note", "nowhere", "x", status=2).err


def test_a_change_that_a_newer_version_wrote_is_only_read(desk: Pair) -> None:
    desk.ana.register.append(story(*FAILED, e.Unrecognised("teleported", {})))
    for words in (("note", CHANGE, "x"), ("close", CHANGE, "--cause", "a", "--impact", "b", "--next", "c")):
        assert "this one only reads it" in desk.ben.types(*words, status=5).err


def test_without_the_remote_a_note_is_refused_and_what_was_written_is_kept(
    desk: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.ana.register.append(story(*FAILED))
    desk.unplugs()
    assert "could not be read" in desk.ben.types("note", CHANGE, "x", status=5).err
    desk.plugs()

    monkeypatch.setattr(note, "from_file", lambda *_: desk.unplugs() or "Long thought about.")
    said = desk.ben.types("note", CHANGE, "-", status=5)
    desk.plugs()

    [kept] = desk.ben.machine.rglob("drafts/*")
    assert (kept.read_text(), kept.stat().st_mode & 0o777) == ("Long thought about.", 0o600)
    assert f"changectl note {CHANGE} - < {kept}" in said.err
    assert "Noted" not in desk.events()


def test_the_editor_writes_a_note_and_one_that_failed_is_there_again(
    desk: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.ana.register.append(story(*FAILED))
    monkeypatch.setattr(note, "can_ask", lambda **_: True)
    monkeypatch.setenv("VISUAL", "sh -c 'printf %s more >> \"$0\"; exit 3'")
    failed = desk.ben.types("note", CHANGE, status=2).err
    monkeypatch.setenv("VISUAL", 'sh -c \'printf " and %s" more >> "$0"\'')
    desk.ben.types("note", CHANGE)

    assert "ended with 3" in failed
    assert "more and more" in desk.ana.shows()
    assert list(desk.ben.machine.rglob("drafts/*")) == []


def test_who_wrote_a_note_is_who_wrote_it(desk: Pair) -> None:
    desk.ana.register.append(story(*FAILED))
    desk.ana.types("note", CHANGE, "mine")
    assert f"noted by {ANA}: mine" in desk.ben.shows()
