"""Accounts of GitLab, and which of them stand behind a commit. A commit of GitLab knows only names and addresses."""

import re
from collections.abc import Iterator, Mapping, Sequence

from changectl.contracts.forge import Account, Writer
from changectl.model.co_authors import co_authors
from changectl.model.text import one_line
from changectl.web.shape import member, text, whole

GHOST = Account("", "ghost", bot=True)
"""To whom GitLab gives what deleted accounts leave behind. It has no id, so that it is nobody's and agrees to nothing."""

_GHOST = re.compile(r"ghost\d*")
_NO_PERSON = re.compile(
    r"(?:project|group)_\d+_bot(?:_?[0-9a-f]*)?|.*_placeholder_\w+|service_account_\w+", re.IGNORECASE
)
"""How GitLab names the accounts of access tokens, of imports and of services; its own bots it calls bots."""

_NOBODY = re.compile(r"no-?reply@", re.IGNORECASE)
"""GitLab's own mailbox, with which it signs what is committed on its pages; who did it is the author."""


def account(user: object) -> Account:
    """Who a `user` of an answer is. Where GitLab says `bot`, that holds, too."""
    if not user:
        return GHOST
    login = text(user, "username")
    if _GHOST.fullmatch(login):
        return GHOST
    return Account(str(whole(user, "id")), login, bool(member(user, "bot")) or _NO_PERSON.fullmatch(login) is not None)


def addresses(commits: Sequence[object]) -> tuple[str, ...]:
    """Every address that a commit names, as it is compared, each once."""
    return tuple(dict.fromkeys(email for commit in commits for _, email in _named(commit)))


def writers(commits: Sequence[object], known: Mapping[str, Account]) -> tuple[Writer, ...]:
    """Authors, committers and co-authors of commits as GitLab lists them, each once a commit."""
    return tuple(
        dict.fromkeys(
            Writer(text(commit, "id"), known.get(email), said) for commit in commits for said, email in _named(commit)
        )
    )


def private(email: str, host: str) -> Account | None:
    """The account of an address by which GitLab hides the real one: its id is in it."""
    found = re.fullmatch(rf"(\d{{1,18}})-([a-z0-9_.-]+)@users\.noreply\.{re.escape(host)}", email)
    return Account(str(int(found[1])), found[2], _NO_PERSON.fullmatch(found[2]) is not None) if found else None


def is_of(user: object, email: str) -> bool:
    """Whether the account shows this very address: a public one is confirmed; any other only administrators see."""
    shown = [member(user, "public_email")]
    if member(user, "confirmed_at"):
        shown.append(member(user, "email"))
    return email in [each.casefold() for each in shown if isinstance(each, str)]


def _named(commit: object) -> Iterator[tuple[str, str]]:
    for role in ("author", "committer"):
        name, email = text(commit, f"{role}_name"), text(commit, f"{role}_email")
        if role == "author" or not _NOBODY.match(email):
            yield one_line(f"{name} <{email}>"), email.casefold()
    for each in co_authors(text(commit, "message")):
        yield one_line(each.said), each.email.casefold()
