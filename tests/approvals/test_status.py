"""Where a team reviews on a forge, people are sent there: by `changectl status`, and by `changectl approve`."""

from dataclasses import replace

import pytest

from changectl.cli.awaiting import awaited
from changectl.model import events as e
from changectl.model.change import Change
from changectl.planfile.config import read_configuration
from changectl.views.history import next_for
from tests.approvals.place import BRANCH, CHANGE, Place
from tests.approvals.place import place as place

RULES = b"""\
[env.prod]
account = "123456789012"
regions = ["ap-southeast-2"]
approvals = {low = 0, medium = 1, high = 2}
[review]
by = "signature"
"""
FORGE = RULES.replace(b'"signature"', b'"github"\nrepository = "unicorn/rentals"')
CAREFUL = RULES.replace(b"approvals", b"emergencies = false\napprovals")
BEN = "Ben <ben@example.com>"
APPROVE, APPLY = "changectl approve x", "changectl apply x"


def proposed(risk: str = "medium", env: str = "prod", emergency: str = "", by: tuple[str, ...] = ()) -> Change:
    event = e.Proposed("p", "v", "t", "r", env, risk, "1", "eu", "", (), (), "exact", (), emergency)
    return Change(proposed=event, approvals=tuple(e.Approved("p", "v", each) for each in by))


@pytest.mark.parametrize(
    ("rules", "change", "waits"),
    [
        (RULES, proposed(), APPROVE),
        (RULES, proposed("low"), APPLY),
        (RULES, proposed(emergency="INC-1"), APPLY),
        (CAREFUL, proposed(emergency="INC-1"), APPROVE),
        (RULES, proposed("low", env="elsewhere"), APPROVE),
        (RULES, proposed("high", by=(BEN,)), APPROVE),
        (RULES, proposed("high", by=(BEN, "Benjamin <ben@example.com>")), APPROVE),
        (RULES, proposed("high", by=(BEN, "Cleo <cleo@example.com>")), APPLY),
        (RULES, replace(proposed(), operator=e.OperatorNeeded("stuck", ())), "changectl rollback x"),
        (FORGE, proposed(), f"{APPLY}, once it is reviewed: https://github.com/unicorn/rentals/compare/change/x?expand=1"),
        (FORGE, proposed("low"), APPLY),
        (b"not toml", proposed("low"), APPROVE),
    ],
)  # fmt: skip
def test_a_proposal_waits_for_what_the_rules_want(rules: bytes, change: Change, waits: str) -> None:
    assert awaited(read_configuration(rules)[0], "x", change, next_for("x", change)) == waits


def test_where_reviews_are_approvals_nobody_is_sent_to_changectl_approve(place: Place) -> None:
    assert place.types("status") == 0
    where = f"{place.forge.url}/unicorn/rentals/compare/{BRANCH}?expand=1"
    assert f"  Next: changectl apply {CHANGE}, once it is reviewed: {where}\n" in place.said


def test_who_types_approve_is_sent_to_the_review_before_anything_else_is_asked_of_them(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name, raising=False)
    assert place.types("approve", CHANGE) == 5
    where = f"{place.forge.url}/unicorn/rentals/compare/{BRANCH}?expand=1"
    assert place.said == (
        "error: unicorn/rentals approves by reviews on github\nProduction is untouched.\n"
        f"Next: review its pull request: {where}\n"
    )
