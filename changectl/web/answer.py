"""What came back from a web service: an answer, or none and why."""

from collections.abc import Mapping

from changectl.model.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, headers by their names in lower case, and the body as it was sent."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Silence:
    """No answer. `why` goes after the service's name. `sent`: the request may have arrived. `lasting`: asking again is no use."""

    why: str
    sent: bool
    lasting: bool = False
