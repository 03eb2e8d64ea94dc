"""A channel: one way to tell people. Fed by announcements; one that fails is reported once and dropped."""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

from changectl.model.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Announcement:
    """One thing people should know now: what happened (a sentence) and the state of production.

    `who` carries the change on, `next` is the command that somebody may type now, `notice` what the plan tells those
    who will notice. `began`: when the attempt began. `detail`: only somebody who looks closely wants to read it.
    """

    change: str
    title: str
    event: str
    sentence: str
    production: str
    at: str
    lead: str
    env: str
    attempt: int = 0
    began: str = ""
    who: str = ""
    next: str = ""
    notice: str = ""
    detail: bool = False


class TellLater(OSError):
    """Not all could be told yet: ask again after `wait` seconds, with whatever has come since, or with nothing."""

    def __init__(self, why: str, wait: float) -> None:
        super().__init__(why)
        self.wait = wait


Teller: TypeAlias = Callable[[Sequence[Announcement]], None]
"""Tells what has come since it was last asked, oldest first. Raises OSError, whose words show no secret; TellLater.

What was handed over once is the teller's: after TellLater it is not handed over again.
"""


@dataclass(frozen=True, slots=True)
class Channel:
    """`open(settings)` gives a teller; it raises ValueError for settings that cannot work, and shows no secret.

    `secrets`: settings that name an environment variable; `open` is handed its value. `details`: whether it wants
    announcements of detail. `every`: at least so many seconds lie between two tellings, as long as the change goes on.
    """

    key: str
    summary: str
    settings: tuple[str, ...]
    open: Callable[[Mapping[str, str]], Teller]
    secrets: tuple[str, ...] = ()
    details: bool = False
    every: float = 0.0
