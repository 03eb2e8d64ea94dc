"""Who may lead: a person, by any name that people have; and nobody else."""

import pytest

from lint.plans import found, with_part

PERSONS = [
    "ana", "Ana", "@ana", "Ana Ngata", "ana.ngata@example.com", "Ana Ngata <ana@example.com>", "Dev Patel", "Dev", "Will",
    "May", "José Ortega y Gasset", "Jean-Luc", "D'Arcy", "Ana (platform team)", "ana (on call)", "王小明", "Ops Ngata", "an-ng",
    "Bill Gates", "Mark", "Sam Support", "Al", "Andy Orr", "Andrea", "Roland", "ana_n", "ana2", "Admiral Ben", "Rob Ott",
]  # fmt: skip
NOBODY = [
    "team", "The Team", "platform team", "ops", "Ops", "SRE", "sre", "DevOps", "on-call", "oncall", "on call", "primary on-call",
    "everyone", "all", "nobody", "TBD", "tbd", "n/a", "N/A", "?", "-", "#unicorn-ops", "@unicorn/platform", "sre@example.com",
    "platform-team@example.com", "ana and ben", "ana & ben", "ana/ben", "ana, ben", "Ana or Ben", "ana + ben", "dependabot[bot]",
    "bot", "jenkins", "github-actions", "root", "whoever is on call", "Incident Commander", "duty manager", "CTO", "me", "we",
    "the infra squad", "database admins", "Platform Engineering", "release manager", "support desk", "Network operations",
]  # fmt: skip


@pytest.mark.parametrize("lead", PERSONS)
def test_a_person_may_lead(lead: str) -> None:
    assert found("lead-not-a-person", with_part(f'lead: "{lead}"')) == []


@pytest.mark.parametrize("lead", NOBODY)
def test_a_group_a_role_a_channel_a_program_or_several_people_may_not(lead: str) -> None:
    assert len(found("lead-not-a-person", with_part(f'lead: "{lead}"'))) == 1


@pytest.mark.parametrize(
    ("lead", "ended", "messages"),
    [
        ("ana", False, []),
        ("@Ana", False, []),
        ("cleo", False, ['"cleo" is none of [team] people']),
        ("cleo", True, []),  # people leave, and what they led stays
        ("team", True, ['the lead "team" is not a person\'s name']),
    ],
)
def test_where_the_team_names_its_people_the_lead_is_one_of_them(lead: str, ended: bool, messages: list[str]) -> None:
    findings = found("lead-not-a-person", with_part(f'lead: "{lead}"'), people=("Ana", "ben"), ended=ended)
    assert [finding.message for finding in findings] == messages


def test_high_risk_wants_a_lead() -> None:
    assert [len(found("high-risk-without-lead", with_part(f"risk: {risk}"))) for risk in ("low", "medium", "high")] == [
        0,
        0,
        1,
    ]
