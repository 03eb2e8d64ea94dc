"""What the team has agreed to: changectl.toml, the register, who may approve, whom to tell, what stands on the branch."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from register.team import entry

from changectl.cli.health import branch, team
from changectl.errors import RegisterUnsound
from changectl.model import events as e
from changectl.model.diagnosis import Health, missing, ok
from changectl.model.status import Status
from changectl.register.signers import Allowed, allowed_signers
from changectl.register.signing import my_key
from tests.doctor.place import ANA, CONFIGURATION, KEY, OWNERS, WORKFLOW, Place, git, health, one

CHANGE = "2026-11-23-x"


# changectl.toml


def test_rules_that_can_be_read_are_counted(place: Place) -> None:
    found, diagnosis = team.configuration(place.clone)
    assert found is not None
    assert diagnosis == ok("changectl.toml", "1 environment: prod")


@pytest.mark.parametrize("text", ["[env.prod]\naccount = 1\n", "x", "", "\xff"])
def test_rules_that_are_wrong_end_with_the_status_of_a_wrong_configuration(place: Place, text: str) -> None:
    (place.clone / "changectl.toml").write_bytes(text.encode("latin-1"))
    _, diagnosis = team.configuration(place.clone)
    assert (diagnosis.health, diagnosis.status) == (Health.MISSING, Status.PLAN_WRONG)


def test_without_rules_there_is_a_command_that_makes_them() -> None:
    sentence = "there is none here or in a folder above"
    assert team.configuration(None) == (
        None,
        missing("changectl.toml", sentence, "changectl init", Status.PLAN_WRONG),
    )


def test_rules_count_only_where_everybody_agreed_to_them(place: Place) -> None:
    assert health(team.agreed_rules(place.desk, place.memory), "agreed rules") is Health.OK
    (place.clone / "changectl.toml").write_text(CONFIGURATION + "[team]\nof_one = true\n")
    differs = one(team.agreed_rules(place.desk, place.memory), "agreed rules")
    assert (differs.health, differs.mend) == (Health.OK, "git diff origin/HEAD -- changectl.toml")
    mine = place.desk
    place.agree({"changectl.toml": "x = 1\n"})
    assert health(team.agreed_rules(mine, place.memory), "agreed rules") is Health.MISSING
    place.agree({"changectl.toml": None})
    gone = one(team.agreed_rules(mine, place.memory), "agreed rules")
    assert (gone.health, gone.status) == (Health.MISSING, Status.PLAN_WRONG)
    assert gone.mend.startswith("git add changectl.toml && git commit && git push")


def test_plans_are_counted(place: Place) -> None:
    assert team.plans(place.clone) == (ok("plans", "1 plan", "changectl check"),)
    assert team.plans(place.folder) == (ok("plans", "there are none yet", "changectl new"),)


# The register


def test_a_register_that_nobody_wrote_to_yet_lacks_nothing(place: Place) -> None:
    assert health(team.register(place.memory), "register") is Health.OK


def test_a_register_is_fetched_and_its_newest_change_read(place: Place) -> None:
    place.memory.register.append((entry(CHANGE, 1),))
    found = team.register(place.memory)
    sentence = f"it goes on from what was seen before; its newest change is {CHANGE}"
    assert one(found, "register") == ok("register", sentence)
    assert one(found, "open changes") == ok("open changes", f"1 change waits: {CHANGE}", "changectl status")


def test_a_register_whose_history_was_rewritten_is_told(place: Place) -> None:
    place.memory.register.append((entry(CHANGE, 1),))
    place.memory.register.append((entry(CHANGE, 2),))
    git(place.bare, "update-ref", "refs/heads/changectl/register", "refs/heads/changectl/register~1")
    found = one(team.register(place.memory), "register")
    assert found.health is Health.MISSING
    assert "rewritten" in found.sentence


def test_a_change_that_needs_an_operator_is_missing_one(place: Place) -> None:
    place.memory.register.append((entry(CHANGE, 1), entry(CHANGE, 2, e.OperatorNeeded("stuck", ()))))
    found = one(team.register(place.memory), "open changes")
    assert (found.health, found.mend) == (Health.MISSING, f"changectl rollback {CHANGE}")


# Approvals


def test_my_key_among_the_allowed_signers_is_all_that_is_needed(place: Place) -> None:
    assert team.approvals(place.desk, place.memory, ANA) == (
        ok("allowed signers", "allowed_signers of the default branch has your key"),
    )


@pytest.mark.parametrize(
    ("signers", "words"),
    [
        (None, "there is no allowed_signers on the remote's default branch"),
        ("", "does not have your key SHA256:"),
        (f"# ana@example.com {KEY}", "does not have your key SHA256:"),
        (f"ben@example.com {KEY}", "does not have your key SHA256:"),
        ("ana@example.com ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA==\n", "does not have your key SHA256:"),
    ],
)
def test_signers_without_my_key_are_told_with_the_line_to_add(place: Place, signers: str | None, words: str) -> None:
    place.agree({"allowed_signers": signers})
    found = one(team.approvals(place.desk, place.memory, ANA), "allowed signers")
    assert found.health is Health.MISSING
    assert words in found.sentence
    assert found.mend.startswith('echo "ana@example.com $(cat ~/.ssh/id_ed25519.pub)" >> allowed_signers')


def test_where_nothing_is_to_be_approved_no_signers_are_missed(place: Place) -> None:
    nobody = CONFIGURATION.replace("[env.prod]\n", "[env.prod]\napprovals = {low = 0, medium = 0, high = 0}\n")
    place.agree({"allowed_signers": None, "changectl.toml": nobody})
    assert team.approvals(place.desk, place.memory, ANA) == (ok("approvals", "no environment wants any"),)


def test_who_has_no_key_is_told_how_to_make_one(place: Place, home: Path) -> None:
    (home / ".ssh" / "id_ed25519").unlink()
    found = one(team.approvals(place.desk, place.memory, ANA), "allowed signers")
    assert (found.health, found.mend.partition(",")[0]) == (Health.MISSING, "ssh-keygen -t ed25519")


def test_no_passphrase_is_asked_for_to_know_which_key_is_mine(place: Place, home: Path) -> None:
    (home / ".ssh" / "id_ed25519").unlink()
    path = home / ".ssh" / "id_ed25519"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "secret words", "-f", str(path)], check=True)
    (known,) = allowed_signers(b"ana@example.com " + path.with_suffix(".pub").read_bytes())
    path.with_suffix(".pub").unlink()
    assert my_key(place.repository) == known.key


@pytest.mark.parametrize(
    ("line", "names"),
    [
        (f"ana@example.com {KEY}", ("ana@example.com",)),
        (
            f'"ana@example.com,*@rentals.example" namespaces="changectl,git" {KEY}',
            ("ana@example.com", "*@rentals.example"),
        ),
        (f'ana@example.com valid-before="20270101" {KEY}', ("ana@example.com",)),
        (f"  ana@example.com\t{KEY.strip()} a comment\r", ("ana@example.com",)),
    ],
)
def test_a_line_of_signers_is_read_as_ssh_reads_it(line: str, names: tuple[str, ...]) -> None:
    (found,) = allowed_signers(line.encode())
    assert found == Allowed(names, found.key)
    assert found.is_of("Ana@example.com")


@pytest.mark.parametrize(
    "line", ["", "# x", "ana@example.com", "ana@example.com ssh-ed25519 ?", "ana@example.com x y", "\xff"]
)
def test_what_is_no_line_of_signers_is_left_out(line: str) -> None:
    assert list(allowed_signers(line.encode("latin-1"))) == []


def test_an_excluded_name_is_excluded() -> None:
    assert not Allowed(("*@example.com", "!ana@example.com"), "k").is_of("ana@example.com")


def test_gits_word_is_called_what_it_is(place: Place) -> None:
    place.agree({"changectl.toml": CONFIGURATION + '[review]\nby = "identity"\n'})
    assert "anybody can claim" in one(team.approvals(place.desk, place.memory, ANA), "approvals").sentence


# Channels


@pytest.mark.parametrize(
    ("text", "name", "state"),
    [
        ("", "channels", Health.OK),
        ('[[channel]]\nkind = "webhook"\nurl = "https://chat.example.com/x"\n', "channel 1", Health.OK),
        ('[[channel]]\nkind = "webhook"\nurl = "chat"\n', "channel 1", Health.MISSING),
        ('[[channel]]\nkind = "pigeon"\n', "channel 1", Health.MISSING),
    ],
)
def test_channels_are_looked_at_and_nobody_is_told(place: Place, text: str, name: str, state: Health) -> None:
    (place.clone / "changectl.toml").write_text(CONFIGURATION + text)
    assert health(team.channels(place.desk.configuration), name) is state


# What stands on the branch


def looked(place: Place, forge: str = "github") -> tuple[Health, Health]:
    found = branch.on_branch(forge, place.desk, place.repository)
    assert [each.name for each in found] == [f"{forge} workflow", f"{forge} owners"]
    return found[0].health, found[1].health


def test_a_workflow_and_owners_on_the_default_branch_are_found(place: Place) -> None:
    assert looked(place) == (Health.OK, Health.OK)


@pytest.mark.parametrize(
    "workflow",
    [None, "on: pull_request\n", WORKFLOW.replace("pull_request", "pull_request_target")],
    ids=["none", "of something else", "with a stranger's branch and our rights"],
)
def test_a_workflow_that_is_none_is_missing(place: Place, workflow: str | None) -> None:
    place.agree({".github/workflows/changectl.yml": workflow})
    assert looked(place) == (Health.MISSING, Health.OK)


@pytest.mark.parametrize(
    ("owners", "state"),
    [
        (None, Health.MISSING),
        ("* @unicorn/sre\n", Health.OK),
        (OWNERS.replace("\n", "\r\n"), Health.OK),
        ("/plans/ @unicorn/sre\n", Health.MISSING),
        (OWNERS + "/plans/\n", Health.MISSING),  # a later line without owners takes them away
        ("* @unicorn/sre\n/changectl.toml\n", Health.MISSING),
        ("# " + OWNERS, Health.MISSING),
        ("plans/** @a\n*.toml @a\nallowed_signers @a\n", Health.OK),
        ("/plans/* @a\n*.toml @a\nallowed_* @a\n", Health.OK),
        ("/docs/ @a\n", Health.MISSING),
    ],
)
def test_owners_are_read_as_forges_read_them(place: Place, owners: str | None, state: Health) -> None:
    place.agree({".github/CODEOWNERS": owners})
    assert looked(place) == (Health.OK, state)


def test_the_first_file_of_owners_is_the_one_that_counts(place: Place) -> None:
    place.agree({"CODEOWNERS": "/docs/ @a\n"})
    assert looked(place) == (Health.OK, Health.OK)  # GitHub takes the one in .github/
    place.agree({".gitlab-ci.yml": "include: [{local: .gitlab/changectl.yml}]\n"})
    assert looked(place, "gitlab") == (Health.OK, Health.MISSING)  # GitLab the one in the root


def test_a_register_that_is_not_sound_says_so_by_its_own_words(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    found = place.memory
    broken: Callable[..., None] = lambda *_: (_ for _ in ()).throw(RegisterUnsound("an event was edited", "git show x"))  # noqa: E731
    monkeypatch.setattr(type(found.register), "fetch", broken)
    assert team.register(found) == (missing("register", "an event was edited", "git show x"),)
