"""The command probe: what it reads, what it starts, and how it judges."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from parts import read_part

from changectl.contracts.probe import CannotAsk, CommandAnswer, Judgement, Observation, Verdict
from changectl.probes.command import PROBE, CommandSpec

SPEC = CommandSpec(("./smoke.sh", "--fast"))


@pytest.mark.parametrize(
    ("text", "spec"),
    [
        (PROBE.example, SPEC),
        ("command: ./smoke.sh --fast", SPEC),
        ("command: ./say 'two words' \"and $HOME\"", CommandSpec(("./say", "two words", "and $HOME"))),
        ("command: [sleep, 5, true, '']", CommandSpec(("sleep", "5", "true", ""))),
        ("command: [sh, -c, 'a | b']", CommandSpec(("sh", "-c", "a | b"))),
        ("command: ./say '|'", CommandSpec(("./say", "|"))),
        ("{command: ./x, expect: 3, timeout: 2m}", CommandSpec(("./x",), 3, timedelta(minutes=2))),
    ],
)
def test_a_plan_says_what_to_start(text: str, spec: CommandSpec) -> None:
    assert read_part(PROBE, text) == (spec, [])


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        ("command: ''", ["CHG211"]),
        ("command: []", ["CHG211"]),
        ("command: ['']", ["CHG211"]),
        ("command: [x, {a: b}]", ["CHG211"]),
        ("command: [x, null]", ["CHG211"]),
        ("command: 5", ["CHG120"]),
        ("command: it's", ["CHG211"]),
        ("command: ./a | ./b", ["CHG211"]),
        ("command: ./a && ./b", ["CHG211"]),
        ("command: ./a > /dev/null", ["CHG211"]),
    ],
)
def test_what_cannot_be_started_is_complained_of(text: str, rules: list[str]) -> None:
    spec, complaints = read_part(PROBE, text)
    assert (spec, [rule for rule, _ in complaints]) == (None, rules)


class Shell:
    """Senses that answer one thing, and remember what they were asked."""

    def __init__(self, answer: CommandAnswer | Exception) -> None:
        self.answer = answer
        self.asked: list[object] = []

    def command(self, argv: Sequence[str], timeout: timedelta) -> CommandAnswer:
        self.asked.append((argv, timeout))
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.mark.parametrize(
    ("answer", "seen"),
    [
        (CommandAnswer(1, "no"), Observation({"status": 1, "output": "no"})),
        (TimeoutError("did not end within 60 s"), Observation({"unfinished": "did not end within 60 s"})),
        (
            CannotAsk("./smoke.sh cannot be started: No such file"),
            Observation(error="./smoke.sh cannot be started: No such file"),
        ),
    ],
)
def test_how_it_ended_is_seen(answer: CommandAnswer | Exception, seen: Observation) -> None:
    shell = Shell(answer)
    assert PROBE.observe(SPEC, shell) == seen  # type: ignore[arg-type]
    assert shell.asked == [(("./smoke.sh", "--fast"), timedelta(seconds=60))]


@pytest.mark.parametrize(
    ("seen", "verdict", "says"),
    [
        ({"status": 0, "output": ""}, Verdict.PASSED, "./smoke.sh --fast ended with 0"),
        ({"status": 0, "output": "a\n9 of 9\n\n"}, Verdict.PASSED, "./smoke.sh --fast ended with 0: 9 of 9"),
        (
            {"status": 1, "output": "\x1b[31mred\x1b[0m\r\n"},
            Verdict.FAILED,
            "./smoke.sh --fast ended with 1, not 0: red",
        ),
        ({"status": -9, "output": ""}, Verdict.FAILED, "./smoke.sh --fast was killed by signal 9"),
        ({"unfinished": "did not end within 60 s"}, Verdict.FAILED, "./smoke.sh --fast did not end within 60 s"),
        (None, Verdict.NO_DATA, "./smoke.sh --fast was not seen"),
    ],
)
def test_an_end_is_judged(seen: Any, verdict: Verdict, says: str) -> None:
    assert PROBE.judge(SPEC, Observation(seen)) == Judgement(verdict, says)


def test_what_cannot_be_started_says_nothing_about_production() -> None:
    judgement = Judgement(Verdict.ERROR, "./smoke.sh --fast could not be asked: gone")
    assert PROBE.judge(SPEC, Observation(error="gone")) == judgement


def test_the_sentence_is_short_whatever_was_printed() -> None:
    seen = Observation({"status": 1, "output": "x" * 65536})
    says = PROBE.judge(CommandSpec(("a" * 5000,)), seen).says
    assert (len(says), says[-1], "ended with 1" in says) == (200, "…", True)


def test_a_check_says_what_it_tests() -> None:
    assert PROBE.says(SPEC) == "./smoke.sh --fast ends with 0"
