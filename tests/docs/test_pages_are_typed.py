"""The commands of the tutorial and of the README are typed, in order, and show what the pages say."""

from pathlib import Path

import pytest

from tests.docs.generate import ROOT
from tests.docs.record import PAGES
from tests.docs.session import masked, played


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.stem)
def test_the_terminal_shows_what_the_page_says(page: Path, tmp_path: Path) -> None:
    said = page.read_text("utf-8")
    assert masked(played(said, tmp_path)) == masked(said), f"{page.relative_to(ROOT)}: python -m tests.docs.record"
