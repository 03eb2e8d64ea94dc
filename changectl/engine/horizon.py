"""How long a reading of production may still be older than what this attempt has done: the settle horizons of the kinds.

AWS is read from replicas: until then an absence may be old, while an effect that is seen is true.
"""

import math
from collections.abc import Iterable
from datetime import datetime

from changectl.engine.classes import settle_horizon
from changectl.engine.world import World
from changectl.model.change import Change, Fate, Sent
from changectl.model.resource import FacetRef, Ref

NAMELESS = Ref("", ())
"""In the place of the resource of a call that names none."""


class Horizon:
    """When each resource was last called. What another process called counts from when that was recorded."""

    def __init__(self, world: World, change: Change) -> None:
        self._world = world
        at = world.clock.monotonic() - _age(change, world.clock.now())
        self._called = {ref: at for sent in change.calls for ref in called_by(sent)}

    def stirred(self, refs: Iterable[Ref]) -> None:
        """By what this attempt did, these were still changing until now."""
        self._called |= dict.fromkeys(refs, self._world.clock.monotonic())

    def left(self, facets: Iterable[FacetRef]) -> float:
        """Seconds until a reading of these settings can no longer be older than the last call to their resources.

        Of no settings: to whatever names none. A resource without an id stands for one that is not known yet.
        """
        now, kinds, scale = self._world.clock.monotonic(), self._world.ground.kinds, self._world.settle
        each = [(facet.ref if facet.ref.id else NAMELESS, settle_horizon(kinds, [facet])) for facet in facets]
        wanted = each or [(NAMELESS, settle_horizon(kinds, ()))]
        return max(self._called.get(ref, -math.inf) + seconds * scale - now for ref, seconds in wanted)


def called_by(sent: Sent) -> tuple[Ref, ...]:
    """The resources that a call names, and those that its answer named."""
    refs = (*(facet.ref for facet in sent.started.facets), *sent.started.creates, *sent.made)
    return tuple(dict.fromkeys(refs)) or (NAMELESS,)


def _age(change: Change, now: datetime) -> float:
    """Seconds since this attempt last called AWS, as far as that is recorded.

    None where a call was not answered: it was recorded before it went out, and may have taken its time.
    """
    open_ones = any(sent.fate in (Fate.OPEN, Fate.UNKNOWN) for sent in change.calls)
    if open_ones or not change.called_at:
        return 0.0
    return max((now - datetime.fromisoformat(change.called_at)).total_seconds(), 0.0)
