"""YAML events to positioned values. Importing this file imports PyYAML.

Our own composer, because the library's own drops the places, lets the second of two equal keys win, follows
aliases, reads `off` as false, and recurses in C without a bound.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    StreamEndEvent,
)

from changectl.model.node import Complaints, Node, Span
from changectl.planfile.gaps import complain_of_gap
from changectl.planfile.hidden import hidden
from changectl.planfile.nesting import DEPTH
from changectl.planfile.scalars import scalar
from changectl.planfile.syntax import complain_of_syntax
from changectl.planfile.words import quoted

NODES = 20_000
"""The most values that a plan may have."""

_LOADER: Any = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader


def composed(text: str, complaints: Complaints) -> Node | None:
    """The one document of the text; None when there is none, or none that can be read to its end."""
    try:
        return _Composer(yaml.parse(text, Loader=_LOADER), complaints).document()
    except _TooMuch:
        return None
    except yaml.YAMLError as error:
        complain_of_syntax(error, text, complaints)
        return None


class _TooMuch(Exception):
    """A limit was passed; the complaint has been made."""


@dataclass(slots=True)
class _Composer:
    events: Iterator[Any]
    complaints: Complaints
    count: int = 0

    def document(self) -> Node | None:
        next(self.events)
        start = next(self.events)
        if isinstance(start, StreamEndEvent):
            self.complaints.add("CHG116", "the file is empty", Span(1, 1))
            return None
        if start.version or start.tags:
            self.complaints.add("CHG111", "a directive (%) has no place in a plan", _span(start))
        root = self.node(next(self.events), 0)
        next(self.events)
        after = next(self.events)
        if isinstance(after, DocumentStartEvent):
            self.complaints.add("CHG111", "a second document begins here", _span(after), "one file is one plan")
        return root

    def node(self, event: Any, depth: int) -> Node:
        self._limit(event, depth)
        self._plain(event)
        if isinstance(event, ScalarEvent):
            return self._scalar(event)
        if isinstance(event, MappingStartEvent):
            return self._mapping(event, depth)
        if isinstance(event, AliasEvent):
            return Node(None, _span(event))
        return self._sequence(event, depth)

    def _limit(self, event: Any, depth: int) -> None:
        self.count += 1
        if depth > DEPTH:
            self.complaints.add("CHG114", f"more than {DEPTH} levels of nesting", _span(event))
            raise _TooMuch
        if self.count > NODES:
            self.complaints.add("CHG115", f"more than {NODES:,} values", _span(event))
            raise _TooMuch
        if self.complaints.full:
            raise _TooMuch

    def _plain(self, event: NodeEvent) -> None:
        if event.anchor is not None:
            what = "an alias (*)" if isinstance(event, AliasEvent) else "an anchor (&)"
            help_ = "write the value out, or put text that begins with this character in quotes"
            self.complaints.add("CHG108", f"{what} has no place in a plan", _span(event), help_)
        if getattr(event, "tag", None) is not None:
            help_ = "leave it out, or put text that begins with ! in quotes"
            self.complaints.add("CHG109", "a tag (!) has no place in a plan", _span(event), help_)

    def _scalar(self, event: ScalarEvent) -> Node:
        text = event.value
        if not event.style:
            node = Node(scalar(text), _span(event), raw=text)
            complain_of_gap(node, self.complaints)
            return node
        if (offset := hidden(text)) is not None and "\ud800" <= text[offset] <= "\udfff":
            self.complaints.add("CHG102", "half of a character (a lone surrogate)", _span(event))
        return Node(text, _span(event), quoted=True)

    def _sequence(self, event: Any, depth: int) -> Node:
        items: list[Node] = []
        while not isinstance(child := next(self.events), SequenceEndEvent):
            items.append(self.node(child, depth + 1))
        return Node(tuple(items), _around(event, child, items))

    def _mapping(self, event: Any, depth: int) -> Node:
        members: dict[str, Node] = {}
        keys: dict[str, Span] = {}
        while not isinstance(child := next(self.events), MappingEndEvent):
            key = self._key(child, depth)
            value = self.node(next(self.events), depth + 1)
            if key is None:
                continue
            if key in keys:
                first = f"it stands on line {keys[key].line} already"
                self.complaints.add("CHG106", f"the key {quoted(key)} is here twice", _span(child), first)
                continue
            members[key], keys[key] = value, _span(child)
        return Node(members, _around(event, child, list(members.values())), keys)

    def _key(self, event: Any, depth: int) -> str | None:
        """The key as it is written; None, with a complaint, where it is more than a word."""
        node = self.node(event, depth + 1)
        if not isinstance(event, ScalarEvent) or (not event.value and not event.style):
            self.complaints.add("CHG112", "a key is plain text, no list, mapping, alias or nothing", _span(event))
            return None
        if event.value == "<<" and not event.style:
            self.complaints.add("CHG110", "a merge key (<<) has no place in a plan", node, "write the members out")
            return None
        if event.style and (hidden(event.value) is not None or "\n" in event.value):
            self.complaints.add("CHG102", f"the key {quoted(event.value)} has a hidden character", node)
            return None
        return str(event.value)


def _span(event: Any) -> Span:
    start, end = event.start_mark, event.end_mark
    return Span(start.line + 1, start.column + 1, end.line + 1, end.column + 1)


def _around(start: Any, end: Any, children: list[Node]) -> Span:
    """From the start to the closing bracket; without brackets, to the end of the last child.

    The parser ends a block where the next thing begins, lines further down.
    """
    at = start.start_mark
    if start.flow_style or not children:
        mark = end.end_mark if start.flow_style else start.end_mark
        return Span(at.line + 1, at.column + 1, mark.line + 1, mark.column + 1)
    last = children[-1].span
    return Span(at.line + 1, at.column + 1, last.end_line, last.end_column)
