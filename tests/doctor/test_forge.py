"""The forge: a real client against a server on loopback; and what each protection means, by a table."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from changectl.cli.health.forge import RULES, forge, protected
from changectl.contracts.forge import Protection
from changectl.model.diagnosis import Diagnosis, Health, missing, ok
from changectl.model.status import Status
from changectl.planfile.config_team import ReviewSettings
from tests.doctor.place import health, one
from tests.forges.fake_github import FakeGitHub

GOOD = Protection("main", True, 1, True, True, False, True)
REVIEW = ReviewSettings("github", "unicorn/rentals")
CLASSIC: dict[str, Any] = {
    "required_pull_request_reviews": {
        "dismiss_stale_reviews": True,
        "require_code_owner_reviews": True,
        "required_approving_review_count": 1,
        "require_last_push_approval": True,
    },
    "allow_force_pushes": {"enabled": False},
    "enforce_admins": {"enabled": True},
}


@pytest.fixture
def github(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeGitHub]:
    """A repository on GitHub with a protected branch, and Ana's token in the environment."""
    with FakeGitHub() as fake:
        fake.protected.classic = CLASSIC
        settings = fake.signed_in("ana")
        fake.person("ana", permission="admin")
        monkeypatch.setenv("GH_TOKEN", settings.token)
        monkeypatch.setenv("PATH", "/nowhere")  # no gh, which has a token of its own
        yield fake


def looked(github: FakeGitHub) -> tuple[Diagnosis, ...]:
    return tuple(forge(replace(REVIEW, api=github.api)))


def test_a_repository_that_lacks_nothing(github: FakeGitHub) -> None:
    found = looked(github)
    assert [(each.name, each.health) for each in found] == [
        ("github token", Health.OK),
        ("github repository", Health.OK),
        ("github pull requests", Health.OK),
        ("github protected branch", Health.OK),
        *((f"github {rule.name}", Health.OK) for rule in RULES),
    ]
    assert found[0] == ok("github token", "it is ana's")
    assert [
        request.method for request in github.asked if request.method != "GET" and "graphql" not in request.path
    ] == []


def test_a_branch_without_protection(github: FakeGitHub) -> None:
    github.protected.classic = None
    found = one(looked(github), "github protected branch")
    assert (found.health, "whoever may push changes the rules" in found.sentence) == (Health.MISSING, True)


def test_who_may_not_know_is_told_unknown(github: FakeGitHub) -> None:
    github.person("ana", permission="write")
    states = {each.name: each.health for each in looked(github)}
    assert states["github protected branch"] is Health.OK
    assert {states[f"github {rule.name}"] for rule in RULES} == {Health.UNKNOWN}


def test_no_token(github: FakeGitHub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GH_TOKEN")
    assert looked(github) == (missing("github token", "there is none", "export GH_TOKEN=…, or: gh auth login"),)


def test_a_token_that_is_not_accepted(github: FakeGitHub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GH_TOKEN", "ghp_old")
    found = looked(github)
    assert health(found, "github token") is Health.MISSING
    assert health(found, "github repository") is Health.MISSING
    assert "ghp_old" not in str(found)


def test_a_repository_that_cannot_be_seen(github: FakeGitHub) -> None:
    found = tuple(forge(replace(REVIEW, repository="unicorn/hidden", api=github.api)))
    assert (health(found, "github token"), health(found, "github repository")) == (Health.OK, Health.MISSING)


def test_pull_requests_that_cannot_be_read(github: FakeGitHub) -> None:
    github.fail("/pulls", status=403, times=9)
    assert health(looked(github), "github pull requests") is Health.MISSING


def test_a_forge_that_does_not_say_which_repository() -> None:
    found = forge(ReviewSettings("github"))
    assert [(each.name, each.status) for each in found] == [("github repository", Status.PLAN_WRONG)]


def test_a_forge_that_there_is_not() -> None:
    (found,) = forge(ReviewSettings("sourcehut", "unicorn/rentals"))
    assert (found.health, found.status) == (Health.MISSING, Status.PLAN_WRONG)


@pytest.mark.parametrize(
    ("broken", "name"),
    [
        ({"reviews": 0}, "required reviews"),
        ({"dismisses_stale": False}, "stale reviews"),
        ({"code_owners": False}, "code owners"),
        ({"last_push_approved": False}, "last push"),
        ({"forces_allowed": True}, "force pushes"),
    ],
)
def test_each_protection_that_is_off_is_missing_alone(broken: dict[str, Any], name: str) -> None:
    assert {each.health for each in protected("github", REVIEW, GOOD)} == {Health.OK}
    found = protected("github", REVIEW, replace(GOOD, **broken))
    assert [each.name for each in found if each.health is Health.MISSING] == [f"github {name}"]
    assert one(found, f"github {name}").mend == "https://github.com/unicorn/rentals/settings/branches"
    hidden = replace(GOOD, **dict.fromkeys(broken))
    assert health(protected("github", REVIEW, hidden), f"github {name}") is Health.UNKNOWN


@pytest.mark.parametrize(("said", "state"), [(None, Health.UNKNOWN), (False, Health.MISSING), (True, Health.OK)])
def test_whether_a_branch_is_protected_at_all(said: bool | None, state: Health) -> None:
    assert health(protected("gitlab", REVIEW, replace(GOOD, protected=said)), "gitlab protected branch") is state
