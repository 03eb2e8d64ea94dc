"""Sequences as numbers: equal sequences are one number, however they came about, so that comparing them costs nothing."""

from collections.abc import Hashable, Iterator
from typing import Generic, TypeVar

T = TypeVar("T", bound=Hashable)


class Trie(Generic[T]):
    """Every sequence that was ever asked for; 0 is the empty one."""

    def __init__(self) -> None:
        self._next: dict[tuple[int, T], int] = {}
        self._items: list[T | None] = [None]
        self._parents = [0]
        self.lengths = [0]

    def after(self, sequence: int, item: T) -> int:
        """The sequence with one more item."""
        key = (sequence, item)
        found = self._next.get(key)
        if found is None:
            found = self._next[key] = len(self._parents)
            self._items.append(item)
            self._parents.append(sequence)
            self.lengths.append(self.lengths[sequence] + 1)
        return found

    def parent(self, sequence: int) -> int:
        """The sequence without its last item."""
        return self._parents[sequence]

    def last(self, sequence: int) -> T:
        """Its last item. IndexError for the empty one."""
        if (item := self._items[sequence]) is None:
            raise IndexError("an empty sequence has no last item")
        return item

    def items(self, sequence: int) -> tuple[T, ...]:
        """All items, in order."""
        return tuple(self._backwards(sequence))[::-1]

    def begins(self, sequence: int, beginning: int) -> bool:
        """Whether one sequence begins with another."""
        while self.lengths[sequence] > self.lengths[beginning]:
            sequence = self._parents[sequence]
        return sequence == beginning

    def _backwards(self, sequence: int) -> Iterator[T]:
        while sequence:
            yield self.last(sequence)
            sequence = self._parents[sequence]
