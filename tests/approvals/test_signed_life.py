"""Approvals by signature, as they are typed: keys, the file of signers on the protected branch, and who may not."""

import pytest
from emulators import Emulator

from tests.approvals.keys import allowed, key
from tests.e2e import aws
from tests.e2e.conftest import warm as warm
from tests.e2e.team import Person, Team, made, plan

CHANGE = "2026-11-23-tag-bookings"
TAG = """
- name: Tag the bookings
  set: table/bookings
  change: {tags: {Trial: office}}
"""
BOTH = allowed(ana="ana@example.com", ben="ben@example.com")


@pytest.fixture
def team(fresh_moto: str, tmp_path, warm) -> Team:  # type: ignore[no-untyped-def]
    """Ana and Ben with a key each, and the default configuration of [review]."""
    team = made(tmp_path, Emulator("moto", fresh_moto), warm)
    aws.table(team.emulator)
    team.configures(by="signature")
    for person in (team.ana, team.ben):
        with (person.machine / "gitconfig").open("a") as config:
            config.write(f"[gpg]\nformat = ssh\n[user]\nsigningKey = {key(person.name).path}\n")
    team.ana.writes(CHANGE, plan(TAG, risk="medium"))
    return team


def signers(team: Team, content: bytes) -> None:
    """Agree on who may sign, by pushing it to the default branch."""
    (team.ana.folder / "allowed_signers").write_bytes(content)
    team.ana.git("add", "allowed_signers")
    team.ana.git("commit", "-q", "-m", "Who may sign")
    team.ana.git("push", "-q", "origin", "HEAD:main")


def approves(person: Person, *flags: str, status: int = 0) -> str:
    person.fetches(CHANGE)
    return person.types("approve", CHANGE, *flags, status=status).said


def test_a_change_is_signed_approved_and_applied_and_a_second_attempt_wants_a_second_signature(team: Team) -> None:
    signers(team, BOTH)
    team.ana.types("propose", CHANGE)
    assert "needs 1 approval for prod and it has none" in team.ana.applies(CHANGE, status=5).err
    assert "whoever wrote a plan does not approve it" in team.ana.types("approve", CHANGE, status=5).err
    approves(team.ben)

    team.ana.applies(CHANGE)
    team.ana.types("rollback", CHANGE)
    assert "it has none" in team.ana.applies(CHANGE, status=5).err
    team.ana.types("propose", CHANGE)
    assert "needs 1 approval" in team.ana.applies(CHANGE, status=5).err
    approves(team.ben)
    assert team.ana.applies(CHANGE, "--json").document["attempt"] == 2


def test_without_signers_on_the_protected_branch_nothing_can_be_approved(team: Team) -> None:
    team.ana.types("propose", CHANGE)
    (team.ben.folder / "allowed_signers").write_bytes(BOTH)  # in a work tree, where anybody can write it

    said = approves(team.ben, status=5)
    assert "there is no allowed_signers on the protected branch to check it by" in said
    assert 'Next: echo "ben@example.com $(cat ~/.ssh/id_ed25519.pub)" >> allowed_signers, and have it merged' in said
    assert "no signature can be checked" in team.ana.applies(CHANGE, status=5).err


def test_a_signer_who_is_removed_on_the_protected_branch_has_not_approved(team: Team) -> None:
    signers(team, BOTH)
    team.ana.types("propose", CHANGE)
    approves(team.ben)
    team.person("eve").git("pull", "-q", "origin", "main")
    eve = team.person("eve")
    (eve.folder / "allowed_signers").write_bytes(allowed(ana="ana@example.com"))
    eve.git("commit", "-q", "-am", "Ben has left")
    eve.git("push", "-q", "origin", "HEAD:main")

    assert "Ben <ben@example.com> is vouched for by no signature" in team.ana.applies(CHANGE, status=5).err


def test_a_key_that_the_signers_do_not_have_is_told_before_anything_is_recorded(team: Team) -> None:
    signers(team, BOTH)
    team.ana.types("propose", CHANGE)
    before = team.register()

    said = approves(team.ben, "--key", str(key("stranger").path), status=5)
    assert "allowed_signers of the protected branch does not have your key for ben@example.com" in said
    assert team.register() == before


def test_without_any_key_it_is_said_how_to_make_one(team: Team) -> None:
    (team.ana.machine / "gitconfig").write_text("[user]\nname = Ana\nemail = ana@example.com\n")

    said = team.ana.types("propose", CHANGE, status=3).err
    assert said.splitlines() == [
        "error: there is no SSH key to sign with",
        "Production is untouched.",
        "Next: ssh-keygen -t ed25519, then: git config --global user.signingKey ~/.ssh/id_ed25519.pub",
    ]


def test_a_plan_that_is_poor_beyond_dispute_is_not_proposed(team: Team) -> None:
    secret = plan(TAG, risk="medium").replace("Weekends fill up (INC-7).", "Log in with password=hunter2-Wellington.")
    team.ana.writes(CHANGE, secret)

    said = team.ana.types("propose", CHANGE, status=3).err
    assert said.startswith(f"plans/{CHANGE}.yaml:3:12: error CHG509: ")
    assert "hunter2" not in said.partition("\n")[0]
