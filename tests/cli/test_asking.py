"""Asking at a terminal: a real pseudo-terminal, real signals, and nobody's silence taken for an answer."""

import os
import pty
import signal
import termios
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TextIO

import pytest

from changectl.cli import asking
from changectl.cli.asking import asker
from changectl.cli.stops import Stops, heeded

OPTIONS = ("done", "not done", "it failed")


def _nothing_came() -> None:
    raise AssertionError("nothing ended the prompt")


@dataclass
class Terminal:
    """A person at a terminal: what they see, and what they type once they have seen it."""

    master: int
    stdin: TextIO
    stderr: TextIO
    stops: Stops = field(default_factory=Stops)
    seen: str = ""

    def then(self, words: str, do: Callable[[], object]) -> None:
        """Do this as soon as these words are seen, in another thread."""
        threading.Thread(target=self._then, args=(words, do), daemon=True).start()

    def types(self, line: str) -> None:
        os.write(self.master, line.encode())

    def _then(self, words: str, do: Callable[[], object]) -> None:
        while words not in self.seen:
            self.seen += os.read(self.master, 4096).decode(errors="replace")
        do()

    def asked(self, options: tuple[str, ...] = OPTIONS, meanwhile: Callable[[], None] = _nothing_came) -> str | None:
        with (
            pytest.MonkeyPatch.context() as patch,
            heeded(self.stops),
        ):  # pytest's own streams come back with each phase
            patch.setattr("sys.stdin", self.stdin)
            patch.setattr("sys.stderr", self.stderr)
            return asker(True, self.stops)("Open\nthe \x1b[2Jvalve", options, meanwhile)


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    master, slave = pty.openpty()
    with os.fdopen(slave, encoding="utf-8") as stdin, os.fdopen(os.dup(slave), "w", encoding="utf-8") as stderr:
        yield Terminal(master, stdin, stderr)
    os.close(master)


@pytest.mark.parametrize(
    ("typed", "options", "answer"),
    [
        ("1\n", OPTIONS, "done"),
        (" 2 \n", OPTIONS, "not done"),
        ("it failed\n", OPTIONS, "it failed"),
        ("\n0\n4\nyes\nd\n\u0661\n3\n", OPTIONS, "it failed"),
        ("\n4.2 bar \n", (), "4.2 bar"),
        ("\x04", OPTIONS, None),
    ],
)
def test_an_answer_is_one_of_the_options_or_a_line(
    terminal: Terminal, typed: str, options: tuple[str, ...], answer: str | None
) -> None:
    terminal.then("? " if options else "> ", lambda: terminal.types(typed))
    assert terminal.asked(options) == answer


def test_the_question_is_shown_without_its_escapes(terminal: Terminal) -> None:
    terminal.then("Which (1-3)? ", lambda: terminal.types("1\n"))
    terminal.asked()
    assert (
        terminal.seen.replace("\r", "") == "\nOpen\nthe valve\n  1  done\n  2  not done\n  3  it failed\nWhich (1-3)? "
    )


def test_what_was_typed_before_the_question_is_no_answer(terminal: Terminal) -> None:
    terminal.types("1\n")
    terminal.then("Which (1-3)? ", lambda: terminal.types("3\n"))
    assert terminal.asked() == "it failed"


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM], ids=lambda stop: stop.name)
def test_a_stop_ends_the_prompt_at_once(terminal: Terminal, stop: signal.Signals) -> None:
    terminal.then("Which", lambda: os.kill(os.getpid(), stop))
    assert terminal.asked() is None
    assert (terminal.stops.asked, terminal.stops.unheard) == (1, True)


def test_a_stop_that_came_just_before_the_prompt_is_not_lost(terminal: Terminal) -> None:
    assert terminal.stops.count() == 0
    terminal.stops.come(signal.SIGINT, None)
    assert terminal.asked() is None


def test_on_the_way_back_it_takes_another_stop_to_end_the_prompt(terminal: Terminal) -> None:
    terminal.stops.come(signal.SIGINT, None)
    assert terminal.stops.count() == 1
    terminal.then("Which", lambda: terminal.types("1\n"))
    assert terminal.asked() == "done"


def test_other_signals_end_nothing(terminal: Terminal) -> None:
    def come() -> None:
        os.kill(os.getpid(), signal.SIGHUP)
        os.kill(os.getpid(), signal.SIGWINCH)
        terminal.types("1\n")

    terminal.then("Which", come)
    assert terminal.asked() == "done"


def test_a_terminal_that_goes_away_is_no_answer(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(*_: object) -> bytes:
        raise OSError(5, "Input/output error")

    terminal.then("Which", lambda: (monkeypatch.setattr(asking.os, "read", gone), terminal.types("1\n")))
    assert terminal.asked() is None


def test_while_a_person_thinks_it_is_watched_and_what_that_finds_ends_the_prompt(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Turned(Exception):
        pass

    rounds = []

    def watched() -> None:
        rounds.append(time.monotonic())
        if len(rounds) == 3:
            raise Turned

    monkeypatch.setattr(asking, "EVERY", 0.01)
    with pytest.raises(Turned):
        terminal.asked(meanwhile=watched)
    assert len(rounds) == 3


def test_while_a_person_thinks_what_is_held_is_kept_up(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    rounds: list[int] = []

    def kept_up() -> None:
        rounds.append(len(rounds))
        if len(rounds) == 3:
            terminal.types("1\n")

    monkeypatch.setattr(asking, "EVERY", 0.01)
    terminal.stops.meanwhile = kept_up
    assert terminal.asked(meanwhile=lambda: None) == "done"
    assert rounds[:3] == [0, 1, 2]


def test_nobody_is_asked_where_nobody_is() -> None:
    assert asker(False, Stops())("Open it", OPTIONS, lambda: None) is None


def test_the_terminal_is_left_as_it_was(terminal: Terminal) -> None:
    before = termios.tcgetattr(terminal.master)
    terminal.then("Which", lambda: terminal.types("1\n"))
    terminal.asked()
    assert termios.tcgetattr(terminal.master) == before
    assert signal.set_wakeup_fd(-1) == -1
