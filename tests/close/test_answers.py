"""Answers in a text, and what people may write for the record."""

import pytest

from changectl.cli.answers import Answers, answers_in, checked, template
from changectl.cli.writing import recordable
from changectl.errors import WrongUsage
from changectl.model.text import safe_lines

FULL = Answers("one\n\ntwo", "## no question of ours\nnothing", "three")


def test_what_the_template_says_is_read_back() -> None:
    assert answers_in(template(("Title", "## begun", ""), FULL)) == FULL
    assert answers_in(template((), Answers())) == Answers()


@pytest.mark.parametrize(
    ("content", "answers"),
    [
        ("## 3. c\nthree\n## 1\none\n", Answers("one", "", "three")),
        ("\r\n## 2. b\r\ntwo\r\n", Answers("", "two", "")),
        ("##1\none", Answers("one")),
    ],
)
def test_questions_may_stand_in_any_order_and_be_left_out(content: str, answers: Answers) -> None:
    assert answers_in(content) == answers


@pytest.mark.parametrize("content", ["", "just text", "# 1. one", "## 4. four", "## 1\na\n## 1\nb\n", "## 11\nx"])
def test_what_has_no_such_questions_is_refused(content: str) -> None:
    with pytest.raises(WrongUsage, match="each once"):
        answers_in(content)


def test_those_given_later_stand_over_those_before() -> None:
    assert Answers("a", "", "c").over(Answers("x", "y", "z")) == Answers("a", "y", "c")


@pytest.mark.parametrize("answers", [Answers("a", "b", " \n"), Answers("a", "", "c"), Answers("", "b", "c")])
def test_every_question_is_answered(answers: Answers) -> None:
    with pytest.raises(WrongUsage, match="this is not answered: W"):
        checked(answers, "how")


def test_an_answer_that_shows_nothing_is_none() -> None:
    with pytest.raises(WrongUsage, match="says nothing"):
        checked(Answers("a", "\u200b\x1b[2J", "c"), "how")


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("one", ("one",)),
        ("one\ntwo\r\nthree\x0bfour\u2028five", ("one", "two", "three", "four", "five")),
        ("\n\n  a\n\n\n\n\tb  \n\n", ("  a", "", "    b")),
        ("\x1b]0;a\ntitle\x07text\x1b[31m", ("text",)),
        ("a\u202eb\u200bc\x00d", ("abcd",)),
        ("", ()),
        (" \n\t\n", ()),
    ],
)
def test_several_lines_are_kept_and_are_safe(text: str, lines: tuple[str, ...]) -> None:
    assert safe_lines(text) == lines
    assert safe_lines("\n".join(lines)) == lines


def test_too_many_characters_are_cut_and_that_shows() -> None:
    assert safe_lines("abcdef\nghi", 8) == ("abcdef", "…")
    assert safe_lines("a" * 10_000_000, 5) == ("aaaa…",)


def test_what_is_recorded_is_recorded_as_it_is_read() -> None:
    assert recordable(" \nfirst\x1b[0m\n\n\n  second \n", "it") == "first\n\n  second"
