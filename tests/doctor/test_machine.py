"""This machine: each thing once as it must be, and once not."""

import os
import shutil
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from changectl.cli.health import machine
from changectl.cli.state import state_home
from changectl.model.diagnosis import Health, missing, ok, unknown
from tests.doctor.place import health, one


def install(folder: Path, script: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A git that says what the script says."""
    program = folder / "git"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder))


@pytest.mark.parametrize(
    ("said", "state"),
    [
        ("git version 2.39.5", Health.OK),
        ("git version 2.31.0", Health.OK),
        ("git version 2.50.1 (Apple Git-155)", Health.OK),
        ("git version 3.0.rc1", Health.OK),
        ("git version 2.30.9", Health.MISSING),
        ("git version 1.8.3.1", Health.MISSING),
        ("something else", Health.UNKNOWN),
    ],
)
def test_git_must_not_be_older_than_what_is_used_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: str, state: Health
) -> None:
    install(tmp_path, f'echo "{said}"', monkeypatch)
    assert health(machine.git(tmp_path), "git") is state


def test_without_git_it_is_said_where_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    where = "install git 2.31 or newer: https://git-scm.com/downloads"
    assert machine.git(tmp_path) == (missing("git", "git was not found", where),)


def test_without_ssh_keygen_no_approval_can_be_signed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert machine.ssh_keygen() == (ok("ssh-keygen", "it is there"),)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert health(machine.ssh_keygen(), "ssh-keygen") is Health.MISSING


def _others_may_look(home: Path) -> None:
    home.mkdir(parents=True)
    home.chmod(0o755)


def _a_group_may_look(home: Path) -> None:
    home.mkdir(parents=True)
    home.chmod(0o750)


def _a_file_stands_there(home: Path) -> None:
    home.parent.mkdir(parents=True)
    home.write_text("")


def _kept_well(home: Path) -> None:
    home.mkdir(parents=True, mode=0o700)


@pytest.mark.parametrize(
    ("prepare", "state", "mend"),
    [
        (lambda home: None, Health.OK, ""),
        (_kept_well, Health.OK, ""),
        (_others_may_look, Health.MISSING, "chmod 700 {}"),
        (_a_group_may_look, Health.MISSING, "chmod 700 {}"),
        (_a_file_stands_there, Health.MISSING, "mv {} {}.old"),
    ],
)
def test_snapshots_need_a_folder_of_our_own(prepare: Callable[[Path], None], state: Health, mend: str) -> None:
    home = state_home()
    prepare(home)
    found = one(machine.state_folder(), "state folder")
    assert found.health is state
    assert mend.format(home, home) in found.mend


def test_a_folder_that_cannot_be_written_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    _kept_well(state_home())
    monkeypatch.setattr(os, "access", lambda *_: False)  # root may write everywhere
    assert health(machine.state_folder(), "state folder") is Health.MISSING


def test_looking_makes_no_folder() -> None:
    machine.state_folder()
    assert not state_home().exists()


def test_a_full_disk_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    assert health(machine.state_folder(), "disk") is Health.OK
    usage = shutil.disk_usage("/")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=5 * 1024 * 1024))
    found = one(machine.state_folder(), "disk")
    assert (found.health, found.sentence[:17]) == (Health.MISSING, "only 5 MB are fre")


def test_completion_is_seen_where_a_shell_sets_it_up(home: Path) -> None:
    assert "does not" in one(machine.completion(), "completion").sentence
    (home / ".zshrc").write_text('eval "$(changectl completion zsh)"\n')
    assert machine.completion() == (ok("completion", "your shell completes verbs, changes and environments"),)


def test_a_version_that_nobody_understands_is_unknown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(tmp_path, "exit 3", monkeypatch)
    assert machine.git(tmp_path) == (unknown("git", "it does not say its version", "git version"),)
    assert stat.S_IMODE((tmp_path / "git").stat().st_mode) == 0o755
