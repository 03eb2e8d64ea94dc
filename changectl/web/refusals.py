"""A refusal in words: what a service's status means for us, and what to type next."""

import json

from changectl.errors import ForgeFailed
from changectl.model.frozen import dataclass
from changectl.model.text import one_line
from changectl.web.answer import Answer, Silence
from changectl.web.shape import member


@dataclass(frozen=True, slots=True)
class Asked:
    """Whom we asked for what. `tokens`: the variables that may hold a token; `signed_in`: one does."""

    name: str
    tokens: tuple[str, ...]
    signed_in: bool
    method: str
    path: str


def refusal(asked: Asked, answer: Answer, said: str) -> ForgeFailed:
    """What an answer that is no success means. `said`: the service's own words, safe to show."""
    name, variables = asked.name, " or ".join(asked.tokens)
    because = f": {said}" if said else ""
    match answer.status:
        case 401 if asked.signed_in:
            sentence, hint = f"{name} does not know the token, or it has expired", f"set {variables} to a valid token"
        case 401:
            sentence, hint = (
                f"{name} wants to know who asks",
                f"set {variables} to a token that may read the repository",
            )
        case 403:
            sentence = f"{name} forbids this{because}"
            hint = f"give the token in {variables} the right to do it"
        case 404:
            sentence = f"{name} has no {one_line(asked.path)}, or the token may not see it"
            hint = f"check repository under [review] in changectl.toml, and what the token in {variables} may see"
        case 301 | 302 | 303 | 307 | 308:
            sentence = f"{name} says that this is elsewhere now, where we do not send a token"
            hint = "check repository and api under [review] in changectl.toml: was the repository renamed or moved?"
        case 400 | 409 | 422:
            sentence, hint = f"{name} refuses what it was sent{because}", "report this with what it says"
        case status if status >= 500 and asked.method != "GET":
            sentence = f"{name} answered {status}, and may have done it all the same{because}"
            hint = "look there, then run the same command again"
        case status:
            sentence, hint = f"{name} answered {status}{because}", "run the same command again in a while"
    return ForgeFailed(sentence, hint, status=answer.status, method=asked.method, path=asked.path)


def limited(asked: Asked, answer: Answer, seconds: float, longest: float) -> ForgeFailed:
    """Its limit lasts longer than we wait."""
    hint = f"run the same command again in {_long(seconds)}"
    if not asked.signed_in:
        hint = f"set {' or '.join(asked.tokens)}: with a token more may be asked"
    longer = f", longer than the {longest:g} s that we wait" if seconds > longest else ""
    return ForgeFailed(
        f"{asked.name} takes no more requests for another {_long(seconds)}{longer}",
        hint, status=answer.status, method=asked.method, path=asked.path, seconds=seconds,
    )  # fmt: skip


def silent(asked: Asked, silence: Silence) -> ForgeFailed:
    """There was no answer. What was to be written may be written."""
    may = ", and may have done what it was told" if silence.sent and asked.method != "GET" else ""
    hint = "look there, then run the same command again" if may else "check the network, and api under [review]"
    return ForgeFailed(f"{asked.name} {silence.why}{may}", hint, status=0, method=asked.method, path=asked.path)


def words(answer: Answer) -> str:
    """What the service says of its refusal, in a line: GitHub's and GitLab's `message`, OAuth's `error_description`."""
    try:
        document = json.loads(answer.body)
    except (ValueError, RecursionError):
        return ""
    found = member(document, "message") or member(document, "error_description") or member(document, "error")
    errors = member(document, "errors")
    plain = found if isinstance(found, str) else json.dumps(found) if found else ""
    return one_line(f"{plain} {json.dumps(errors)}" if errors else plain)


def _long(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds <= 120 else f"{seconds / 60:.0f} min"
