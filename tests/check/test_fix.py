"""`check --fix` writes plans whole or not at all, and leaves alone what has become history."""

import os
import stat
from pathlib import Path

import pytest

from changectl.model import events as e
from changectl.planfile.rewrite import Elsewhere, rewrite
from tests.check.place import GOOD, POOR, WRONG, Place
from tests.check.test_check import recorded, said

MENDED = """\
plans/wrong.yaml: 2 mended
  CHG122, line 4: Low is now low
  CHG104, line 9: stesp is now steps
1 plan checked, none wrong.
Next: changectl preview wrong
"""


def test_what_is_mended_is_told_and_checked_again(place: Place) -> None:
    path = place.plan("wrong", WRONG)
    ended = place.check("--fix")
    assert (ended.status, ended.out, ended.err, path.read_text()) == (0, MENDED, "", GOOD)
    assert place.check("--fix").out == "1 plan checked, none wrong.\nNext: changectl preview wrong\n"


def test_what_only_a_person_can_mend_is_still_told(place: Place) -> None:
    path = place.plan("wrong", WRONG.replace("prod", "our production"))
    ended = place.check("--fix")
    assert (ended.status, path.read_text()) == (3, GOOD.replace("prod", "our production"))
    assert said(ended) == [
        "plans/wrong.yaml:5:6: error CHG133",
        "1 plan checked, 1 wrong.",
        "Next: changectl explain CHG133",
    ]


def test_a_plan_that_is_right_is_not_written(place: Place) -> None:
    path = place.plan("good")
    os.utime(path, ns=(1, 1))
    place.check("--fix")
    assert path.stat().st_mtime_ns == 1


def test_as_json_each_edit_is_there(place: Place) -> None:
    place.plan("wrong", WRONG)
    place.plan("good")
    assert place.check("--fix", "--json").document["repairs"] == [
        {
            "path": "plans/wrong.yaml",
            "left": "",
            "note": "",
            "edits": [
                {"rule": "CHG122", "line": 4, "column": 7, "before": "Low", "after": "low"},
                {"rule": "CHG104", "line": 9, "column": 1, "before": "stesp", "after": "steps"},
            ],
        }
    ]


def test_a_difference_is_shown_and_nothing_written(place: Place) -> None:
    path = place.plan("wrong", WRONG)
    ended = place.check("--diff")
    assert (ended.status, path.read_text()) == (3, WRONG)
    assert [line for line in ended.lines if line[:1] in "+-"] == [
        "--- plans/wrong.yaml",
        "+++ plans/wrong.yaml",
        "-risk: Low                       # low | medium | high",
        "+risk: low                       # low | medium | high",
        "-stesp:",
        "+steps:",
    ]


def test_in_reports_for_programs_nothing_stands_beside_the_report(place: Place) -> None:
    for form in ("gitlab", "sarif"):
        place.plan("wrong", WRONG)
        assert place.check("--fix", "--format", form).document in ([], place.check("--format", form).document)


# How it is written


def test_the_mode_stays_and_nothing_else_is_left(place: Place) -> None:
    path = place.plan("wrong", WRONG)
    path.chmod(0o640)
    place.check("--fix")
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert [one.name for one in place.plans.iterdir()] == ["wrong.yaml"]


def test_a_link_inside_the_repository_stays_a_link(place: Place) -> None:
    real = place.folder / "kept" / "real.yaml"
    real.parent.mkdir()
    real.write_text(WRONG)
    (place.plans / "linked.yaml").symlink_to("../kept/real.yaml")
    place.check("--fix")
    assert ((place.plans / "linked.yaml").is_symlink(), real.read_text()) == (True, GOOD)


def test_a_link_that_leads_out_of_the_repository_is_left(place: Place) -> None:
    outside = place.folder.parent / "outside.yaml"
    outside.write_text(WRONG)
    (place.plans / "linked.yaml").symlink_to(outside)
    ended = place.check("--fix")
    assert (ended.status, outside.read_text()) == (3, WRONG)
    assert ended.lines[0] == (
        "plans/linked.yaml: left as it is: it cannot be written: it is a link that leads out of the repository"
    )


def test_what_somebody_else_wrote_meanwhile_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_bytes(b"theirs")
    with pytest.raises(Elsewhere):
        rewrite(tmp_path, path, b"mine", b"mended")
    assert [(one.name, one.read_bytes()) for one in tmp_path.iterdir()] == [("x.yaml", b"theirs")]


def test_a_full_disk_leaves_the_plan_as_it_was(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    path = place.plan("wrong", WRONG)

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    ended = place.check("--fix")
    assert (ended.status, path.read_text(), [one.name for one in place.plans.iterdir()]) == (3, WRONG, ["wrong.yaml"])
    assert ended.lines[0].endswith("it cannot be written: No space left on device")


# Plans whose change has a history


@pytest.mark.parametrize(
    ("history", "says", "is_mended"),
    [
        ((), "  it was proposed as it was; propose it again: changectl propose wrong", True),
        (
            (e.Approved("p", "v", "Ben <b@b.c>"),),
            "  this voids its approval; propose it again: changectl propose wrong",
            True,
        ),
        ((e.Closed("rolled-back", "", ""),), "1 plan checked, none wrong.", True),
        ((e.Closed("applied", "", ""),), "its change is done, and the plan says what was done", False),
        ((e.Closed("accepted", "", ""),), "its change is done, and the plan says what was done", False),
        (
            (e.RollbackWanted("a call failed"),),
            "its change is under way (rolling-back), by these very bytes",
            False,
        ),
    ],
    ids=lambda it: "-".join(type(one).__name__ for one in it) if isinstance(it, tuple) else None,
)
def test_what_has_begun_or_is_done_is_left(
    place: Place, history: tuple[e.Event, ...], says: str, is_mended: bool
) -> None:
    place.git()
    path = place.plan("wrong", WRONG)
    recorded(place, "wrong", *history)
    ended = place.check("--fix")
    assert path.read_text() == (GOOD if is_mended else WRONG)
    assert [line for line in ended.lines if line.endswith(says)], ended.out


def test_a_lint_rule_may_know_what_is_meant(place: Place) -> None:
    """No rule of lint fixes a poor reason; but reading comes first, and then what is poor."""
    path = place.plan("both", POOR.replace("risk: low", "risk: Low"))
    ended = place.check("--fix")
    assert (path.read_text(), said(ended)[0]) == (POOR, "plans/both.yaml:3:12: error CHG501")
