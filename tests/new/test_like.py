"""`new --like`: an earlier plan under a new id, over production as it is now."""

import os
from pathlib import Path

import pytest
from new.conftest import Desk

from changectl.planfile.draft import MODELINE

EARLIER = """\
plan: 1
# Ask the stables first.
title: Raise the rentals load balancer's idle timeout to 120 s
rationale: Checkouts that take longer are cut off (INC-42).
risk: low
env: sandbox
lead: ben
emergency: INC-42
when: {start: 2026-11-24 03:00 Pacific/Auckland, duration: 45m}
comms: {audience: the stables, before: Nobody should notice.}
steps:
  - name: Raise the timeout    # by hand so far
    set: load-balancer/rentals
    change:
      attributes:
        idle_timeout.timeout_seconds: {from: "50", to: "120"}
        deletion_protection.enabled: {from: "false", to: "true"}
  - name: Name it
    set: load-balancer/rentals
    change: {tags: {owner: {from: nobody, to: "stables: all"}, new: {to: x}}}
  - name: Give checkout longer
    set: parameter/rentals/checkout/timeout
    change:
      value: {from: "30", to: "45"}
  - name: New password
    set: parameter/rentals/db/password
    change:
      value: {from: old, to: {$secret: PASSWORD}}
test:
  - alarm: rentals-5xx
back_out: snapshot
"""


def expected(title: str, *changes: tuple[str, str]) -> str:
    text = f"{MODELINE}\n{EARLIER}".replace("Raise the rentals load balancer's idle timeout to 120 s", title)
    for old, new in (
        ("lead: ben", "lead: Ana Rangi"),
        ("emergency: INC-42\n", ""),
        ("when: {start: 2026-11-24 03:00 Pacific/Auckland, duration: 45m}\n", ""),
        *changes,
    ):
        assert old in text
        text = text.replace(old, new)
    return text


def test_its_from_values_are_as_production_is_now_and_all_else_is_as_it_was_written(rentals: Desk) -> None:
    rentals.writes("earlier", EARLIER)
    ended = rentals.types("new", "Raise it again", "--like", "earlier", "--id", "again", "--json")
    assert ended.status == 0, ended.err
    assert rentals.reads("again") == expected(
        "Raise it again",
        ('{from: "50", to: "120"}', '{from: "60", to: "120"}'),
        ('{from: "false", to: "true"}', '{from: "true", to: <new value>}'),
        ("{from: nobody, to:", "{from: rentals, to:"),
    )
    assert ended.document["notes"] == [
        (
            "As production is now: load-balancer/rentals attributes idle_timeout.timeout_seconds, load-balancer/rentals "
            "attributes deletion_protection.enabled, load-balancer/rentals tags owner."
        ),
        "parameter/rentals/db/password value Value is not what it was; look at its from: yourself.",
    ]
    assert rentals.reads("earlier") == EARLIER


def test_where_production_cannot_be_read_it_says_whose_values_these_are(desk: Desk) -> None:
    desk.writes("earlier", EARLIER)
    ended = desk.types("new", "--like", "earlier", "--id", "again", "--json")
    assert desk.reads("again") == expected("Raise the rentals load balancer's idle timeout to 120 s")
    (note,) = ended.document["notes"]
    assert note.startswith("Its from: values are those of earlier: ")


def test_a_plan_that_is_gone_is_found_in_git_on_any_branch(desk: Desk) -> None:
    desk.writes("earlier", EARLIER).rename(desk.root / "plans" / "gone.yaml")
    desk.git("add", ".")
    desk.git("commit", "-qm", "Plan")
    desk.git("branch", "change/gone")
    desk.git("rm", "-q", "plans/gone.yaml")
    desk.git("commit", "-qm", "Done")
    assert desk.types("new", "Again", "--like", "gone", "--id", "again").status == 0
    assert desk.reads("again") == expected("Again")


def test_a_plan_below_a_folder_with_odd_letters_is_found_in_git(desk: Desk) -> None:
    root = desk.root / "we[i]rd *"
    (root / "plans" / "2026").mkdir(parents=True)
    (root / "changectl.toml").write_text((desk.root / "changectl.toml").read_text())
    (root / "plans" / "2026" / "gone.yml").write_text(EARLIER)
    desk.git("add", ".")
    desk.git("commit", "-qm", "Plan")
    (root / "plans" / "2026" / "gone.yml").unlink()
    desk.patch.chdir(root)
    assert desk.types("new", "Again", "--like", "gone", "--id", "again").status == 0
    assert (root / "plans" / "again.yaml").read_text() == expected("Again")


def test_a_plan_that_is_no_yaml_is_refused(desk: Desk) -> None:
    desk.writes("broken", "title: [")
    ended = desk.types("new", "x", "--like", "broken")
    assert (ended.status, desk.files()) == (3, ["changectl.toml", "plans/broken.yaml"])


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_plan_that_may_not_be_read_is_refused(desk: Desk) -> None:
    path: Path = desk.writes("mine", EARLIER)
    path.chmod(0)
    assert desk.types("new", "x", "--like", "mine").status != 0
