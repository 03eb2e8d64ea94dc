"""Every setting that can be written: applied is as intended, and back is as before, said by plain boto3."""

import pytest
from emulators import Emulator

from changectl.catalogue import catalogue
from tests.e2e import aws
from tests.e2e.cases import CASES, GAPS, SECRETS
from tests.e2e.team import Team, plan

CHANGE = "2026-11-23-larger"
HERE = sorted(CASES.keys() & catalogue().kinds.keys())


@pytest.mark.parametrize("kind", HERE)
def test_every_setting_is_set_as_intended_and_rolled_back_to_what_it_was(kind: str, team: Team) -> None:
    case = CASES[kind]
    case.make(team.emulator)
    before = case.now(team.emulator)
    steps, after = case.steps(team.emulator, _gaps(kind, team))
    team.ana.writes(CHANGE, plan(steps))

    team.ana.applies(CHANGE, env=SECRETS)
    assert case.now(team.emulator) == {**before, **after}

    team.ana.types("rollback", CHANGE)
    assert case.now(team.emulator) == before


@pytest.mark.parametrize("kind", HERE)
def test_a_call_does_what_it_says_and_is_rolled_back(kind: str, team: Team) -> None:
    case = CASES[kind]
    case.make(team.emulator)
    before = case.now(team.emulator)
    step, after = case.call(team.emulator)
    team.ana.writes(CHANGE, plan(step))

    team.ana.applies(CHANGE, env=SECRETS)
    assert case.now(team.emulator) == {**before, **after}

    team.ana.types("rollback", CHANGE)
    assert case.now(team.emulator) == before


@pytest.mark.parametrize("kind", HERE)
def test_when_the_test_fails_everything_goes_back_by_itself(kind: str, team: Team) -> None:
    case = CASES[kind]
    case.make(team.emulator)
    before = case.now(team.emulator)
    steps, _ = case.steps(team.emulator, _gaps(kind, team))
    call, _ = case.call(team.emulator)
    team.ana.writes(CHANGE, plan(f"{steps}\n{call}", test='- command: ["false"]'))

    ended = team.ana.applies(CHANGE, "--json", status=10, env=SECRETS).document

    assert case.now(team.emulator) == before
    assert (ended["outcome"], ended["production"], ended["left"]) == ("rolled-back", "as-before", [])
    assert team.locks() == {}


def test_what_went_before_a_refused_call_goes_back(team: Team) -> None:
    aws.table(team.emulator)
    aws.parameter(team.emulator)
    before = aws.table_now(team.emulator), aws.parameter_now(team.emulator)
    steps, _ = CASES["table"].steps(team.emulator, _gaps("table", team))
    not_over = CASES["parameter"].call(team.emulator)[0].replace("true", "false")
    team.ana.writes(CHANGE, plan(f"{steps}\n{not_over}"))

    ran = team.ana.applies(CHANGE, status=10, env=SECRETS)

    assert "ParameterAlreadyExists" in ran.err
    assert (aws.table_now(team.emulator), aws.parameter_now(team.emulator)) == before


def test_a_rule_that_was_removed_comes_back_when_the_plan_says_so_or_a_person(team: Team) -> None:
    aws.group(team.emulator)
    before = aws.group_now(team.emulator)
    old = "{protocol: tcp, port: 443, cidr: 198.51.100.0/24}"
    step = f"- {{name: Shut it, set: security-group/web, change: {{ingress: {{remove: [{old}]}}}}}}"
    red = '- command: ["false"]'
    team.ana.writes(CHANGE, plan(step, test=red))
    team.ana.writes(f"{CHANGE}-auto", plan(step, test=red, back_out="{auto: true}"))

    team.ana.applies(f"{CHANGE}-auto", status=10)
    assert aws.group_now(team.emulator) == before

    asked = team.ana.applies(CHANGE, status=11)
    assert aws.group_now(team.emulator) == {**before, "ingress": []}
    assert f"changectl rollback {CHANGE}" in asked.out
    team.ana.types("rollback", CHANGE)
    assert (aws.group_now(team.emulator), team.locks()) == (before, {})


def test_every_setting_that_can_be_written_is_tried_here(emulator: Emulator) -> None:
    tried = {}
    for kind in HERE:
        emulator.reset()
        CASES[kind].make(emulator)
        tried[kind] = set(CASES[kind].sets(emulator))

    assert tried == {
        name: {facet.name for facet in kind.facets if facet.write is not None}
        for name, kind in catalogue().kinds.items()
        if any(facet.write is not None for facet in kind.facets)
    }


def test_each_gap_is_the_emulators_own(emulator: Emulator) -> None:
    gaps = {(kind, facet) for (name, kind), facets in GAPS.items() for facet in facets if name == emulator.name}
    aws.table(emulator)
    emulator.client("dynamodb").update_table(TableName=aws.TABLE, TableClass="STANDARD_INFREQUENT_ACCESS")

    kept = aws.table_now(emulator)["class"] == "STANDARD_INFREQUENT_ACCESS"

    assert gaps == (set() if kept else {("table", "class")})


def _gaps(kind: str, team: Team) -> frozenset[str]:
    return GAPS.get((team.emulator.name, kind), frozenset())
