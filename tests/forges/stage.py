"""Each forge with its fake, behind the same few words, so that one suite can ask both the same things."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from changectl.contracts.forge import Forge, ForgeKind, ForgeSettings
from changectl.forges.github import FORGE as GITHUB
from changectl.forges.gitlab import FORGE as GITLAB
from tests.forges.fake_github import FakeGitHub
from tests.forges.fake_gitlab import FakeGitLab


@dataclass
class Stage:
    """A forge that Ana is signed in to, its server, and how things are set up on it."""

    kind: ForgeKind
    fake: Any
    request: Callable[..., Any]
    approve: Callable[[int, str], Any]
    comment: Callable[[int, str, str], Any]
    url: Callable[[int], str]
    too_long: int
    listing: str

    @property
    def forge(self) -> Forge:
        return self.kind.open(self.settings())

    def settings(self, login: str = "ana", **members: Any) -> ForgeSettings:
        found: ForgeSettings = self.fake.signed_in(login, **members)
        return found

    def id(self, login: str) -> str:
        return str(self.fake.person(login).id)


def github() -> Stage:
    fake = FakeGitHub()
    return Stage(
        GITHUB,
        fake,
        fake.pull,
        lambda number, by: fake.pulls[number].reviews.append(fake.review(by, commit=fake.pulls[number].tip)),
        fake.comment,
        lambda number: f"https://github.com/unicorn/rentals/pull/{number}",
        65536,
        "/pulls",
    )


def gitlab() -> Stage:
    fake = FakeGitLab()
    return Stage(
        GITLAB,
        fake,
        fake.merge_request,
        fake.approve,
        fake.note,
        lambda number: f"{fake.url}/unicorn/ops/rentals/-/merge_requests/{number}",
        1_000_000,
        "/merge_requests",
    )


STAGES: dict[str, Callable[[], Stage]] = {"github": github, "gitlab": gitlab}
