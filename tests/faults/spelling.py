"""A refusal as each protocol of AWS spells it, with the code that its services use for it.

Codes: EC2's, S3's and DynamoDB's lists of error codes, and "Common errors" of the query APIs.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from xml.sax.saxutils import escape

from tests.faults.asking import Asked, Protocol


class Refusal(Enum):
    """Why AWS does not do it."""

    THROTTLED = "throttled"
    DENIED = "denied"
    EXPIRED = "expired"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer."""

    status: int
    headers: Mapping[str, str]
    body: bytes


_CODES: Mapping[Protocol, Mapping[Refusal, tuple[int, str]]] = {
    Protocol.EC2: {
        Refusal.THROTTLED: (503, "RequestLimitExceeded"),
        Refusal.DENIED: (403, "UnauthorizedOperation"),
        Refusal.EXPIRED: (400, "RequestExpired"),
        Refusal.BROKEN: (500, "InternalError"),
    },
    Protocol.QUERY: {
        Refusal.THROTTLED: (400, "Throttling"),
        Refusal.DENIED: (403, "AccessDenied"),
        Refusal.EXPIRED: (403, "ExpiredToken"),
        Refusal.BROKEN: (500, "InternalFailure"),
    },
    Protocol.JSON_10: {
        Refusal.THROTTLED: (400, "ThrottlingException"),
        Refusal.DENIED: (400, "AccessDeniedException"),
        Refusal.EXPIRED: (400, "ExpiredTokenException"),
        Refusal.BROKEN: (500, "InternalServerError"),
    },
    Protocol.JSON_11: {
        Refusal.THROTTLED: (400, "ThrottlingException"),
        Refusal.DENIED: (400, "AccessDeniedException"),
        Refusal.EXPIRED: (400, "ExpiredTokenException"),
        Refusal.BROKEN: (500, "InternalServerError"),
    },
    Protocol.REST_XML: {
        Refusal.THROTTLED: (503, "SlowDown"),
        Refusal.DENIED: (403, "AccessDenied"),
        Refusal.EXPIRED: (400, "ExpiredToken"),
        Refusal.BROKEN: (500, "InternalError"),
    },
    Protocol.REST_JSON: {
        Refusal.THROTTLED: (429, "TooManyRequestsException"),
        Refusal.DENIED: (403, "AccessDeniedException"),
        Refusal.EXPIRED: (403, "ExpiredTokenException"),
        Refusal.BROKEN: (500, "ServiceException"),
    },
}
_MESSAGE = "a fault of the proxy"
_ID = "00000000-0000-4000-8000-00000000fa17"


def refusal(asked: Asked, why: Refusal, status: int = 0, code: str = "") -> Answer:
    """The answer by which AWS refuses; another status or code where these are given."""
    usual, name = _CODES[asked.protocol][why]
    status, code = status or usual, code or name
    match asked.protocol:
        case Protocol.EC2:
            inner = f"<Errors><Error><Code>{escape(code)}</Code><Message>{_MESSAGE}</Message></Error></Errors>"
            return _xml(status, f"<Response>{inner}<RequestID>{_ID}</RequestID></Response>")
        case Protocol.QUERY:
            return _xml(status, _wrapped(code))
        case Protocol.REST_XML if asked.service == "s3":
            inner = f"<Code>{escape(code)}</Code><Message>{_MESSAGE}</Message><RequestId>{_ID}</RequestId>"
            return _xml(status, f"<Error>{inner}</Error>")
        case Protocol.REST_XML:
            return _xml(status, _wrapped(code))
        case Protocol.JSON_10 | Protocol.JSON_11:
            body = {"__type": f"com.amazonaws#{code}", "message": _MESSAGE}
            kind = "1.0" if asked.protocol is Protocol.JSON_10 else "1.1"
            return _answer(status, f"application/x-amz-json-{kind}", json.dumps(body).encode())
        case Protocol.REST_JSON:
            body = json.dumps({"message": _MESSAGE}).encode()
            return _answer(status, "application/json", body, **{"x-amzn-ErrorType": code})


def _wrapped(code: str) -> str:
    side = "Sender" if code not in ("InternalFailure", "InternalError") else "Receiver"
    inner = f"<Type>{side}</Type><Code>{escape(code)}</Code><Message>{_MESSAGE}</Message>"
    return f"<ErrorResponse><Error>{inner}</Error><RequestId>{_ID}</RequestId></ErrorResponse>"


def _xml(status: int, body: str) -> Answer:
    return _answer(status, "text/xml", f'<?xml version="1.0" encoding="UTF-8"?>\n{body}'.encode())


def _answer(status: int, kind: str, body: bytes, **more: str) -> Answer:
    return Answer(status, {"Content-Type": kind, "x-amzn-RequestId": _ID, **more}, body)
