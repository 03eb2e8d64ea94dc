"""GitHub on loopback, in the real shapes: one repository, its people, commits, pull requests, reviews, comments.

    with FakeGitHub() as forge:                                # unicorn/rentals; `forge.api` is its API
        plan = forge.commit(author="ana", files={"plans/x.yaml": b"plan: 1"}, message="Plan x")
        forge.pull(7, branch="change/x", author="ana", commits=[plan], reviews=[forge.review("ben", commit=plan)])
        ...
        forge.pulls[7].reviews.append(forge.review("eve", "CHANGES_REQUESTED"))   # state may change between requests
        forge.pulls[7].reviews[0].state = "DISMISSED"
        forge.rename("ben", "benjamin")                        # the id stays

People come into being when they are first named; `forge.person("ben").id` is their id, `login[bot]` a bot. None stands
for a deleted account, or where a commit names an address of no account. `forge.signed_in(login)` gives ForgeSettings
with a token of that account; `forge.signed_in("github-actions[bot]")` is a job's own token, as in GitHub Actions.
`forge.take(folder, "main..change/x")` reads real commits out of a git repository, by their addresses `login@…`.
See fake_server.py for faults and the log of requests.
"""

import base64
import hashlib
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

from changectl.contracts.forge import ForgeSettings
from tests.forges.fake_server import FakeServer, Received, Reply

REPOSITORY_ID = 1296269
TOO_LONG = 65536
NOT_FOUND = Reply(404, {"message": "Not Found", "documentation_url": "https://docs.github.com/rest", "status": "404"})
WRITERS = ("write", "maintain", "admin")


@dataclass
class Person:
    """An account. `permission`: admin, write, read, none; `type`: User, Bot, Organization, Mannequin."""

    id: int
    login: str
    type: str = "User"
    permission: str = "write"


@dataclass
class Commit:
    """A commit. `author`, `committer`: the accounts that GitHub finds for the addresses, or None."""

    sha: str
    author: str | None
    committer: str | None
    author_email: str
    committer_email: str
    message: str
    files: dict[str, bytes]
    touched: frozenset[str]
    parents: tuple[str, ...] = ()


@dataclass
class Review:
    """A review. `by` None: the account was deleted. `state`: APPROVED, CHANGES_REQUESTED, COMMENTED, DISMISSED, PENDING."""

    id: int
    by: str | None
    state: str
    commit: str | None
    at: str


@dataclass
class Pull:
    """A pull request. `fork`: the other repository that its branch lies in, "" where that one was deleted; None: none."""

    number: int
    branch: str
    author: str | None
    commits: list[str]
    reviews: list[Review]
    base: str = "main"
    base_sha: str = "b" * 40
    state: str = "open"
    merged: bool = False
    fork: str | None = None
    head: str = ""

    @property
    def tip(self) -> str:
        return self.head or self.commits[-1]


@dataclass
class Comment:
    """A comment on a pull request."""

    id: int
    number: int
    by: str | None
    body: str


@dataclass
class Push:
    """A push, as the repository's activity has it."""

    by: str | None
    branch: str
    after: str
    type: str = "push"


@dataclass
class Protected:
    """How a branch is protected, in GitHub's own words; `classic` None: not at all."""

    classic: dict[str, Any] | None = None
    rules: list[dict[str, Any]] = field(default_factory=list)


class FakeGitHub(FakeServer):
    """Serves one repository. `public`: whoever has no token may read it."""

    def __init__(self, repository: str = "unicorn/rentals", *, public: bool = False) -> None:
        super().__init__()
        self.repository = repository
        self.public = public
        self.people: dict[str, Person] = {}
        self.tokens: dict[str, str] = {}
        self.commits: dict[str, Commit] = {}
        self.pulls: dict[int, Pull] = {}
        self.comments: list[Comment] = []
        self.pushes: list[Push] = []
        self.default_branch = "main"
        self.protected = Protected()
        self.has_activity = True
        self.most_commits = 250
        """What pulls/N/commits lists at most."""
        self._ids = iter(range(1001, 1_000_000))
        self.person("web-flow").id = 19864447

    # State

    def person(self, login: str, **members: Any) -> Person:
        """The account of that login, made if it is new."""
        if login not in self.people:
            kind = "Bot" if login.endswith("[bot]") else "User"
            self.people[login] = Person(next(self._ids), login, kind)
        for name, value in members.items():
            setattr(self.people[login], name, value)
        return self.people[login]

    def rename(self, old: str, new: str) -> None:
        """The account is called otherwise from now on, everywhere."""
        person = self.people.pop(old)
        person.login = new
        self.people[new] = person
        changed = [*self.pulls.values(), *self.commits.values(), *self.comments, *self.pushes]
        for thing in (*changed, *(review for pull in self.pulls.values() for review in pull.reviews)):
            for role in ("by", "author", "committer"):
                if getattr(thing, role, None) == old:
                    setattr(thing, role, new)

    def signed_in(self, login: str = "ana", **settings: Any) -> ForgeSettings:
        """Settings with a token of that account; waiting takes no time."""
        self.person(login)
        token = f"ghp_{hashlib.sha256(login.encode()).hexdigest()[:36]}"
        self.tokens[token] = login
        given = {"api": self.api, "token": token, "pause": lambda _: None, **settings}
        return ForgeSettings(self.repository, **given)

    def commit(
        self,
        author: str | None = "ana",
        *,
        files: dict[str, bytes] | None = None,
        message: str = "A change",
        committer: str | None = "",
        author_email: str = "",
        committer_email: str = "",
        parents: Sequence[str] = (),
        sha: str = "",
    ) -> str:
        """A new commit; gives its id. The committer is the author where it is not said; the files are added to the parents'."""
        committer = author if committer == "" else committer
        sha = sha or hashlib.sha1(f"{len(self.commits)} {self.repository}".encode()).hexdigest()
        inherited = {path: content for parent in parents for path, content in self.commits[parent].files.items()}
        for login in (author, committer):
            if login:
                self.person(login)
        self.commits[sha] = Commit(
            sha,
            author,
            committer,
            author_email or f"{author or 'nobody'}@unicorn.example",
            committer_email or (_WEB_MAIL if committer == "web-flow" else f"{committer or 'nobody'}@unicorn.example"),
            message,
            inherited | (files or {}),
            frozenset(files or {}),
            tuple(parents),
        )
        return sha

    def take(self, folder: Path, revisions: str, strangers: Sequence[str] = ()) -> list[str]:
        """Real commits of a git repository, oldest first: an address `ana@…` is ana's, but for those named as strangers'."""
        found = _git(folder, "rev-list", "--reverse", revisions).split()
        for sha in found:
            ae, ce, parents = _git(folder, "show", "-s", "--format=%ae%n%ce%n%P", sha).split("\n")[:3]
            paths = _git(folder, "ls-tree", "-r", "-z", "--name-only", sha).split("\0")[:-1]
            files = {path: _git_bytes(folder, "cat-file", "blob", f"{sha}:{path}") for path in paths}
            changed = _git(folder, "show", "-m", "--first-parent", "--format=", "-z", "--name-only", sha).split("\0")
            accounts = [None if email in strangers else email.partition("@")[0] for email in (ae, ce)]
            message = _git(folder, "show", "-s", "--format=%B", sha).rstrip("\n")
            self.commit(
                accounts[0], committer=accounts[1], author_email=ae, committer_email=ce, message=message, sha=sha
            )
            taken = self.commits[sha]
            taken.files, taken.touched, taken.parents = files, frozenset(filter(None, changed)), tuple(parents.split())
        return found

    def review(
        self, by: str | None, state: str = "APPROVED", *, commit: str | None = "", at: str = "2026-11-24T02:00:00Z"
    ) -> Review:
        """A review; of the pull request's tip where no commit is named."""
        if by:
            self.person(by)
        return Review(next(self._ids), by, state, commit, at)

    def pull(
        self,
        number: int,
        *,
        branch: str = "change/x",
        author: str | None = "ana",
        commits: Sequence[str] = (),
        reviews: Sequence[Review] = (),
        **members: Any,
    ) -> Pull:
        """A pull request; with a commit of its author where none is given."""
        found = Pull(number, branch, author, list(commits) or [self.commit(author)], list(reviews), **members)
        if author:
            self.person(author)
        self.pulls[number] = found
        return found

    def comment(self, number: int, by: str | None, body: str) -> Comment:
        """A comment on a pull request."""
        if by:
            self.person(by)
        self.comments.append(Comment(next(self._ids), number, by, body))
        return self.comments[-1]

    def push(self, by: str | None, branch: str, after: str = "a" * 40, how: str = "push") -> None:
        """A push that the repository's activity tells of."""
        if by:
            self.person(by)
        self.pushes.append(Push(by, branch, after, how))

    # Answers

    def answer(self, request: Received) -> Reply:
        if request.path == f"{self.prefix.removesuffix('/v3')}/graphql":
            return self._graphql(request)
        if not request.path.startswith(f"{self.prefix}/"):
            return NOT_FOUND
        login = self._caller(request)
        if isinstance(login, Reply):
            return login
        parts = request.parts[len([part for part in self.prefix.split("/") if part]) :]
        match parts:
            case ["user"]:
                return self._self(login)
            case ["user", id_]:
                return self._user(next((each.login for each in self.people.values() if str(each.id) == id_), None))
            case ["users", name]:
                return self._user(name if name in self.people else None)
            case ["repos", owner, name, *rest] if f"{owner}/{name}".lower() == self.repository.lower():
                pass
            case ["repositories", id_, *rest] if id_ == str(REPOSITORY_ID):
                pass
            case _:
                return NOT_FOUND
        if not login and not self.public:
            return NOT_FOUND
        return self._in_repository(request, login, rest)

    def _in_repository(self, request: Received, login: str | None, rest: list[str]) -> Reply:
        elsewhere = f"{self.prefix}/repositories/{REPOSITORY_ID}/{'/'.join(map(_quoted, rest))}"
        match request.method, rest:
            case "GET", []:
                return Reply(200, self._repository())
            case "GET", ["pulls"]:
                return self.page(request, self._pulls(request.query), elsewhere)
            case "GET", ["pulls", number] if pull := self.pulls.get(_int(number)):
                return Reply(200, {**self._pull(pull), "merged": pull.merged, "commits": len(pull.commits)})
            case "GET", ["pulls", number, "reviews"] if pull := self.pulls.get(_int(number)):
                return self.page(request, [self._review(pull, each) for each in pull.reviews], elsewhere)
            case "GET", ["pulls", number, "commits"] if pull := self.pulls.get(_int(number)):
                listed = pull.commits[: self.most_commits]
                return self.page(request, [self._commit(sha) for sha in listed], elsewhere)
            case "GET", ["commits"]:
                return self._history(request, elsewhere)
            case "GET", ["compare", between]:
                return self._compare(request, between, elsewhere)
            case "GET", ["contents", *path]:
                return self._content("/".join(path), request.query.get("ref", ""), request.headers.get("accept", ""))
            case "GET", ["git", "commits", sha]:
                return Reply(200, self._git_commit(sha)) if sha in self.commits else NOT_FOUND
            case "GET", ["activity"] if self.has_activity:
                pushes = [each for each in self.pushes if f"refs/heads/{each.branch}" == request.query.get("ref")]
                return self.page(request, [self._push(each) for each in reversed(pushes)], elsewhere)
            case "GET", ["collaborators", name, "permission"]:
                return self._permission(login, name)
            case method, ["issues", *more]:
                return self._comments(request, method, more, login, elsewhere)
            case "GET", ["branches", name, *more]:
                return self._branch(login, name, more)
            case "GET", ["rules", "branches", _]:
                return self.page(request, self.protected.rules, elsewhere)
            case _:
                return NOT_FOUND

    def _caller(self, request: Received) -> str | Reply | None:
        given = request.headers.get("authorization", "").removeprefix("Bearer ").removeprefix("token ")
        if given and given not in self.tokens:
            return Reply(
                401,
                {"message": "Bad credentials", "documentation_url": "https://docs.github.com/rest", "status": "401"},
            )
        return self.tokens.get(given)

    def _self(self, login: str | None) -> Reply:
        if login is None:
            return Reply(
                401,
                {
                    "message": "Requires authentication",
                    "documentation_url": "https://docs.github.com/rest",
                    "status": "401",
                },
            )
        if login.endswith("[bot]"):
            return _forbidden("Resource not accessible by integration")
        return self._user(login)

    def _graphql(self, request: Received) -> Reply:
        login = self._caller(request)
        if not isinstance(login, str):
            return login or Reply(401, {"message": "This endpoint requires you to be authenticated."})
        return Reply(200, {"data": {"viewer": {"login": login}}})

    def _user(self, login: str | None) -> Reply:
        return NOT_FOUND if login is None else Reply(200, {**(self._simple(login) or {}), "name": None, "email": None})

    def _simple(self, login: str | None) -> dict[str, Any] | None:
        if login is None:
            return None
        person = self.people[login]
        return {
            "login": person.login,
            "id": person.id,
            "node_id": base64.b64encode(f"04:User{person.id}".encode()).decode(),
            "avatar_url": f"https://avatars.githubusercontent.com/u/{person.id}?v=4",
            "html_url": f"https://github.com/{person.login}",
            "type": person.type,
            "user_view_type": "public",
            "site_admin": False,
        }

    def _repository(self) -> dict[str, Any]:
        owner, name = self.repository.split("/")
        return {
            "id": REPOSITORY_ID,
            "name": name,
            "full_name": self.repository,
            "private": not self.public,
            "owner": {"login": owner, "id": 1, "type": "Organization"},
            "default_branch": self.default_branch,
            "fork": False,
        }

    def _pulls(self, query: dict[str, str]) -> list[Any]:
        """GitHub leaves the filter out where `head` is not `owner:branch`."""
        owner, colon, branch = query.get("head", "").partition(":")
        found = [
            pull
            for pull in self.pulls.values()
            if (not colon or (branch == pull.branch and owner == self._owner_of(pull)))
            and query.get("state", "open") in ("all", pull.state)
        ]
        newest = query.get("direction", "desc") == "desc"
        return [self._pull(pull) for pull in sorted(found, key=lambda pull: pull.number, reverse=newest)]

    def _owner_of(self, pull: Pull) -> str:
        return (pull.fork or self.repository).split("/")[0]

    def _pull(self, pull: Pull) -> dict[str, Any]:
        fork = {"id": REPOSITORY_ID + 1, "full_name": pull.fork, "fork": True}
        own = self._repository()
        head_repo = own if pull.fork is None else fork if pull.fork else None
        return {
            "id": 5000 + pull.number,
            "number": pull.number,
            "state": pull.state,
            "html_url": f"https://github.com/{self.repository}/pull/{pull.number}",
            "title": f"Change {pull.branch}",
            "user": self._simple(pull.author),
            "body": None,
            "created_at": "2026-11-24T01:00:00Z",
            "merged_at": "2026-11-24T02:30:00Z" if pull.merged else None,
            "closed_at": "2026-11-24T02:30:00Z" if pull.state == "closed" else None,
            "draft": False,
            "head": {
                "label": f"{self._owner_of(pull)}:{pull.branch}",
                "ref": pull.branch,
                "sha": pull.tip,
                "repo": head_repo,
            },
            "base": {
                "label": f"{self._owner_of(pull)}:{pull.base}",
                "ref": pull.base,
                "sha": pull.base_sha,
                "repo": own,
            },
            "author_association": "MEMBER",
        }

    def _review(self, pull: Pull, review: Review) -> dict[str, Any]:
        found: dict[str, Any] = {
            "id": review.id,
            "user": self._simple(review.by),
            "body": "",
            "state": review.state,
            "html_url": f"https://github.com/{self.repository}/pull/{pull.number}#pullrequestreview-{review.id}",
            "author_association": "COLLABORATOR",
            "commit_id": pull.tip if review.commit == "" else review.commit,
        }
        return found if review.state == "PENDING" else {**found, "submitted_at": review.at}

    def _commit(self, sha: str) -> dict[str, Any]:
        commit = self.commits[sha]
        return {
            "sha": sha,
            "html_url": f"https://github.com/{self.repository}/commit/{sha}",
            "commit": self._git_commit(sha),
            "author": self._simple(commit.author),
            "committer": self._simple(commit.committer),
            "parents": [{"sha": parent} for parent in commit.parents],
        }

    def _git_commit(self, sha: str) -> dict[str, Any]:
        commit = self.commits[sha]
        by = "GitHub" if commit.committer == "web-flow" else commit.committer or "Nobody"
        return {
            "sha": sha,
            "author": {"name": commit.author or "Nobody", "email": commit.author_email, "date": "2026-11-24T01:00:00Z"},
            "committer": {"name": by, "email": commit.committer_email, "date": "2026-11-24T01:00:00Z"},
            "message": commit.message,
            "verification": {"verified": False, "reason": "unsigned", "signature": None, "payload": None},
        }

    def _history(self, request: Received, elsewhere: str) -> Reply:
        sha, path = request.query.get("sha", ""), request.query.get("path", "")
        if sha not in self.commits:
            return NOT_FOUND
        found = [each for each in self._reachable(sha) if not path or path in self.commits[each].touched]
        return self.page(request, [self._commit(each) for each in found], elsewhere)

    def _reachable(self, sha: str) -> list[str]:
        found, left = [], [sha]
        while left:
            each = left.pop(0)
            if each in self.commits and each not in found:
                found.append(each)
                left += self.commits[each].parents
        return found

    def _compare(self, request: Received, between: str, elsewhere: str) -> Reply:
        _, dots, head = between.partition("...")
        pull = next((each for each in self.pulls.values() if each.tip == head), None)
        if not dots or pull is None:
            return NOT_FOUND
        paged = self.page(request, [self._commit(sha) for sha in pull.commits], elsewhere)
        document = {"status": "ahead", "total_commits": len(pull.commits), "commits": paged.document, "files": []}
        return Reply(200, document, paged.headers)

    def _content(self, path: str, ref: str, accept: str) -> Reply:
        if ref not in self.commits:
            return Reply(404, {"message": f"No commit found for the ref {ref}", "status": "404"})
        files = self.commits[ref].files
        if path in files:
            if "raw" in accept:
                return Reply(
                    200, headers={"Content-Type": "application/vnd.github.raw+json; charset=utf-8"}, body=files[path]
                )
            encoded = base64.encodebytes(files[path]).decode()
            return Reply(200, {"type": "file", "encoding": "base64", "path": path, "content": encoded})
        inside = [each for each in files if each.startswith(f"{path}/")]
        return Reply(200, [{"type": "file", "path": each} for each in inside]) if inside else NOT_FOUND

    def _push(self, push: Push) -> dict[str, Any]:
        return {
            "id": next(self._ids),
            "node_id": "PSH_kwLO",
            "before": "0" * 40,
            "after": push.after,
            "ref": f"refs/heads/{push.branch}",
            "timestamp": "2026-11-24T01:00:00Z",
            "activity_type": push.type,
            "actor": self._simple(push.by),
        }

    def _permission(self, login: str | None, name: str) -> Reply:
        if login is None or self.people[login].permission not in WRITERS:
            return _forbidden("Must have push access to view collaborator permission.")
        if name not in self.people:
            return Reply(404, {"message": f"{name} is not a user", "status": "404"})
        permission = self.people[name].permission
        legacy = {"maintain": "write", "triage": "read"}.get(permission, permission)
        return Reply(200, {"permission": legacy, "role_name": permission, "user": self._simple(name)})

    def _comments(self, request: Received, method: str, more: list[str], login: str | None, elsewhere: str) -> Reply:
        match method, more:
            case "GET", [number, "comments"] if _int(number) in self.pulls:
                found = [self._comment(each) for each in self.comments if each.number == _int(number)]
                return self.page(request, found, elsewhere)
            case "POST", [number, "comments"] if _int(number) in self.pulls and login:
                return self._too_long(request) or Reply(
                    201, self._comment(self.comment(_int(number), login, request.body["body"]))
                )
            case "PATCH", ["comments", id_]:
                comment = next((each for each in self.comments if str(each.id) == id_), None)
                if comment is None:
                    return NOT_FOUND
                if comment.by != login:
                    return _forbidden("Must have admin rights to Repository.")
                if refused := self._too_long(request):
                    return refused
                comment.body = request.body["body"]
                return Reply(200, self._comment(comment))
            case _:
                return NOT_FOUND

    def _too_long(self, request: Received) -> Reply | None:
        if len(request.body["body"]) <= TOO_LONG:
            return None
        error = {
            "resource": "IssueComment",
            "code": "unprocessable",
            "field": "data",
            "message": f"Body is too long (maximum is {TOO_LONG} characters)",
        }
        return Reply(422, {"message": "Validation Failed", "errors": [error], "status": "422"})

    def _comment(self, comment: Comment) -> dict[str, Any]:
        return {
            "id": comment.id,
            "html_url": f"https://github.com/{self.repository}/pull/{comment.number}#issuecomment-{comment.id}",
            "body": comment.body,
            "user": self._simple(comment.by),
            "created_at": "2026-11-24T02:00:00Z",
            "updated_at": "2026-11-24T02:00:00Z",
        }

    def _branch(self, login: str | None, name: str, more: list[str]) -> Reply:
        classic = self.protected.classic
        if name != self.default_branch:
            return Reply(404, {"message": "Branch not found", "status": "404"})
        if not more:
            return Reply(200, {"name": name, "commit": {"sha": "b" * 40}, "protected": classic is not None})
        if login is None or self.people[login].permission != "admin":
            return _forbidden("Resource not accessible by personal access token")
        return (
            Reply(200, classic)
            if classic is not None
            else Reply(404, {"message": "Branch not protected", "status": "404"})
        )


_WEB_MAIL = "noreply@github.com"


def _forbidden(message: str) -> Reply:
    return Reply(403, {"message": message, "documentation_url": "https://docs.github.com/rest", "status": "403"})


def _quoted(part: str) -> str:
    return quote(part, safe="")


def _int(text: str) -> int:
    return int(text) if text.isdigit() else -1


def _git(folder: Path, *arguments: str) -> str:
    return _git_bytes(folder, *arguments).decode()


def _git_bytes(folder: Path, *arguments: str) -> bytes:
    return subprocess.run(["git", "-C", str(folder), *arguments], check=True, capture_output=True).stdout
