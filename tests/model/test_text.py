"""Text from outside can neither paint the screen nor forge a second line."""

import sys
import unicodedata

import pytest

from changectl.model.text import one_line


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("Grüße, 東京 🦄", "Grüße, 東京 🦄"),
        ("two\nlines\r\nand\ttabs", "two lines and tabs"),
        ("line\u2028paragraph\u2029next\x85", "line paragraph next"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x9b31mred", "red"),
        ("\x1b]0;a new title\x07text", "text"),
        ("\x1b]8;;https://evil.example\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x1bPdevice control\x1b\\text", "text"),
        ("\x1b", ""),
        ("\x1b[", ""),
        ("\x1bcreset", "reset"),
        ("\x1b(0lines", "lines"),
        ("a\x00b\x07c\x7fd\x8fe", "abcde"),
        ("user\u202etxt.exe", "usertxt.exe"),
        ("\u2066a\u2069\u200f\u061c", "a"),
        ("zero\u200bwidth\ufeff\u00ad", "zerowidth"),
        ("\ud800lone surrogate", "lone surrogate"),
        ("  much    space ", "much space"),
        ("", ""),
    ],
)
def test_a_text_is_shown_as_one_safe_line(text: str, shown: str) -> None:
    assert one_line(text) == shown


@pytest.mark.parametrize(("text", "shown"), [("abcde", "abcde"), ("abcdef", "abcd…"), ("a" * 10_000_000, "aaaa…")])
def test_a_long_text_is_cut_and_says_so(text: str, shown: str) -> None:
    assert one_line(text, 5) == shown


def test_a_text_that_hides_most_of_itself_is_cut_and_says_so() -> None:
    assert one_line("a" + "\u200b" * 1000 + "b", 5) == "a…"


def test_no_character_of_unicode_survives_that_is_control_or_changes_direction() -> None:
    everything = "".join(map(chr, range(sys.maxunicode + 1)))
    shown = one_line(everything.replace("\x1b", ""), len(everything))
    assert not [char for char in shown if unicodedata.category(char) in {"Cc", "Cf", "Cs", "Zl", "Zp"}]
