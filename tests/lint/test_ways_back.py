"""What can be undone, what cannot, and whether the plan says so."""

from collections.abc import Mapping
from typing import Any

import pytest

from changectl.catalogue import catalogue
from changectl.engine.asking import Eyes
from changectl.engine.effects import rows
from changectl.engine.preview import foresee
from changectl.engine.world import Ground
from changectl.errors import GateRefused
from lint.plans import found, read, rules, with_part

DELETE = "  - {name: Delete it, call: ec2.delete_security_group, with: {GroupId: sg-0a1b2c3d}UNDO}\n"
NAMED = "  - {name: Delete it, call: ec2.delete_security_group, with: {GroupId: {$ref: security-group/old}}}\n"
TABLE = "  - {name: Drop it, call: dynamodb.delete_table, with: {TableName: bookings}}\n"
PARAMETER = "  - {name: Delete it, call: ssm.delete_parameter, with: {Name: /rentals/limit}}\n"
MAKE = "  - {name: Make it, id: make, call: ec2.create_security_group, with: {GroupName: a, Description: b, VpcId: vpc-1}}\n"
DELETE_MADE = "  - {name: Delete it, call: ec2.delete_security_group, with: {GroupId: {$result: make.GroupId}}}\n"
MAKE_TABLE = (
    "  - {name: Make it, call: dynamodb.create_table, with: {TableName: t, KeySchema: [{AttributeName: a, KeyType: HASH}], "
    "AttributeDefinitions: [{AttributeName: a, AttributeType: S}], BillingMode: PAY_PER_REQUEST}}\n"
)
DELETE_MADE_TABLE = "  - {name: Delete it, call: dynamodb.delete_table, with: {TableName: t}}\n"
SET = "  - {name: Raise it, set: parameter/limit, change: {value: {from: '7', to: '14'}}}\n"
WAIT = "  - {name: Wait, wait: 3s}\n"
ASK = "  - {name: Open it, ask: Open the valve.}\n"
ASK_BACK = "  - {name: Open it, ask: Open the valve., undo: {ask: Close the valve.}}\n"
QUIET = "call: cloudwatch.disable_alarm_actions, with: {AlarmNames: [a]}"
LOUD = "call: cloudwatch.enable_alarm_actions, with: {AlarmNames: [a]}"


def plan(*steps: str, back_out: str = "{auto: true}", **more: str) -> bytes:
    others = "".join(f"{name}: {value}\n" for name, value in more.items())
    return with_part(f"{others}back_out: {back_out}\nsteps:\n{''.join(steps).replace('UNDO', '')}")


@pytest.mark.parametrize(
    ("steps", "lost"),
    [
        ([DELETE], True),
        ([NAMED], True),
        ([TABLE], True),
        ([PARAMETER], False),  # made anew, only its history is gone
        ([SET], False),
        ([MAKE], False),
        ([MAKE, DELETE_MADE], False),
        ([MAKE_TABLE, DELETE_MADE_TABLE], False),
        ([WAIT], False),
        ([DELETE.replace("UNDO", ", undo: {ask: Make the group again from the wiki.}")], False),
    ],
)
def test_a_step_that_nothing_can_undo_is_told_without_looking_at_aws(steps: list[str], lost: bool) -> None:
    assert bool(found("no-way-back", plan(*steps))) == lost
    assert bool(found("low-risk-irreversible", plan(*steps))) == lost
    assert not found("low-risk-irreversible", plan(*steps, risk="medium"))


@pytest.mark.parametrize(
    ("back_out", "said"),
    [
        ("snapshot", False),
        ("{auto: ask}", False),
        ("{auto: true, cannot_undo: n/a}", False),
        ("{auto: true, cannot_undo: TBD}", False),
        ("{auto: true, steps: [{wait: 3s}]}", False),
        ("{auto: true, cannot_undo: The group itself.}", True),
        ("{auto: true, steps: [{ask: Make the group again from the wiki.}]}", True),
        ("{none: the group is gone}", True),
    ],
)
def test_it_is_no_finding_where_the_plan_says_so_or_has_a_way_of_its_own(back_out: str, said: bool) -> None:
    assert bool(found("no-way-back", plan(DELETE, back_out=back_out))) == (not said)


def test_the_finding_says_why_and_where() -> None:
    (finding,) = found("no-way-back", plan(SET, DELETE))
    assert finding.message == (
        'nothing brings back what "Delete it" does: '
        "a security group made anew has another id, and whatever named the old one does not name it"
    )
    assert (finding.span.line, finding.span.column) == (12, 29)


@pytest.mark.parametrize(
    ("steps", "names"),
    [
        ([DELETE, SET], ["Delete it"]),
        ([SET, DELETE], []),
        ([DELETE], []),
        ([DELETE, WAIT], []),
        ([DELETE, TABLE], []),
        ([DELETE, TABLE, SET], ["Delete it", "Drop it"]),
        ([SET, DELETE, WAIT], []),
        ([PARAMETER, SET], []),
    ],
)
def test_what_cannot_be_undone_comes_last(steps: list[str], names: list[str]) -> None:
    findings = found("irreversible-not-last", plan(*steps))
    assert [finding.message.split('"')[1] for finding in findings] == names


@pytest.mark.parametrize(
    ("steps", "back_out", "number"),
    [
        ([ASK], "{auto: true}", 1),
        ([ASK_BACK], "{auto: true}", 0),
        ([ASK], "{auto: true, cannot_undo: The water that has run.}", 0),
        ([ASK], "{auto: true, steps: [{ask: Close the valve.}]}", 0),
        ([SET], "{auto: true}", 0),
    ],
)
def test_what_a_person_did_a_person_undoes(steps: list[str], back_out: str, number: int) -> None:
    assert len(found("deed-without-undo", plan(*steps, back_out=back_out))) == number


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("Revert.", True),
        ("revert the change manually", True),
        ("Roll back.", True),
        ("Rollback by hand", True),
        ("We can simply undo this", True),
        ("Put it back", True),
        ("Restore from backup", True),
        ("Re-apply the old terraform", True),
        ("Connections that were cut off.", False),
        ("Undo is not possible once mails are out", False),
        ("Nothing can be reverted: mails are out", False),
        ("Rollback does not bring back what expired", False),
        ("Restored rows are lost", False),
        ("Mails; revert the rest", False),
    ],
)
def test_a_way_back_is_no_word(text: str, word: bool) -> None:
    said = [
        bool(found("words-for-a-way-back", plan(SET, back_out=f"{{{member}: '{text}'}}")))
        for member in ("cannot_undo", "none")
    ]
    assert said == [word, word]


@pytest.mark.parametrize(
    ("ask", "word"),
    [("Revert it.", True), ("Roll back manually", True), ("Undo the change", True), ("Close the valve again.", False),
     ("Roll back the deployment of checkout in Spinnaker to the version before.", False)],
)  # fmt: skip
def test_nor_is_it_what_a_person_is_asked(ask: str, word: bool) -> None:
    undo = f"  - {{name: Open it, ask: Open the valve., undo: {{ask: '{ask}'}}}}\n"
    back_out = f"{{steps: [{{ask: '{ask}'}}]}}"
    assert bool(found("words-for-a-way-back", plan(undo))) == word
    assert bool(found("words-for-a-way-back", plan(SET, back_out=back_out))) == word


@pytest.mark.parametrize(
    ("undo", "nothing"),
    [
        ("{wait: 3s}", True),
        ("[{wait: 3s}, {wait: 5m}]", True),
        ("{wait: {until: {alarm: a}, for: 5m}}", False),  # AWS may take it back itself
        (f"{{{QUIET}}}", True),
        (f"[{{{LOUD}}}, {{name: Again, {QUIET}}}]", True),
        (f"{{{LOUD}}}", False),
        (f"[{{{LOUD}}}, {{wait: 3s}}]", False),
        ("{call: cloudwatch.disable_alarm_actions, with: {AlarmNames: [b]}}", False),
        ("{ask: Switch the alarm on again.}", False),
    ],
)
def test_an_undo_undoes(undo: str, nothing: bool) -> None:
    step = f"  - {{name: Quiet, {QUIET}, undo: {undo}}}\n"
    assert bool(found("undo-does-nothing", plan(step))) == nothing


def test_a_pause_may_have_a_pause_for_its_undo() -> None:
    assert found("undo-does-nothing", plan("  - {name: Wait, wait: 3s}\n")) == []


@pytest.mark.parametrize(("name", "word"), [("Revert the change", True), ("Give the alarm a moment", False)])
def test_a_wait_that_is_called_a_way_back_is_none(name: str, word: bool) -> None:
    back_out = f"{{steps: [{{name: {name}, wait: 3s}}, {{wait: 3s}}]}}"
    assert bool(found("words-for-a-way-back", plan(SET, back_out=back_out))) == word


@pytest.mark.parametrize(
    ("emergency", "unnamed"),
    [("INC-4831", False), ("'#4831'", False), ("checkout is down", False), ("https://example.com/i", False), ("P1", False),
     ("'yes'", True), ("urgent", True), ("'true'", True), ("TBD", True), ("This is an emergency!", True), ("hotfix", True)],
)  # fmt: skip
def test_an_emergency_names_its_incident(emergency: str, unnamed: bool) -> None:
    assert bool(found("emergency-unnamed", plan(SET, emergency=emergency))) == unnamed


QUIETS = f"  - {{name: Quiet, {QUIET}UNDO}}\n"
BOTH = "[cloudwatch.disable_alarm_actions, cloudwatch.enable_alarm_actions]"
CASES: Mapping[str, tuple[bytes, bool]] = {
    "nothing allowed": (plan(QUIETS), True),
    "allowed without undo": (plan(QUIETS, allow=BOTH), True),
    "undo not allowed": (plan(QUIETS.replace("UNDO", f", undo: {{{LOUD}}}"), allow="[cloudwatch.DisableAlarmActions]"), True),
    "allowed, with undo": (plan(QUIETS.replace("UNDO", f", undo: {{{LOUD}}}"), allow=BOTH), False),
    "allowed in other spelling": (
        plan(QUIETS.replace("UNDO", f", undo: {{{LOUD}}}"), allow=BOTH.replace("disable_alarm_actions", "DisableAlarmActions")),
        False,
    ),
    "undone by a person": (
        plan(QUIETS.replace("UNDO", ", undo: {ask: Switch it on.}"), allow="[cloudwatch.disable_alarm_actions]"), False
    ),
    "back-out not allowed": (plan(WAIT, back_out=f"{{steps: [{{{LOUD}}}]}}"), True),
    "back-out allowed": (plan(WAIT, back_out=f"{{steps: [{{{LOUD}}}]}}", allow="[cloudwatch.enable_alarm_actions]"), False),
    "tags of what no kind knows": (
        plan("  - {name: Go, call: ec2.create_tags, with: {Resources: [i-0a1b], Tags: [{Key: a, Value: b}]}}\n"), True
    ),
}  # fmt: skip


def no_aws(call: Any) -> Mapping[str, Any]:
    raise AssertionError(call)


@pytest.mark.parametrize("name", CASES)
def test_what_the_preview_would_refuse_is_told_beforehand_and_nothing_else(name: str) -> None:
    content, refused = CASES[name]
    kinds, actions, probes = catalogue().kinds, catalogue().actions, catalogue().probes
    eyes = Eyes(no_aws, lambda thunks: [thunk() for thunk in thunks], "123456789012")
    ground = Ground(kinds, actions, probes, rows(kinds), eyes, "ap-southeast-2")
    told = bool(found("unknown-operation", content))
    try:
        foresee(read(content)[0], ground)
    except GateRefused:
        assert (told, refused) == (True, True)
    else:
        assert (told, refused) == (False, False)


@pytest.mark.parametrize(
    ("step", "unknown"),
    [
        ("call: ec2.authorize_security_group_ingress, with: {GroupId: {$ref: security-group/web}}", False),
        ("call: ec2.create_tags, with: {Resources: [{$ref: security-group/web}], Tags: [{Key: a, Value: b}]}", False),
        ("call: ec2.describe_instances", False),  # has a complaint of its own
        ("call: sqs.purge_queue, with: {QueueUrl: {$ref: security-group/web}}", True),
    ],
)
def test_what_is_known_only_at_preview_is_not_called_unknown(step: str, unknown: bool) -> None:
    assert bool(found("unknown-operation", plan(f"  - {{name: Go, {step}}}\n"))) == unknown


@pytest.mark.parametrize(
    ("allow", "unused"),
    [("[]", []), (BOTH, ["cloudwatch.enable_alarm_actions"]), ("[iam.delete_role]", ["iam.delete_role"]),
     ("[cloudwatch.DisableAlarmActions]", [])],
)  # fmt: skip
def test_only_what_is_called_is_allowed(allow: str, unused: list[str]) -> None:
    findings = found("unused-allow", plan(QUIETS, allow=allow))
    assert [finding.message.split('"')[1] for finding in findings] == unused


@pytest.mark.parametrize(
    ("back_out", "runbook", "number"),
    [("{auto: false}", "", 1), ("{auto: false, cannot_undo: Mails.}", "", 0), ("{auto: ask}", "", 0),
     ("{auto: false}", "Look at rentals-5xx.", 0), ("{none: it serves nobody}", "", 0)],
)  # fmt: skip
def test_what_stays_broken_has_a_reason(back_out: str, runbook: str, number: int) -> None:
    more = {"runbook": runbook} if runbook else {}
    assert len(found("stays-without-reason", plan(SET, back_out=back_out, **more))) == number


@pytest.mark.parametrize(
    ("steps", "number"),
    [
        ([SET, SET.replace("Raise it", "Raise the other")], 1),
        ([SET, SET.replace("Raise it", "Raise the other").replace("limit", "other")], 0),
        ([WAIT, WAIT.replace("name: Wait", "name: Wait again")], 0),
        ([DELETE, DELETE.replace("name: Delete it", "name: Delete, region: us-east-1")], 0),
    ],
)
def test_a_step_is_not_there_twice(steps: list[str], number: int) -> None:
    assert len(found("repeated-step", plan(*steps))) == number


@pytest.mark.parametrize(
    ("change", "names"),
    [
        ("{value: '14'}", ["value"]),
        ("{value: {to: '14'}}", ["value"]),
        ("{value: {from: '7', to: '14'}}", []),
        ("{value: {$secret: LIMIT}}", []),
        ("{value: {to: {$secret: LIMIT}}}", []),
        ("{tags: {Team: rentals, Cost: {from: a, to: b}}}", ["tags"]),
        ("{tags: {Team: {to: null}}}", ["tags"]),
        ("{tags: {add: {Team: rentals}, remove: [Cost]}}", []),
    ],
)
def test_a_new_value_says_what_it_replaces(change: str, names: list[str]) -> None:
    content = plan(f"  - {{name: Go, set: parameter/limit, change: {change}}}\n")
    assert [finding.message.split()[0] for finding in found("from-left-out", content)] == names


def test_the_rules_that_are_off_are_these() -> None:
    off = {key for key, rule in rules().items() if rule.severity.value == "off"}
    assert off == {"only-read-back", "high-risk-untested-before", "from-left-out"}
