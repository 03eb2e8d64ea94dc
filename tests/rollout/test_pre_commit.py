"""The pre-commit hook does what it says: its entry, typed as it stands there, stops a wrong plan; its pattern finds plans."""

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from emulators import REPOSITORY as ROOT

from changectl.cli.main import run
from changectl.model.status import Status

(HOOK,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
GOOD = next(path for path in sorted((ROOT / "plans").glob("*.yaml")))


def test_the_hook_says_all_that_pre_commit_needs() -> None:
    assert {name: HOOK[name] for name in ("id", "language", "pass_filenames")} == {
        "id": "changectl-check",
        "language": "python",
        "pass_filenames": False,
    }
    assert set(HOOK) == {"id", "name", "description", "entry", "language", "files", "pass_filenames"}


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("plans/2026-11-23-x.yaml", True),
        ("plans/2026/x.yml", True),
        ("ops/plans/x.yaml", True),
        ("changectl.toml", True),
        ("ops/changectl.toml", True),
        ("plans/README.md", False),
        ("explans/x.yaml", False),
        ("other.yaml", False),
        ("notchangectl.toml", False),
    ],
)
def test_it_runs_where_a_plan_or_the_rules_changed(path: str, wanted: bool) -> None:
    assert (re.search(HOOK["files"], path) is not None) is wanted  # pre-commit searches


def test_its_entry_stops_a_wrong_plan_and_lets_a_right_one_pass(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    program, *words = HOOK["entry"].split()
    assert program == "changectl"
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    (tmp_path / "changectl.toml").write_text('[env.sandbox]\naccount = "123456789012"\nregions = ["ap-southeast-2"]\n')
    (tmp_path / "plans").mkdir()
    (tmp_path / "plans" / GOOD.name).write_bytes(GOOD.read_bytes())
    monkeypatch.chdir(tmp_path)
    assert run(words) == Status.DONE, capsys.readouterr().out
    (tmp_path / "plans" / "2026-11-23-wrong.yaml").write_text("plan: 1\n")
    assert run(words) == Status.PLAN_WRONG
