"""A plan file becomes a Plan, or every complaint about it."""

import hashlib
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from changectl.model.node import Span
from changectl.model.plan import Auto, BackOut, Check, Comms, Plan, Risk, Step, When
from changectl.model.plan import Tests as Phases
from changectl.model.resource import Target
from changectl.model.values import RefValue, ResultValue, SecretValue
from planfile.plans import FULL, SHORTEST, read

HEALTH = "https://rentals.example.com/health"


def replaced(section: str, by: str) -> bytes:
    """The shortest plan with one top-level member replaced."""
    text = SHORTEST.decode()
    start = text.index(f"{section}:")
    rows = text[start:].splitlines(keepends=True)
    end = next((n for n, row in enumerate(rows[1:], 1) if not row.startswith(" ")), len(rows))
    return (text[:start] + by + "\n" + "".join(rows[end:])).encode()


def plan_with(section: str, by: str) -> Plan:
    plan, complaints = read(replaced(section, by))
    assert complaints == ()
    assert plan is not None
    return plan


def complaints_with(section: str, by: str) -> list[tuple[str, str, str]]:
    plan, complaints = read(replaced(section, by))
    assert plan is None
    return [(c.rule, c.message, c.help) for c in complaints]


def test_the_shortest_plan_is_read() -> None:
    plan, complaints = read(SHORTEST, "2026-11-24-timeout")
    assert complaints == ()
    assert plan == Plan(
        id="2026-11-24-timeout",
        digest=f"sha256:{hashlib.sha256(SHORTEST).hexdigest()}",
        title="Raise the timeout",
        rationale="Checkouts are cut off.",
        risk=Risk.LOW,
        env="prod",
        steps=(
            Step(
                "raise-it",
                "Raise it",
                "set",
                {
                    "set": "load-balancer/rentals",
                    "change": {"attributes": {"idle_timeout": {"from": "60", "to": "120"}}},
                },
                span=Span(8, 5, 10, 66),
            ),
        ),
        test=Phases(
            after=(Check(f"http {HEALTH}", "http", {"http": HEALTH, "expect": 200}, span=Span(12, 5, 13, 16)),)
        ),
        back_out=BackOut(),
        comms=Comms(before="Checkouts may pause for a second."),
    )


def test_every_member_of_a_full_plan_is_read() -> None:
    plan, complaints = read(FULL)
    assert complaints == ()
    assert plan is not None
    assert plan.when == When(datetime(2026, 11, 24, 3, 0, tzinfo=ZoneInfo("Pacific/Auckland")), timedelta(minutes=45))
    assert plan.comms == Comms(
        "#unicorn-ops", "Checkouts may pause for a second at 03:00.", "Long checkouts now survive for 120 s."
    )
    assert (plan.affects, plan.allow) == ((Target("alarm", "rentals-5xx"),), ("iam.put_role_policy",))
    assert (plan.lead, plan.ticket, plan.risk) == ("ana", "OPS-3391", Risk.LOW)
    assert plan.rationale.startswith("Checkouts that take longer")
    assert plan.runbook.startswith("How to raise it again")
    assert plan.alternatives.startswith("Retry in the client")
    assert plan.source["back_out"]["test"] == "same"
    assert (plan.back_out.auto, plan.back_out.test_same) == (Auto.ASK, True)
    assert plan.back_out.cannot_undo == "Connections that were cut off."
    assert [step.id for step in plan.all_steps()] == [
        *("raise-the-timeout", "make-a-group", "office", "undo-office", "undo-office-2"),
        *("warm-the-cache", "undo-warm-the-cache", "wait-for-it", "back-out"),
    ]
    assert plan.step("office").region == "us-east-1"
    assert plan.step("undo-office").name == "Undo: Let the new office in"
    assert plan.step("make-a-group").spec["with"]["VpcId"] == RefValue(Target("vpc", "main"))
    assert plan.step("office").spec["with"] == {
        "GroupId": ResultValue("make-a-group", "GroupId"),
        "Password": SecretValue("DB_PASSWORD"),
    }


def test_every_member_of_a_check_is_read() -> None:
    plan, _ = read(FULL)
    assert plan is not None
    assert (plan.test.soak, plan.test.none_because) == (timedelta(minutes=10), "")
    alarm = {"alarm": "rentals-5xx"}
    assert plan.test.before == (Check("alarm rentals-5xx", "alarm", alarm, expect_red=True, span=Span(41, 12, 41, 45)),)
    assert plan.test.during == (Check("alarm rentals-5xx", "alarm", alarm, no_data_ok=True, span=Span(42, 12, 42, 45)),)
    http, smoke = plan.test.after
    assert (http.tries, http.every, http.spec["expect"]) == (10, timedelta(seconds=3), 200)
    assert (smoke.probe, smoke.spec) == ("command", {"command": "./scripts/smoke.sh"})
    cache = plan.step("warm-the-cache").check
    assert cache is not None
    assert cache.spec == {"command": "./scripts/cache-is-warm.sh"}
    assert plan.step("wait-for-it").spec["until"].probe == "http"


def test_a_section_may_be_none_with_a_reason() -> None:
    assert plan_with("test", "test: {none: nothing serves it yet}").test == Phases(none_because="nothing serves it yet")
    assert plan_with("back_out", "back_out: {none: it is new}").back_out == BackOut(
        Auto.FALSE, none_because="it is new"
    )
    assert plan_with("comms", "comms: {none: only we see it}").comms == Comms(none_because="only we see it")


@pytest.mark.parametrize("section", ["test", "back_out", "comms"])
@pytest.mark.parametrize("empty", ["none", "{none: }", '{none: ""}', "[]", "{}", ""])
def test_a_section_may_not_be_empty_without_a_reason(section: str, empty: str) -> None:
    assert complaints_with(section, f"{section}: {empty}")


@pytest.mark.parametrize("section", ["rationale", "comms", "steps", "test", "back_out", "title", "risk", "env", "plan"])
def test_a_section_that_is_left_out_is_missed(section: str) -> None:
    assert complaints_with(section, "")[0][:2] == ("CHG105", f'"{section}" is missing')


@pytest.mark.parametrize(
    ("text", "auto"), [("true", Auto.TRUE), ("ask", Auto.ASK), ("false", Auto.FALSE), ('"false"', Auto.FALSE)]
)
def test_it_goes_back_by_itself_as_the_plan_says(text: str, auto: Auto) -> None:
    assert plan_with("back_out", f"back_out: {{auto: {text}}}").back_out.auto is auto


def test_a_name_without_latin_letters_gives_a_counted_id() -> None:
    plan = plan_with("steps", "steps:\n  - name: タイムアウト\n    run: ./a.sh\n  - name: Größe\n    run: ./b.sh")
    assert [step.id for step in plan.steps] == ["step-1", "grosse"]


def test_spare_ids_give_way_to_those_that_were_given() -> None:
    steps = "steps:\n  - name: A\n    run: ./a.sh\n    undo: [{run: ./1.sh, id: undo-a}, {run: ./2.sh}]"
    plan = plan_with("steps", f"{steps}\n  - name: Undo A 3\n    run: ./b.sh\n    undo: {{run: ./3.sh}}")
    assert [step.id for step in plan.all_steps()] == ["a", "undo-a", "undo-a-2", "undo-a-3", "undo-undo-a-3"]


STEP = "steps:\n  - name: Go\n    "


@pytest.mark.parametrize(
    ("section", "by", "found"),
    [
        (
            "comms",
            "comms: {none: nobody notices, it is a trial}",
            (
                "CHG104",
                'unknown member "it is a trial"',
                "inside { } a comma ends the text before it: put that into quotes",
            ),
        ),
        ("title", "titel: x", ("CHG104", 'unknown member "titel"', 'did you mean "title"?')),
        ("risk", "risk: hihg", ("CHG122", 'low, medium or high is wanted, and here is "hihg"', 'did you mean "high"?')),
        ("steps", STEP + "sett: x", ("CHG142", 'there is no step "sett"', 'did you mean "set"?')),
        (
            "steps",
            STEP + "id: x",
            ("CHG142", "a step has a member call, run, set or wait, which says what it does", ""),
        ),
        ("steps", STEP + "run: x\n    with: {}", ("CHG104", '"with" does not belong to "run"', "it belongs to call")),
        ("steps", STEP + "call: x\n    wiht: {}", ("CHG104", 'unknown member "wiht"', 'did you mean "with"?')),
        ("steps", STEP + "run: x\n    call: y", ("CHG143", 'a step does one thing, and here are "run" and "call"', "")),
        (
            "steps",
            "steps:\n  run: x",
            ("CHG120", "a list is wanted, and here is a mapping", ""),
        ),
        ("test", "test: [{htp: x}]", ("CHG142", 'there is no check "htp"', 'did you mean "http"?')),
        (
            "test",
            "test: {http: x}",
            ("CHG120", "a list of checks is wanted, and here is one check", "put a dash before it"),
        ),
        (
            "test",
            "test: {befor: [{alarm: x}]}",
            ("CHG104", 'unknown member "befor"', 'did you mean "before"?'),
        ),
        ("test", "test: [{alarm: x, expect: green}]", ("CHG122", 'red is wanted, and here is "green"', "")),
        ("test", "test: [{alarm: x, no_data: no}]", ("CHG122", 'ok is wanted, and here is "no"', "")),
        (
            "comms",
            "comms:\n  channel: #ops",
            ("CHG120", "text is wanted, and here is nothing", "text that begins with # stands in quotes"),
        ),
        (
            "title",
            "title: true",
            ("CHG120", "text is wanted, and here is true", 'write "true" in quotes to mean the word'),
        ),
        ("plan", "plan: one", ("CHG120", 'a number is wanted, and here is "one"', "")),
        ("plan", "plan: 0", ("CHG127", "a whole number from 1 to 1 is wanted, and here is the number 0", "")),
    ],
)
def test_a_mistake_is_named_with_what_was_meant(section: str, by: str, found: tuple[str, str, str]) -> None:
    assert found in complaints_with(section, by)


def test_a_newer_plan_is_complained_of_once() -> None:
    assert complaints_with("plan", "plan: 2\nnovelty: 1") == [
        ("CHG140", "the plan is of version 2, and this changectl reads version 1", "install a newer changectl")
    ]


def test_all_complaints_come_in_one_run_in_the_order_of_the_file() -> None:
    content = b"plan: 1\ntitel: x\nrisk: meduim\nsteps:\n- run: 1\n  undo: {sett: 1}\nwhen: {start: now}\ntest: none\n"
    plan, complaints = read(content, "X")
    assert plan is None
    assert [(c.rule, c.span.line) for c in complaints] == [
        *[("CHG141", 1), *[("CHG105", 1)] * 5],
        *[("CHG104", 2), ("CHG122", 3), ("CHG105", 5), ("CHG142", 6), ("CHG124", 7), ("CHG146", 8)],
    ]


@pytest.mark.parametrize("plan_id", ["a", "0", "2026-11-23-alb-idle-timeout", "a.b_c-d", "x" * 100])
def test_a_file_name_that_is_an_id(plan_id: str) -> None:
    assert read(SHORTEST, plan_id)[1] == ()


@pytest.mark.parametrize(
    "plan_id",
    [
        *("", "A", "-a", ".a", "_a", "a b", "a..b", "a.", "x.lock", "a/b", "../a", "a\n", "a~1", "a^", "a:b", "a@{0}"),
        *("é", "a\\b", "a*", "x" * 101, "a\x00", "a;rm", "$(x)", "\u202ea"),
    ],
)
def test_a_file_name_that_could_not_be_a_git_ref_or_a_path_is_refused(plan_id: str) -> None:
    plan, complaints = read(SHORTEST, plan_id)
    assert (plan, [c.rule for c in complaints]) == (None, ["CHG141"])


@pytest.mark.parametrize(
    ("steps", "found"),
    [
        ("- {name: A, call: x}\n- {name: B, call: y, with: {Id: {$result: a.Id}}}", None),
        ("- {name: A, call: x, undo: {call: y, with: {Id: {$result: a.Id}}}}", None),
        (
            "- {name: A, call: x, with: {Id: {$result: a.Id}}}",
            'the answer of step "a" is not known yet when this is done',
        ),
        (
            "- {name: A, call: x, with: {Id: {$result: b.Id}}}\n- {name: B, call: y}",
            'the answer of step "b" is not known yet when this is done',
        ),
        (
            "- {name: A, call: x, undo: {call: y, with: {Id: {$result: b.Id}}}}\n- {name: B, call: y}",
            'the answer of step "b" is not known yet when this is done',
        ),
        ("- {name: A, call: x, with: {Id: [[{$result: aa.Id}]]}}", 'there is no step "aa"'),
        ("- {name: A, call: x, with: {Id: {$$result: aa.Id}}}", None),
        (
            "- {name: A, wait: 1m, until: {alarm: {$result: a.Id}}}",
            'the answer of step "a" is not known yet when this is done',
        ),
    ],
)
def test_a_result_comes_from_an_earlier_step(steps: str, found: str | None) -> None:
    _, complaints = read(replaced("steps", f"steps:\n{steps}"))
    assert [c.message for c in complaints] == ([found] if found else [])


@pytest.mark.parametrize(("phase", "allowed"), [("before", False), ("during", False), ("after", True)])
def test_only_a_test_after_the_steps_knows_their_results(phase: str, allowed: bool) -> None:
    _, complaints = read(replaced("test", f"test: {{{phase}: [{{alarm: {{$result: raise-it.Arn}}}}]}}"))
    assert [c.rule for c in complaints] == ([] if allowed else ["CHG148"])


def test_the_back_out_knows_the_results_of_all_steps() -> None:
    plan_with("back_out", "back_out: {steps: [{call: x, with: {Id: {$result: raise-it.Id}}}]}")


@pytest.mark.parametrize(
    "member", ["title", "rationale", "lead", "ticket", "emergency", "runbook", "alternatives", "comms"]
)
@pytest.mark.parametrize(
    "escape", ["\\e[31m", "\\0", "\\x07", "\\u202e", "\\u2066", "\\u200b", "\\N", "\\r", "\\U000e0041"]
)
def test_no_text_of_a_plan_hides_a_character_behind_an_escape(member: str, escape: str) -> None:
    body = SHORTEST if f"{member}:".encode() not in SHORTEST else replaced(member, "")
    plan, complaints = read(body + f'{member}: "a{escape}b"\n'.encode())
    assert (plan, {c.rule for c in complaints}) == (None, {"CHG102"})
