"""Asking Slack by its own library, and what its refusals mean: later, gone, or no more."""

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NoReturn

from changectl.contracts.channel import TellLater

if TYPE_CHECKING:
    import logging

PATIENCE = 5
"""Seconds for each wait on the network."""

LONGEST = 3600.0
"""Seconds of a Retry-After that is believed."""

Ask = Callable[..., Mapping[str, Any]]

HINTS = {
    "not_in_channel": "invite the app into the channel",
    "channel_not_found": "write the channel's ID, and invite the app into it",
    "invalid_auth": "the token is not valid",
    "token_revoked": "the token was revoked",
    "missing_scope": "the app needs chat:write",
    "is_archived": "the channel is archived",
}

GONE = frozenset({"message_not_found", "thread_not_found", "cant_update_message", "edit_window_closed"})

_WORD = re.compile(r"[a-z][a-z0-9_]{0,60}", re.ASCII)


class Gone(OSError):
    """The message that was to be edited is there no more, or may not be edited."""


class Refused(OSError):
    """Slack says no, for good. `code` is its word."""

    def __init__(self, code: str) -> None:
        super().__init__(f"Slack answered {code}" + (f": {HINTS[code]}" if code in HINTS else ""))
        self.code = code


def bot(token: str, api: str) -> Ask:
    """`ask("chat.postMessage", channel=…)` gives Slack's answer. Raises TellLater, Gone, Refused; shows no token."""
    sdk, failures = _sdk(), _failures()
    client = sdk.WebClient(token, base_url=api, timeout=PATIENCE, retry_handlers=[], logger=_silent())

    def ask(method: str, **params: Any) -> Mapping[str, Any]:
        try:
            answer = client.api_call(method, json=params)
            data = answer.data
        except sdk.errors.SlackApiError as error:
            _refuse(error.response)
        except (*failures, sdk.errors.SlackClientError) as error:
            raise TellLater(f"Slack could not be told ({type(error).__name__})", 2.0) from None
        if not isinstance(data, Mapping):
            raise TellLater("Slack did not answer in JSON", 2.0)
        return data

    return ask


def webhook(url: str) -> Ask:
    """`post(text=…, blocks=…)` sends one message. Raises TellLater, Refused; shows nothing of the URL."""
    _sdk()
    failures = _failures()
    from slack_sdk.webhook import WebhookClient

    client = WebhookClient(url, timeout=PATIENCE, retry_handlers=[], logger=_silent())

    def post(**message: Any) -> Mapping[str, Any]:
        try:
            answer = client.send_dict(message)
        except failures as error:
            raise TellLater(f"Slack could not be told ({type(error).__name__})", 2.0) from None
        _heed(answer.status_code, answer.headers)
        if answer.status_code != 200 or answer.body.strip() != "ok":
            word = _WORD.fullmatch(answer.body.strip())
            raise Refused(word[0] if word else str(answer.status_code))
        return {}

    return post


def _sdk() -> Any:
    try:
        import slack_sdk
        import slack_sdk.errors
    except ImportError:
        raise ValueError("a slack channel needs one more package: pip install 'changectl[slack]'") from None
    return slack_sdk


def _failures() -> tuple[type[Exception], ...]:
    """What comes of a network that fails, and what the library makes of an answer that is none."""
    from http.client import HTTPException

    return (OSError, HTTPException, ValueError, AttributeError, TypeError)


def _refuse(response: Any) -> NoReturn:
    """What Slack's refusal means. Always raises."""
    _heed(getattr(response, "status_code", 0), getattr(response, "headers", {}))
    data = getattr(response, "data", response)
    code = data.get("error", "") if isinstance(data, Mapping) else ""
    if code in GONE:
        raise Gone(code) from None
    if code in ("ratelimited", "rate_limited"):
        raise TellLater("Slack asks to wait", 30.0) from None
    if code in ("internal_error", "fatal_error", "service_unavailable", "request_timeout"):
        raise TellLater(f"Slack answered {code}", 2.0) from None
    if not isinstance(code, str) or not _WORD.fullmatch(code):  # also what the library makes of an answer without JSON
        raise TellLater("Slack did not answer in JSON", 2.0) from None
    raise Refused(code) from None


def _heed(status: int, headers: Mapping[str, Any]) -> None:
    """Raises TellLater where the status says so."""
    if status == 429:
        named = {str(name).lower(): value for name, value in headers.items()}
        after = named.get("retry-after", "")
        after = after[0] if isinstance(after, list) and after else after
        wait = float(after) if re.fullmatch(r"\d{1,6}", str(after)) else 30.0
        raise TellLater("Slack asks to wait", min(max(wait, 1.0), LONGEST))
    if status >= 500:
        raise TellLater(f"Slack answered {status}", 2.0)


def _silent() -> "logging.Logger":
    """A logger that the library's own words go to, and nobody reads: they may repeat what we sent."""
    import logging

    logger = logging.Logger("changectl.slack", logging.CRITICAL + 1)
    logger.addHandler(logging.NullHandler())
    logger.propagate = False
    return logger
