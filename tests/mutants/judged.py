"""What the tool's surviving mutants are: no other behaviour, only words or time, or behaviour that no test holds to yet."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Judged:
    """A survivor, by its file and its lines as they are and as they would be (spaces flat), and why it survives."""

    file: str
    old: str
    new: str
    is_: Literal["equivalent", "words", "time", "missed"]
    why: str


JUDGED: tuple[Judged, ...] = ()
