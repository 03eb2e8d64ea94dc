"""Pages on a terminal: what is copied is whole, what is wrapped stands under itself, and nothing is lost."""

import io

import pytest
from rich.console import Console

from changectl.views.history import Row, log_page
from changectl.views.page import Grid, Page, Style, command, line, text
from changectl.views.terminal import show

LONG = "2026-11-26-raise-the-rentals-load-balancers-idle-timeout"


def shown(page: Page, width: int) -> list[str]:
    """What a terminal of that many columns is sent, line by line."""
    out = io.StringIO()
    show(page, Console(file=out, width=width, force_terminal=True, no_color=True, color_system=None))
    return [each.rstrip() for each in out.getvalue().splitlines()]


def row(change: str = LONG, by: str = "Ana <ana@unicorn.example>") -> Row:
    return Row(change, "Raise the rentals load balancer's idle timeout", "prod", "rolled-back", "2026-11-26T00:47", by)


def test_a_command_is_never_broken_so_that_it_can_be_copied() -> None:
    page = (line("Next: ", command(f"changectl rollback {LONG}")), line(command("git add -- a b c"), indent=2))
    assert shown(page, 30) == [f"Next: changectl rollback {LONG}", "  git add -- a b c"]


def test_a_word_longer_than_the_terminal_is_wide_is_left_whole() -> None:
    url = "https://git.example/unicorn/rentals/compare/change/" + LONG
    assert shown((line(f"have it reviewed: {url} now"),), 40) == ["have it reviewed:", url, "now"]


def test_a_long_line_goes_on_below_its_indent_and_what_it_hangs_on() -> None:
    page = (line("00:47:56  ", text("rolling back: the check failed after the last step"), indent=2, hang=10),)
    assert shown(page, 40) == [
        "  00:47:56  rolling back: the check",
        "            failed after the last step",
    ]


def test_where_too_little_would_be_left_a_line_goes_on_at_the_margin() -> None:
    page = (line("00:47:56  ", text("rolling back: the check failed"), hang=10),)
    assert shown(page, 29) == ["00:47:56  rolling back: the", "check failed"]


def test_what_looks_like_markup_is_shown_as_it_is() -> None:
    assert shown((line(text("[bold]x[/bold] :smile: [/y]", Style.BAD)),), 80) == ["[bold]x[/bold] :smile: [/y]"]


def test_an_empty_line_is_a_line() -> None:
    assert shown((line(), line("x")), 80) == ["", "x"]


def test_a_list_of_changes_stands_in_columns() -> None:
    assert shown(log_page((row("2026-11-26-timeout"),)), 100) == [
        "WHEN        STANDS       ENV   CHANGE              TITLE                                         BY",
        "2026-11-26  rolled-back  prod  2026-11-26-timeout  Raise the rentals load balancer's idle        Ana",
        "                                                   timeout",
    ]


@pytest.mark.parametrize("width", [80, 40])
def test_where_columns_find_no_room_titles_stand_below_and_ids_stay_whole(width: int) -> None:
    long = {80: ["  Raise the rentals load balancer's idle timeout  Ana"]}
    narrow = ["  Raise the rentals load balancer's idle", "  timeout  Ana"]
    assert shown(log_page((row(), row("short"))), width) == [
        f"2026-11-26  rolled-back  prod  {LONG}",
        *long.get(width, narrow),
        "2026-11-26  rolled-back  prod  short",
        *long.get(width, narrow),
    ]


def test_nobody_is_left_out_of_a_list_without_rows() -> None:
    assert shown((Grid(("WHEN", "WHO"), (), loose=("WHO",)),), 80) == ["WHEN  WHO"]
