"""A hint is something to type: every `changectl VERB` that the program says is a verb that it has."""

import re
from pathlib import Path

import pytest

import changectl
from changectl.cli.main import VERBS

SOURCES = sorted(Path(changectl.__file__).parent.rglob("*.py"))
SAID = re.compile(r"[\"'`( ]changectl ([a-z]+)")
PROSE = {
    "import",
    "finds",
    "cannot",
    "writes",
    "knows",
    "needs",
    "records",
    "reads",
    "itself",
    "will",
    "has",
    "is",
    "can",
    "wrote",
    "does",
    "never",
    "on",
    "and",
    "to",
    "too",
}


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(SOURCES[0].parent)))
def test_every_command_in_a_hint_is_one_that_there_is(path: Path) -> None:
    said = {word for word in SAID.findall(path.read_text(encoding="utf-8")) if word not in PROSE}
    assert said <= set(VERBS), said - set(VERBS)
