"""Every plan in plans/ goes its whole way against the sandbox, and AWS is read with plain boto3 before and after."""

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
from emulators import REGION

from changectl.aws.sandbox import compare, server
from changectl.aws.sandbox.record import ACCOUNT, Sandbox
from tests.warm import command

PLANS = Path(__file__).parents[2] / "plans"
ENDS = {"2026-11-25-let-reporting-read-bookings": 10}
"""How `apply` ends, where that is not 0."""

PEOPLE = {name: (name.title(), f"{name}@unicorn.example") for name in ("ana", "ben", "cleo")}
SECRET = "stardust-and-manes"
PATIENCE = 120.0
"""Seconds that a command may take."""


@dataclass(frozen=True, slots=True)
class Team:
    """A remote, a clone for each person, and the sandbox that they all change."""

    folder: Path
    endpoint: str

    def git(self, who: str, *words: str) -> str:
        """Plain git as one of the people."""
        argv, errors = ("git", *words), "replace"  # trees hold bytes that are no text
        done = subprocess.run(
            argv, cwd=self.folder / who, env=self._environment(who), capture_output=True, text=True, errors=errors
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def changectl(self, who: str, *words: str, ends: int = 0) -> str:
        """Run changectl; its standard output. It ends as expected, or the test fails with what it said."""
        done = command.ran(words, self.folder / who, self._environment(who), PATIENCE)
        assert done.returncode == ends, f"{who}$ changectl {' '.join(words)}\n{done.stdout}{done.stderr}"
        return done.stdout

    def _environment(self, who: str) -> dict[str, str]:
        name, email = PEOPLE[who]
        roles = {
            f"GIT_{role}_{part}": value
            for role in ("AUTHOR", "COMMITTER")
            for part, value in (("NAME", name), ("EMAIL", email))
        }
        sandbox = server.environment(Sandbox(self.endpoint, 0, ""))
        return {**os.environ, **roles, "RENTALS_DB_PASSWORD": SECRET, **sandbox}


@pytest.fixture
def team(tmp_path: Path, unicorn_rentals: str) -> Team:
    """Ana wrote the plans; the rules are on the remote's main branch."""
    made = Team(tmp_path, unicorn_rentals)
    ana = tmp_path / "ana"
    (ana / "plans").mkdir(parents=True)
    for plan in PLANS.glob("*.yaml"):
        (ana / "plans" / plan.name).write_bytes(plan.read_bytes())
    (ana / "changectl.toml").write_text(
        f'[env.prod]\naccount = "{ACCOUNT}"\nregions = ["{REGION}"]\nendpoint = "{unicorn_rentals}"\n'
        '[review]\nby = "identity"\n'
    )
    for words in (
        "init -q --bare -b main ../remote.git",
        "init -q -b main",
        "remote add origin ../remote.git",
        "add changectl.toml",
        "commit -q -m Rules",
        "push -q origin main",
        "clone -q ../remote.git ../ben",
        "clone -q ../remote.git ../cleo",
    ):
        made.git("ana", *words.split())
    return made


def _approved(team: Team, plan: str, many: int) -> None:
    for who in ("ben", "cleo")[:many]:
        team.git(who, "fetch", "-q")
        team.git(who, "switch", "-q", f"change/{plan}")
        team.changectl(who, "approve", plan)


@pytest.mark.parametrize("plan", sorted(path.stem for path in PLANS.glob("*.yaml")))
def test_a_plan_goes_its_way_and_comes_back(plan: str, team: Team) -> None:
    before = compare.settings(team.endpoint, REGION)
    ends = ENDS.get(plan, 0)

    team.changectl("ana", "check", plan)
    previewed = json.loads(team.changectl("ana", "preview", plan, "--json"))
    proposed = json.loads(team.changectl("ana", "propose", plan, "--json"))
    _approved(team, plan, 2)
    assert compare.settings(team.endpoint, REGION) == before, "looking changes nothing"
    team.changectl("ana", "apply", plan, "--confirm", "prod", ends=ends)
    applied = compare.settings(team.endpoint, REGION)
    if ends == 0:
        team.changectl("ana", "rollback", plan)
    shown = team.changectl("ben", "show", plan, "--fetch")

    assert previewed["preview_digest"] == proposed["preview_digest"]
    assert bool(compare.differing(before, applied)) == (ends == 0), "it changed something that compare reads"
    assert compare.differing(before, compare.settings(team.endpoint, REGION)) == ()
    assert "rolled-back" in shown


def test_no_secret_reaches_the_remote(team: Team) -> None:
    plan = "2026-12-03-new-database-password"
    team.changectl("ana", "propose", plan)
    _approved(team, plan, 2)
    team.changectl("ana", "apply", plan, "--confirm", "prod")

    every = team.git("ana", "-C", "../remote.git", "cat-file", "--batch", "--batch-all-objects")

    assert plan in every
    assert SECRET not in every
    assert "glitter-and-hooves" not in every


def test_an_emergency_needs_no_approval(team: Team) -> None:
    plan = "2026-12-05-close-ssh"

    team.changectl("ana", "apply", plan, "--confirm", "prod")

    assert "applied" in team.changectl("ana", "log")


def test_every_plan_is_dated_and_named_for_what_it_does() -> None:
    stems = [path.stem for path in PLANS.iterdir()]

    assert stems
    assert all(stem[:4].isdigit() and stem[4] == stem[7] == stem[10] == "-" for stem in stems)
