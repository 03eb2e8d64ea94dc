"""The scripts in real shells: they load without a word, complete, and run nothing that a repository holds."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from changectl.cli.main import run

COMMAND = Path(sys.executable).parent
SHELLS = ("bash", "zsh", "fish")

BASH = """\
set -u
source <(changectl completion bash)
try() { COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=(); _changectl; echo "$?:${COMPREPLY[*]-}"; }
try changectl appl
try changectl apply 2026
try changectl new --env = p
try changectl new --affects para
try changectl nothing ''
complete -p changectl
"""
ZSH = """\
compdef() { print "compdef $*"; }
compadd() { print "compadd ${(q)@}"; }
_files() { print files; }
source <(changectl completion zsh)
words=(changectl apply 2026) CURRENT=3; _changectl
words=(changectl new --affects '') CURRENT=4; _changectl
words=(changectl nothing '') CURRENT=3; _changectl
"""
FISH = """\
changectl completion fish | source
complete -C 'changectl apply 2026'
complete -C 'changectl new --env '
complete -C 'changectl new --affects para'
"""


def ended(shell: str, script: str, here: Path) -> str:
    path = shutil.which(shell)
    if path is None:
        pytest.skip(f"{shell} is not installed")
    argv = {"bash": ["--norc", "--noprofile"], "zsh": ["-f"], "fish": ["--no-config"]}[shell]
    environment = {**os.environ, "PATH": f"{COMMAND}:{os.environ['PATH']}"}
    done = subprocess.run(
        [path, *argv, "-c", script], cwd=here, env=environment, capture_output=True, text=True, timeout=60
    )
    assert done.stderr == ""
    return done.stdout


@pytest.fixture
def here(tmp_path: Path) -> Path:
    """A folder with plans, two of them with names that a shell would run."""
    (tmp_path / "changectl.toml").write_text('[env.prod]\n[env."$(touch canary)"]\n')
    (tmp_path / "plans").mkdir()
    for plan in ("2026-11-23-idle-timeout", "2026-11-24-close-ssh", "2026$(touch canary)", "2026`touch canary` *"):
        (tmp_path / "plans" / f"{plan}.yaml").write_text("plan: 1\n")
    return tmp_path


def test_bash_completes(here: Path) -> None:
    assert ended("bash", BASH, here).splitlines() == [
        "0:apply",
        "0:2026-11-24-close-ssh 2026-11-23-idle-timeout",
        "0:prod",
        "0:parameter/",
        "0:",
        "complete -o default -o nosort -F _changectl changectl",
    ]
    assert not (here / "canary").exists()


def test_zsh_completes(here: Path) -> None:
    assert ended("zsh", ZSH, here).splitlines() == [
        "compdef _changectl changectl",
        "compadd -V changectl -S '' --",
        "compadd -V changectl -- 2026-11-24-close-ssh 2026-11-23-idle-timeout",
        "compadd -V changectl -S '' -- load-balancer/ parameter/ security-group/ table/",
        "compadd -V changectl --",
        "files",
    ]
    assert not (here / "canary").exists()


def test_fish_completes(here: Path) -> None:
    assert ended("fish", FISH, here).splitlines() == [
        "2026-11-24-close-ssh",
        "2026-11-23-idle-timeout",
        "prod",
        "parameter/",
    ]
    assert not (here / "canary").exists()


@pytest.mark.parametrize("shell", SHELLS)
def test_the_script_is_printed_and_says_how_to_use_it(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["completion", shell]) == 0
    out, err = capsys.readouterr()
    assert f"changectl completion {shell}" in out
    assert err == ""


def test_another_shell_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["completion", "csh"]) == 2
    assert "there is no completion for csh; there is for bash, zsh, fish" in capsys.readouterr().err
