"""Ways to apply what nobody else has approved that are no trick of an identity and no race: each was open once, and is shut."""

import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from emulators import ACCOUNT, REGION

from changectl.cli import apply
from changectl.cli.agreeing import signers
from changectl.cli.desk import desk
from changectl.cli.entries import entry_now as entry
from changectl.cli.memory import memory
from changectl.cli.previewing import rules
from changectl.engine import conduct
from changectl.model.digest import digest
from changectl.model.events import Approved, Event, Proposed
from changectl.model.plan import Risk
from changectl.register.propose import authors_of
from tests.approvals.keys import allowed, key
from tests.approvals.place import BRANCH, CHANGE, PLAN, Place
from tests.approvals.place import place as place

TAME = """
[env.{name}]
account = "{account}"
regions = ["{region}"]
production = false
{endpoint}approvals = {{low = 0, medium = 0, high = 0}}
"""


def here(place: Place, text: str) -> None:
    """Write changectl.toml in the work tree, where anybody may."""
    (place.work / "changectl.toml").write_text(text)


def tame(place: Place, name: str, endpoint: str) -> str:
    return TAME.format(name=name, account=ACCOUNT, region=REGION, endpoint=endpoint)


def tells(place: Place, event: Event, *, attempt: int = 0, by: str = "Ben <ben@unicorn.example>") -> None:
    """Push an event into the register, as everybody who may push can."""
    memory(place.work).register.append((entry(CHANGE, attempt, by, event),))


def proposed(place: Place) -> Proposed:
    found = memory(place.work).known(CHANGE).proposed
    assert found is not None
    return found


# Which rules hold


def test_production_is_not_tame_because_the_work_tree_says_so(place: Place) -> None:
    here(place, tame(place, "prod", f'endpoint = "{place.emulator.endpoint}"\n'))
    assert (place.applies(), place.trial) == (5, None), place.said
    assert "needs 1 approval for prod and it has none" in place.said


def test_the_account_of_production_is_not_tame_by_another_name(place: Place) -> None:
    place.writes(PLAN.replace("env: prod", "env: mine"))
    here(place, place.configuration() + tame(place, "mine", ""))
    assert (place.types("apply", CHANGE, "--no-input"), place.trial) == (3, None), place.said
    assert "env mine is account 123456789012, which is prod: production, by the default branch" in place.said


def test_nor_is_it_by_a_configuration_in_a_folder_of_its_own(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    mine = place.work / "mine"
    (mine / "plans").mkdir(parents=True)
    (mine / "changectl.toml").write_text(tame(place, "mine", ""))
    (mine / "plans" / f"{CHANGE}.yaml").write_text(PLAN.replace("env: prod", "env: mine"))
    monkeypatch.chdir(mine)
    assert (place.types("apply", CHANGE, "--no-input"), place.trial) == (3, None), place.said
    assert "env mine is account 123456789012, which is prod: production" in place.said


def test_a_folder_has_the_rules_and_the_signers_that_the_default_branch_has_for_it(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = place.work / "ops" / "rentals"
    (folder / "plans").mkdir(parents=True)
    (folder / "changectl.toml").write_text(place.configuration(2).partition("[review]")[0])
    (folder / "allowed_signers").write_bytes(b"none yet")
    place.git("add", "ops")
    place.git("commit", "-q", "-m", "A folder of its own")
    place.git("push", "-q", "origin", "HEAD:main")
    (folder / "changectl.toml").write_text(place.configuration(0))
    (folder / "allowed_signers").write_bytes(allowed(ana="ana@unicorn.example"))
    monkeypatch.chdir(folder)
    found = memory(folder, fetch=True)
    agreed = rules(desk(), found)
    assert agreed.configuration.envs["prod"].approvals[Risk.MEDIUM] == 2
    assert (agreed.configuration.review.by, signers(agreed, found)) == ("signature", b"none yet")


def test_the_rules_are_those_of_the_branch_that_is_the_default_now_and_not_of_the_one_that_was(place: Place) -> None:
    (place.work / "changectl.toml").write_text(place.configuration(0))
    place.git("commit", "-q", "-am", "No approvals, please")
    place.git("push", "-q", "origin", "HEAD:refs/heads/old")
    place.git("fetch", "-q", "origin")
    place.git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/old")
    assert (place.applies(), place.trial) == (5, None), place.said
    assert "needs 1 approval for prod and it has none" in place.said


def test_nor_are_they_those_of_a_branch_that_was_made_the_default_here(place: Place) -> None:
    place.git("update-ref", "-d", "refs/remotes/origin/HEAD")
    place.git("update-ref", "refs/remotes/origin/main", "HEAD~0")
    place.git("config", "remote.origin.fetch", "+refs/heads/nothing:refs/remotes/origin/nothing")
    place.git("config", "log.showSignature", "true")
    assert (place.applies(), place.trial) == (5, None), place.said


def test_refs_with_the_names_of_others_stand_for_nothing(place: Place) -> None:
    place.git("commit", "-q", "--allow-empty", "-m", "Elsewhere")
    (place.work / "changectl.toml").write_text(place.configuration(0))
    place.git("commit", "-q", "-am", "No approvals, please")
    for name in (BRANCH, "HEAD", "origin/main", "refs/remotes/origin/main", "refs/changectl/remotes/origin/HEAD"):
        place.git("update-ref", f"refs/tags/{name}", "HEAD")
        place.git("push", "-q", "origin", f"refs/tags/{name}")
    assert place.applies() == 5, place.said
    place.reviews(commit=place.git("rev-parse", f"refs/heads/{BRANCH}"))
    assert place.applies() == 0, place.said


# What was spent


def refused_once(place: Place) -> None:
    place.forge.then[2] = lambda: place.forge.fail("/reviews", status=500, times=9)
    assert place.applies() == 5
    place.forge.faults.clear()


def told_before(place: Place) -> None:
    """The register has the review already, by a push of the author's."""
    review = place.forge.pulls[7].reviews[0]
    url = f"https://github.com/unicorn/rentals/pull/7#pullrequestreview-{review.id}"
    now, who = proposed(place), place.forge.person("ben").id
    digests = (now.plan_digest, now.preview_digest)
    said = f"{url} of {review.at}"
    tells(place, Approved(*digests, f"ben <github:{who}>", account=str(who), commit=review.commit or "", review=said))


@pytest.mark.parametrize("first", [refused_once, told_before], ids=lambda first: first.__name__)
def test_a_review_is_spent_whichever_attempt_the_register_has_it_of(
    place: Place, first: Callable[[Place], None]
) -> None:
    place.reviews()
    first(place)
    assert place.applies() == 0, place.said
    assert place.types("rollback", CHANGE) == 0

    assert (place.applies(), place.trial) == (5, None), place.said
    assert "the review by ben was spent by an earlier attempt" in place.said


def test_what_a_colleague_spent_while_somebody_was_asked_to_confirm_is_spent(
    place: Place, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Without a forge, too, where there are no reviews to be dismissed."""
    by_word = place.configuration().partition("[review]")[0] + '[review]\nby = "identity"\n'
    here(place, by_word)
    place.git("commit", "-q", "-am", "By word")
    place.git("push", "-q", "origin", "HEAD:main")
    now = proposed(place)
    tells(place, Approved(now.plan_digest, now.preview_digest, "Ben <ben@unicorn.example>"))
    other = tmp_path / "colleague"
    subprocess.run(["git", "clone", "-q", f"file://{place.bare}", str(other)], check=True)
    subprocess.run(["cp", "-r", str(place.work / "plans"), str(other)], check=True)
    confirmed = apply.confirmed

    def slowly(*_: object, **__: object) -> None:
        monkeypatch.setattr(apply, "confirmed", confirmed)
        with monkeypatch.context() as colleague:
            colleague.setenv("XDG_STATE_HOME", str(tmp_path / "colleagues-state"))
            colleague.chdir(other)
            assert (place.applies(), place.trial) == (0, "office"), place.said
            assert place.types("rollback", CHANGE) == 0

    monkeypatch.setattr(apply, "confirmed", slowly)
    assert (place.applies(), place.trial) == (7, None), place.said


# What an interrupted attempt may still do


class Killed(BaseException):
    """The power went out."""


def killed_before_the_first_step(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    def dies(*_: object) -> None:
        raise Killed

    place.reviews()
    with monkeypatch.context() as power:
        power.setattr(conduct, "_forward", dies)
        with pytest.raises(Killed):
            place.applies()


def test_an_attempt_that_was_interrupted_is_not_resumed_on_a_review_that_was_dismissed(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    killed_before_the_first_step(place, monkeypatch)
    place.forge.pulls[7].reviews[0].state = "DISMISSED"
    assert (place.types("apply", "--resume", CHANGE), place.trial) == (5, None), place.said
    assert "the review by ben was dismissed" in place.said


def test_nor_on_a_review_of_something_else_that_was_proposed_meanwhile(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    killed_before_the_first_step(place, monkeypatch)
    old = place.git("show", f"{BRANCH}:plans/{CHANGE}.yaml")
    other = PLAN.replace("Trial: office", "Trial: nobody")
    assert other != old
    place.writes(other)
    sha = place.forge.commit("ana", files={f"plans/{CHANGE}.yaml": other.encode()})
    preview = f"sha256:{'7' * 64}"
    place.forge.commits[sha].message = f"Propose\n\nPreview: {preview}"
    place.forge.pulls[7].commits.append(sha)
    place.reviews(commit=sha)
    tells(place, replace(proposed(place), plan_digest=digest(other.encode()), preview_digest=preview), attempt=1)
    assert place.types("apply", "--resume", CHANGE) in (5, 6), place.said
    assert place.trial is None


def test_it_is_resumed_where_nothing_was_taken_back(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    killed_before_the_first_step(place, monkeypatch)
    assert (place.types("apply", "--resume", CHANGE), place.trial) == (0, "office"), place.said


# Emergencies


FIRE = PLAN.replace("env: prod", "env: prod\nemergency: INC-7")


def test_an_emergency_goes_ahead_while_the_forge_is_down_and_everybody_is_told_that_it_is_one(place: Place) -> None:
    place.writes(FIRE)
    place.forge.fail("", status=500, times=99)
    assert (place.applies(), place.trial) == (0, "office"), place.said
    assert "begun in prod, account 123456789012, " in place.said
    assert ", an emergency that nobody has approved: INC-7" in place.said


def test_an_emergency_waits_where_the_team_says_so(place: Place) -> None:
    place.writes(FIRE)
    here(place, place.configuration().replace("endpoint", "emergencies = false\nendpoint"))
    place.git("commit", "-q", "-am", "Two people, always")
    place.git("push", "-q", "origin", "HEAD:main")
    here(place, place.configuration())
    assert (place.applies(), place.trial) == (5, None), place.said
    assert "needs 1 approval for prod and it has none" in place.said


# Forged events


def test_a_self_approval_in_the_register_is_none_where_the_team_is_of_many(place: Place) -> None:
    now = proposed(place)
    tells(place, Approved(now.plan_digest, now.preview_digest, "Ben <ben@unicorn.example>", True, "trust me"))
    here(place, place.configuration() + "[team]\nof_one = true\n")
    assert (place.applies(), place.trial) == (5, None), place.said


# git's own settings


def test_who_wrote_a_plan_is_found_whatever_git_is_told_to_show(place: Place) -> None:
    for name, value in {"gpg.format": "ssh", "user.signingKey": str(key("ana").path)}.items():
        place.git("config", name, value)
    place.git("add", "plans")
    place.git("commit", "-q", "-S", "-m", "The plan")
    place.git("config", "log.showSignature", "true")
    place.git("config", "gpg.ssh.program", "/nowhere/ssh-keygen")
    found = memory(place.work)
    path = desk().root / "plans" / f"{CHANGE}.yaml"
    assert authors_of(found.repository, path, CHANGE) == ("Ana <ana@unicorn.example>",)
