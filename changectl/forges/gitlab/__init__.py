"""GitLab: gitlab.com and a server of one's own, by the REST API. Approvals, who wrote what, notes, protection.

https://docs.gitlab.com/api/rest; a token needs the scope read_api, or api to write notes. To know for which commit an
approval was given, GitLab has to say when it was given (`approved_at`); approvals of a server that does not, do not count.
"""

from collections.abc import Mapping, Sequence
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
    Writer,
)
from changectl.errors import ForgeFailed
from changectl.forges.gitlab.accounts import accounts_behind
from changectl.forges.gitlab.approvals import reviews
from changectl.forges.gitlab.people import account, writers
from changectl.forges.gitlab.protection import protection
from changectl.forges.gitlab.pushes import pushed
from changectl.forges.gitlab.runner import environment
from changectl.model.frozen import dataclass
from changectl.model.text import one_line
from changectl.web.address import path
from changectl.web.client import Web, open_web
from changectl.web.shape import member, text, truth, whole

API = "https://gitlab.com/api/v4"
TOKENS = ("GITLAB_TOKEN",)
HIDDEN = (403, 404)
"""How GitLab says that we may not know, or that this tier of it has no such thing."""

STATES = {"merged": RequestState.MERGED, "closed": RequestState.CLOSED}
"""The others, opened and locked (being merged just now), are open."""

DEVELOPER = 30
"""The lowest access level that may push, https://docs.gitlab.com/api/access_requests."""


@dataclass(frozen=True, slots=True)
class GitLab:
    """One project. `site`: where its people look at it."""

    web: Web
    repository: str
    site: str

    def me(self) -> Account | None:
        return account(self.web.get("/user")) if self.web.secret else None

    def requests(self, branch: str) -> tuple[Request, ...]:
        query = {"source_branch": branch, "state": "all", "scope": "all", "order_by": "created_at", "sort": "desc"}
        found = map(_request, self._listing("merge_requests", query=query))
        return tuple(each for each in found if each.branch == branch and not each.foreign)

    def request(self, number: int) -> Request:
        return _request(self.web.get(self._path("merge_requests", number)))

    def reviews(self, number: int) -> tuple[Review, ...]:
        """GitLab keeps approvals that stand, not those that were taken back, and binds none to a commit; we do, by time."""
        url = self.request(number).url
        found = member(self.web.get(self._path("merge_requests", number, "approvals")), "approved_by")
        approved = found if isinstance(found, list) else []
        reviewers = self._maybe("merge_requests", number, "reviewers") or ()
        people = {whole(each, "user", "id"): self._person(member(each, "user")) for each in (*approved, *reviewers)}
        return reviews(url, approved, reviewers, self._listing("merge_requests", number, "versions"), people)

    def writers(self, number: int, path: str, commit: str) -> tuple[Writer, ...]:
        answer = self.web.get(self._path("merge_requests", number))
        request = _request(answer)
        listed = self._listing("merge_requests", number, "commits")
        if request.head not in {member(each, "id") for each in listed}:
            raise ForgeFailed(
                f"GitLab lists other commits of merge request {number} than those that lead to {request.head[:12]}",
                "if somebody pushed just now, run the same command again",
            )
        touched = self._listing("repository", "commits", query={"path": path, "ref_name": commit})
        commits = tuple({text(each, "id"): each for each in (*listed, *touched)}.values())
        known = accounts_behind(self.web, self.repository, urlsplit(self.site).hostname or "", commits)
        pushers = () if request.foreign else pushed(self.web, self._path("events"), request, answer)
        return tuple(dict.fromkeys((*writers(commits, known), *pushers)))

    def may_write(self, account: Account) -> bool | None:
        if not account.id:
            return False
        if self.web.get(self._path(), absent=HIDDEN) is None:
            return None
        found = self.web.get(self._path("members", "all", account.id), absent=HIDDEN)
        if found is None:
            return False
        return whole(found, "access_level") >= DEVELOPER and member(found, "state") in (None, "active")

    def asks_at(self, branch: str) -> str:
        query = f"merge_request%5Bsource_branch%5D={quote(branch, safe='')}"
        return f"{self.site}/{self.repository}/-/merge_requests/new?{query}"

    def content(self, path: str, commit: str) -> bytes | None:
        """GitLab has the same word for "no such file" and "no such commit": where it says 404, the commit is asked for."""
        where = self._path("repository", "files", path, "raw")
        answer = self.web.raw(where, {"ref": commit}, absent=(404,), accept="*/*")
        if answer is None:
            self.message(commit)
        return None if answer is None else answer.body

    def message(self, commit: str) -> str:
        return text(self.web.get(self._path("repository", "commits", commit)), "message")

    def remarks(self, number: int) -> tuple[Remark, ...]:
        """What people wrote on the merge request itself: neither on lines of it, nor GitLab's own notes of what happened."""
        found = self._listing("merge_requests", number, "notes", query={"sort": "asc", "order_by": "created_at"})
        own = [each for each in found if not truth(each, "system") and member(each, "type") != "DiffNote"]
        me = self.me() if own else None
        return tuple(
            self._remark(number, each, me is not None and me.id == account(member(each, "author")).id) for each in own
        )

    def say(self, number: int, body: str) -> Remark:
        return self._remark(number, self.web.send("POST", self._notes(number), {"body": body}), mine=True)

    def amend(self, number: int, remark: Remark, body: str) -> Remark:
        return self._remark(
            number, self.web.send("PUT", self._notes(number) + path(remark.id), {"body": body}), mine=True
        )

    def protection(self) -> Protection:
        branch = text(self.web.get(self._path()), "default_branch")
        found = self.web.get(self._path("repository", "branches", branch), absent=HIDDEN)
        settings = self.web.get(self._path("approvals"), absent=HIDDEN)
        rules, branches = self._maybe("approval_rules"), self._maybe("protected_branches")
        return protection(branch, truth(found, "protected"), branches, rules, settings)

    def _person(self, user: object) -> Account:
        """An account with whether it is a bot, which only its own page says."""
        found = account(user)
        whole_user = self.web.get(path("users", found.id), absent=(404,)) if found.id else None
        return account(whole_user) if whole_user else found

    def _remark(self, number: int, note: object, mine: bool) -> Remark:
        id_ = str(whole(note, "id"))
        return Remark(
            id_, text(note, "body"), mine, f"{self.site}/{self.repository}/-/merge_requests/{number}#note_{id_}"
        )

    def _listing(self, *parts: object, query: Mapping[str, object] | None = None) -> Sequence[object]:
        return self.web.listing(self._path(*parts), query) or ()

    def _maybe(self, *parts: object) -> Sequence[object] | None:
        return self.web.listing(self._path(*parts), absent=HIDDEN)

    def _notes(self, number: int) -> str:
        return self._path("merge_requests", number, "notes")

    def _path(self, *parts: object) -> str:
        return path("projects", self.repository, *parts)


def _request(answer: object) -> Request:
    return Request(
        number=whole(answer, "iid"),
        url=text(answer, "web_url"),
        author=account(member(answer, "author")),
        state=STATES.get(text(answer, "state"), RequestState.OPEN),
        branch=text(answer, "source_branch"),
        base=text(answer, "target_branch"),
        head=text(answer, "sha"),
        foreign=member(answer, "source_project_id") != whole(answer, "target_project_id"),  # a deleted fork is null
    )


def open_gitlab(settings: ForgeSettings) -> GitLab:
    """The project that the settings name. Nothing is asked yet. Raises ForgeFailed."""
    if "/" not in settings.repository:
        raise ForgeFailed(
            f"{settings.repository!r} is no project of GitLab",
            'under [review] in changectl.toml, write it like repository = "unicorn/rentals"',
        )
    headers = {"accept": "application/json"}
    if settings.token:
        headers["authorization"] = f"Bearer {settings.token}"
    web = open_web("GitLab", settings.api or API, TOKENS, settings.token, headers, settings.pause)
    if not web.api.endswith("/api/v4"):
        raise ForgeFailed(
            f"{one_line(web.api, 80)!r} is no address of GitLab's API",
            'under [review] in changectl.toml, write it like api = "https://git.example.com/api/v4"',
        )
    return GitLab(web, settings.repository, web.api.removesuffix("/api/v4"))


FORGE = ForgeKind(
    key="gitlab",
    summary="GitLab: merge requests of gitlab.com and of a GitLab of one's own",
    tokens=TOKENS,
    open=open_gitlab,
    environment=environment,
)
