"""What a command loads before it answers: nothing heavy that it does not need."""

import json
import subprocess
import sys
from collections.abc import Sequence
from importlib import import_module
from inspect import getdoc
from pathlib import Path

import pytest

from changectl.cli.main import VERBS

HEAVY = {"boto3", "botocore", "pydantic", "git", "rich", "sqlite_utils", "urllib3", "slack_sdk", "moto", "asyncio"}
NEEDED_FOR_AWS = {"changectl.aws.clients", "changectl.aws.connection"}
CATALOGUE = {"changectl.catalogue", "changectl.resources.load_balancer", "changectl.contracts.kind", "yaml"}
LOADED = """
import json, sys
from changectl.cli.main import run
status = run(sys.argv[1:])
print(json.dumps([status, sorted(sys.modules)]), file=sys.stderr)
"""
PLAN = """\
plan: 1
title: Raise the timeout
rationale: Checkouts are cut off.
risk: low
env: trial
comms: none, it is a trial
steps:
  - name: Raise it
    set: load-balancer/rentals
    change: {attributes: {idle_timeout.timeout_seconds: {from: "60", to: "120"}}}
test:
  - http: https://rentals.example.com/health
back_out: snapshot
"""


@pytest.fixture
def work(tmp_path: Path) -> Path:
    """A repository with a plan and an empty register, whose index is up to date."""
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    (tmp_path / "changectl.toml").write_text('[env.trial]\naccount = "123456789012"\nregions = ["us-east-1"]\n')
    (tmp_path / "plans").mkdir()
    (tmp_path / "plans" / "2026-11-23-timeout.yaml").write_text(PLAN)
    loaded(tmp_path, "log")
    return tmp_path


def loaded(cwd: Path, *argv: str) -> set[str]:
    """The modules that a command line loads in a process of its own."""
    ran = subprocess.run(
        [sys.executable, "-c", LOADED, *argv], cwd=cwd, capture_output=True, text=True,
        env={"PATH": "/usr/bin:/bin", "HOME": str(cwd), "XDG_STATE_HOME": str(cwd / "state")},
    )  # fmt: skip
    status, modules = json.loads(ran.stderr.splitlines()[-1])
    assert status == 0 or argv[0] == "show", ran.stderr
    return set(modules)


@pytest.mark.parametrize("argv", [["--version"], ["--help"], ["check"], ["log"], ["show", "x"], ["status"]])
def test_looking_loads_no_aws_no_git_library_and_no_terminal(work: Path, argv: Sequence[str]) -> None:
    assert loaded(work, *argv) & (HEAVY | NEEDED_FOR_AWS) == set()


@pytest.mark.parametrize("argv", [["--help"], ["log"], ["show", "x"], ["status"]])
def test_reading_the_register_loads_no_catalogue(work: Path, argv: Sequence[str]) -> None:
    assert loaded(work, *argv) & CATALOGUE == set()


def test_the_version_is_said_without_a_parser_of_command_lines(work: Path) -> None:
    assert loaded(work, "--version") & {"typer", "changectl.errors"} == set()


@pytest.mark.parametrize("verb", VERBS)
def test_help_says_of_each_verb_what_its_file_says(verb: str) -> None:
    module = import_module(f"changectl.cli.{verb}")
    said = module.app.info.help if hasattr(module, "app") else str(getdoc(module.verb)).partition("\n")[0]
    assert said == VERBS[verb]
