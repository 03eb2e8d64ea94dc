"""The comment on a pull request: a newer run writes it anew in its place, an older one never does.

Forges have no compare-and-set for comments. So whoever has written reads again, at once and once more a little later,
and puts right what an older run wrote meanwhile. The first comment of ours is the one that stays.
"""

from collections.abc import Callable
from datetime import datetime

from changectl.contracts.forge import Forge, Remark
from changectl.views.comment_mark import Mark, folded, mark_of

TURNS = 6
"""How often it is looked at; two looks that find all in order are enough."""

LATER = 2.0
"""Seconds until the last look: longer than another run takes from reading comments to having written one."""


def stick(forge: Forge, number: int, body: str, now: datetime, pause: Callable[[float], None]) -> Remark:
    """Have the newest comment of ours stand first, and alone; which that is. `body` begins with its mark. Raises ForgeFailed."""
    calm = 0
    for _ in range(TURNS):
        kept, was_so = _in_order(forge, number, body, now)
        calm = calm + 1 if was_so else 0
        if calm == 2:
            break
        if calm == 1:
            pause(LATER)
    return kept


def standing(forge: Forge, number: int) -> Remark | None:
    """The comment of ours that stands; None where there is none. Raises ForgeFailed."""
    return next((remark for remark, _ in _ours(forge, number)), None)


def _in_order(forge: Forge, number: int, body: str, now: datetime) -> tuple[Remark, bool]:
    """The comment that stands, and whether nothing had to be written."""
    head, ours, mine = forge.request(number).head, _ours(forge, number), mark_of(body)
    assert mine is not None
    if not ours:
        return forge.say(number, body), False
    (first, _), *others = ours
    bodies = [*((remark.body, mark) for remark, mark in ours), (body, mine)]
    newest, _ = max(reversed(bodies), key=lambda each: each[1].rank(head, now))  # of equals ours, which was made last
    was_so = _same(first.body, newest) and not others
    kept = first if _same(first.body, newest) else forge.amend(number, first, newest)
    for other, _ in others:
        forge.amend(number, other, folded(first.url))
    return kept, was_so


def _ours(forge: Forge, number: int) -> list[tuple[Remark, Mark]]:
    """Every comment that we wrote and have not folded, oldest first. What others wrote is theirs, whatever it says."""
    marked = ((remark, mark_of(remark.body)) for remark in forge.remarks(number) if remark.mine)
    return [(remark, mark) for remark, mark in marked if mark is not None]


def _same(one: str, other: str) -> bool:
    """Forges turn line ends around and cut what ends a text."""
    return one.replace("\r\n", "\n").strip() == other.replace("\r\n", "\n").strip()
