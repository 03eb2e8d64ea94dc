"""Windows that are over, too short or too long; ids that look alike."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from lint.plans import KNOWN, SHORTEST, found, read, rules, with_part

WAIT = "  - {name: Wait, wait: 10m}\n"
UNTIL = "  - {name: Until, wait: {until: {alarm: a}, for: 20m}}\n"
UNDO = "  - {name: Go, set: parameter/x, change: {value: a}, undo: {wait: 7m}}\n"


def plan(duration: str, *steps: str, test: str = "[{alarm: a}]", back_out: str = "snapshot") -> bytes:
    listed = f"steps:\n{''.join(steps)}" if steps else ""
    return with_part(f"when: {{duration: {duration}}}\ntest: {test}\nback_out: {back_out}\n{listed}")


SOAK = "{during: [{alarm: a}], after: [{alarm: a}], soak: 10m}"
RETRY = "[{alarm: a, retry: 11 x 1m}]"


@pytest.mark.parametrize(
    ("content", "shorter", "without"),
    [
        (plan("9m", test=SOAK), True, False),
        (plan("10m", test=SOAK), False, False),
        (plan("19m", WAIT, test=SOAK), True, False),
        (plan("20m", WAIT, test=SOAK), False, False),
        (plan("19m", UNTIL), False, True),
        (plan("20m", UNTIL), False, False),
        (plan("9m", test=RETRY), False, True),
        (plan("10m", test=RETRY), False, False),
        (plan("19m", test=RETRY, back_out="{test: same}"), False, True),
        (plan("20m", test=RETRY, back_out="{test: same}"), False, False),
        (plan("6m", UNDO), False, True),
        (plan("7m", UNDO), False, False),
        (plan("9m", back_out="{steps: [{wait: 10m}]}"), False, True),
    ],
)
def test_a_window_holds_what_the_plan_waits_and_the_way_back(content: bytes, shorter: bool, without: bool) -> None:
    keys = ("window-shorter-than-waits", "window-without-way-back")
    assert tuple(bool(found(key, content)) for key in keys) == (shorter, without)


def test_the_finding_says_the_sum_and_its_parts() -> None:
    (finding,) = found("window-shorter-than-waits", plan("15m", WAIT, test=SOAK))
    assert (finding.message, finding.help) == (
        "the window is 15m, and the plan waits 20m by itself",
        "its steps wait 10m, the soak is 10m; the way back comes on top",
    )


@pytest.mark.parametrize(
    ("duration", "steps", "long"),
    [("1d", [], False), ("25h", [], True), ("2d", ["  - {name: Wait, wait: 1d}\n"], False), ("5d", [], True)],
)
def test_a_window_of_days_is_for_changes_of_days(duration: str, steps: list[str], long: bool) -> None:
    assert bool(found("window-too-long", plan(duration, *steps))) == long


@pytest.mark.parametrize(
    ("when", "ended", "message"),
    [
        ("{start: 2026-11-23T03:00:00Z, duration: 45m}", False, "the window began today, and is over"),
        ("{start: 2026-11-23T03:30:00Z, duration: 45m}", False, ""),  # it is open
        ("{start: 2026-11-23T05:00:00Z, duration: 45m}", False, ""),
        ("{start: 2026-11-23 16:30 Pacific/Auckland, duration: 45m}", False, ""),  # open, in its own zone
        ("{start: 2026-11-23 15:30 Pacific/Auckland, duration: 45m}", False, "the window began today, and is over"),
        ("{start: 2026-11-20T03:00:00Z, duration: 45m}", False, "the window began 3 days ago, and is over"),
        ("{start: 2026-11-20T03:00:00Z, duration: 45m}", True, ""),
        ("{start: 2026-11-22T05:00:00Z}", False, ""),
        ("{start: 2026-11-22T03:00:00Z}", False, "the window began yesterday, and is over"),
        ("{duration: 45m}", False, ""),
    ],
)
def test_a_window_that_is_over_is_found_unless_its_change_has_ended(when: str, ended: bool, message: str) -> None:
    now = datetime(2026, 11, 23, 4, tzinfo=UTC)
    findings = found("window-past", with_part(f"when: {when}"), now=now, ended=ended)
    assert [finding.message for finding in findings] == ([message] if message else [])


@pytest.mark.parametrize(
    ("own", "others", "like"),
    [
        ("2026-11-24-tls", ["2026-11-24_tls"], "2026-11-24_tls"),
        ("2026-11-24-tls", ["2026.11.24-tls"], "2026.11.24-tls"),
        ("2026-11-24-tls", ["2026-11-24--tls"], "2026-11-24--tls"),
        ("rotate-tls10", ["rotate-tls1o"], "rotate-tls1o"),
        ("2026-11-24-tls", ["2026-11-24-TLS"], "2026-11-24-TLS"),  # one file on a disk that ignores case
        ("2026-11-24-tls", ["2026-11-25-tls", "2026-11-24-tls-2", "2026-11-24-tail", "2026-11-24-tall"], ""),
        ("2026-11-24-tls", [], ""),
    ],
)
def test_ids_that_look_alike_are_found(own: str, others: list[str], like: str) -> None:
    plan, root = read(SHORTEST, own)
    findings = list(rules()["ids-alike"].find(plan, root, replace(KNOWN, ids=(own, *others))))
    assert [finding.message for finding in findings] == ([f'the id "{own}" looks like "{like}"'] if like else [])
