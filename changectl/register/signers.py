"""A file of allowed signers, read to say who is in it (ssh-keygen(1), ALLOWED SIGNERS). Whether a signature counts, ssh says."""

import base64
import binascii
import hashlib
import re
from collections.abc import Iterator
from fnmatch import fnmatchcase

from changectl.model.frozen import dataclass

_LINE = re.compile(r"""\s*("[^"]*"|[^\s#"]\S*)\s+(?:.*?\s)?((?:ssh|ecdsa|sk)-[\w@.-]+)\s+([A-Za-z0-9+/=]+)(?:\s.*)?""")


@dataclass(frozen=True, slots=True)
class Allowed:
    """One line: for whom (patterns of names), and the fingerprint of the key as ssh writes it."""

    names: tuple[str, ...]
    key: str

    def is_of(self, name: str) -> bool:
        """Whether it is for somebody of that name; a pattern that begins with `!` excludes."""
        said = [(pattern.removeprefix("!"), pattern.startswith("!")) for pattern in self.names]
        hits = [excludes for pattern, excludes in said if fnmatchcase(name.casefold(), pattern.casefold())]
        return bool(hits) and not any(hits)


def allowed_signers(content: bytes) -> Iterator[Allowed]:
    """Each line that can be read; comments and what is no key are left out."""
    for line in content.decode(errors="replace").splitlines():
        if (found := _LINE.fullmatch(line)) and (key := _fingerprint(found[3])):
            yield Allowed(tuple(found[1].strip('"').split(",")), key)


def _fingerprint(encoded: str) -> str:
    try:
        blob = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        return ""
    return "SHA256:" + base64.b64encode(hashlib.sha256(blob).digest()).decode().rstrip("=")
