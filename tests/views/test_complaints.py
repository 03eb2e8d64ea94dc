"""Complaints are shown with their line and a caret, and nothing in a file reaches the terminal but visible text."""

import json

import pytest

from changectl.model.node import Complaint, Span
from changectl.views.complaints import complaints_json, complaints_text

CONTENT = b"plan: 1\ntitle: x\nstesp: []\n"
WRONG = Complaint("CHG104", 'unknown member "stesp"', Span(3, 1, 3, 6), 'did you mean "steps"?', fix="steps")


def excerpt(line: str, span: Span, width: int = 80) -> list[str]:
    """The shown line and the caret line, without what stands left of them."""
    rows = complaints_text("p", line.encode(), [Complaint("CHG1", "m", span)], width).splitlines()[1:]
    return [row[8:] for row in rows]


def test_a_complaint_has_its_place_its_line_a_caret_and_help() -> None:
    assert complaints_text("plans/x.yaml", CONTENT, [WRONG]) == (
        'plans/x.yaml:3:1: error CHG104: unknown member "stesp"\n'
        "    3 | stesp: []\n"
        "      | ^^^^^\n"
        '      help: did you mean "steps"?\n'
    )


def test_complaints_follow_each_other() -> None:
    warning = Complaint("CHG999", "mind this", Span(2, 8, 2, 9), severity="warning")
    assert complaints_text("x.yaml", CONTENT, [warning, WRONG]).splitlines()[:4] == [
        "x.yaml:2:8: warning CHG999: mind this",
        "    2 | title: x",
        "      |        ^",
        'x.yaml:3:1: error CHG104: unknown member "stesp"',
    ]


@pytest.mark.parametrize(
    ("line", "span", "shown"),
    [
        ("a: b", Span(1, 4, 1, 5), ["a: b", "   ^"]),
        ("a: b", Span(1, 4), ["a: b", "   ^"]),
        ("a: b", Span(1, 4, 1, 4), ["a: b", "   ^"]),
        ("a: b", Span(1, 5, 1, 5), ["a: b", "    ^"]),
        ("a: b c", Span(1, 4, 3, 2), ["a: b c", "   ^^^"]),
        ("a:\tb", Span(1, 4, 1, 5), ["a: b", "   ^"]),
        ("a: 日本 x", Span(1, 4, 1, 6), ["a: 日本 x", "   ^^^^"]),
        ("日本: x", Span(1, 5, 1, 6), ["日本: x", "      ^"]),
        ("a\u0301: x", Span(1, 5, 1, 6), ["a\u0301: x", "   ^"]),
        ("a: \u202eb", Span(1, 4, 1, 5), ["a: \\u202eb", "   ^^^^^^"]),
        ("a: \x1b[31m", Span(1, 4, 1, 5), ["a: \\x1b[31m", "   ^^^^"]),
        ("a: b\r", Span(1, 4, 1, 5), ["a: b", "   ^"]),
        ("a: \U000e0041b", Span(1, 5, 1, 6), ["a: \\U000e0041b", "             ^"]),
        ("a: b", Span(1, 99, 1, 100), ["a: b", "    ^"]),
    ],
)
def test_the_caret_stands_under_what_is_meant(line: str, span: Span, shown: list[str]) -> None:
    assert excerpt(line, span) == shown


def test_a_place_without_a_line_shows_none() -> None:
    missing = Complaint("CHG1", "m", Span(9, 1))
    assert complaints_text("p", b"a", [missing]) == "p:9:1: error CHG1: m\n"
    assert complaints_text("p", b"", [Complaint("CHG1", "m", Span(1, 1))]) == "p:1:1: error CHG1: m\n"


@pytest.mark.parametrize(
    ("column", "shown"),
    [
        (1, ["a" * 31 + "…", "^"]),
        (5, ["a" * 31 + "…", "    ^"]),
        (500, ["…" + "a" * 30 + "…", " " * 17 + "^"]),
        (1000, ["…" + "a" * 17, " " * 17 + "^"]),
    ],
)
def test_of_a_long_line_the_part_around_the_place_is_shown(column: int, shown: list[str]) -> None:
    assert excerpt("a" * 1000, Span(1, column, 1, column + 1), width=40) == shown


@pytest.mark.parametrize("width", [1, 28, 40, 80, 200])
@pytest.mark.parametrize(
    "text", ["a" * 500, "日" * 500, "\u202e" * 300, "a\u0301" * 300, "\t" * 50 + "x" * 90, "x日\x1b" * 99]
)
@pytest.mark.parametrize("column", [1, 2, 39, 100, 300, 501])
def test_lines_fit_the_width_and_carets_stand_under_something(width: int, text: str, column: int) -> None:
    line, carets = excerpt("b" + text, Span(1, column, 1, column + 7), width)
    wide = sum(2 if c == "日" else 0 if c == "\u0301" else 1 for c in line)
    room = max(width - 8, 20)
    assert wide <= room
    assert len(carets) <= room
    assert carets.strip("^ ") == ""
    assert "^" in carets


HOSTILE = [
    *(
        "\x1b[2J",
        "\x1b]0;owned\x07",
        "\x9b31m",
        "\x00",
        "\x08\x08",
        "\r",
        "\u202e",
        "\u2066",
        "\u200b",
        "\u2028",
        "\x85",
    ),
    *("\x1bP", "\x1b_G", "\ufeff", "\U000e0001", "\x7f", "\u00ad", "\x0e"),
]


@pytest.mark.parametrize("evil", HOSTILE, ids=ascii)
def test_nothing_that_a_terminal_obeys_comes_through(evil: str) -> None:
    complaint = Complaint("CHG1", f"m{evil}m", Span(1, 1, 1, 3), f"h{evil}h")
    shown = complaints_text(f"p{evil}p", f"a{evil}a".encode(), [complaint])
    assert evil not in shown
    assert all(row.isprintable() for row in shown.split("\n"))
    assert len(shown.splitlines()) == 4


def test_markup_stays_text() -> None:
    assert "[/red][bold]x" in complaints_text("p", b"[/red][bold]x", [Complaint("CHG1", "m", Span(1, 1))])


def test_a_file_that_is_no_utf_8_is_shown_as_far_as_it_can_be() -> None:
    shown = complaints_text("p", b"a: \xff", [Complaint("CHG101", "m", Span(1, 4, 1, 5))])
    assert shown.splitlines()[1:] == ["    1 | a: \ufffd", "      |    ^"]


def test_an_endless_message_is_cut() -> None:
    shown = complaints_text("p", b"a", [Complaint("CHG1", "m" * 9_000, Span(1, 1))])
    assert len(shown.splitlines()[0]) < 500


def test_as_json_every_file_has_its_complaints() -> None:
    warning = Complaint("CHG999", "mind this", Span(2, 8), severity="warning")
    found = complaints_json([("a.yaml", [WRONG]), ("b.yaml", [warning]), ("c.yaml", [])])
    assert json.loads(json.dumps(found)) == {
        "schema": "changectl/check/1",
        "ok": False,
        "plans": [
            {
                "path": "a.yaml",
                "ok": False,
                "complaints": [
                    {
                        "rule": "CHG104",
                        "severity": "error",
                        "message": 'unknown member "stesp"',
                        "help": 'did you mean "steps"?',
                        "line": 3,
                        "column": 1,
                        "end_line": 3,
                        "end_column": 6,
                        "fix": "steps",
                    }
                ],
            },
            {
                "path": "b.yaml",
                "ok": True,
                "complaints": [
                    {
                        "rule": "CHG999",
                        "severity": "warning",
                        "message": "mind this",
                        "help": "",
                        "line": 2,
                        "column": 8,
                        "end_line": 2,
                        "end_column": 8,
                        "fix": None,
                    }
                ],
            },
            {"path": "c.yaml", "ok": True, "complaints": []},
        ],
    }


def test_files_without_errors_are_ok() -> None:
    assert complaints_json([("c.yaml", [])])["ok"]
