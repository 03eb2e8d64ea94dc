"""A forge: where the team reviews pull requests (GitHub, GitLab). Read to know who approved what; told what a plan would do.

People are known by the forge's own account ids, never by names or e-mail addresses, which anybody can claim.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import field
from enum import Enum
from typing import Protocol

from changectl.model.frozen import dataclass


class ReviewState(Enum):
    """What a review says; only the latest of each account counts."""

    APPROVED = "approved"
    CHANGES_REQUESTED = "changes requested"
    DISMISSED = "dismissed"
    COMMENTED = "commented"


class RequestState(Enum):
    """Where a pull request stands. `CLOSED`: without having been merged."""

    OPEN = "open"
    MERGED = "merged"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Account:
    """An account of the forge. `id` stays when the account is renamed; `bot` is any account that is no person."""

    id: str
    login: str
    bot: bool = False


@dataclass(frozen=True, slots=True)
class Writer:
    """Whoever wrote, committed, co-wrote or pushed a commit. `account` None: the forge knows nobody of that e-mail address.

    `said` is how the commit names them, for messages only. `pushed`: they pushed it, by the forge's own word; there
    `account` None is somebody of whom the forge does not tell.
    """

    commit: str
    account: Account | None
    said: str
    pushed: bool = False


@dataclass(frozen=True, slots=True)
class Review:
    """One review. `commit` is the head that was reviewed; `at` is RFC 3339 by the forge's clock."""

    by: Account
    state: ReviewState
    commit: str
    at: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Request:
    """A pull request (GitLab: merge request): from `branch`, whose tip is the commit `head`, into the branch `base`.

    `foreign`: its branch lies in another repository, a fork.
    """

    number: int
    url: str
    author: Account
    state: RequestState
    branch: str
    base: str
    head: str
    foreign: bool = False


@dataclass(frozen=True, slots=True)
class Remark:
    """A comment on a pull request. `mine`: written by the account that we are signed in as."""

    id: str
    body: str
    mine: bool
    url: str = ""


@dataclass(frozen=True, slots=True)
class Protection:
    """How the default branch is protected; None where we may not know."""

    branch: str
    protected: bool | None
    reviews: int | None = None
    code_owners: bool | None = None
    dismisses_stale: bool | None = None
    forces_allowed: bool | None = None
    last_push_approved: bool | None = None
    """Whether somebody else than who pushed last has to approve."""


class Forge(Protocol):
    """One repository on a forge. Every listing is whole, to its last page. All may raise ForgeFailed."""

    def me(self) -> Account | None:
        """Who we are signed in as; None where the token is of no account."""

    def requests(self, branch: str) -> tuple[Request, ...]:
        """Every pull request from that branch of this repository, open, merged or closed; the newest first."""

    def request(self, number: int) -> Request:
        """One pull request as it is now."""

    def reviews(self, number: int) -> tuple[Review, ...]:
        """Every review of it, oldest first."""

    def writers(self, number: int, path: str, commit: str) -> tuple[Writer, ...]:
        """Everybody behind the commits of the request, and behind those up to `commit` that touched `path`.

        These are authors, committers, co-authors, and whoever pushed the branch; somebody unknown where that is not told.
        """

    def may_write(self, account: Account) -> bool | None:
        """Whether an account may push to the repository; None where we may not know."""

    def asks_at(self, branch: str) -> str:
        """Where a person opens a pull request from that branch: a URL. Asks nobody."""

    def content(self, path: str, commit: str) -> bytes | None:
        """A file's bytes at a commit; None where it has none."""

    def message(self, commit: str) -> str:
        """A commit's whole message."""

    def remarks(self, number: int) -> tuple[Remark, ...]:
        """Every comment on the request itself, oldest first."""

    def say(self, number: int, body: str) -> Remark:
        """Write a new comment."""

    def amend(self, number: int, remark: Remark, body: str) -> Remark:
        """Write a comment of ours anew, in its place."""

    def protection(self) -> Protection:
        """How the default branch is protected."""


@dataclass(frozen=True, slots=True)
class ForgeSettings:
    """Which repository, by which API, with which token. The token is shown nowhere.

    `pause`: how to wait for some seconds, where the forge is busy or wants to be asked less often.
    """

    repository: str
    api: str = ""
    token: str = field(default="", repr=False)
    pause: Callable[[float], None] = field(default=time.sleep, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class ForgeKind:
    """One sort of forge: `key` is its name in changectl.toml, `tokens` the variables that may hold a token, in order."""

    key: str
    summary: str
    tokens: tuple[str, ...]
    open: Callable[[ForgeSettings], Forge]
    environment: Callable[[Mapping[str, str]], "Runner | None"]


@dataclass(frozen=True, slots=True)
class Runner:
    """What a job of the forge's own CI is told by its environment: which request it runs for, and where to write to.

    `number` 0: it runs for no pull request. `base` and `head` are commits. `order` grows with each run and retry.
    `summary`: a file that takes Markdown for the job's page; "" where there is none.
    """

    forge: str
    repository: str
    api: str
    number: int
    base: str
    head: str
    run: str
    order: tuple[int, ...]
    foreign: bool = False
    summary: str = ""
