"""The repository and its remote: real git, real refusals, and nothing left behind."""

from pathlib import Path

import pytest

from changectl.cli.health import remote
from changectl.model.diagnosis import Health, missing, ok
from changectl.register.host import keeps_our_refs, may_push
from tests.doctor.place import Place, git, health, one

TRIALS = "refs/changectl/trial/"


def test_git_knows_who_types(place: Place, home: Path) -> None:
    assert remote.who(place.repository) == (ok("identity", "Ana <ana@example.com>"),)
    (home / ".gitconfig").unlink()
    found = one(remote.who(place.repository), "identity")
    assert (found.health, found.mend.partition(" ")[0]) == (Health.MISSING, "git")


def test_a_remote_that_answers_and_one_that_does_not(place: Place) -> None:
    assert remote.remote(place.repository) == (ok("remote", "origin answers"),)
    place.bare.rename(place.folder / "unplugged.git")
    found = one(remote.remote(place.repository), "remote")
    assert (found.health, found.mend) == (Health.MISSING, "git ls-remote origin")
    git(place.clone, "remote", "remove", "origin")
    assert one(remote.remote(place.repository), "remote").mend == "git remote add origin URL"


def test_looking_at_the_right_to_push_changes_nothing(place: Place) -> None:
    before = place.refs()
    found = remote.rights(place.repository, write=False)
    assert [(each.name, each.health) for each in found] == [("push", Health.OK), ("custom refs", Health.UNKNOWN)]
    assert place.refs() == before
    assert "changectl doctor --write" in found[1].mend


def test_who_may_not_push_is_told_how_to_be_let(place: Place) -> None:
    git(place.clone, "remote", "set-url", "--push", "origin", f"file://{place.folder}/nothing.git")
    found = remote.rights(place.repository, write=True)
    assert [(each.name, each.health) for each in found] == [("push", Health.MISSING), ("custom refs", Health.UNKNOWN)]


def test_a_host_without_atomic_pushes_is_found_out_without_writing(place: Place) -> None:
    git(place.bare, "config", "receive.advertiseAtomic", "false")
    proof = may_push(place.repository)
    assert not proof.good
    assert "atomic" in proof.words


def test_refs_of_ours_that_are_there_prove_that_the_host_takes_them(place: Place) -> None:
    git(place.clone, "push", "--quiet", "origin", "HEAD:refs/changectl/locks/x")
    assert health(remote.rights(place.repository, write=False), "custom refs") is Health.OK


def test_custom_refs_are_proven_and_removed_again(place: Place) -> None:
    before = place.refs()
    found = remote.rights(place.repository, write=True)
    assert [each.health for each in found] == [Health.OK, Health.OK]
    assert place.refs() == before


def hook(place: Place, script: str) -> None:
    """A host that refuses some refs."""
    path = place.bare / "hooks" / "update"
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def test_a_host_that_takes_no_custom_refs_is_found_out(place: Place) -> None:
    hook(place, 'case "$1" in refs/heads/*) exit 0;; *) echo "only branches here" >&2; exit 1;; esac')
    found = one(remote.rights(place.repository, write=True), "custom refs")
    assert found.health is Health.MISSING
    assert "does not take them" in found.sentence
    assert place.refs() == ["refs/heads/main"]


def test_a_password_in_a_hosts_words_is_shown_nowhere(place: Place) -> None:
    hook(place, 'echo "not here: https://ana:s3cret@git.example/x" >&2; exit 1')
    found = one(remote.rights(place.repository, write=True), "custom refs")
    assert ("not here: https://git.example/x" in found.sentence, "s3cret" in found.sentence) == (True, False)


def test_a_host_that_takes_half_of_a_push_is_found_out(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    # No git does so; a proxy in front of one may. So the guard is taken off the second push.
    from changectl.register import host

    really = host._push

    def unguarded(repository, *flags, specs, leases=()):  # type: ignore[no-untyped-def]
        plain = tuple(f"+{spec}" if not spec.startswith(":") else spec for spec in specs)
        return really(repository, *flags, specs=plain, leases=() if leases else leases)

    monkeypatch.setattr(host, "_push", unguarded)
    proof = keeps_our_refs(place.repository)
    assert (proof.good, proof.words) == (False, "a push that had to be refused whole was not")
    assert place.refs() == ["refs/heads/main"]


def test_what_could_not_be_removed_is_named_with_the_command_that_removes_it(place: Place) -> None:
    hook(place, 'case "$3" in 0000*) exit 1;; esac')
    found = one(remote.rights(place.repository, write=True), "custom refs")
    left = [ref for ref in place.refs() if ref.startswith(TRIALS)]
    assert len(left) == 2
    assert found.health is Health.MISSING
    assert found.mend == "git push origin " + " ".join(f":{ref}" for ref in left)


HOSTILE = [
    "ext::sh -c 'touch {canary}'",
    "--upload-pack=touch {canary}",
    "ssh://-oProxyCommand=touch%20{canary}/x",
    "-oProxyCommand=touch {canary}:x",
    "https://user:s3cret@127.0.0.1:9/unicorn/rentals.git",
    "/no/such/\x1b[31mred\x07",
    "file:///dev/null",
    "",
]


@pytest.mark.parametrize("url", HOSTILE)
def test_a_hostile_url_runs_nothing_and_is_said_in_words(place: Place, url: str) -> None:
    canary = place.folder / "canary"
    git(place.clone, "config", "remote.origin.url", url.format(canary=canary))
    for found in (*remote.remote(place.repository), *remote.rights(place.repository, write=True)):
        assert found.health in (Health.MISSING, Health.UNKNOWN)
        assert "s3cret" not in found.sentence + found.mend
    assert not canary.exists()


@pytest.mark.parametrize("name", ["--upload-pack=touch canary", "-x", "a b", "x=y", "\x1b[31m", "..", "ünicorn"])
def test_a_hostile_name_of_a_remote_is_no_option(place: Place, name: str) -> None:
    config = place.clone / ".git" / "config"
    config.write_text(config.read_text().replace('[remote "origin"]', f'[remote "{name}"]'))
    assert place.repository.remote == name
    found = (*remote.remote(place.repository), *remote.rights(place.repository, write=False))
    assert {each.name for each in found} == {"remote", "push", "custom refs"}
    assert not (place.clone / "canary").exists()
    assert place.refs() == ["refs/heads/main"]


def test_no_remote_at_all_is_said(place: Place) -> None:
    git(place.clone, "remote", "remove", "origin")
    sentence = "there is none: changes are recorded in this repository alone, and nobody else sees them"
    assert remote.remote(place.repository) == (missing("remote", sentence, "git remote add origin URL"),)
