"""A channel: one way to tell people. Fed by announcements; one that fails is reported once and dropped."""

from collections.abc import Callable, Mapping

from changectl.model.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Announcement:
    """One thing people should know now: what happened (a sentence) and the state of production."""

    change: str
    title: str
    event: str
    sentence: str
    production: str
    at: str
    lead: str
    env: str


@dataclass(frozen=True, slots=True)
class Channel:
    """`open(settings)` gives a function that tells; it may raise OSError, and gives up after 5 s."""

    key: str
    summary: str
    settings: tuple[str, ...]
    open: Callable[[Mapping[str, str]], Callable[[Announcement], None]]
