"""Tests that cannot fail, and watches that watch nothing."""

import json

import pytest

from lint.plans import found, with_part

CANNOT_FAIL = [
    "true", ":", "/bin/true", "/usr/bin/true", "echo ok", "echo", "printf ok", "exit 0", "sleep 5", "date", "pwd",
    "env A=1 true", "timeout 5 true", "sudo -n true", "nice -n 5 /bin/true", "time echo done",
    ["sh", "-c", "exit 0"], ["bash", "-c", "true"], ["sh", "-c", "./smoke.sh || true"], ["sh", "-c", "./smoke.sh || :"],
    ["bash", "-c", "./smoke.sh; exit 0"], ["bash", "-c", "./smoke.sh\ntrue\n"], ["sh", "-c", "./smoke.sh || echo failed"],
    ["bash", "-ec", "./smoke.sh || exit 0"], ["/bin/sh", "-c", "echo ok"], ["env", "sh", "-c", "true;"],
    ["test", "1", "=", "1"], ["[", "1", "-eq", "1", "]"], ["test", "-n", "$(curl x)"], ["test", "yes"],
]  # fmt: skip
CAN_FAIL = [
    "./smoke.sh", "./smoke.sh --fast", "./true", "scripts/echo ok", "env A=1 ./smoke.sh", "timeout 5 ./smoke.sh",
    "bash smoke.sh", ["bash", "-c", "./smoke.sh"], ["sh", "-c", "./smoke.sh && true"], ["sh", "-c", "echo a | grep b"],
    ["bash", "-ec", "./smoke.sh; true"], ["bash", "-c", "set -e; ./smoke.sh; true"], ["sh", "-c", "true && ./smoke.sh"],
    ["test", "-f", "/etc/hosts"], ["test", "1", "=", "2"], ["[", "-d", "x", "]"], "false", "grep -q ok log", "aws s3 ls",
    ["python3", "-c", "import sys; sys.exit(1)"], ["sh", "-c", "./smoke.sh || exit 1"], "curl -f https://x.com", "env", "sudo",
]  # fmt: skip


@pytest.mark.parametrize("command", CANNOT_FAIL, ids=str)
def test_a_command_that_always_succeeds_is_no_test(command: str | list[str]) -> None:
    assert len(found("test-cannot-fail", with_part(f"test: [{{command: {json.dumps(command)}}}]"))) == 1


@pytest.mark.parametrize("command", CAN_FAIL, ids=str)
def test_a_command_that_may_fail_is_one(command: str | list[str]) -> None:
    assert found("test-cannot-fail", with_part(f"test: [{{command: {json.dumps(command)}}}]")) == []


@pytest.mark.parametrize(
    ("check", "cannot"),
    [
        ("{command: 'true', expect: 1}", False),  # it cannot pass, and that will be noticed
        ("{command: 'false', expect: 1}", True),
        ("{http: 'https://example.com', expect: [200, 500]}", True),
        ("{http: 'https://example.com', expect: [200, 204, 404]}", False),
        ("{http: 'https://example.com', expect: [200, 503]}", False),  # up, or in maintenance
        ("{http: 'https://example.com', expect: 500}", False),
        ("{http: 'https://example.com'}", False),
        ("{alarm: rentals-5xx}", False),
        ("{facet: security-group/web tags, contains: [Team]}", False),
    ],
)
def test_what_is_expected_decides(check: str, cannot: bool) -> None:
    assert bool(found("test-cannot-fail", with_part(f"test: [{check}]"))) == cannot


@pytest.mark.parametrize(
    "part",
    [
        "test: {before: [CHECK], after: [{alarm: a}]}",
        "test: {during: [CHECK], after: [{alarm: a}], soak: 3m}",
        "test: [{alarm: a}]\nback_out: {test: [CHECK]}",
        "steps: [{name: Go, wait: {until: CHECK, for: 5m}}]",
        "steps: [{name: Go, wait: 5s, check: CHECK}]",
    ],
)
def test_a_check_that_cannot_fail_is_found_wherever_it_stands(part: str) -> None:
    assert len(found("test-cannot-fail", with_part(part.replace("CHECK", "{command: echo ok}")))) == 1


@pytest.mark.parametrize(
    ("command", "takes_any"),
    [
        ("curl https://example.com", True),
        ("curl -sS https://example.com", True),
        ("/usr/bin/curl -o /dev/null https://example.com", True),
        ("timeout 5 curl https://example.com", True),
        ("curl -f https://example.com", False),
        ("curl -sSf https://example.com", False),
        ("curl --fail https://example.com", False),
        ("curl --fail-with-body https://example.com", False),
        ("curl -w %{http_code} https://example.com", False),
        ("./curl https://example.com", False),
        ("wget -q https://example.com", False),
    ],
)
def test_curl_must_be_told_to_fail(command: str, takes_any: bool) -> None:
    assert bool(found("curl-takes-any-status", with_part(f'test: [{{command: "{command}"}}]'))) == takes_any


@pytest.mark.parametrize(
    ("tests", "broken"),
    [
        ("[{alarm: a, no_data: ok}]", {"no-data-passes"}),
        ("[{alarm: a, no_data: ok}, {alarm: b, no_data: ok}]", {"no-data-passes"}),
        ("[{alarm: a, no_data: ok}, {alarm: b}]", set()),
        ("[{http: 'https://example.com', no_data: ok}]", set()),
        ("{before: [{alarm: a}]}", {"nothing-tested-after"}),
        ("{before: [{alarm: a}], during: [{alarm: a}], soak: 5m}", set()),
        ("{during: [{alarm: a, expect: red}], soak: 5m}", {"watch-excused"}),
        ("{during: [{alarm: a, expect: red}, {alarm: b}], soak: 5m}", set()),
        ("{before: [{alarm: a, expect: red}], after: [{alarm: a}]}", set()),
        ("{after: [{alarm: a}], soak: 5m}", {"soak-unwatched"}),
        ("{during: [{alarm: a}], after: [{alarm: a}], soak: 5m}", set()),
        ("{during: [{alarm: a}], after: [{alarm: a}]}", {"watched-once"}),
        ("{none: nothing serves this yet}", set()),
    ],
)
def test_tests_look_after_the_change_and_for_as_long_as_it_takes(tests: str, broken: set[str]) -> None:
    keys = ("no-data-passes", "nothing-tested-after", "watch-excused", "soak-unwatched", "watched-once")
    assert {key for key in keys if found(key, with_part(f"test: {tests}"))} == broken


@pytest.mark.parametrize(
    ("steps", "once"),
    [
        ("[{name: Go, wait: 5m}]", False),
        ("[{name: Go, wait: 5m}, {name: Then, set: parameter/x, change: {value: a}}]", False),
    ],
)
def test_a_watch_over_a_wait_is_asked_more_than_once(steps: str, once: bool) -> None:
    part = f"steps: {steps}\ntest: {{during: [{{alarm: a}}], after: [{{alarm: a}}]}}"
    assert bool(found("watched-once", with_part(part))) == once


SETS = "steps: [{name: Go, set: table/bookings, change: {protection: {from: null, to: true}}}]\n"


@pytest.mark.parametrize(
    ("tests", "only"),
    [
        ("[{facet: table/bookings protection, expect: true}]", True),
        ("[{facet: table/bookings protection, expect: true}, {alarm: a}]", False),
        ("[{facet: table/quotes protection, expect: true}]", False),
        ("{during: [{alarm: a}], after: [{facet: table/bookings protection, expect: true}], soak: 5m}", False),
    ],
)
def test_a_test_may_look_further_than_at_what_was_set(tests: str, only: bool) -> None:
    assert bool(found("only-read-back", with_part(f"{SETS}test: {tests}"))) == only
