"""Each mutant of the list is killed: the quick ones here, all of them where CHANGECTL_LONG is set."""

import os

import pytest

from tests.mutants.judged import JUDGED
from tests.mutants.listed import LISTED, Listed
from tests.mutants.operators import mutants_of
from tests.mutants.tried import FILES, lines_of

LONG = bool(os.environ.get("CHANGECTL_LONG"))


@pytest.mark.parametrize("listed", [each for each in LISTED if each.is_quick or LONG], ids=lambda each: each.says)
def test_it_is_killed(listed: Listed) -> None:
    by, _ = listed.tried()
    assert by not in ("", f"import: {listed.mutant.module}")


@pytest.mark.parametrize("listed", LISTED, ids=lambda each: each.says)
def test_what_it_takes_away_is_there(listed: Listed) -> None:
    compile(listed.mutant.text(), listed.mutant.file, "exec")


def test_the_list_is_long_enough_and_says_each_thing_once() -> None:
    assert len(LISTED) >= 60
    assert len({each.says for each in LISTED}) == len({each.mutant for each in LISTED}) == len(LISTED)


def test_what_was_judged_is_still_a_mutant_of_the_tool() -> None:
    judged = {(each.file, each.old, each.new) for each in JUDGED}
    files = sorted({each.file for each in JUDGED})
    every = {(mutant.file, *lines_of(mutant)[1:]) for file in files for mutant in mutants_of(file)}
    assert judged - every == set()
    assert set(files) <= set(FILES)
