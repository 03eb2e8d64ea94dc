"""GitLab: what only it does. What every forge does is in test_every_forge.py."""

from collections.abc import Iterator

import pytest

from changectl.contracts.forge import Account, ForgeSettings, Protection, Review, ReviewState, Writer
from changectl.errors import ForgeFailed
from changectl.forges.gitlab import FORGE, GitLab, open_gitlab
from tests.forges.fake_gitlab import FakeGitLab

ANA = Account("1001", "ana")
BEN = Account("1002", "ben")
PLAN = "plans/x.yaml"


@pytest.fixture
def fake() -> Iterator[FakeGitLab]:
    with FakeGitLab() as server:
        assert server.person("ana").id == 1001
        assert server.person("ben").id == 1002
        yield server


@pytest.fixture
def gitlab(fake: FakeGitLab) -> GitLab:
    return open_gitlab(fake.signed_in("ana"))


def test_it_is_what_it_says() -> None:
    assert (FORGE.key, FORGE.tokens, FORGE.open) == ("gitlab", ("GITLAB_TOKEN",), open_gitlab)


def test_an_api_that_cannot_be_gitlabs_is_refused() -> None:
    with pytest.raises(ForgeFailed, match=r"is no address of GitLab's API"):
        open_gitlab(ForgeSettings("unicorn/rentals", "https://git.example.com"))


def test_gitlab_com_is_where_people_look() -> None:
    assert open_gitlab(ForgeSettings("unicorn/ops/rentals")).asks_at("change/x") == (
        "https://gitlab.com/unicorn/ops/rentals/-/merge_requests/new?merge_request%5Bsource_branch%5D=change%2Fx"
    )


# Approvals


def approval(fake: FakeGitLab, by: Account, commit: str, at: str) -> Review:
    url = f"{fake.url}/unicorn/ops/rentals/-/merge_requests/7#approved-by-{by.id}-at-{at}"
    return Review(by, ReviewState.APPROVED, commit, at, url)


def test_an_approval_is_of_the_head_that_was_there_when_it_was_given(fake: FakeGitLab, gitlab: GitLab) -> None:
    first, second = fake.commit(), fake.commit()
    fake.merge_request(7, commits=[first])  # 01:01
    fake.approve(7, "ben")  # 01:02
    fake.update(7, second)  # 01:03
    fake.approve(7, "carl")  # 01:04
    assert gitlab.reviews(7) == (
        approval(fake, BEN, first, "2026-11-24T01:02:00.000Z"),
        approval(fake, Account("1003", "carl"), second, "2026-11-24T01:04:00.000Z"),
    )


@pytest.mark.parametrize(
    ("at", "commit"),
    [
        ("2026-11-24T01:01:00.000Z", ""),  # at the instant of the first version: of nothing that we know
        ("2026-11-24T01:01:00.001Z", "1" * 40),
        ("2026-11-24T01:02:00.000Z", "1" * 40),  # at the instant of a push, of what was there before
        ("2026-11-24T14:02:00.001+13:00", "2" * 40),  # in another zone, a millisecond later
    ],
)
def test_the_instant_of_a_push_is_before_it(fake: FakeGitLab, gitlab: GitLab, at: str, commit: str) -> None:
    fake.merge_request(7, commits=["1" * 40])
    fake.update(7, "2" * 40)
    fake.approve(7, "ben", at)
    assert gitlab.reviews(7) == (approval(fake, BEN, commit, at),)


def test_an_approval_of_an_unknown_time_is_of_no_commit(fake: FakeGitLab, gitlab: GitLab) -> None:
    fake.merge_request(7)
    fake.approve(7, "ben", at="")
    assert [(each.by, each.commit) for each in gitlab.reviews(7)] == [(BEN, "")]


def test_an_approval_that_is_given_anew_is_another(fake: FakeGitLab, gitlab: GitLab) -> None:
    fake.merge_request(7)
    fake.approve(7, "ben")
    before = gitlab.reviews(7)[0].url
    fake.requests[7].approvals.clear()
    assert gitlab.reviews(7) == ()
    fake.approve(7, "ben")
    assert gitlab.reviews(7)[0].url != before


def test_who_asks_for_changes_says_so_last(fake: FakeGitLab, gitlab: GitLab) -> None:
    fake.merge_request(7, wishes=["ben"])
    fake.approve(7, "ben")
    assert [each.state for each in gitlab.reviews(7)] == [ReviewState.APPROVED, ReviewState.CHANGES_REQUESTED]


def test_tokens_services_and_ghosts_are_no_persons(fake: FakeGitLab, gitlab: GitLab) -> None:
    fake.merge_request(7)
    fake.person("robot", bot=True)
    for login in ("ben", "robot", "project_278964_bot_4ffca233d8298ea1", "group_1_bot", "ghost", "ghost1"):
        fake.approve(7, login)
    assert [(each.by.id, each.by.bot) for each in gitlab.reviews(7)] == [
        ("1002", False),
        ("1003", True),
        ("1004", True),
        ("1005", True),
        ("", True),
        ("", True),
    ]


# Who wrote it


def test_writers_are_known_by_confirmed_private_and_public_addresses(fake: FakeGitLab, gitlab: GitLab) -> None:
    fake.person("carl", public_email="Carl@public.example")
    fake.person("dora").emails.append("dora@second.example")
    message = """Plan x

Co-authored-by: Carl <carl@PUBLIC.example>
Co-authored-by: Ben <1002-ben@users.noreply.127.0.0.1>
Co-authored-by: Dora <dora@unicorn.example>
Co-authored-by: GitLab Duo <noreply@gitlab.com>
Co-authored-by: Eve <eve@elsewhere.example>"""
    sha = fake.commit("ana", message=message, committer_email="noreply@gitlab.com")
    other = fake.commit("dora", author_email="Dora@second.example", committer_email="ana@unicorn.example")
    fake.merge_request(7, commits=[sha, other])
    found = {(each.commit, each.said): each.account for each in gitlab.writers(7, PLAN, other) if not each.pushed}
    assert found == {
        (sha, "ana <ana@unicorn.example>"): ANA,
        (sha, "Carl <carl@PUBLIC.example>"): Account("1003", "carl"),
        (sha, "Ben <1002-ben@users.noreply.127.0.0.1>"): BEN,
        (
            sha,
            "Dora <dora@unicorn.example>",
        ): None,  # hers, but that is for nobody to see, and no commit of hers names it
        (sha, "Eve <eve@elsewhere.example>"): None,
        (other, "Dora <Dora@second.example>"): Account("1004", "dora"),
        (other, "ana <ana@unicorn.example>"): ANA,
    }


def test_an_account_that_merely_sounds_like_an_address_is_not_taken_for_it(fake: FakeGitLab, gitlab: GitLab) -> None:
    fake.person("eve@elsewhere.example")
    fake.person("eva", public_email="eve@elsewhere.example.org")
    sha = fake.commit("ana", message="X\n\nCo-authored-by: Eve <eve@elsewhere.example>")
    fake.merge_request(7, commits=[sha])
    assert [each.account for each in gitlab.writers(7, PLAN, sha) if not each.pushed] == [ANA, None]


def test_an_answer_about_another_commit_says_nothing_of_this_one(
    fake: FakeGitLab, gitlab: GitLab, monkeypatch: pytest.MonkeyPatch
) -> None:
    sha, other = fake.commit("ana"), fake.commit("ben")  # an empty commit: the last that changed anything is another
    fake.merge_request(7, commits=[sha])
    monkeypatch.setattr(fake, "_last", lambda _: FakeGitLab._last(fake, other))
    assert [each.account for each in gitlab.writers(7, PLAN, sha) if not each.pushed] == [None]


def test_many_authors_are_asked_for_a_few_at_a_time(fake: FakeGitLab, gitlab: GitLab) -> None:
    commits = [fake.commit(f"person{number}") for number in range(40)]
    fake.merge_request(7, commits=commits)
    assert all(each.account for each in gitlab.writers(7, PLAN, commits[-1]))
    assert len([each for each in fake.asked if each.path == "/api/graphql"]) == 3


def test_who_pushed_wrote_it_whatever_the_commits_claim(fake: FakeGitLab, gitlab: GitLab) -> None:
    sha = fake.commit("ana")
    fake.merge_request(7, commits=[sha])
    fake.push("eve", "change/x", sha)  # of an earlier branch of that name
    fake.push("ana", "change/x", sha, action="created")
    fake.push("dora", "change/xy", sha)
    fake.push("carl", None, None)  # of four branches at once, of which this may be one
    fake.push("ben", "change/x", sha)
    assert gitlab.writers(7, PLAN, sha)[1:] == (
        Writer(sha, BEN, "pushed by ben", pushed=True),
        Writer(sha, Account("1005", "carl"), "pushed by carl", pushed=True),
        Writer(sha, ANA, "pushed by ana", pushed=True),
    )
    (asked,) = [each.query for each in fake.asked if each.path.endswith("/events")]
    assert asked == {"action": "pushed", "after": "2026-10-25", "per_page": "100"}


@pytest.mark.parametrize("member", ["has_events", "tells_first"])
def test_where_it_is_not_told_who_pushed_first_that_is_somebody_unknown(
    fake: FakeGitLab, gitlab: GitLab, member: str
) -> None:
    setattr(fake, member, False)
    sha = fake.commit("ana")
    fake.merge_request(7, commits=[sha])
    assert gitlab.writers(7, PLAN, sha)[1:] == (Writer(sha, None, "somebody whom GitLab does not name", pushed=True),)


def test_no_more_pushes_are_read_than_the_branch_has(fake: FakeGitLab, gitlab: GitLab) -> None:
    fake.merge_request(7)
    for _ in range(300):
        fake.push("eve", "main")
    fake.push("ana", "change/x", action="created")
    gitlab.writers(7, PLAN, fake.requests[7].tip)
    assert len([each for each in fake.asked if each.path.endswith("/events")]) == 1


def test_a_list_of_commits_that_lacks_the_head_is_refused(fake: FakeGitLab, gitlab: GitLab) -> None:
    fake.merge_request(7, head="e" * 40)
    with pytest.raises(ForgeFailed, match="other commits of merge request 7 than those that lead to eeeeeeeeeeee"):
        gitlab.writers(7, PLAN, "e" * 40)


def test_a_branch_of_that_name_in_a_fork_is_another_branch(fake: FakeGitLab, gitlab: GitLab) -> None:
    fake.merge_request(1, source_project=5)
    fake.merge_request(2, source_project=None)
    fake.merge_request(3)
    assert [each.number for each in gitlab.requests("change/x")] == [3]
    assert [gitlab.request(number).foreign for number in (1, 2, 3)] == [True, True, False]


def test_who_may_write_is_a_developer_or_more(fake: FakeGitLab, gitlab: GitLab) -> None:
    levels = {"carl": 20, "dora": 30, "eve": 0, "finn": 40}
    people = [fake.person(name, access_level=level) for name, level in levels.items()]
    fake.person("gone", state="blocked")
    accounts = [Account(str(each.id), each.username) for each in [*people, fake.person("gone")]]
    assert [gitlab.may_write(each) for each in accounts] == [False, True, False, True, False]
    assert gitlab.may_write(Account("", "ghost", bot=True)) is False
    fake.fail("%2Frentals", status=404)
    assert gitlab.may_write(accounts[1]) is None


# Notes, content, protection


def test_neither_gitlabs_own_notes_nor_those_on_lines_are_remarks(fake: FakeGitLab, gitlab: GitLab) -> None:
    fake.merge_request(7)
    fake.note(7, "ben", "approved this merge request", system=True)
    fake.note(7, "ben", "on a line", type="DiffNote")
    fake.note(7, "ben", "of a thread", type="DiscussionNote")
    assert [each.body for each in gitlab.remarks(7)] == ["of a thread"]


def test_protection_is_what_branches_rules_and_settings_say(fake: FakeGitLab, gitlab: GitLab) -> None:
    fake.person("ana", access_level=40)
    assert gitlab.protection() == Protection("main", False, 0, False, False, True, None)
    fake.protected_branches = [
        {"name": "ma*", "allow_force_push": False, "code_owner_approval_required": True},
        {"name": "release", "allow_force_push": True, "code_owner_approval_required": False},
    ]
    fake.approval_rules = [
        {"id": 1, "rule_type": "any_approver", "approvals_required": 1, "protected_branches": []},
        {"id": 2, "rule_type": "regular", "approvals_required": 5, "protected_branches": [{"name": "release"}]},
        {"id": 3, "rule_type": "regular", "approvals_required": 2, "protected_branches": [{"name": "main"}]},
    ]
    fake.approval_settings = {"reset_approvals_on_push": True, "merge_requests_disable_committers_approval": True}
    assert gitlab.protection() == Protection("main", True, 2, True, True, False, True)


def test_protection_that_we_may_not_read_or_that_a_tier_lacks_is_unknown(fake: FakeGitLab, gitlab: GitLab) -> None:
    fake.protected_branches = [{"name": "main", "allow_force_push": False}]
    fake.approval_rules = None
    assert gitlab.protection() == Protection("main", True)
