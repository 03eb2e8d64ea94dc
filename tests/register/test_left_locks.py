"""A git that was killed leaves lock files: those on refs that only remember are waited for, and then taken away."""

from dataclasses import replace
from pathlib import Path

import pytest

from changectl.errors import RemoteNeeded
from changectl.register.left_locks import PATIENCE, STEP
from changectl.register.log import Register
from changectl.register.remote import Elsewhere
from register.team import Team, entry

CHANGE = "2026-11-23-alb-idle-timeout"


def waiting(register: Register, at_pause: object = lambda: None) -> tuple[Register, list[float]]:
    """The register, with waits that take no time and are written down."""
    waits: list[float] = []

    def pause(seconds: float) -> None:
        waits.append(seconds)
        at_pause()  # type: ignore[operator]

    assert isinstance(register.remote, Elsewhere)
    return replace(register, remote=replace(register.remote, pause=pause)), waits


def left(register: Register, ref: str) -> Path:
    """What a killed git leaves of a ref."""
    path = register.repository.shared / f"{ref}.lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    return path


@pytest.mark.parametrize("ref", ["refs/remotes/origin/changectl/register", "refs/changectl/seen/remotes/origin"])
def test_one_that_stands_there_for_long_is_taken_away_and_the_register_is_read(team: Team, ref: str) -> None:
    team.clone("bob").append((entry(CHANGE, 0),))
    ana, waits = waiting(team.clone())
    path = left(ana, ref)
    assert ana.fetch() == ana.tip() is not None
    assert (path.exists(), len(waits)) == (False, round(PATIENCE / STEP))
    assert ana.append((entry(CHANGE, 1),)).seqs == (2,)


def test_one_that_is_held_for_a_moment_is_waited_for(team: Team) -> None:
    team.clone("bob").append((entry(CHANGE, 0),))
    clone = team.clone()
    path = clone.repository.shared / "refs/remotes/origin/changectl/register.lock"
    ana, waits = waiting(clone, lambda: path.unlink(missing_ok=True))
    left(clone, "refs/remotes/origin/changectl/register")
    assert ana.fetch() is not None
    assert waits == [STEP]


def test_one_that_is_taken_anew_all_the_time_is_nobodys_to_take_away(team: Team) -> None:
    team.clone("bob").append((entry(CHANGE, 0),))
    clone = team.clone()
    path = left(clone, "refs/remotes/origin/changectl/register")

    def anew() -> None:
        path.rename(path.with_suffix(".old"))
        path.touch()

    ana, waits = waiting(clone, anew)
    with pytest.raises(RemoteNeeded, match="could not be read"):
        ana.fetch()
    assert (path.exists(), waits) == (True, [STEP])


def test_others_are_left_alone(team: Team) -> None:
    team.clone("bob").append((entry(CHANGE, 0),))
    ana, waits = waiting(team.clone())
    paths = [left(ana, "refs/heads/main"), left(ana, "packed-refs"), left(ana, "refs/remotes/origin/main")]
    ana.fetch()
    assert ([path.exists() for path in paths], waits) == ([True, True, True], [])


def test_one_that_may_not_be_taken_away_is_told_in_gits_words(team: Team) -> None:
    ana, _ = waiting(team.clone())
    path = ana.repository.shared / "refs/remotes/origin/changectl/register.lock"
    path.mkdir(parents=True)
    (path / "full").touch()
    team.clone("bob").append((entry(CHANGE, 0),))
    with pytest.raises(RemoteNeeded, match=r"register\.lock"):
        ana.fetch()
