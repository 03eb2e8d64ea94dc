"""How long to wait before a request is sent again, if it may be: read from what came back, by the service's own clock. Pure.

https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api, RFC 9110 10.2.3 (Retry-After).
"""

from collections.abc import Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime

from changectl.web.answer import Answer, Silence

TRIES = 4
UNTOLD = 60.0
"""Seconds, where we are told to ask less often but not when: "wait for at least one minute", GitHub says."""

BUSY = frozenset({502, 503, 504})


def wait_before_next(method: str, found: Answer | Silence, turn: int) -> float | None:
    """Seconds until the same request may be sent again, after its `turn`-th time (from 1); None: it may not, or needs not.

    What reads is asked again. What writes is sent again only where it is sure that it was not done.
    """
    if turn >= TRIES:
        return None
    grows = 0.5 * 2 ** (turn - 1)
    if isinstance(found, Silence):
        return None if found.lasting or (found.sent and method != "GET") else grows
    if is_rate_limit(found):
        return limit_lasts(found)
    if found.status in BUSY and method == "GET":
        return _retry_after(found.headers) or grows
    return None


def is_rate_limit(answer: Answer) -> bool:
    """Whether the request was refused, undone, because we ask too often. GitHub says so with a 403, too."""
    told = "retry-after" in answer.headers or _remaining(answer.headers) == "0"
    return answer.status == 429 or (answer.status == 403 and told)


def limit_lasts(answer: Answer) -> float:
    """Seconds until the limit ends, as far as it is told."""
    asked = _asked(answer.headers)
    return UNTOLD if asked is None else asked


def _asked(headers: Mapping[str, str]) -> float | None:
    if (after := _retry_after(headers)) is not None:
        return after
    reset = _number(headers.get("x-ratelimit-reset") or headers.get("ratelimit-reset", ""))
    if reset is None or _remaining(headers) not in ("0", ""):
        return None
    if reset < 1_000_000_000:  # a proxy's, in seconds from now; GitHub and GitLab tell the time itself
        return max(1.0, reset)
    now = _date(headers.get("date", ""))
    return None if now is None else max(1.0, reset - now.timestamp() + 1)


def _retry_after(headers: Mapping[str, str]) -> float | None:
    told = headers.get("retry-after", "")
    if (seconds := _number(told)) is not None:
        return max(1.0, seconds)
    then, now = _date(told), _date(headers.get("date", ""))
    return None if then is None or now is None else max(1.0, (then - now).total_seconds())


def _remaining(headers: Mapping[str, str]) -> str:
    return headers.get("x-ratelimit-remaining") or headers.get("ratelimit-remaining", "")


def _number(told: str) -> float | None:
    return float(told) if told.isascii() and told.isdigit() and len(told) < 12 else None


def _date(told: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(told)
    except ValueError:
        return None
    return found if found.tzinfo else None
