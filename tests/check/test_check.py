"""`changectl check`: everything in one run, counted, and as severe as the team has it."""

import json
import os
import subprocess
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from changectl.catalogue import lint_rules
from changectl.cli.linting import Lint, checked, linter
from changectl.contracts.lint import Finding, Known, LintRule, Severity
from changectl.model import events as e
from changectl.model.entry import Entry
from changectl.model.node import Node, Span
from changectl.model.plan import Plan
from changectl.planfile.config import Configuration
from changectl.register.log import register_of
from changectl.register.repository import repository
from tests.check.place import GOOD, POOR, WRONG, Ended, Place

POOR_IS_A_WARNING = '[lint]\nCHG501 = "warning"\n'
NOW = datetime(2026, 11, 26, tzinfo=UTC)


def said(ended: Ended) -> list[str]:
    """The complaints by place, severity and rule; and after them how it ended."""
    heads = [line.split(": ")[:2] for line in ended.lines if ": error CHG" in line or ": warning CHG" in line]
    last = [line for line in ended.lines if " checked" in line or line.startswith(("Next: ", "      changectl "))]
    return [": ".join(head) for head in heads] + last


# In words


def test_what_is_right_is_said_in_a_sentence(place: Place) -> None:
    place.plan("x")
    assert place.check() == Ended(0, "1 plan checked, none wrong.\nNext: changectl preview x\n", "")


def test_what_is_wrong_and_what_is_poor_is_counted(place: Place) -> None:
    place.configure(POOR_IS_A_WARNING)
    for name, content in {"good": GOOD, "poor": POOR, "wrong": WRONG}.items():
        place.plan(name, content)
    ended = place.check()
    assert (ended.status, said(ended)) == (
        3,
        [
            "plans/poor.yaml:3:12: warning CHG501",
            "plans/wrong.yaml:1:1: error CHG105",
            "plans/wrong.yaml:4:7: error CHG122",
            "plans/wrong.yaml:9:1: error CHG104",
            "3 plans checked: 3 errors, 1 warning in 2.",
            "Next: changectl check --fix mends 2 of these",
            "      changectl explain CHG105 CHG122 CHG104",
        ],
    )


def test_without_warnings_the_plans_are_counted(place: Place) -> None:
    place.plan("good")
    place.plan("wrong", WRONG.replace("Low", "low"))
    assert said(place.check())[-3:] == [
        "2 plans checked, 1 wrong.",
        "Next: changectl check --fix mends 1 of these",
        "      changectl explain CHG105 CHG104",
    ]


def test_a_warning_ends_well_but_not_strictly(place: Place) -> None:
    place.configure(POOR_IS_A_WARNING)
    place.plan("poor", POOR)
    lax, strict = place.check(), place.check("--strict")
    assert (lax.status, strict.status, lax.out) == (0, 3, strict.out)
    assert said(lax)[1:] == [
        "1 plan checked: 1 warning.",
        "Next: changectl explain CHG501",
        "      changectl preview poor",
    ]


@pytest.mark.parametrize(("severity", "status"), [("error", 3), ("warning", 0), ("off", 0)])
def test_the_configuration_says_how_bad_it_is(place: Place, severity: str, status: int) -> None:
    place.configure(f'[lint]\nCHG501 = "{severity}"\n')
    place.plan("poor", POOR)
    ended = place.check()
    assert (ended.status, ": ".join(said(ended)[:1])) == (
        status,
        "1 plan checked, none wrong." if severity == "off" else f"plans/poor.yaml:3:12: {severity} CHG501",
    )


def test_a_rule_that_is_bent_and_not_there_is_told_of(place: Place) -> None:
    place.configure('[lint]\nCHG501 = "off"\nCHG599 = "off"\n')
    place.plan("x")
    ended = place.check()
    assert (ended.status, ended.err) == (
        0,
        "changectl.toml bends CHG599, and there is no such rule: changectl explain\n",
    )


# One that cannot be read hides no other


def test_every_plan_is_told_of_whatever_the_others_are(place: Place) -> None:
    place.plan("a/twice")
    place.plan("b/twice")
    (place.folder.parent / "elsewhere.yaml").write_text(GOOD)
    (place.plans / "led-out.yaml").symlink_to(place.folder.parent / "elsewhere.yaml")
    place.plan("binary", b"\x89PNG\x00\xff")
    place.plan("deep", "[" * 40_000)
    place.plan("large", "#" * 300 * 1024)
    place.plan("tabs", GOOD.replace("  channel", "\tchannel"))
    place.plan("wrong", WRONG)
    ended = place.check()
    assert ended.status == 3
    assert said(ended)[:-3] == [
        "plans/a/twice.yaml:1:1: error CHG150",
        "plans/b/twice.yaml:1:1: error CHG150",
        "plans/binary.yaml:1:1: error CHG101",
        "plans/deep.yaml:1:1: error CHG114",
        "plans/large.yaml:1:1: error CHG113",
        "plans/led-out.yaml:1:1: error CHG151",
        "plans/tabs.yaml:7:1: error CHG107",
        "plans/wrong.yaml:1:1: error CHG105",
        "plans/wrong.yaml:4:7: error CHG122",
        "plans/wrong.yaml:9:1: error CHG104",
    ]
    named = place.check("twice", "led-out", "plans/wrong.yaml", "plans/b/twice.yaml")
    assert said(named)[:-3] == [said(ended)[n] for n in (0, 5, 7, 8, 9, 1)]


def test_a_file_that_cannot_be_opened_is_told_of(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    place.plan("open")
    closed = place.plan("closed")
    monkeypatch.setattr(Path, "open", _refusing(closed))  # root may read everything
    ended = place.check()
    assert (ended.status, said(ended)) == (
        3,
        [
            "plans/closed.yaml:1:1: error CHG152",
            "2 plans checked, 1 wrong.",
            "Next: changectl explain CHG152",
        ],
    )


def _refusing(closed: Path):  # type: ignore[no-untyped-def]
    really = Path.open

    def opened(path: Path, *given, **named):  # type: ignore[no-untyped-def]
        if path == closed:
            raise PermissionError(13, "Permission denied")
        return really(path, *given, **named)

    return opened


def test_a_plan_that_does_not_exist_is_wrong_usage(place: Place) -> None:
    place.plan("idle-timeout")
    ended = place.check("idle-timeot")
    assert (ended.status, ended.out) == (2, "")
    assert 'did you mean "idle-timeout"?' in ended.err


def test_an_error_is_a_document_where_one_was_asked_for(place: Place) -> None:
    for words in (("--json",), ("--format", "json"), ("--format=json",)):
        assert place.check("nothing", *words).document["error"] == "NotFound"


# For programs


def test_json_is_the_same_by_either_name(place: Place) -> None:
    place.configure(POOR_IS_A_WARNING)
    place.plan("poor", POOR)
    one, other = place.check("--json"), place.check("--format", "json")
    assert one == other
    (plan,) = one.document["plans"]
    assert (one.document["ok"], plan["ok"], [c["severity"] for c in plan["complaints"]]) == (True, True, ["warning"])


def test_two_forms_at_once_are_refused(place: Place) -> None:
    assert place.check("--json", "--format", "sarif").status == 2


def test_a_report_goes_into_a_file_and_the_words_to_the_reader(place: Place) -> None:
    place.plan("wrong", WRONG)
    ended = place.check("--format", "gitlab", "--output", "report.json")
    report = json.loads((place.folder / "report.json").read_text())
    assert (ended.status, [one["check_name"] for one in report]) == (3, ["CHG105", "CHG122", "CHG104"])
    assert ended.out == place.check().out


def test_a_report_that_cannot_be_written_is_told(place: Place) -> None:
    place.plan("x")
    ended = place.check("--format", "sarif", "--output", "no/such/folder/x")
    assert (ended.status, ended.out) == (2, "")
    assert "cannot be written" in ended.err


def test_code_hosts_count_paths_from_the_top_of_the_repository(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    below = replace(place, folder=place.folder / "team a")
    place.git()
    below.plans.mkdir(parents=True)
    below.configure("")
    below.plan("wrong", WRONG)
    monkeypatch.chdir(below.plans)
    assert said(below.check())[0] == "wrong.yaml:1:1: error CHG105"
    (first, *_) = below.check("--format", "gitlab").document
    assert first["location"]["path"] == "team a/plans/wrong.yaml"
    assert below.check("--format", "github").out.startswith("::error file=team a/plans/wrong.yaml,line=1,col=1,")


# The rules that run


def rule(number: str, severity: Severity = Severity.WARNING) -> LintRule:
    """A rule that finds what it was told."""

    def find(plan: Plan, root: Node, known: Known) -> list[Finding]:
        words = f"{plan.id} {known.now:%Y} {known.people} {known.ended} {known.ids} {len(root.keys)}"
        return [Finding(words, Span(2, 8, 2, 9), "help", fix="x")]

    return LintRule(number, "key", "title", "why", "bad", "good", severity, find)


def lint(*rules: LintRule, **named: object) -> Lint:
    severities = {one.id: one.severity for one in rules}
    return replace(linter(None, lambda _: False), rules=rules, severities=severities, now=NOW, **named)  # type: ignore[arg-type]


def test_a_finding_is_a_complaint_in_its_place() -> None:
    plan, complaints = checked(GOOD.encode(), "x", lint(rule("CHG598"), people=("ana",), ids=("x", "y")))
    assert plan is not None
    assert [(c.rule, c.message, c.span, c.help, c.severity, c.fix) for c in complaints] == [
        ("CHG598", "x 2026 ('ana',) False ('x', 'y') 9", Span(2, 8, 2, 9), "help", "warning", "x")
    ]


def test_a_plan_is_there_also_where_a_rule_calls_it_an_error() -> None:
    plan, complaints = checked(GOOD.encode(), "x", lint(rule("CHG598", Severity.ERROR)))
    assert (plan is None, [c.severity for c in complaints]) == (False, ["error"])


def test_what_cannot_be_read_is_not_linted() -> None:
    plan, complaints = checked(WRONG.encode(), "x", lint(rule("CHG598")))
    assert (plan, {c.rule for c in complaints}) == (None, {"CHG105", "CHG122", "CHG104"})


def test_rules_that_are_off_are_not_run() -> None:
    off = linter(Configuration(lint=dict.fromkeys((one.id for one in lint_rules().values()), "off")), lambda _: False)
    assert off.rules == ()
    on = linter(Configuration(lint={"CHG501": "warning"}, people=("ana",)), lambda _: False)
    assert (on.severities["CHG501"], on.people) == (Severity.WARNING, ("ana",))


def test_findings_without_end_are_cut() -> None:
    many = replace(rule("CHG598"), find=lambda *_: [Finding(str(n), Span(1, 1)) for n in range(5000)])
    assert len(checked(GOOD.encode(), "x", lint(many))[1]) == 100


# Windows of changes that have ended

WINDOW = "when: {{start: 20{year}-11-24 03:00 Pacific/Auckland, duration: 45m}}\n"
PAST, AHEAD = GOOD + WINDOW.format(year=20), GOOD + WINDOW.format(year=99)


def recorded(place: Place, change: str, *closed: e.Closed) -> None:
    begun = e.Proposed("p", "v", "T", "Why", "prod", "low", "1", "ap", "ana", (), (), "exact", ("ana",))
    events = (begun, *closed)
    entries = [
        Entry(change, 1, f"2026-11-23T00:00:0{n}.0Z", "Ana <a@b.c>", "h", str(n), it) for n, it in enumerate(events)
    ]
    register_of(repository(place.folder)).append(tuple(entries))


def test_only_what_has_not_ended_is_told_that_its_window_is_over(place: Place) -> None:
    place.git()
    for change, outcome in {"applied": "applied", "accepted": "accepted", "went-back": "rolled-back"}.items():
        place.plan(change, PAST)
        recorded(place, change, e.Closed(outcome, "", ""))
    place.plan("open", PAST)
    recorded(place, "open")
    place.plan("ahead", AHEAD)
    ended = place.check("--json")
    assert [p["path"] for p in ended.document["plans"] if [c["rule"] for c in p["complaints"]] == ["CHG529"]] == [
        "plans/open.yaml",
        "plans/went-back.yaml",
    ]


def test_without_a_repository_nothing_has_ended(place: Place) -> None:
    place.plan("old", PAST)
    assert said(place.check())[0].endswith("warning CHG529")


def test_nobody_asks_the_register_about_plans_that_are_ahead() -> None:
    asked: list[str] = []
    found = replace(linter(None, lambda change: bool(asked.append(change))), now=NOW)
    for name, content in {"good": GOOD, "ahead": AHEAD, "past": PAST}.items():
        checked(content.encode(), name, found)
    assert asked == ["past"]


def test_a_register_that_cannot_be_read_stops_no_check(place: Place) -> None:
    place.git()
    recorded(place, "old", e.Closed("applied", "", ""))
    (place.folder / ".git" / "refs" / "heads" / "changectl" / "register").write_text("0" * 40)
    place.plan("old", PAST)
    assert place.check().status == 0


# As it is started


def test_names_that_are_no_text_are_told_of(place: Place) -> None:
    odd = os.fsencode(place.plans) + b"/caf\xe9\x1b[31m.yaml"
    Path(os.fsdecode(odd)).write_text(GOOD)
    for form in ("text", "json", "github", "gitlab", "sarif"):
        done = subprocess.run(
            ["changectl", "check", "--format", form], capture_output=True, cwd=place.folder, env=_path()
        )
        assert (done.returncode, done.stderr) == (3, b""), form
        assert b"\x1b" not in done.stdout
        assert b"CHG141" in done.stdout
        done.stdout.decode()


def _path() -> dict[str, str]:
    import sys

    return {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
