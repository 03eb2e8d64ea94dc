"""Accounts of GitHub, and which of them stand behind a commit. Names and addresses in a commit are anybody's claims."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence

from changectl.contracts.forge import Account, Writer
from changectl.model.co_authors import co_authors
from changectl.model.text import one_line
from changectl.web.shape import member, text, whole

GHOST = Account("", "ghost", bot=True)
"""Whoever had an account that is deleted now. It has no id, so that it is nobody's and agrees to nothing."""

GHOST_ID = "10137"
"""github.com/ghost, by which GitHub shows deleted accounts where it does not say null."""

WEB = "web-flow"
"""The committer of what is done on GitHub's pages; who did it is the author."""


def account(user: object) -> Account:
    """Who a `user` of an answer is. Everything but a user of type User is no person: bots, apps, organisations."""
    if not user:
        return GHOST
    id_, login = str(whole(user, "id")), text(user, "login")
    if (id_, login.lower()) == (GHOST_ID, "ghost"):
        return GHOST
    return Account(id_, login, member(user, "type") != "User" or login.lower().endswith("[bot]"))


def writers(commits: Sequence[object], host: str, by_login: Callable[[str], Account | None]) -> tuple[Writer, ...]:
    """Authors, committers and co-authors of commits as GitHub lists them, each once a commit."""
    known = dict(_known(commits))
    return tuple(dict.fromkeys(writer for commit in commits for writer in _writers(commit, host, known, by_login)))


def _known(commits: Sequence[object]) -> Iterator[tuple[str, Account]]:
    """The accounts that the listing itself gives for addresses."""
    for commit in commits:
        for role in ("author", "committer"):
            email = member(commit, "commit", role, "email")
            if (user := member(commit, role)) and isinstance(email, str) and email:
                yield email.casefold(), account(user)


def _writers(
    commit: object, host: str, known: Mapping[str, Account], by_login: Callable[[str], Account | None]
) -> Iterator[Writer]:
    sha = text(commit, "sha")
    for role in ("author", "committer"):
        user = member(commit, role)
        if role == "committer" and user and _is_web(user):
            continue
        yield Writer(sha, account(user) if user else None, _said(commit, role))
    for each in co_authors(text(commit, "commit", "message")):
        yield Writer(sha, _of_address(each.email, host, known, by_login), one_line(each.said))


def _is_web(user: object) -> bool:
    return member(user, "login") == WEB


def _said(commit: object, role: str) -> str:
    name, email = (member(commit, "commit", role, key) for key in ("name", "email"))
    return one_line(f"{name} <{email}>")


def _of_address(
    email: str, host: str, known: Mapping[str, Account], by_login: Callable[[str], Account | None]
) -> Account | None:
    if found := known.get(email.casefold()):
        return found
    private = re.fullmatch(
        rf"(?:(\d{{1,18}})\+)?([A-Za-z0-9-]+(?:\[bot\])?)@users\.noreply\.{re.escape(host)}", email, re.I
    )
    if not private:
        return None
    if private[1]:  # the id stays when the account is renamed, so nobody needs to be asked
        return Account(str(int(private[1])), private[2], private[2].lower().endswith("[bot]"))
    return by_login(private[2])
