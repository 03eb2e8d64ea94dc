"""What the case of a kind is made of: a step that disturbs a resource by one operation."""

from collections.abc import Callable
from dataclasses import dataclass

from changectl.model.resource import Call


@dataclass(frozen=True, slots=True)
class Step:
    """A call to be judged, or a thunk where its ids are known only by then, and the calls that make ready for it."""

    call: Call | Callable[[], Call]
    setup: tuple[Call, ...] = ()
