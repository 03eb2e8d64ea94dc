"""A JSON API that the team uses: read to its last page, written to once, left alone when it says so.

What it answers is not trusted: it cannot send our token elsewhere, fill our memory, or keep us waiting for ever.
"""

import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import field
from functools import cache, partial
from itertools import count
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from changectl.errors import ForgeFailed
from changectl.model.frozen import dataclass
from changectl.web.address import address, checked_api, follows, next_page
from changectl.web.answer import Answer, Silence
from changectl.web.exchange import exchange, pool_for
from changectl.web.refusals import Asked, limited, refusal, silent, words
from changectl.web.waits import is_rate_limit, limit_lasts, wait_before_next

if TYPE_CHECKING:
    import urllib3

LONGEST = 120.0
"""Seconds that one request is held up by limits and retries, in all; a GitHub limit of the second sort lasts 60."""

PAGES = 100
"""Of a listing; where there are more, it fails rather than being cut."""

REDIRECTS = 3
MOVED = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True, slots=True)
class Web:
    """One API. `secret`, which is among the headers, is shown nowhere, not even where the API repeats it."""

    name: str
    api: str
    tokens: tuple[str, ...]
    secret: str = field(repr=False)
    headers: Mapping[str, str] = field(repr=False, hash=False)
    pause: Callable[[float], None] = field(repr=False, compare=False)
    pool: Callable[[], "urllib3.PoolManager"] = field(repr=False, compare=False)

    def get(self, path: str, query: Mapping[str, object] | None = None, absent: Collection[int] = ()) -> object:
        """The JSON at a path; None where the status is one of `absent`. Raises ForgeFailed."""
        answer = self.raw(path, query, absent)
        return None if answer is None else self._json("GET", path, answer)

    def raw(
        self,
        path: str,
        query: Mapping[str, object] | None = None,
        absent: Collection[int] = (),
        accept: str = "",
    ) -> Answer | None:
        """The answer itself. Raises ForgeFailed."""
        found = self._read(path, address(self.api, path, query or {}), absent, accept)
        return None if found is None else found[0]

    def listing(
        self, path: str, query: Mapping[str, object] | None = None, within: str = "", absent: Collection[int] = ()
    ) -> Sequence[object] | None:
        """Everything in a listing; None where the status is one of `absent`. As `pages` otherwise."""
        found = tuple(self.pages(path, query, within, absent))
        return tuple(item for page in found for item in page) if found else None

    def pages(
        self, path: str, query: Mapping[str, object] | None = None, within: str = "", absent: Collection[int] = ()
    ) -> Iterator[Sequence[object]]:
        """A listing, page by page to its last; `within`: the member that holds it. Raises ForgeFailed, also when it is endless.

        There is at least one page, but for a status that is one of `absent`.
        """
        url = address(self.api, path, {"per_page": 100, **(query or {})})
        for page in range(PAGES):
            read = self._read(path, url, () if page else absent)
            if read is None:
                return
            answer, came_from = read
            document = self._json("GET", path, answer)
            items = document.get(within) if within and isinstance(document, dict) else document
            if not isinstance(items, list):
                raise self._nonsense("GET", path, "no list")
            yield items
            target = next_page(answer.headers.get("link", ""))
            if target is None:
                return
            url = follows(self.api, came_from, target) or ""
            if not url:
                raise self._nonsense("GET", path, "with a next page outside its API, where we do not send a token")
        raise ForgeFailed(
            f"{self.name} lists more than {PAGES} pages of {path}, which is not read to its end",
            "report this with how many there are", path=path, pages=PAGES,
        )  # fmt: skip

    def send(self, method: str, path: str, document: Mapping[str, object]) -> object:
        """Write; gives what the API answers. Sent again only where it was surely not done. Raises ForgeFailed."""
        body = json.dumps(document, ensure_ascii=False).encode("utf-8", "replace")
        answer = self._ask(method, path, self.api + path, {"content-type": "application/json"}, body)
        if not 200 <= answer.status < 300:
            raise self._refusal(method, path, answer)
        return self._json(method, path, answer)

    def _read(self, path: str, url: str, absent: Collection[int], accept: str = "") -> tuple[Answer, str] | None:
        """The answer and where it came from: after redirects that stay below the API."""
        for hop in count():
            answer = self._ask("GET", path, url, {"accept": accept} if accept else {}, None)
            target = follows(self.api, url, answer.headers.get("location", "")) if answer.status in MOVED else None
            if target is None or hop == REDIRECTS or "location" not in answer.headers:
                break
            url = target
        if answer.status in absent:
            return None
        if not 200 <= answer.status < 300:
            raise self._refusal("GET", path, answer)
        return answer, url

    def _ask(self, method: str, path: str, url: str, headers: Mapping[str, str], body: bytes | None) -> Answer:
        """An answer that is final, after as many tries as it needs and may have."""
        waited = 0.0
        for turn in count(1):
            found = exchange(self.pool(), method, url, {**self.headers, **headers}, body)
            wait = wait_before_next(method, found, turn)
            if wait is None or waited + wait > LONGEST:
                break
            self.pause(wait)
            waited += wait
        if isinstance(found, Silence):
            raise silent(self._asked(method, path), found)
        if is_rate_limit(found):
            raise limited(self._asked(method, path), found, limit_lasts(found), LONGEST)
        return found

    def _json(self, method: str, path: str, answer: Answer) -> object:
        if not answer.body:
            return None
        try:
            return json.loads(answer.body)
        except (ValueError, RecursionError):
            raise self._nonsense(method, path, "no JSON") from None

    def _nonsense(self, method: str, path: str, what: str) -> ForgeFailed:
        return ForgeFailed(
            f"{self.name} answered {what}",
            "check api under [review] in changectl.toml: is it that forge's API?",
            method=method,
            path=path,
        )

    def _refusal(self, method: str, path: str, answer: Answer) -> ForgeFailed:
        said = words(answer)
        hidden = said.replace(self.secret, "…") if self.secret else said
        return refusal(self._asked(method, path), answer, hidden)

    def _asked(self, method: str, path: str) -> Asked:
        return Asked(self.name, self.tokens, bool(self.secret), method, path)


def open_web(
    name: str,
    api: str,
    tokens: tuple[str, ...],
    secret: str,
    headers: Mapping[str, str],
    pause: Callable[[float], None],
) -> Web:
    """An API to ask. Nothing is sent yet. Raises ForgeFailed: no address, or no token that could be sent."""
    api = checked_api(name, api)
    if not (secret.isascii() and secret.isprintable() and " " not in secret):
        raise ForgeFailed(
            "the token has characters that no token has", f"set {' or '.join(tokens)} anew, without spaces"
        )
    own = {"user-agent": "changectl", **headers}
    pool = cache(partial(pool_for, urlsplit(api).hostname or ""))  # urllib3 costs 80 ms: only where something is asked
    return Web(name, api, tokens, secret, own, pause, pool)
