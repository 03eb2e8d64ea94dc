"""A webhook: each announcement as one JSON document, posted to a URL."""

import json
import threading
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from urllib.parse import urlsplit

from changectl.contracts.channel import Announcement, Channel, Teller

PATIENCE = 5.0
"""Seconds for all of it: a slow server must not hold up a change."""


def open_webhook(settings: Mapping[str, str]) -> Teller:
    """Tells by POST to `url`, with `header` (`Authorization: Bearer …`) where it is set. Raises ValueError, OSError."""
    url, headers = settings.get("url", ""), _headers(settings.get("header", ""))
    host = _host(url)

    def tell(announcements: Sequence[Announcement]) -> None:
        for announcement in announcements:
            _tell(announcement)

    def _tell(announcement: Announcement) -> None:
        document = {"schema": "changectl/announcement/1", **asdict(announcement)}
        failures = [f"did not answer within {PATIENCE:g} s"]
        # In a thread, because a name lookup cannot be interrupted, and a server may answer one byte at a time.
        post = threading.Thread(target=_post, args=(url, headers, document, failures), daemon=True)
        post.start()
        post.join(PATIENCE)
        for failure in failures[-1:]:
            raise OSError(f"the webhook at {host} {failure}")

    return tell


def _headers(header: str) -> Mapping[str, str]:
    name, colon, value = header.partition(":")
    if header and (not name.strip() or not colon or not header.isprintable()):
        raise ValueError("header of a webhook is written like Authorization: Bearer …")
    own = {name.strip(): value.strip()} if header else {}
    return {"Content-Type": "application/json", "User-Agent": "changectl", **own}


def _host(url: str) -> str:
    """All that may be told of the URL: its path and query are often the only secret of a webhook."""
    try:
        parts = urlsplit(url)
        if parts.scheme in ("http", "https") and parts.hostname and url.isprintable() and " " not in url:
            return parts.hostname
    except ValueError:
        pass
    raise ValueError("url of a webhook begins with https:// and a host")


def _post(url: str, headers: Mapping[str, str], document: Mapping[str, object], failures: list[str]) -> None:
    """Empties `failures`, or adds the one that happened."""
    import urllib3

    try:
        with urllib3.PoolManager(retries=False, timeout=PATIENCE) as pool:
            body = json.dumps(document, ensure_ascii=False).encode(errors="replace")
            answer = pool.request("POST", url, body=body, headers=headers, redirect=False, preload_content=False)
            answer.close()
    except (urllib3.exceptions.HTTPError, OSError, ValueError) as error:
        failures.append(f"could not be told ({type(error).__name__})")
        return
    if 200 <= answer.status < 300:
        failures.clear()
    else:
        failures.append(f"answered {answer.status}")


CHANNEL = Channel(
    key="webhook",
    summary="posts each announcement as JSON; secrets of the URL are never shown",
    settings=("url", "header"),
    open=open_webhook,
)
