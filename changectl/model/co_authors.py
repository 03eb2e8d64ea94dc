"""Who a commit's message says wrote it too: its Co-authored-by trailers, as git spells trailers, in any letter case.

Read wherever a line begins with one, not only in the last paragraph: a squashed message has them in between.
"""

import re

from changectl.model.frozen import dataclass

_TRAILER = re.compile(r"^[ \t]*co-authored-by[ \t]*:(.*(?:\n[ \t]+\S.*)*)", re.IGNORECASE | re.MULTILINE)
_ADDRESS = re.compile(r"<([^<>]*)>[^<>]*$")
_NO_REPLY = re.compile(r"no-?reply@", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class CoAuthor:
    """One trailer: all that it says, and the e-mail address in it; empty where there is none."""

    said: str
    email: str


def co_authors(message: str) -> tuple[CoAuthor, ...]:
    """Each once, in the order of the message; a mailbox at which nobody reads (noreply@…) is a tool, and left out."""
    found = (_co_author(" ".join(said.split())) for said in _TRAILER.findall(message))
    return tuple(dict.fromkeys(each for each in found if not _NO_REPLY.match(each.email)))


def _co_author(said: str) -> CoAuthor:
    address = _ADDRESS.search(said)
    bare = said if re.fullmatch(r"[^\s<>@]+@[^\s<>@]+", said) else ""
    return CoAuthor(said, address[1].strip() if address else bare)
