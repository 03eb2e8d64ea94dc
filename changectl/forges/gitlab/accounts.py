"""The accounts behind the addresses in commits, as far as GitLab vouches for them: private, confirmed or public addresses."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from changectl.contracts.forge import Account
from changectl.errors import ForgeFailed
from changectl.forges.gitlab.people import account, addresses, is_of, private
from changectl.web.client import Web
from changectl.web.shape import member, text

AT_ONCE = 15
"""Commits in one question: GitLab refuses those of a complexity above 200, and one commit makes about 10."""


def accounts_behind(web: Web, project: str, host: str, commits: Sequence[object]) -> Mapping[str, Account]:
    """By address, in small letters. An address that GitLab vouches for with nobody is not among them."""
    emails = [email for email in addresses(commits) if email]
    known = {email: found for email in emails if (found := private(email, host))}
    examples = {text(each, "author_email").casefold(): text(each, "id") for each in commits}
    left = [(email, sha) for email, sha in examples.items() if email and email not in known]
    for start in range(0, len(left), AT_ONCE):
        known |= dict(_authors(web, project, left[start : start + AT_ONCE]))
    for email in emails:
        if email not in known and (found := _shown(web, email)):
            known[email] = found
    return known


def _authors(web: Web, project: str, examples: Sequence[tuple[str, str]]) -> Iterator[tuple[str, Account]]:
    """Whose confirmed address each is, by a commit of it: only GraphQL says which account is a commit's author."""
    commits = " ".join(
        f'c{at}: tree(ref: "{_commit(sha)}") {{ lastCommit {{ sha author {{ id username }} }} }}'
        for at, (_, sha) in enumerate(examples)
    )
    query = f"query($project: ID!) {{ project(fullPath: $project) {{ repository {{ {commits} }} }} }}"
    graphql = replace(web, api=web.api.removesuffix("/v4"))
    answer = graphql.send("POST", "/graphql", {"query": query, "variables": {"project": project}})
    for at, (email, sha) in enumerate(examples):
        last = member(answer, "data", "project", "repository", f"c{at}", "lastCommit")
        id_ = re.fullmatch(r"gid://gitlab/User/(\d{1,18})", str(member(last, "author", "id")))
        if id_ and member(last, "sha") == sha:
            yield email, account({"id": int(id_[1]), "username": text(last, "author", "username")})


def _shown(web: Web, email: str) -> Account | None:
    found = [each for each in web.listing("/users", {"search": email}) or () if is_of(each, email)]
    return account(found[0]) if len(found) == 1 else None


def _commit(sha: str) -> str:
    if not re.fullmatch(r"[0-9a-f]{40}|[0-9a-f]{64}", sha):
        raise ForgeFailed(f"GitLab answered with a commit that is none: {sha[:80]!r}", "check api under [review]")
    return sha
