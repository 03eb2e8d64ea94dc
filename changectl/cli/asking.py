"""Asking a person at the terminal, while signals are heeded and what is watched goes on being watched."""

import os
import select
import signal
import socket
import sys
import termios
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from changectl.cli.stops import Stops
from changectl.model.text import one_line

Ask = Callable[[str, tuple[str, ...], Callable[[], None]], str | None]

EVERY = 10.0
"""Seconds between two rounds of what is watched while a person thinks; as often as between two rounds of a soak."""


def asker(can_ask: bool, stops: Stops) -> Ask:
    """Asks on the terminal. None at once where nobody is there, where the terminal ends, and where a stop is asked for.

    With options the answer is one of them, by its number or as it is spelled; without it is a line of text. What was
    typed before the question was there is no answer to it.
    """

    def ask(question: str, options: tuple[str, ...], meanwhile: Callable[[], None]) -> str | None:
        if not can_ask:
            return None
        first, *rest = question.splitlines() or [""]
        listed = (f"  {number}  {option}" for number, option in enumerate(options, 1))
        prompt = f"Which (1-{len(options)})? " if options else "> "
        _forget_typed()
        _say("\n".join(("", *(one_line(part, 2000) for part in (first, *rest)), *listed, "")))
        while True:
            _say(prompt)
            typed = _typed(stops, meanwhile)
            if typed is None:
                return None
            answer = typed.strip()
            if answer in options or (answer and not options):
                return answer
            if answer.isascii() and answer.isdigit() and 0 < int(answer) <= len(options):
                return options[int(answer) - 1]

    return ask


def _typed(stops: Stops, meanwhile: Callable[[], None]) -> str | None:
    """One line, as soon as it is typed."""
    typed = b""
    with _bell() as bell:
        while not stops.unheard:
            ready, _, _ = select.select([sys.stdin, bell], [], [], EVERY)
            if not ready:
                stops.meanwhile()
                meanwhile()
            if bell in ready:
                bell.recv(4096)
            if sys.stdin in ready:
                try:
                    more = os.read(sys.stdin.fileno(), 4096)
                except OSError:  # the terminal went away
                    return None
                typed += more
                if not more or b"\n" in typed:
                    return typed.decode(errors="replace") if more else None
    return None


@contextmanager
def _bell() -> Iterator[socket.socket]:
    """A socket that is readable as soon as a signal has come, also one that comes just before it is waited for."""
    here, there = socket.socketpair()
    with here, there:
        here.setblocking(False)
        there.setblocking(False)
        before = signal.set_wakeup_fd(there.fileno(), warn_on_full_buffer=False)
        try:
            yield here
        finally:
            signal.set_wakeup_fd(before)


def _forget_typed() -> None:
    with suppress(termios.error, OSError):
        termios.tcflush(sys.stdin, termios.TCIFLUSH)


def _say(words: str) -> None:
    with suppress(OSError):
        sys.stderr.write(words)
        sys.stderr.flush()
