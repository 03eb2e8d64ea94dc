"""What every forge must do, whoever runs it: each is asked the same things of a server that answers in its own shapes."""

from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest

from changectl.catalogue import forges
from changectl.contracts.forge import Account, Forge, Remark, Request, RequestState, ReviewState
from changectl.errors import ForgeFailed
from tests.forges.stage import STAGES, Stage

PLAN = "plans/x.yaml"


@pytest.fixture(params=list(STAGES))
def stage(request: pytest.FixtureRequest) -> Iterator[Stage]:
    """Each forge in turn, empty, with Ana signed in."""
    found = STAGES[request.param]()
    with found.fake:
        yield found


def test_every_forge_there_is_is_here() -> None:
    assert set(STAGES) == set(forges())


# Accounts


def test_we_know_who_we_are(stage: Stage) -> None:
    assert stage.forge.me() == Account(stage.id("ana"), "ana")


def test_without_a_token_we_are_nobody_and_ask_nobody(stage: Stage) -> None:
    forge = stage.kind.open(stage.settings(token=""))
    assert (forge.me(), stage.fake.asked) == (None, [])


def test_a_renamed_account_is_the_same_account(stage: Stage) -> None:
    stage.request(7)
    stage.approve(7, "ben")
    before = stage.forge.reviews(7)[0].by
    stage.fake.rename("ben", "benjamin")
    after = stage.forge.reviews(7)[0].by
    assert (before.id, before.login, after.id, after.login) == (after.id, "ben", before.id, "benjamin")


def test_the_token_is_shown_nowhere(stage: Stage) -> None:
    settings = stage.settings()
    assert settings.token not in repr(settings) + repr(stage.forge)


# Requests


def test_requests_of_a_branch_are_all_listed_newest_first(stage: Stage) -> None:
    stage.fake.per_page = 2
    for number in range(1, 6):
        stage.request(number, branch="change/x")
    stage.request(9, branch="change/y")
    assert [each.number for each in stage.forge.requests("change/x")] == [5, 4, 3, 2, 1]
    assert stage.forge.requests("change/z") == ()


def test_a_request_is_read_as_it_is_now(stage: Stage) -> None:
    made = stage.request(7, branch="change/x", author="ben")
    assert stage.forge.request(7) == Request(
        number=7,
        url=stage.url(7),
        author=Account(stage.id("ben"), "ben"),
        state=RequestState.OPEN,
        branch="change/x",
        base="main",
        head=made.commits[-1],
    )
    made.state = "closed"
    made.head = "e" * 40
    now = stage.forge.request(7)
    assert (now.state, now.head) == (RequestState.CLOSED, "e" * 40)


def test_a_request_that_is_not_there_is_said_to_be_missing(stage: Stage) -> None:
    with pytest.raises(ForgeFailed, match="/99, or the token may not see it") as failure:
        stage.forge.request(99)
    assert failure.value.facts["status"] == 404


# Reviews and writers


def test_reviews_are_read_to_the_last_page(stage: Stage) -> None:
    stage.fake.per_page = 2
    stage.request(7)
    people = ["ben", "carl", "dora", "eve", "finn"]
    for login in people:
        stage.approve(7, login)
    found = stage.forge.reviews(7)
    assert [(each.by, each.state) for each in found] == [
        (Account(stage.id(login), login), ReviewState.APPROVED) for login in people
    ]
    assert len({each.url for each in found}) == 5


def test_a_review_is_of_the_commit_that_was_the_head_then(stage: Stage) -> None:
    made = stage.request(7)
    stage.approve(7, "ben")
    assert [each.commit for each in stage.forge.reviews(7)] == [made.commits[-1]]


def test_writers_are_those_of_the_request_and_those_of_the_file_before_it(stage: Stage) -> None:
    stage.fake.per_page = 1
    commit = stage.fake.commit
    first = commit("carl", files={PLAN: b"1"})
    aside = commit("finn", files={"README": b"1"}, parents=[first])
    other = commit("dora", files={"README": b"2"}, parents=[aside])
    tip = commit("ben", files={PLAN: b"2"}, parents=[other])
    stage.request(7, commits=[other, tip])
    found = stage.forge.writers(7, PLAN, tip)
    assert {(each.commit, each.account.login) for each in found if each.account and not each.pushed} == {
        (first, "carl"),
        (other, "dora"),
        (tip, "ben"),
    }
    assert all(each.account for each in found)


# Content


def test_content_is_bytes_or_none(stage: Stage) -> None:
    old = stage.fake.commit(files={PLAN: b"plan: 1\r\n\xff", "plans/ü b#?%2F..yaml": b"odd"})
    new = stage.fake.commit(files={PLAN: b""}, parents=[old])
    forge = stage.forge
    assert [forge.content(PLAN, old), forge.content(PLAN, new), forge.content("plans/no.yaml", old)] == [
        b"plan: 1\r\n\xff",
        b"",
        None,
    ]
    assert forge.content("plans/ü b#?%2F..yaml", new) == b"odd"


def test_a_commit_that_is_not_there_is_not_taken_for_a_missing_file(stage: Stage) -> None:
    with pytest.raises(ForgeFailed) as failure:
        stage.forge.content(PLAN, "c" * 40)
    assert failure.value.facts["status"] == 404


def test_a_repository_that_we_may_not_see_is_not_taken_for_a_missing_file(stage: Stage) -> None:
    sha = stage.fake.commit()
    with pytest.raises(ForgeFailed, match="or the token may not see it"):
        stage.kind.open(stage.settings(token="")).content(PLAN, sha)


def test_a_message_comes_whole(stage: Stage) -> None:
    said = "Title\n\nBody ü\n\nPreview: sha256:abc"
    assert stage.forge.message(stage.fake.commit(message=said)) == said


# Comments


def test_comments_are_read_whole_and_ours_are_known(stage: Stage) -> None:
    stage.fake.per_page = 2
    stage.request(7)
    stage.request(8)
    for number, by in enumerate(["ana", "ben", "ana", "ben", "ana"]):
        stage.comment(7, by, f"{number}")
    stage.comment(8, "ana", "elsewhere")
    assert [(each.body, each.mine) for each in stage.forge.remarks(7)] == [
        ("0", True),
        ("1", False),
        ("2", True),
        ("3", False),
        ("4", True),
    ]


def test_a_comment_is_written_and_amended_in_its_place(stage: Stage) -> None:
    stage.request(7)
    forge = stage.forge
    stage.comment(7, "ben", "first")
    said = forge.say(7, "now ü 🦄")
    assert (said.body, said.mine, forge.remarks(7)[1]) == ("now ü 🦄", True, said)
    amended = forge.amend(7, said, "then")
    assert amended == Remark(said.id, "then", True, said.url)
    assert [each.body for each in forge.remarks(7)] == ["first", "then"]


def test_a_comment_that_is_too_long_is_refused_and_leaves_the_old_one(stage: Stage) -> None:
    stage.request(7)
    forge = stage.forge
    said = forge.say(7, "x" * stage.too_long)
    with pytest.raises(ForgeFailed, match=r"refuses what it was sent: .*too long") as failure:
        forge.amend(7, said, "x" * (stage.too_long + 1))
    assert failure.value.facts["status"] in (400, 422)
    assert len(forge.remarks(7)[0].body) == stage.too_long


def test_somebody_elses_comment_is_not_amended(stage: Stage) -> None:
    stage.request(7)
    stage.comment(7, "ben", "his")
    (his,) = stage.forge.remarks(7)
    with pytest.raises(ForgeFailed, match="forbids this") as failure:
        stage.forge.amend(7, his, "ours")
    assert (failure.value.facts["status"], stage.forge.remarks(7)) == (403, (his,))


def test_a_comment_is_not_written_twice_because_an_answer_was_lost(stage: Stage) -> None:
    stage.request(7)
    stage.fake.fail("/7/", method="POST", status=502)
    with pytest.raises(ForgeFailed, match="answered 502, and may have done it all the same") as failure:
        stage.forge.say(7, "once")
    assert len(stage.fake.targets("POST")) == 1
    assert failure.value.hint == "look there, then run the same command again"


def test_a_comment_waits_for_a_limit_and_is_then_written_once(stage: Stage) -> None:
    stage.request(7)
    waits: list[float] = []
    stage.fake.fail("/7/", method="POST", status=429, headers={"Retry-After": "7"})
    stage.kind.open(stage.settings(pause=waits.append)).say(7, "once")
    assert (waits, [each.body for each in stage.forge.remarks(7)]) == ([7.0], ["once"])


# Faults


def test_a_listing_goes_on_after_a_fault_in_its_middle(stage: Stage) -> None:
    stage.fake.per_page = 1
    for number in range(1, 4):
        stage.request(number)
    stage.fake.fail("page=2", status=503, times=2).fail("page=3", cut=True)
    stage.fake.fail("page=3", status=429, headers={"Retry-After": "1"})
    assert [each.number for each in stage.forge.requests("change/x")] == [3, 2, 1]


READS: list[Callable[[Forge], object]] = [
    lambda forge: forge.me(),
    lambda forge: forge.requests("change/x"),
    lambda forge: forge.request(7),
    lambda forge: forge.reviews(7),
    lambda forge: forge.writers(7, PLAN, "c" * 40),
    lambda forge: forge.content(PLAN, "c" * 40),
    lambda forge: forge.message("c" * 40),
    lambda forge: forge.remarks(7),
    lambda forge: forge.protection(),
]


def test_a_token_that_is_not_known_is_named_by_its_variable_whatever_is_asked(stage: Stage) -> None:
    forge = stage.kind.open(stage.settings(token="t0ken"))
    for read in READS:
        with pytest.raises(ForgeFailed, match="does not know the token, or it has expired") as failure:
            read(forge)
        assert failure.value.hint == f"set {' or '.join(stage.kind.tokens)} to a valid token"


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        ({"status": 200, "body": b"<html>Sign in"}, "answered no JSON"),
        ({"status": 200, "body": b"[" * 100_000}, "answered no JSON"),
        ({"status": 200, "body": b"{}"}, "no list|without the"),
        ({"status": 200, "body": b"[3]"}, "without the"),
        ({"status": 200, "body": b'[{"number": true, "iid": "7", "base": 5}]'}, "without the"),
        (
            {"status": 302, "headers": {"Location": "https://evil.example/"}},
            "elsewhere now, where we do not send a token",
        ),
        ({"status": 418}, "answered 418"),
    ],
)
def test_nonsense_is_an_error_and_never_a_crash(stage: Stage, reply: dict[str, object], words: str) -> None:
    stage.request(7)
    stage.fake.fail("", **reply)
    with pytest.raises(ForgeFailed, match=words):
        stage.forge.requests("change/x")


@pytest.mark.parametrize("name", ["..", ".", "", "a/../b"])
def test_a_name_does_not_lead_out_of_the_repository(stage: Stage, name: str) -> None:
    stage.request(7)
    forge, asked = stage.forge, stage.settings().repository
    with suppress(ForgeFailed):
        forge.content(name, "c" * 40)
    with suppress(ForgeFailed):
        forge.amend(7, Remark(name, "", True), "x")
    unquoted = asked.replace("/", "%2F")
    assert all(f"/{asked}/" in each.target or f"/{unquoted}/" in each.target for each in stage.fake.asked)
    assert not any(part in ("..", ".") for each in stage.fake.asked for part in each.path.split("/"))
