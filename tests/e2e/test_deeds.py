"""Steps that a person does, from outside: without a terminal, at one, and with Ctrl-C at the question."""

import os
import pty
import sys
from collections.abc import Iterator

import pytest

from tests.e2e import aws
from tests.e2e.team import Person, Team, plan

CHANGE = "2026-11-23-open-the-valve"
STEPS = """
- name: Protect the bookings
  set: table/bookings
  change: {protection: true}
- name: Open the valve
  ask: Open the valve, and read the pressure.
  answer: pressure in bar
"""


class Terminal:
    """`changectl …` with a controlling terminal of its own."""

    def __init__(self, person: Person, *args: str) -> None:
        self.said = ""
        environment = person._environment({"COLUMNS": "200", "TERM": "dumb"})
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.chdir(person.folder)
            os.execve(sys.executable, [sys.executable, "-m", "changectl", *args], environment)

    def says(self, words: str) -> None:
        """Wait until these words are on the screen, and forget what was there before them."""
        while words not in self.said:
            self.said += os.read(self.fd, 4096).decode(errors="replace")
        self.said = self.said.partition(words)[2]

    def types(self, keys: str) -> None:
        os.write(self.fd, keys.encode())

    def ended(self) -> int:
        """Wait for its end; its exit status."""
        try:
            while more := os.read(self.fd, 4096):
                self.said += more.decode(errors="replace")
        except OSError:  # Linux: the other side has closed
            pass
        os.close(self.fd)
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


@pytest.fixture
def team(moto_team: Team) -> Iterator[Team]:
    aws.table(moto_team.emulator)
    moto_team.ana.writes(CHANGE, plan(STEPS))
    return moto_team


def test_without_a_terminal_it_waits_for_a_person_who_goes_on_at_one(team: Team) -> None:
    before = aws.table_now(team.emulator)

    alone = team.ana.applies(CHANGE, status=11)
    assert "needs an operator: step open-the-valve is done by a person, and nobody can be asked here" in alone.err
    assert f"changectl apply --resume {CHANGE}" in alone.out
    assert len(team.locks()) == 1
    still = team.ana.types("apply", "--resume", CHANGE, status=11)
    assert "Production is between two states" in still.out

    ana = Terminal(team.ana, "apply", "--resume", CHANGE)
    ana.says("It may have been done already.")
    ana.says("Which (1-3)? ")
    ana.types("1\n")
    ana.says("pressure in bar:")
    ana.says("> ")
    ana.types("4.2\n")
    assert ana.ended() == 0, ana.said
    assert "Production is as intended" in ana.said
    assert aws.table_now(team.emulator) == {**before, "protection": True}
    assert team.locks() == {}
    shown = team.ben.types("show", CHANGE, "--fetch").out
    assert "step open-the-valve done: confirmed; pressure in bar: 4.2" in " ".join(shown.split())


def test_ctrl_c_at_the_question_goes_back_and_asks_for_the_deed_back(team: Team) -> None:
    before = aws.table_now(team.emulator)
    ana = Terminal(team.ana, "apply", CHANGE, "--confirm", "prod")
    ana.says("Open the valve, and read the pressure.")
    ana.says("Which (1-3)? ")
    ana.types("\x03")
    ana.says("Finishing the call in flight, then going back.")
    ana.says("A person was asked to do this, and may have done it.")
    ana.says("Which (1-3)? ")
    ana.types("2\n")
    assert ana.ended() == 10, ana.said
    assert "Production is as before" in ana.said
    assert (aws.table_now(team.emulator), team.locks()) == (before, {})
