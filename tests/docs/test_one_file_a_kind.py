"""Adding a kind takes the number of files that CONTRIBUTING says: its own and its test's; the catalogue finds it."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.generate import ROOT

COPIED = {
    "resource kind": ("resources", "load_balancer", "kinds", 'KIND = replace(KIND, name="new-one")'),
    "step form": ("actions", "wait", "actions", 'ACTION = replace(ACTION, key="new-one")'),
    "probe": ("probes", "alarm", "probes", 'PROBE = replace(PROBE, key="new-one")'),
    "channel": ("channels", "webhook", "channels", 'CHANNEL = replace(CHANNEL, key="new-one")'),
}
NUMBERS = {"Two": 2}


@pytest.mark.parametrize("what", COPIED)
def test_it_takes_one_file_and_its_test(what: str, tmp_path: Path) -> None:
    folder, like, table, last = COPIED[what]
    assert NUMBERS[_said(what)] == 1 + 1  # the file that is made here, and its test
    package = tmp_path / "changectl"
    shutil.copytree(ROOT / "changectl", package, ignore=shutil.ignore_patterns("__pycache__"))
    content = (package / folder / f"{like}.py").read_text("utf-8")
    added = f"{content}\n\nfrom dataclasses import replace\n\n{last}\n"
    (package / folder / "new_one.py").write_text(added, "utf-8")
    script = f"from changectl.catalogue import catalogue; print('new-one' in catalogue().{table})"
    found = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True)
    assert (found.stdout, found.stderr) == ("True\n", "")


def _said(what: str) -> str:
    """How many files CONTRIBUTING says that it takes."""
    page = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    found = re.search(rf"^## Add a {what}\n\n(\w+) files: `changectl/\w+/<name>.py` and", page, re.MULTILINE)
    assert found, what
    return found[1]
