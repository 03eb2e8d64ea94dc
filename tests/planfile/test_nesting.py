"""The second wall before the parser: it lets every plan through, and no text that is nested without end."""

import pytest

from changectl.planfile.nesting import too_deep


@pytest.mark.parametrize("part", ["[", "{", "- ", "? ", "[{", "[\n", "{a: ", "-\n", "- ? "])
def test_nesting_without_end_is_seen(part: str) -> None:
    assert too_deep("title: x\n" + part * 600) is not None


@pytest.mark.parametrize(
    "part",
    [
        "[]",
        "{}",
        "[x], ",
        "- a\n",
        "a: 1\n",
        "---\n",
        "# ----- [ ]\n",
        "--flag ",
        "a-b: {c: [d]}\n",
        "?? ",
        "| - | - |\n",
    ],
)
def test_what_is_long_but_flat_passes(part: str) -> None:
    assert too_deep(part * 5_000) is None
