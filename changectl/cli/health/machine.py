"""This machine: git, a folder for journals and snapshots with room in it, completion."""

import os
import shutil
import stat
from collections.abc import Sequence
from pathlib import Path

from changectl.cli.state import state_home
from changectl.errors import ConfigurationWrong
from changectl.model.diagnosis import Diagnosis, missing, ok, unknown
from changectl.register.host import git_version

OLDEST_GIT = (2, 31)
"""The first with `push --atomic --force-with-lease` for refs that do not exist yet, `--end-of-options` everywhere we need it."""

ROOM = 100 * 1024 * 1024
"""Bytes: an attempt of 20 calls takes 100 kB; the rest is for snapshots of tables of settings, and for others."""

SHELLS = (".bashrc", ".bash_profile", ".zshrc", ".config/fish/config.fish")


def git(cwd: Path) -> Sequence[Diagnosis]:
    """That git is there, and not too old."""
    wanted = ".".join(map(str, OLDEST_GIT))
    try:
        found = git_version(cwd)
    except ConfigurationWrong as why:
        return (missing("git", why.sentence, f"install git {wanted} or newer: https://git-scm.com/downloads"),)
    said = ".".join(map(str, found))
    if found == (0,):
        return (unknown("git", "it does not say its version", "git version"),)
    if found < OLDEST_GIT:
        return (missing("git", f"{said} is too old", f"install git {wanted} or newer: https://git-scm.com/downloads"),)
    return (ok("git", said),)


def state_folder() -> Sequence[Diagnosis]:
    """That journals and snapshots can be kept, that nobody else reads them, and that there is room."""
    home = state_home()
    place = next(folder for folder in (home, *home.parents) if folder.exists())
    name = "state folder"
    if not place.is_dir():
        return (missing(name, f"{place} is no folder", f"move it away: mv {place} {place}.old"),)
    if not os.access(place, os.W_OK | os.X_OK):
        return (missing(name, f"{place} cannot be written", f"chmod u+rwx {place}, or export XDG_STATE_HOME=…"),)
    if home.exists() and stat.S_IMODE(home.stat().st_mode) & 0o077:
        return (missing(name, f"others may look into {home}, where snapshots are", f"chmod 700 {home}"), _room(place))
    return (
        ok(name, f"{home} is yours alone" if home.exists() else f"{home} will be made when it is needed"),
        _room(place),
    )


def _room(place: Path) -> Diagnosis:
    free = shutil.disk_usage(place).free
    said = f"{free // (1024 * 1024):,} MB are free in {place}"
    return ok("disk", said) if free >= ROOM else missing("disk", f"only {said}", f"make room: df -h {place}")


def completion() -> Sequence[Diagnosis]:
    """Whether a shell completes our words. No change needs it."""
    files = [Path.home() / name for name in SHELLS]
    texts = [path.read_text(errors="replace") for path in files if path.is_file()]
    if any("changectl completion" in text for text in texts):
        return (ok("completion", "your shell completes verbs, changes and environments"),)
    return (
        ok("completion", "your shell does not complete changes and environments yet", "changectl completion --help"),
    )


def ssh_keygen() -> Sequence[Diagnosis]:
    """That signatures can be made and checked."""
    if shutil.which("ssh-keygen") is None:
        return (
            missing("ssh-keygen", "it was not found, and signs and checks approvals", "install OpenSSH 8.2 or newer"),
        )
    return (ok("ssh-keygen", "it is there"),)
