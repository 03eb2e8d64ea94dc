"""Going forward, as two people type it: one wishes, another agrees, and only then it goes on."""

from tests.approvals.keys import allowed, key
from tests.e2e import aws
from tests.e2e.team import Team, plan

CHANGE = "2026-11-23-tag-bookings"
TAG = """
- name: Tag the bookings
  set: table/bookings
  change: {tags: {Trial: office}}
"""
STUCK = "{auto: false}"
TEST = "- command: [test, -f, fine]"
WHY = "the vendor says that it is fine"


def stuck(team: Team, risk: str) -> None:
    """Ana's change has failed its test, and its plan says not to go back by itself."""
    aws.table(team.emulator)
    team.ana.writes(CHANGE, plan(TAG, risk=risk, test=TEST, back_out=STUCK))
    team.ana.types("propose", CHANGE)
    if risk != "low":
        team.ben.fetches(CHANGE)
        team.ben.types("approve", CHANGE)
    ran = team.ana.applies(CHANGE, status=11)
    assert f"changectl apply --resume {CHANGE} --forward" in ran.out


def forward(team: Team, *flags: str, status: int) -> str:
    flags = ("--resume", "--forward", *flags)
    return team.ana.applies(CHANGE, *flags, status=status).said


def test_one_wishes_another_agrees_and_it_goes_on(moto_team: Team) -> None:
    team = moto_team
    stuck(team, "medium")
    said = forward(team, "--why", WHY, status=8)
    assert f"changectl approve {CHANGE} --forward" in said
    assert "untouched" not in said
    assert "agree to it alone" in team.ana.types("approve", CHANGE, "--forward", status=5).err
    assert "goes forward when somebody else agrees" in forward(team, status=8)

    assert WHY in team.ben.types("approve", CHANGE, "--forward").out
    (team.ana.folder / "fine").touch()
    said = forward(team, status=0)
    assert f"going forward as Ana <ana@example.com> wished, agreed by Ben <ben@example.com>: {WHY}" in said
    shown = team.ben.types("show", CHANGE, "--fetch").out
    assert "going forward approved by Ben" in shown
    assert team.locks() == {}


def test_where_it_went_back_meanwhile_nothing_goes_forward(moto_team: Team) -> None:
    team = moto_team
    stuck(team, "medium")
    forward(team, "--why", WHY, status=8)
    team.ben.types("approve", CHANGE, "--forward")
    team.ana.types("rollback", CHANGE)
    assert "does not need an operator" in forward(team, status=5)


def test_where_no_approval_is_wanted_it_takes_a_reason_and_the_confirmation(moto_team: Team) -> None:
    team = moto_team
    stuck(team, "low")
    assert "needs a reason" in forward(team, status=2)
    ran = team.ana.types("apply", CHANGE, "--resume", "--forward", "--why", WHY, status=5)
    assert "add --confirm prod" in ran.err
    assert "what failed counting as done" in forward(team, "--accept", "--why", WHY, status=0)
    assert "go with --forward" in team.ana.types("apply", CHANGE, "--resume", "--accept", status=2).err


def test_where_approvals_are_signatures_agreeing_is_one_too(moto_team: Team) -> None:
    team = moto_team
    stuck(team, "medium")
    team.configures(by="signature")
    for person in (team.ana, team.ben):
        with (person.machine / "gitconfig").open("a") as config:
            config.write(f"[gpg]\nformat = ssh\n[user]\nsigningKey = {key(person.name).path}\n")
    forward(team, "--why", WHY, status=8)
    assert "does not have your key" in team.ben.types("approve", CHANGE, "--forward", status=5).err

    (team.ana.folder / "allowed_signers").write_bytes(allowed(ana="ana@example.com", ben="ben@example.com"))
    team.ana.git("add", "allowed_signers")
    team.ana.git("commit", "-q", "-m", "Who may sign")
    team.ana.git("push", "-q", "origin", "HEAD:main")
    team.ben.types("approve", CHANGE, "--forward")
    (team.ana.folder / "fine").touch()
    forward(team, status=0)
