"""GitHub: what only it does. What every forge does is in test_every_forge.py."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from changectl.contracts.forge import (
    Account,
    ForgeSettings,
    Protection,
    Request,
    RequestState,
    Review,
    ReviewState,
    Writer,
)
from changectl.errors import ForgeFailed
from changectl.forges.github import FORGE, GitHub, open_github
from tests.forges.fake_github import FakeGitHub

ANA = Account("1002", "ana")
BEN = Account("1003", "ben")
PLAN = "plans/x.yaml"


@pytest.fixture
def fake() -> Iterator[FakeGitHub]:
    with FakeGitHub() as server:
        assert server.person("ana").id == 1002
        assert server.person("ben").id == 1003
        yield server


@pytest.fixture
def github(fake: FakeGitHub) -> GitHub:
    return open_github(fake.signed_in("ana"))


def test_it_is_what_it_says() -> None:
    assert (FORGE.key, FORGE.tokens, FORGE.open) == ("github", ("GH_TOKEN", "GITHUB_TOKEN"), open_github)


# Who wrote it


def test_the_committer_of_githubs_own_pages_is_nobody(fake: FakeGitHub, github: GitHub) -> None:
    sha = fake.commit("ben", committer="web-flow")
    fake.pull(7, commits=[sha])
    assert github.writers(7, PLAN, sha) == (Writer(sha, BEN, "ben <ben@unicorn.example>"),)


def test_whoever_pretends_to_be_githubs_pages_as_an_author_is_somebody(fake: FakeGitHub, github: GitHub) -> None:
    sha = fake.commit("web-flow", committer="ana")
    fake.pull(7, commits=[sha])
    assert [each.account for each in github.writers(7, PLAN, sha)] == [Account("19864447", "web-flow"), ANA]


def test_an_address_of_no_account_is_nobody_whom_we_know(fake: FakeGitHub, github: GitHub) -> None:
    sha = fake.commit(None, author_email="ben@elsewhere.example", committer="ana")
    fake.pull(7, commits=[sha])
    assert github.writers(7, PLAN, sha) == (
        Writer(sha, None, "Nobody <ben@elsewhere.example>"),
        Writer(sha, ANA, "ana <ana@unicorn.example>"),
    )


def test_co_authors_are_found_by_private_address_or_by_what_the_listing_knows(fake: FakeGitHub, github: GitHub) -> None:
    message = """Plan x

Co-authored-by: Ben <1003+ben-as-he-was@users.noreply.github.com>
co-authored-BY: Carl <carl@users.noreply.github.com>
Co-authored-by: Ana <ANA@UNICORN.example>
Co-authored-by: Dora
 <dora@elsewhere.example>
Co-authored-by: Tool <noreply@tools.example>
Co-authored-by: Bot <49699333+dependabot[bot]@users.noreply.github.com>
Co-authored-by: Gone <gone@users.noreply.github.com>

Signed-off-by: Eve <eve@unicorn.example>
"""
    github = replace(github, site="https://github.com")
    fake.person("carl", id=77)
    sha = fake.commit("ana", message=message, author_email="Ana@Unicorn.example")
    fake.pull(7, commits=[sha])
    assert github.writers(7, PLAN, sha) == (
        Writer(sha, ANA, "ana <Ana@Unicorn.example>"),
        Writer(sha, ANA, "ana <ana@unicorn.example>"),
        Writer(sha, Account("1003", "ben-as-he-was"), "Ben <1003+ben-as-he-was@users.noreply.github.com>"),
        Writer(sha, Account("77", "carl"), "Carl <carl@users.noreply.github.com>"),
        Writer(sha, ANA, "Ana <ANA@UNICORN.example>"),
        Writer(sha, None, "Dora <dora@elsewhere.example>"),
        Writer(
            sha,
            Account("49699333", "dependabot[bot]", bot=True),
            "Bot <49699333+dependabot[bot]@users.noreply.github.com>",
        ),
        Writer(sha, None, "Gone <gone@users.noreply.github.com>"),
    )


def test_earlier_writers_of_the_file_are_writers_too_and_those_of_other_files_are_not(
    fake: FakeGitHub, github: GitHub
) -> None:
    first = fake.commit("carl", files={PLAN: b"1"})
    other = fake.commit("dora", files={"README.md": b""}, parents=[first])
    tip = fake.commit("ana", files={PLAN: b"2"}, parents=[other])
    fake.pull(7, commits=[tip])
    assert {each.account.login for each in github.writers(7, PLAN, tip) if each.account} == {"ana", "carl"}


def test_who_pushed_wrote_it_whatever_the_commits_claim(fake: FakeGitHub, github: GitHub) -> None:
    sha = fake.commit("ana")
    fake.pull(7, branch="change/x", commits=[sha])
    fake.push("ben", "change/x", sha)
    fake.push("carl", "change/xy", sha)
    fake.push("dora", "change/x", sha, how="branch_deletion")
    fake.push("eve", "change/x", sha, how="pr_merge")
    fake.push(None, "change/x", sha, how="force_push")
    assert github.writers(7, PLAN, sha)[1:] == (
        Writer(sha, Account("", "ghost", bot=True), "pushed by ghost", pushed=True),
        Writer(sha, Account("1006", "eve"), "pushed by eve", pushed=True),
        Writer(sha, BEN, "pushed by ben", pushed=True),
    )


def test_where_it_is_not_told_who_pushed_that_is_somebody_unknown(fake: FakeGitHub, github: GitHub) -> None:
    fake.has_activity = False
    sha = fake.commit("ana")
    fake.pull(7, commits=[sha])
    assert github.writers(7, PLAN, sha)[1:] == (Writer(sha, None, "somebody whom GitHub does not name", pushed=True),)


def test_nobody_is_missed_among_more_commits_than_github_lists(fake: FakeGitHub, github: GitHub) -> None:
    commits = [fake.commit("ana") for _ in range(252)] + [fake.commit("eve")]
    fake.pull(7, commits=[*commits, fake.commit("ana")])
    found = github.writers(7, PLAN, commits[-1])
    assert ({each.account.login for each in found if each.account}, len(found)) == ({"ana", "eve"}, 254)
    compared = [target for target in fake.targets() if "/compare/" in target or "page=3" in target]
    assert len(compared) == 4  # three pages of the comparison, and the third of what GitHub lists


def test_a_list_of_commits_that_lacks_some_is_refused(fake: FakeGitHub, github: GitHub) -> None:
    pull = fake.pull(7, commits=[fake.commit("ana"), fake.commit("eve")])
    pull.head = "e" * 40  # pushed between two questions
    with pytest.raises(ForgeFailed, match="2 of the 2 commits of pull request 7, or other ones") as failure:
        github.writers(7, PLAN, pull.commits[0])
    assert "run the same command again" in failure.value.hint


# Forks, filters, accounts


def test_a_branch_of_that_name_in_a_fork_is_another_branch(fake: FakeGitHub, github: GitHub) -> None:
    fake.pull(1, branch="change/x", fork="eve/rentals")
    fake.pull(2, branch="change/x", fork="")
    fake.pull(3, branch="change/x", fork="unicorn/rentals-fork")  # the same owner, whom the filter cannot tell apart
    fake.pull(4, branch="change/x")
    assert [each.number for each in github.requests("change/x")] == [4]
    assert [github.request(number).foreign for number in (1, 2, 3, 4)] == [True, True, True, False]


def test_a_filter_that_github_does_not_understand_hides_and_adds_nothing(fake: FakeGitHub, github: GitHub) -> None:
    fake.pull(1, branch="change/y")
    fake.pull(2, branch="change/x")
    assert [each.number for each in github.requests("change/x")] == [2]
    fake.fail("/pulls", status=200, document=[fake._pull(fake.pulls[1]), fake._pull(fake.pulls[2])])
    assert [each.number for each in github.requests("change/x")] == [2]


def test_a_review_of_a_deleted_account_a_bot_or_an_app_is_of_no_person(fake: FakeGitHub, github: GitHub) -> None:
    fake.person("merge[bot]")
    fake.person("unicorn-app", type="Bot")
    fake.person("ghost", id=10137)
    fake.person("imported", type="Mannequin")
    by = [None, "merge[bot]", "unicorn-app", "ghost", "imported", "ben"]
    fake.pull(7, reviews=[fake.review(login) for login in by])
    assert [(each.by.id, each.by.bot) for each in github.reviews(7)] == [
        ("", True),
        ("1004", True),
        ("1005", True),
        ("", True),
        ("1007", True),
        ("1003", False),
    ]


def test_reviews_say_what_they_say_of_the_commit_they_were_given_for(fake: FakeGitHub, github: GitHub) -> None:
    old, new = fake.commit("ana"), fake.commit("ana")
    states = ["APPROVED", "CHANGES_REQUESTED", "COMMENTED", "DISMISSED", "PENDING", "SOMETHING_NEW"]
    fake.pull(7, commits=[old, new], reviews=[fake.review("ben", state, commit=old) for state in states])
    fake.pulls[7].reviews[0].commit = None
    url = "https://github.com/unicorn/rentals/pull/7#pullrequestreview-"
    assert github.reviews(7) == (
        Review(BEN, ReviewState.APPROVED, "", "2026-11-24T02:00:00Z", f"{url}1004"),
        Review(BEN, ReviewState.CHANGES_REQUESTED, old, "2026-11-24T02:00:00Z", f"{url}1005"),
        Review(BEN, ReviewState.COMMENTED, old, "2026-11-24T02:00:00Z", f"{url}1006"),
        Review(BEN, ReviewState.DISMISSED, old, "2026-11-24T02:00:00Z", f"{url}1007"),
        Review(BEN, ReviewState.COMMENTED, old, "2026-11-24T02:00:00Z", f"{url}1009"),
    )


def test_a_pull_request_that_is_merged_is_not_merely_closed(fake: FakeGitHub, github: GitHub) -> None:
    fake.pull(7, commits=["c" * 40], state="closed", merged=True)
    assert github.request(7) == Request(
        7, "https://github.com/unicorn/rentals/pull/7", ANA, RequestState.MERGED, "change/x", "main", "c" * 40
    )


def test_who_may_write_is_asked_by_login_and_believed_by_id(fake: FakeGitHub, github: GitHub) -> None:
    given = {"ben": "write", "carl": "read", "dora": "admin", "eve": "none", "finn": "maintain"}
    people = {name: fake.person(name, permission=permission) for name, permission in given.items()}
    accounts = [Account(str(each.id), name) for name, each in people.items()]
    assert [github.may_write(each) for each in accounts] == [True, False, True, False, True]
    fake.rename("ben", "benjamin")
    fake.person("ben", permission="read")  # somebody else has the name now
    assert github.may_write(accounts[0]) is True
    assert github.may_write(Account("999", "nobody")) is None
    assert github.may_write(Account("", "ghost", bot=True)) is False
    fake.person("ana", permission="read")
    assert github.may_write(accounts[2]) is None


def test_a_jobs_own_token_is_the_bot_that_it_comments_as(fake: FakeGitHub) -> None:
    bot = fake.person("github-actions[bot]", id=41898282)
    fake.pull(7)
    fake.comment(7, bot.login, "mine")
    fake.comment(7, "ana", "not mine")
    github = open_github(fake.signed_in(bot.login))
    assert github.me() == Account("41898282", "github-actions[bot]", bot=True)
    assert [(each.body, each.mine) for each in github.remarks(7)] == [("mine", True), ("not mine", False)]


def test_an_enterprise_server_has_graphql_beside_its_rest() -> None:
    with FakeGitHub() as fake:
        fake.prefix = "/api/v3"
        fake.person("github-actions[bot]", id=41898282)
        fake.pull(7, reviews=[fake.review("ben")] * 3)
        fake.per_page = 1
        github = open_github(fake.signed_in("github-actions[bot]"))
        assert github.me() == Account("41898282", "github-actions[bot]", bot=True)
        assert len(github.reviews(7)) == 3
        assert github.asks_at("change/x") == f"{fake.url}/unicorn/rentals/compare/change/x?expand=1"
        assert {each.path.partition("/v3/")[0] for each in fake.asked} == {"/api", "/api/graphql"}


def test_github_com_is_where_people_look() -> None:
    assert open_github(ForgeSettings("unicorn/rentals")).asks_at("change/ü x") == (
        "https://github.com/unicorn/rentals/compare/change/%C3%BC%20x?expand=1"
    )


# Content and protection


def test_a_folder_has_no_content(fake: FakeGitHub, github: GitHub) -> None:
    sha = fake.commit(files={"plans/a b#?%.yaml": b"\x00\xff", "plans/y.json": b"{}"})
    assert github.content("plans", sha) is None
    assert github.content("plans/a b#?%.yaml", sha) == b"\x00\xff"
    assert github.content("plans/y.json", sha) == b"{}"


CLASSIC = {
    "required_pull_request_reviews": {
        "dismiss_stale_reviews": True,
        "require_code_owner_reviews": False,
        "required_approving_review_count": 1,
        "require_last_push_approval": False,
    },
    "allow_force_pushes": {"enabled": False},
}
RULES = [
    {
        "type": "pull_request",
        "parameters": {
            "required_approving_review_count": 2,
            "dismiss_stale_reviews_on_push": False,
            "require_code_owner_review": True,
            "require_last_push_approval": True,
        },
    },
    {"type": "non_fast_forward"},
]


def test_protection_is_what_branch_protection_and_rulesets_ask_together(fake: FakeGitHub, github: GitHub) -> None:
    fake.person("ana", permission="admin")
    assert github.protection() == Protection("main", False, 0, False, False, True, False)
    fake.protected.classic = CLASSIC
    assert github.protection() == Protection("main", True, 1, False, True, False, False)
    fake.protected.rules = RULES
    assert github.protection() == Protection("main", True, 2, True, True, False, True)
    fake.protected.classic = None
    assert github.protection() == Protection("main", True, 2, True, False, False, True)


def test_protection_that_we_may_not_read_is_unknown_and_not_absent(fake: FakeGitHub, github: GitHub) -> None:
    assert github.protection() == Protection("main", False, 0, False, False, True, False)
    fake.protected.classic = CLASSIC
    assert github.protection() == Protection("main", True, None, None, None, None, None)
    fake.protected.rules = RULES
    assert github.protection() == Protection("main", True, 2, True, None, False, True)
    fake.fail("/rules/", status=403)
    fake.fail("/repos/unicorn/rentals/branches/", status=404, times=2)
    assert github.protection() == Protection("main", None)
