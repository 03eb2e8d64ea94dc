"""A secret is in the vault of the machine that conducts the change, and nowhere else."""

import subprocess
from pathlib import Path

import pytest

from tests.e2e import aws
from tests.e2e.team import Person, Ran, Team, git, plan

CHANGE = "2026-11-23-new-password"
OLD, NEW = "canary-old-7f3a9c", "canary-new-e81b44"
PASSWORD = "/rentals/password"
STEP = f"""
- name: Set the password
  call: ssm.put_parameter
  with: {{Name: {PASSWORD}, Value: {{$secret: DB_PASSWORD}}, Type: SecureString, Overwrite: true}}
"""
SET = f"""
- name: Set the password
  set: parameter{PASSWORD}
  change: {{value: {{SecureValue: {{to: {{$secret: DB_PASSWORD}}}}}}}}
"""
GIVEN = {"DB_PASSWORD": NEW}


@pytest.mark.parametrize(("step", "test"), [(STEP, "/"), (SET, "/nowhere")], ids=["call", "set and failed"])
def test_a_secret_is_found_nowhere_but_in_the_vault(step: str, test: str, team: Team) -> None:
    team.emulator.client("ssm").put_parameter(Name=PASSWORD, Value=OLD, Type="SecureString")
    before = aws.parameter_now(team.emulator, PASSWORD)
    team.ana.writes(CHANGE, plan(step, test=f'- command: [test, -d, "{test}"]'))
    said: list[Ran] = []

    said.append(team.ana.types("check"))
    said.append(team.ana.types("preview", CHANGE, "--json", env=GIVEN))
    said.append(team.ana.types("propose", CHANGE, env=GIVEN))
    said.append(team.ana.applies(CHANGE, env=GIVEN, status=0 if test == "/" else 10))
    if test == "/":
        assert aws.parameter_now(team.emulator, PASSWORD) == {**before, "value": NEW}
        said.append(team.ana.types("rollback", CHANGE, "--json", env=GIVEN))
    assert aws.parameter_now(team.emulator, PASSWORD) == before
    said.append(team.ana.types("show", CHANGE, "--detail"))
    said.append(team.ana.types("show", CHANGE, "--json"))
    said.append(team.ana.types("log", "--json"))

    for secret in (OLD, NEW):
        assert [ran for ran in said if secret in ran.said] == []
        assert not _in_git(team.bare, secret)
        assert not _in_git(team.ana.folder, secret)
        assert {path.name for path in _holding(team.ana, secret)} == {"journal.jsonl"}
    for path in _holding(team.ana, OLD):
        assert path.stat().st_mode & 0o777 == 0o600


def test_a_refusal_that_repeats_the_secret_is_told_without_it(moto_team: Team) -> None:
    team = moto_team
    team.emulator.client("ssm").put_parameter(Name=PASSWORD, Value=OLD, Type="SecureString")
    team.ana.writes(CHANGE, plan(STEP.replace("Type: SecureString", "DataType: {$secret: DB_PASSWORD}")))

    ran = team.ana.applies(CHANGE, env=GIVEN, status=10)

    assert "(secret DB_PASSWORD)" in ran.err
    assert NEW not in ran.said
    assert not _in_git(team.bare, NEW)


def test_a_secret_that_is_not_given_stops_before_anything_is_changed(moto_team: Team) -> None:
    team = moto_team
    aws.table(team.emulator)
    before = aws.table_now(team.emulator)
    step = "- {name: Tag it, set: table/bookings, change: {tags: {Trial: {to: {$secret: DB_PASSWORD}}}}}"
    team.ana.writes(CHANGE, plan(step))

    ran = team.ana.applies(CHANGE, status=None)

    assert ran.status not in (0, 1), ran
    assert aws.table_now(team.emulator) == before


def _in_git(folder: Path, secret: str) -> bool:
    """Whether any object, ref or commit of a repository has it."""
    git_dir = git(folder, "rev-parse", "--absolute-git-dir")
    objects = git(folder, "cat-file", "--batch-all-objects", "--batch-check=%(objectname)").split()
    feed = "\n".join(objects).encode()
    told = subprocess.run(["git", "-C", git_dir, "cat-file", "--batch"], input=feed, capture_output=True, check=True)
    loose = [path for path in Path(git_dir).rglob("*") if path.is_file() and "objects" not in path.parts]
    return secret.encode() in told.stdout or any(secret.encode() in path.read_bytes() for path in loose)


def _holding(person: Person, secret: str) -> list[Path]:
    return [path for path in person.kept() if secret.encode() in path.read_bytes()]
