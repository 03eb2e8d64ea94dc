"""GitHub: github.com and GitHub Enterprise Server, by the REST API. Reviews, who wrote what, comments, protection.

https://docs.github.com/en/rest; what a token must be allowed to do: read contents and metadata, and read pull requests,
write them to comment.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from urllib.parse import quote, urlsplit

from changectl.contracts.forge import (
    Account,
    ForgeKind,
    ForgeSettings,
    Protection,
    Remark,
    Request,
    RequestState,
    Review,
    ReviewState,
    Writer,
)
from changectl.errors import ForgeFailed
from changectl.forges.github.people import account, writers
from changectl.forges.github.protection import protection
from changectl.forges.github.runner import environment
from changectl.model.frozen import dataclass
from changectl.web.address import path
from changectl.web.client import Web, open_web
from changectl.web.shape import member, text, truth, whole

API = "https://api.github.com"
TOKENS = ("GH_TOKEN", "GITHUB_TOKEN")

HIDDEN = (403, 404)
"""How GitHub says that we may not know: 404 where we may not even know that there is something to know."""

STATES = {
    "APPROVED": ReviewState.APPROVED,
    "CHANGES_REQUESTED": ReviewState.CHANGES_REQUESTED,
    "DISMISSED": ReviewState.DISMISSED,
}


@dataclass(frozen=True, slots=True)
class GitHub:
    """One repository. `site`: where its people look at it."""

    web: Web
    repository: str
    site: str

    def me(self) -> Account | None:
        """GitHub tells a job's own token nothing under /user; GraphQL names the bot that it is."""
        if not self.web.secret:
            return None
        user = self.web.get("/user", absent=HIDDEN)
        if user:
            return account(user)
        graphql = replace(self.web, api=self.web.api.removesuffix("/v3"))  # an Enterprise Server has it beside its REST
        answer = graphql.send("POST", "/graphql", {"query": "{viewer{login}}"})
        login = member(answer, "data", "viewer", "login")
        return self._by_login(login) if isinstance(login, str) else None

    def requests(self, branch: str) -> tuple[Request, ...]:
        """GitHub lists everything where it understands `head` otherwise than we do, so the branch is compared here, too."""
        owner = self.repository.partition("/")[0]
        query = {"state": "all", "head": f"{owner}:{branch}", "sort": "created", "direction": "desc"}
        found = map(_request, self._listing("pulls", query=query))
        return tuple(each for each in found if each.branch == branch and not each.foreign)

    def request(self, number: int) -> Request:
        return _request(self.web.get(self._path("pulls", number)))

    def reviews(self, number: int) -> tuple[Review, ...]:
        """Those that were handed in: one that is still being written is its author's alone."""
        found = self._listing("pulls", number, "reviews")
        return tuple(_review(each) for each in found if member(each, "state") != "PENDING")

    def writers(self, number: int, path: str, commit: str) -> tuple[Writer, ...]:
        pull = self.web.get(self._path("pulls", number))
        touched = self._listing("commits", query={"path": path, "sha": commit})
        commits = {text(each, "sha"): each for each in (*self._commits(pull), *touched)}
        claimed = writers(tuple(commits.values()), urlsplit(self.site).hostname or "", self._by_login)
        return tuple(dict.fromkeys((*claimed, *self._pushers(_request(pull)))))

    def may_write(self, account: Account) -> bool | None:
        """Asked by login, believed only where GitHub answers for the same id."""
        if not account.id:
            return False
        found = self._permission(account.login)
        if member(found, "user", "id") != int(account.id):
            renamed = member(self.web.get(f"/user{_id(account.id)}", absent=HIDDEN), "login")
            found = self._permission(renamed) if isinstance(renamed, str) else None
        if member(found, "user", "id") != int(account.id):
            return None
        return text(found, "permission") in ("admin", "maintain", "write")

    def asks_at(self, branch: str) -> str:
        return f"{self.site}/{self.repository}/compare/{quote(branch)}?expand=1"

    def content(self, path: str, commit: str) -> bytes | None:
        """GitHub has no other word for "no such file" than for "no such commit": where it says 404, the commit is asked for."""
        where = self._path("contents", *path.split("/"))
        answer = self.web.raw(where, {"ref": commit}, absent=(404,), accept="application/vnd.github.raw+json")
        if answer is None:
            self.message(commit)
        if answer is None or answer.headers.get("content-type", "").startswith("application/json"):  # a folder
            return None
        return answer.body

    def message(self, commit: str) -> str:
        found = self.web.get(self._path("git", "commits", commit))
        return text(found, "message")

    def remarks(self, number: int) -> tuple[Remark, ...]:
        found = self._listing("issues", number, "comments")
        me = self.me() if found else None
        return tuple(_remark(each, me is not None and account(member(each, "user")).id == me.id) for each in found)

    def say(self, number: int, body: str) -> Remark:
        return _remark(self.web.send("POST", self._path("issues", number, "comments"), {"body": body}), mine=True)

    def amend(self, number: int, remark: Remark, body: str) -> Remark:
        where = f"{self._path('issues', 'comments')}{_id(remark.id)}"
        return _remark(self.web.send("PATCH", where, {"body": body}), mine=True)

    def protection(self) -> Protection:
        branch = text(self.web.get(self._path()), "default_branch")
        protected = truth(self.web.get(self._path("branches", branch), absent=HIDDEN), "protected")
        classic = self.web.get(self._path("branches", branch, "protection"), absent=HIDDEN)
        return protection(branch, protected, classic, self._maybe("rules", "branches", branch))

    def _commits(self, pull: object) -> Sequence[object]:
        """All commits of a pull request. GitHub lists 250 of them there, and the others only in a comparison."""
        head, count = text(pull, "head", "sha"), whole(pull, "commits")
        found = self._listing("pulls", whole(pull, "number"), "commits")
        if len(found) < count:
            between = f"{text(pull, 'base', 'sha')}...{head}"
            found = self.web.listing(self._path("compare", between), within="commits") or ()
        if len(found) < count or head not in {member(each, "sha") for each in found}:
            raise ForgeFailed(
                f"GitHub lists {len(found)} of the {count} commits of pull request {whole(pull, 'number')}, or other ones",
                "if somebody pushed just now, run the same command again; else propose it with fewer commits",
            )
        return found

    def _pushers(self, request: Request) -> tuple[Writer, ...]:
        """Who pushed to the branch, or merged into it, by GitHub's own word and not the commits'.

        Where that is hidden, a commit could be anybody's, in whoever's name: then somebody unknown wrote it.
        """
        if request.foreign:
            return ()
        pushes = self._maybe("activity", query={"ref": f"refs/heads/{request.branch}"})
        if pushes is None:
            return (Writer(request.head, None, "somebody whom GitHub does not name", pushed=True),)
        return tuple(
            _pusher(each)
            for each in pushes
            if member(each, "activity_type") != "branch_deletion"
            and member(each, "ref") == f"refs/heads/{request.branch}"
        )

    def _by_login(self, login: str) -> Account | None:
        user = self.web.get(path("users", login), absent=(404,))
        return account(user) if user else None

    def _permission(self, login: str) -> object:
        return self.web.get(self._path("collaborators", login, "permission"), absent=HIDDEN)

    def _listing(self, *parts: object, query: Mapping[str, object] | None = None) -> Sequence[object]:
        return self.web.listing(self._path(*parts), query) or ()

    def _maybe(self, *parts: object, query: Mapping[str, object] | None = None) -> Sequence[object] | None:
        return self.web.listing(self._path(*parts), query, absent=HIDDEN)

    def _path(self, *parts: object) -> str:
        owner, _, name = self.repository.partition("/")
        return path("repos", owner, name, *parts)


def _request(pull: object) -> Request:
    own, other = whole(pull, "base", "repo", "id"), member(pull, "head", "repo", "id")
    is_open, merged = text(pull, "state") == "open", member(pull, "merged_at") is not None
    return Request(
        number=whole(pull, "number"),
        url=text(pull, "html_url"),
        author=account(member(pull, "user")),
        state=RequestState.MERGED if merged else RequestState.OPEN if is_open else RequestState.CLOSED,
        branch=text(pull, "head", "ref"),
        base=text(pull, "base", "ref"),
        head=text(pull, "head", "sha"),
        foreign=other != own,  # a fork that was deleted is null
    )


def _pusher(push: object) -> Writer:
    by = account(member(push, "actor"))
    return Writer(text(push, "after"), by, f"pushed by {by.login}", pushed=True)


def _review(review: object) -> Review:
    return Review(
        by=account(member(review, "user")),
        state=STATES.get(text(review, "state"), ReviewState.COMMENTED),
        commit=str(member(review, "commit_id") or ""),
        at=text(review, "submitted_at"),
        url=text(review, "html_url"),
    )


def _remark(comment: object, mine: bool) -> Remark:
    return Remark(str(whole(comment, "id")), str(member(comment, "body") or ""), mine, text(comment, "html_url"))


def _id(id_: str) -> str:
    if not (id_.isascii() and id_.isdigit()):
        raise ForgeFailed(f"{id_!r} is no id on GitHub", "look at the register: was it written by another forge?")
    return path(id_)


def open_github(settings: ForgeSettings) -> GitHub:
    """The repository that the settings name. Nothing is asked yet. Raises ForgeFailed."""
    if settings.repository.count("/") != 1:
        raise ForgeFailed(
            f"{settings.repository!r} is no repository of GitHub",
            'under [review] in changectl.toml, write it like repository = "unicorn/rentals"',
        )
    headers = {"accept": "application/vnd.github+json", "x-github-api-version": "2022-11-28"}
    if settings.token:
        headers["authorization"] = f"Bearer {settings.token}"
    web = open_web("GitHub", settings.api or API, TOKENS, settings.token, headers, settings.pause)
    url = urlsplit(web.api)
    return GitHub(web, settings.repository, f"{url.scheme}://{url.netloc.removeprefix('api.')}")


FORGE = ForgeKind(
    key="github",
    summary="GitHub: pull requests of github.com and of GitHub Enterprise Server",
    tokens=TOKENS,
    open=open_github,
    environment=environment,
)
