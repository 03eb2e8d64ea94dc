"""What is offered at the cursor: what goes on with the words, plain characters only, and never an error."""

import json
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from changectl.catalogue import all_rules, catalogue
from changectl.cli.completing import Place, candidates
from changectl.cli.main import VERBS, run
from changectl.cli.state import repository_state

CONFIGURATION = '[env.prod]\naccount = "123456789012"\nregions = ["us-east-1"]\n[env.trial]\n[env."$(touch x)"]\n'
PLANS = ("2026-11-23-idle-timeout", "2026-11-24-close-ssh", "other")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with plans and an index that knows one more change."""
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    (tmp_path / "changectl.toml").write_text(CONFIGURATION)
    (tmp_path / "plans" / "2026").mkdir(parents=True)
    for plan in PLANS:
        (tmp_path / "plans" / "2026" / f"{plan}.yaml").write_text("plan: 1\n")
    indexed(tmp_path, "2026-11-22-gone", "2026-11-23-idle-timeout")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def indexed(root: Path, *newest_first: str) -> None:
    index = repository_state((root / ".git").resolve()) / "index.sqlite3"
    index.parent.mkdir(parents=True, exist_ok=True)
    with sqlite3.connect(index) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE IF NOT EXISTS changes (id, last_at)")
        rows = [(change, f"2026-11-{30 - n}") for n, change in enumerate(newest_first)]
        connection.executemany("INSERT INTO changes VALUES (?, ?)", rows)
    connection.close()


def offered(here: Path, *words: str) -> list[str]:
    return list(candidates(Place(here, words)))


CHANGES = ["other", "2026-11-24-close-ssh", "2026-11-22-gone", "2026-11-23-idle-timeout"]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ([""], list(VERBS)),
        ([], list(VERBS)),
        (["a"], ["approve", "apply"]),
        (["--"], ["--help", "--version", "--color"]),
        (["--color", ""], ["auto", "always", "never"]),
        (["--color", "never", "chec"], ["check"]),
        (["apply", ""], CHANGES),
        (["apply", "2026-11-2"], CHANGES[1:]),
        (["check", "other", ""], CHANGES[1:]),
        (["show", "2026-11-22"], ["2026-11-22-gone"]),
        (["new", "--like", "o"], ["other"]),
        (["new", "--undo", "2026-11-24"], ["2026-11-24-close-ssh"]),
        (["new", "--env", ""], ["prod", "trial"]),
        (["new", "--env=", "="], []),
        (["new", "--env", "=", "p"], ["prod"]),
        (["new", "--env", "="], ["prod", "trial"]),
        (["apply", "other", "--confirm", "p"], ["prod"]),
        (["new", "--affects", ""], [f"{kind}/" for kind in catalogue().kinds]),
        (["new", "--template", "ta"], ["table"]),
        (["new", "--no-"], ["--no-edit", "--no-input"]),
        (["new", "--no-edit", "--no-"], ["--no-input"]),
        (["new", "--no-edit", ""], []),
        (["new", "--id", ""], []),
        (["explain", ""], sorted(all_rules())),
        (["explain", "CHG117"], ["CHG117"]),
        (["schema", ""], ["plan", "config"]),
        (["completion", ""], ["bash", "zsh", "fish"]),
        (["sandbox", "st"], ["start", "stop", "status"]),
        (["sandbox", "start", "--j"], ["--json"]),
        (["nothing", ""], []),
        (["apply", "nothing-like-it"], []),
    ],
)
def test_what_goes_on_with_the_words_is_offered(here: Path, words: list[str], found: list[str]) -> None:
    assert offered(here, *words) == found


def test_proposals_that_were_fetched_are_offered_too(here: Path) -> None:
    for ref in ("heads/change/2026-11-26-mine", "remotes/origin/change/2026-11-27-bens"):
        path = here / ".git" / "refs" / ref
        path.parent.mkdir(parents=True)
        path.write_text("0" * 40 + "\n")
    (here / ".git" / "packed-refs").write_text(
        f"# pack-refs\n{'0' * 40} refs/remotes/origin/change/2026-11-25-packed\n"
    )
    assert offered(here, "approve", "2026-11-2") == [
        "2026-11-27-bens", "2026-11-26-mine", "2026-11-25-packed", *CHANGES[1:],
    ]  # fmt: skip


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_offers_its_options(here: Path, verb: str) -> None:
    found = offered(here, verb, "--")
    if not found:  # the verbs below it do
        found = offered(here, verb, offered(here, verb, "")[0], "--")
    assert found[0] == "--help"


HOSTILE = (
    "$(touch canary)",
    "`touch canary`",
    "a b",
    "-rf",
    "--config=x",
    "a;b",
    "é",
    "a'b",
    'a"b',
    "*",
    "~",
    "a\nb",
    "a\\b",
    "!x",
)


def test_only_what_a_shell_reads_as_it_stands_is_offered(here: Path) -> None:
    for name in HOSTILE:
        (here / "plans" / f"{name}.yaml").write_text("plan: 1\n")
    templates = here / ".changectl" / "templates"
    templates.mkdir(parents=True)
    for name in (*HOSTILE, "queue"):
        (templates / f"{name}.yaml").write_text("plan: 1\n")
    indexed(here, *HOSTILE, "../../etc")
    assert offered(here, "apply", "") == CHANGES
    assert offered(here, "new", "--env", "") == ["prod", "trial"]
    assert offered(here, "new", "--template", "q") == ["queue"]
    assert set(offered(here, "new", "--template", "")) == {
        "aws-call", "load-balancer", "parameter", "plan", "queue", "security-group-rule", "table",
    }  # fmt: skip


def _no_configuration(here: Path) -> None:
    (here / "changectl.toml").unlink()


def _broken_configuration(here: Path) -> None:
    (here / "changectl.toml").write_bytes(b"\xff[env")


def _broken_index(here: Path) -> None:
    (repository_state((here / ".git").resolve()) / "index.sqlite3").write_bytes(b"no database" * 1000)


def _no_index(here: Path) -> None:
    (repository_state((here / ".git").resolve()) / "index.sqlite3").unlink()


def _odd_git(here: Path) -> None:
    (here / ".git" / "config").write_text("[include\n\tpath = ../evil\n")


@pytest.mark.parametrize(
    ("harm", "changes", "envs"),
    [
        (_no_configuration, [], []),
        (_broken_configuration, CHANGES, []),
        (_broken_index, ["other", "2026-11-24-close-ssh", "2026-11-23-idle-timeout"], ["prod", "trial"]),
        (_no_index, ["other", "2026-11-24-close-ssh", "2026-11-23-idle-timeout"], ["prod", "trial"]),
        (_odd_git, CHANGES, ["prod", "trial"]),
    ],
)
def test_whatever_is_wrong_there_is_less_to_offer_and_no_word_about_it(
    here: Path, harm: Callable[[Path], None], changes: list[str], envs: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    harm(here)
    for words, found in ((["apply", ""], changes), (["new", "--env", ""], envs)):
        assert run(["completion", "words", "--", *words]) == 0
        assert capsys.readouterr() == ("".join(f"{each}\n" for each in found), "")


def test_an_index_is_neither_built_nor_touched(here: Path) -> None:
    state = repository_state((here / ".git").resolve())
    before = {path.name: path.read_bytes() for path in state.iterdir()}
    offered(here, "apply", "")
    assert {path.name: path.read_bytes() for path in state.iterdir() if path.name == "index.sqlite3"} == before
    _no_index(here)
    offered(here, "apply", "")
    assert not (state / "index.sqlite3").exists()


def test_outside_a_repository_and_in_a_folder_that_is_gone_nothing_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    ended = subprocess.run(
        [sys.executable, "-m", "changectl", "completion", "words", "--", "apply", ""], capture_output=True, text=True
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")
    assert offered(tmp_path, "apply", "") == []


LOADED = """
import json, sys
from changectl.cli.main import run
run(sys.argv[1:])
print(json.dumps(sorted(sys.modules)), file=sys.stderr)
"""


def test_looking_for_changes_loads_no_aws_no_git_library_and_no_terminal(here: Path) -> None:
    argv = ["completion", "words", "--", "show", ""]
    ran = subprocess.run([sys.executable, "-c", LOADED, *argv], capture_output=True, text=True, check=True)
    loaded = set(json.loads(ran.stderr))
    assert (
        loaded & {"boto3", "botocore", "git", "rich", "sqlite_utils", "urllib3", "changectl.catalogue", "yaml"} == set()
    )
    assert ran.stdout.split() == CHANGES
