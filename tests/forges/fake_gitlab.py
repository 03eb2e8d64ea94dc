"""GitLab on loopback, in the real shapes: one project, its people, commits, merge requests, approvals, notes.

    with FakeGitLab() as forge:                                # unicorn/ops/rentals; `forge.api` is its API
        plan = forge.commit(author="ana", files={"plans/x.yaml": b"plan: 1"}, message="Plan x")
        forge.merge_request(7, branch="change/x", author="ana", commits=[plan])
        forge.approve(7, "ben")                                # now, after the last version; `at=` for another time
        forge.update(7, forge.commit(author="ana"))            # a new head, a minute later
        forge.requests[7].approvals.clear()                    # state may change between requests

People come into being when they are first named; their address is `login@unicorn.example`. `forge.person("ben")` has
`public_email`, `bot`, `access_level` to change. `forge.signed_in(login)` gives ForgeSettings with a token of that account.
`forge.minute` is the clock of what happens: each version and approval is one later. See fake_server.py for faults and the log.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from changectl.contracts.forge import ForgeSettings
from tests.forges.fake_server import FakeServer, Received, Reply

PROJECT_ID = 278964
TOO_LONG = 1_000_000
START = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)


@dataclass
class Person:
    """An account. `access_level`: 10 guest, 20 reporter, 30 developer, 40 maintainer; 0: no member."""

    id: int
    username: str
    bot: bool = False
    public_email: str = ""
    access_level: int = 30
    state: str = "active"
    emails: list[str] = field(default_factory=list)
    """Confirmed, and shown to nobody."""


@dataclass
class Commit:
    """A commit: GitLab knows no accounts of it, only names and addresses."""

    id: str
    author_email: str
    committer_email: str
    message: str
    files: dict[str, bytes]
    touched: frozenset[str]
    parents: tuple[str, ...] = ()


@dataclass
class Approval:
    """An approval that stands. `at` "": a server that does not tell when it was given."""

    by: str
    at: str


@dataclass
class Version:
    """A head that the merge request had, from a time on."""

    head: str
    at: str


@dataclass
class MergeRequest:
    """A merge request. `source_project`: another id for a fork, None for a deleted one."""

    iid: int
    branch: str
    author: str
    commits: list[str]
    versions: list[Version]
    approvals: list[Approval] = field(default_factory=list)
    wishes: list[str] = field(default_factory=list)
    """Who asks for changes."""
    target: str = "main"
    state: str = "opened"
    source_project: int | None = PROJECT_ID
    head: str = ""

    @property
    def tip(self) -> str:
        return self.head or self.commits[-1]


@dataclass
class Note:
    """A comment."""

    id: int
    iid: int
    by: str
    body: str
    system: bool = False
    type: str | None = None


@dataclass
class Push:
    """A push as events tell of it. `branch` None: of many branches at once."""

    by: str
    branch: str | None
    to: str | None
    action: str = "pushed"


class FakeGitLab(FakeServer):
    """Serves one project."""

    def __init__(self, project: str = "unicorn/ops/rentals", *, public: bool = False) -> None:
        super().__init__()
        self.prefix = "/api/v4"
        self.project = project
        self.public = public
        self.people: dict[str, Person] = {}
        self.tokens: dict[str, str] = {}
        self.commits: dict[str, Commit] = {}
        self.requests: dict[int, MergeRequest] = {}
        self.notes: list[Note] = []
        self.pushes: list[Push] = []
        self.default_branch = "main"
        self.protected_branches: list[dict[str, Any]] = []
        self.approval_rules: list[dict[str, Any]] | None = []
        """None: a free tier, which has no such thing."""
        self.approval_settings: dict[str, Any] = {"reset_approvals_on_push": False}
        self.minute = 0
        self.tells_first = True
        """Whether events go back to the first push of each branch."""
        self.has_events = True
        self._ids = iter(range(1001, 1_000_000))

    # State

    def person(self, username: str, **members: Any) -> Person:
        """The account of that name, made if it is new."""
        if username not in self.people:
            self.people[username] = Person(next(self._ids), username, emails=[f"{username}@unicorn.example"])
        for name, value in members.items():
            setattr(self.people[username], name, value)
        return self.people[username]

    def rename(self, old: str, new: str) -> None:
        """The account is called otherwise from now on, everywhere."""
        person = self.people.pop(old)
        person.username = new
        self.people[new] = person
        approvals = [approval for request in self.requests.values() for approval in request.approvals]
        for thing in (*self.requests.values(), *approvals, *self.notes, *self.pushes):
            for role in ("by", "author"):
                if getattr(thing, role, None) == old:
                    setattr(thing, role, new)

    def signed_in(self, username: str = "ana", **settings: Any) -> ForgeSettings:
        """Settings with a token of that account; waiting takes no time."""
        self.person(username)
        token = f"glpat-{hashlib.sha256(username.encode()).hexdigest()[:20]}"
        self.tokens[token] = username
        given = {"api": self.api, "token": token, "pause": lambda _: None, **settings}
        return ForgeSettings(self.project, **given)

    def commit(
        self,
        author: str = "ana",
        *,
        files: dict[str, bytes] | None = None,
        message: str = "A change",
        author_email: str = "",
        committer_email: str = "",
        parents: Sequence[str] = (),
        sha: str = "",
    ) -> str:
        """A new commit; gives its id. The committer is the author where it is not said; the files are added to the parents'."""
        self.person(author)
        sha = sha or hashlib.sha1(f"{len(self.commits)} {self.project}".encode()).hexdigest()
        inherited = {path: content for parent in parents for path, content in self.commits[parent].files.items()}
        author_email = author_email or f"{author}@unicorn.example"
        files = files or {}
        self.commits[sha] = Commit(
            sha,
            author_email,
            committer_email or author_email,
            message,
            inherited | files,
            frozenset(files),
            tuple(parents),
        )
        return sha

    def merge_request(
        self, iid: int, *, branch: str = "change/x", author: str = "ana", commits: Sequence[str] = (), **members: Any
    ) -> MergeRequest:
        """A merge request; with a commit of its author where none is given."""
        self.person(author)
        listed = list(commits) or [self.commit(author)]
        self.requests[iid] = MergeRequest(iid, branch, author, listed, [Version(listed[-1], self._now())], **members)
        return self.requests[iid]

    def update(self, iid: int, commit: str) -> None:
        """The branch gets one commit more."""
        request = self.requests[iid]
        request.commits.append(commit)
        request.versions.append(Version(commit, self._now()))

    def approve(self, iid: int, by: str, at: str | None = None) -> Approval:
        """An approval, now where no time is given."""
        self.person(by)
        approval = Approval(by, self._now() if at is None else at)
        self.requests[iid].approvals.append(approval)
        return approval

    def note(self, iid: int, by: str, body: str, **members: Any) -> Note:
        """A comment on a merge request."""
        self.person(by)
        self.notes.append(Note(next(self._ids), iid, by, body, **members))
        return self.notes[-1]

    def push(self, by: str, branch: str | None, to: str | None = "a" * 40, action: str = "pushed") -> None:
        """A push that the project's events tell of."""
        self.person(by)
        self.pushes.append(Push(by, branch, to, action))

    def _now(self) -> str:
        self.minute += 1
        return (START + timedelta(minutes=self.minute)).strftime("%Y-%m-%dT%H:%M:%S.000Z")

    # Answers

    def answer(self, request: Received) -> Reply:
        caller = self._caller(request)
        if isinstance(caller, Reply):
            return caller
        if request.path == f"{self.prefix.removesuffix('/v4')}/graphql":
            return self._graphql(request)
        if not request.path.startswith(f"{self.prefix}/"):
            return _refused(404, "404 Not Found")
        parts = request.parts[len([part for part in self.prefix.split("/") if part]) :]
        match parts:
            case ["user"]:
                return Reply(200, self._user(caller)) if caller else _refused(401, "401 Unauthorized")
            case ["users"]:
                return self._search(request, caller)
            case ["users", id_]:
                found = next((each.username for each in self.people.values() if str(each.id) == id_), None)
                return Reply(200, self._user(found)) if found else _refused(404, "404 User Not Found")
            case ["projects", project, *rest] if project in (self.project, str(PROJECT_ID)):
                if caller or self.public:
                    return self._in_project(request, caller, rest)
        return _refused(404, "404 Project Not Found")

    def _in_project(self, request: Received, caller: str | None, rest: list[str]) -> Reply:
        match request.method, rest:
            case "GET", []:
                return Reply(
                    200, {"id": PROJECT_ID, "path_with_namespace": self.project, "default_branch": self.default_branch}
                )
            case "GET", ["merge_requests"]:
                return self.page(request, self._requests(request.query))
            case method, ["merge_requests", iid, *more] if found := self.requests.get(_int(iid)):
                return self._of_request(request, method, found, more, caller)
            case "GET", ["repository", *more]:
                return self._repository(request, more)
            case "GET", ["events"] if self.has_events:
                return self.page(request, [self._event(each) for each in reversed((*self._first(), *self.pushes))])
            case "GET", ["members", "all", id_]:
                member = next(
                    (each for each in self.people.values() if str(each.id) == id_ and each.access_level), None
                )
                if member is None:
                    return _refused(404, "404 Not found")
                return Reply(200, {**self._basic(member.username), "access_level": member.access_level})
            case "GET", ["approvals"] if self.approval_rules is not None:
                return Reply(200, self.approval_settings)
            case "GET", ["approval_rules"] if self.approval_rules is not None:
                return self.page(request, self.approval_rules)
            case "GET", ["protected_branches"]:
                if caller is None or self.people[caller].access_level < 40:
                    return _refused(403, "403 Forbidden")
                return self.page(request, self.protected_branches)
            case _:
                return _refused(404, "404 Not Found")

    def _caller(self, request: Received) -> str | Reply | None:
        given = request.headers.get("authorization", "").removeprefix("Bearer ") or request.headers.get(
            "private-token", ""
        )
        if given and given not in self.tokens:
            return _refused(401, "401 Unauthorized")
        return self.tokens.get(given)

    def _of_request(
        self, request: Received, method: str, found: MergeRequest, more: list[str], caller: str | None
    ) -> Reply:
        match method, more:
            case "GET", []:
                return Reply(200, self._request(found))
            case "GET", ["approvals"]:
                return Reply(200, self._approvals(found))
            case "GET", ["reviewers"]:
                state = {"state": "requested_changes", "created_at": "2026-11-24T01:00:00.000Z"}
                return self.page(request, [{"user": self._basic(each), **state} for each in found.wishes])
            case "GET", ["versions"]:
                return self.page(
                    request, [self._version(number, each) for number, each in enumerate(found.versions)][::-1]
                )
            case "GET", ["commits"]:
                return self.page(request, [self._commit(sha) for sha in reversed(found.commits)])
            case "GET", ["notes"]:
                notes = [self._note(each) for each in self.notes if each.iid == found.iid]
                return self.page(request, notes if request.query.get("sort") == "asc" else notes[::-1])
            case "POST", ["notes"] if caller:
                return _too_long(request) or Reply(201, self._note(self.note(found.iid, caller, request.body["body"])))
            case "PUT", ["notes", id_]:
                return self._edit(request, id_, caller)
            case _:
                return _refused(404, "404 Not Found")

    def _edit(self, request: Received, id_: str, caller: str | None) -> Reply:
        note = next((each for each in self.notes if str(each.id) == id_), None)
        if note is None:
            return _refused(404, "404 Not found")
        if note.by != caller:
            return _refused(403, "403 Forbidden")
        if refused := _too_long(request):
            return refused
        note.body = request.body["body"]
        return Reply(200, self._note(note))

    def _repository(self, request: Received, more: list[str]) -> Reply:
        ref = request.query.get("ref", "")
        match more:
            case ["files", path, "raw"]:
                if ref not in self.commits:
                    return _refused(404, "404 Commit Not Found")
                content = self.commits[ref].files.get(path)
                if content is None:
                    return _refused(404, "404 File Not Found")
                return Reply(200, headers={"Content-Type": "text/plain; charset=utf-8"}, body=content)
            case ["commits", sha]:
                return Reply(200, self._commit(sha)) if sha in self.commits else _refused(404, "404 Commit Not Found")
            case ["commits"]:
                path = request.query.get("path", "")
                found = [sha for sha in self._reachable(request.query["ref_name"]) if path in self.commits[sha].touched]
                return self.page(request, [self._commit(sha) for sha in found])
            case ["branches", name] if name == self.default_branch:
                return Reply(200, {"name": name, "default": True, "protected": bool(self.protected_branches)})
            case _:
                return _refused(404, "404 Not Found")

    def _reachable(self, sha: str) -> list[str]:
        found, left = [], [sha]
        while left:
            each = left.pop(0)
            if each in self.commits and each not in found:
                found.append(each)
                left += self.commits[each].parents
        return found

    def _requests(self, query: dict[str, str]) -> list[Any]:
        branch, state = query.get("source_branch"), query.get("state", "all")
        found = [
            each
            for each in self.requests.values()
            if branch in (None, each.branch) and state in ("all", each.state)
        ]  # fmt: skip
        newest = query.get("sort", "desc") == "desc"
        return [self._request(each) for each in sorted(found, key=lambda each: each.iid, reverse=newest)]

    def _request(self, request: MergeRequest) -> dict[str, Any]:
        return {
            "id": 900000 + request.iid,
            "iid": request.iid,
            "project_id": PROJECT_ID,
            "title": f"Change {request.branch}",
            "state": request.state,
            "created_at": "2026-11-24T01:00:00.000Z",
            "merged_at": "2026-11-24T02:30:00.000Z" if request.state == "merged" else None,
            "source_branch": request.branch,
            "target_branch": request.target,
            "author": self._basic(request.author),
            "source_project_id": request.source_project,
            "target_project_id": PROJECT_ID,
            "sha": request.tip,
            "draft": False,
            "web_url": f"{self.url}/{self.project}/-/merge_requests/{request.iid}",
        }

    def _approvals(self, request: MergeRequest) -> dict[str, Any]:
        given = [
            {"user": self._basic(each.by), **({"approved_at": each.at} if each.at else {})}
            for each in request.approvals
        ]
        return {
            "id": 900000 + request.iid,
            "iid": request.iid,
            "project_id": PROJECT_ID,
            "state": request.state,
            "approved": bool(given),
            "approvals_required": 1,
            "approvals_left": max(0, 1 - len(given)),
            "approved_by": given,
            "suggested_approvers": [],
        }

    def _version(self, number: int, version: Version) -> dict[str, Any]:
        return {
            "id": 110 + number,
            "head_commit_sha": version.head,
            "base_commit_sha": "b" * 40,
            "start_commit_sha": "b" * 40,
            "created_at": version.at,
            "merge_request_id": 1,
            "state": "collected",
            "real_size": "1",
            "patch_id_sha": "d" * 40,
        }

    def _commit(self, sha: str) -> dict[str, Any]:
        commit = self.commits[sha]
        return {
            "id": sha,
            "short_id": sha[:8],
            "title": commit.message.partition("\n")[0],
            "message": commit.message,
            "author_name": commit.author_email.partition("@")[0],
            "author_email": commit.author_email,
            "authored_date": "2026-11-24T01:00:00.000+00:00",
            "committer_name": commit.committer_email.partition("@")[0],
            "committer_email": commit.committer_email,
            "committed_date": "2026-11-24T01:00:00.000+00:00",
            "created_at": "2026-11-24T01:00:00.000+00:00",
            "parent_ids": list(commit.parents),
            "trailers": {},
            "web_url": f"{self.url}/{self.project}/-/commit/{sha}",
        }

    def _first(self) -> list[Push]:
        """The pushes that branches began with, by whoever opened the merge request where none is said."""
        said = {push.branch for push in self.pushes if push.action == "created" or push.branch is None}
        return [
            Push(each.author, each.branch, each.versions[0].head, "created")
            for each in self.requests.values()
            if self.tells_first and each.branch not in said and None not in said
        ]

    def _event(self, push: Push) -> dict[str, Any]:
        return {
            "id": next(self._ids),
            "project_id": PROJECT_ID,
            "action_name": "pushed new" if push.action == "created" else "pushed to",
            "target_id": None,
            "target_type": None,
            "author_id": self.people[push.by].id,
            "created_at": "2026-11-24T01:00:00.000Z",
            "author": self._basic(push.by),
            "push_data": {
                "commit_count": 1,
                "action": push.action,
                "ref_type": "branch",
                "commit_from": None if push.action == "created" else "b" * 40,
                "commit_to": push.to,
                "ref": push.branch,
                "commit_title": None,
                "ref_count": None if push.branch else 4,
            },
            "author_username": push.by,
        }

    def _note(self, note: Note) -> dict[str, Any]:
        return {
            "id": note.id,
            "type": note.type,
            "body": note.body,
            "author": self._basic(note.by),
            "created_at": "2026-11-24T02:00:00.000Z",
            "updated_at": "2026-11-24T02:00:00.000Z",
            "system": note.system,
            "noteable_type": "MergeRequest",
            "noteable_iid": note.iid,
            "resolvable": False,
            "confidential": False,
            "internal": False,
        }

    def _basic(self, username: str) -> dict[str, Any]:
        person = self.people[username]
        return {
            "id": person.id,
            "username": person.username,
            "name": person.username.title(),
            "state": person.state,
            "locked": False,
            "avatar_url": None,
            "web_url": f"{self.url}/{person.username}",
        }

    def _user(self, username: str) -> dict[str, Any]:
        person = self.people[username]
        return {**self._basic(username), "public_email": person.public_email, "bot": person.bot}

    def _search(self, request: Received, caller: str | None) -> Reply:
        """By name, or by an address that is public."""
        if caller is None:
            return _refused(403, "403 Forbidden - Not authorized to access /api/v4/users")
        wanted = request.query.get("search", "").lower()
        found = [each for each in self.people.values() if wanted in (each.username, each.public_email.lower())]
        found += [each for each in self.people.values() if wanted and wanted in each.username and each not in found]
        return self.page(request, [{**self._basic(each.username), "public_email": each.public_email} for each in found])

    def _graphql(self, request: Received) -> Reply:
        """Of all that GraphQL can be asked, the one question that we ask."""
        query = request.body["query"]
        project = request.body["variables"]["project"]
        if project != self.project:
            return Reply(200, {"data": {"project": None}})
        asked = re.findall(_TREE, query)
        rest = " ".join(re.sub(_TREE, "", query).split())
        if rest != "query($project: ID!) { project(fullPath: $project) { repository { } } }":
            return Reply(200, {"errors": [{"message": f"Parse error on {rest!r}"}]})
        if len(asked) > 20:
            return Reply(
                200, {"errors": [{"message": "Query has complexity of 280, which exceeds max complexity of 250"}]}
            )
        trees = {name: {"lastCommit": self._last(sha)} for name, sha in asked}
        return Reply(200, {"data": {"project": {"repository": trees}}})

    def _last(self, sha: str) -> dict[str, Any] | None:
        commit = self.commits.get(sha)
        if commit is None:
            return None
        author = next((each for each in self.people.values() if commit.author_email.lower() in each.emails), None)
        shown = {"id": f"gid://gitlab/User/{author.id}", "username": author.username} if author else None
        return {"sha": sha, "author": shown}


_TREE = r'(c\d+): tree\(ref: "([0-9a-f]+)"\) \{ lastCommit \{ sha author \{ id username \} \} \}'


def _too_long(request: Received) -> Reply | None:
    if len(request.body["body"]) <= TOO_LONG:
        return None
    return _refused(400, {"note": [f"is too long (maximum is {TOO_LONG} characters)"]})


def _refused(status: int, message: Any) -> Reply:
    return Reply(status, {"message": message})


def _int(text: str) -> int:
    return int(text) if text.isdigit() else -1
