"""A plan that is being written: the text of an earlier plan or a template, with some of its members written anew.

Text in, text out, so that comments and the author's spelling stay.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from changectl.model.node import Complaints, Node, Span, plain
from changectl.planfile.spelling import block, scalar_text
from changectl.planfile.yaml import read_yaml

SCHEMA = ".changectl/plan.schema.json"
"""Beside changectl.toml, so that an editor finds it from every plan by the same relative path, on everybody's machine.

It belongs into git: a colleague who opens a plan may never have run `changectl new`.
"""

MODELINE = f"# yaml-language-server: $schema=../{SCHEMA}"
TEMPLATES = Path(__file__).parent / "templates"
OWN_TEMPLATES = ".changectl/templates"
"""A team's own; not below plans/, where they would be plans."""

_ORDER = ("plan", "title", "rationale", "alternatives", "risk", "env", "lead", "ticket", "emergency", "when")
_ALARM = re.compile(r"^( *)- alarm: <", re.MULTILINE)
_MODELINE = re.compile(r"^# *yaml-language-server:[^\n]*\n", re.MULTILINE)


def with_members(text: str, members: Mapping[str, str | None]) -> str:
    """The plan with these top-level members written anew, each as whole lines; None takes one out.

    Comments above a member stay with it, and go with it.
    """
    root = read_yaml(text.encode(), Complaints())
    sections = _sections(text, root) if root is not None and isinstance(root.value, Mapping) else {}
    for name, new in members.items():
        if new is None:
            sections.pop(name, None)
        elif name in sections:
            sections[name] = _comments(sections[name]) + new + _blank_end(sections[name])
        else:
            sections = _placed(sections, name, new)
    return MODELINE + "\n" + "".join(sections.values()).lstrip("\n").rstrip("\n") + "\n"


def with_spans(text: str, changes: Mapping[Span, str]) -> str:
    """The text with other words in these places; each place is within one line."""
    lines = text.split("\n")
    for span, new in sorted(changes.items(), key=lambda change: (change[0].line, change[0].column), reverse=True):
        old = lines[span.line - 1]
        lines[span.line - 1] = old[: span.column - 1] + new + old[span.end_column - 1 :]
    return "\n".join(lines)


def naming(alarms: Sequence[str], text: str) -> str:
    """The plan with these alarms named beside the first one that is still to be filled in."""
    said = f"\\1# there are {', '.join(alarms)}\n"
    return _ALARM.sub(said + r"\g<0>", text, count=1) if alarms else text


def member_line(name: str, value: str) -> str:
    """`title: Raise the timeout`, quoted where it must be."""
    return f"{name}: {scalar_text(value)}\n"


def member_lines(name: str, lines: Iterator[str] | tuple[str, ...]) -> str:
    """A member whose value stands on lines of its own."""
    return "".join(f"{line}\n" for line in (f"{name}:", *(f"  {line}" if line else "" for line in lines)))


def templates(root: Path) -> Mapping[str, Path]:
    """Every template by its name; a team's own goes before ours of the same name."""
    folders = (TEMPLATES, root / OWN_TEMPLATES)
    return {path.stem: path for folder in folders for path in sorted(folder.glob("*.yaml")) if path.is_file()}


def _sections(text: str, root: Node) -> dict[str, str]:
    """The text by its top-level members, in order, each with the comments above it."""
    if not isinstance(root.value, Mapping):
        return {}
    if any(span.column != 1 for span in root.keys.values()) or "\r" in text:
        return _respelled(root)  # as JSON, or by Windows
    lines = _MODELINE.sub("", text, count=1).split("\n")
    shift = text.count("\n") - (len(lines) - 1)
    starts = [_with_comments(lines, span.line - 1 - shift) for span in root.keys.values()]
    ends = [*starts[1:], len(lines)]
    found = {
        name: "".join(f"{line}\n" for line in lines[start:end])
        for name, start, end in zip(root.keys, starts, ends, strict=True)
    }
    head = "".join(f"{line}\n" for line in lines[: starts[0]] if line.startswith("#")) if starts else ""
    first = next(iter(found), None)
    return {name: (head + part if name == first else part) for name, part in found.items()}


def _respelled(root: Node) -> dict[str, str]:
    value = plain(root)
    assert isinstance(value, dict)
    return {name: "".join(f"{line}\n" for line in block({name: child})) for name, child in value.items()}


def _with_comments(lines: list[str], at: int) -> int:
    """Where the comments begin that stand right above a line."""
    while at > 0 and lines[at - 1].startswith("#"):
        at -= 1
    return at


def _comments(section: str) -> str:
    found = re.match(r"(?:#[^\n]*\n)*", section)
    return found[0] if found else ""


def _blank_end(section: str) -> str:
    return "\n" if section.endswith("\n\n") else ""


def _placed(sections: Mapping[str, str], name: str, new: str) -> dict[str, str]:
    """The sections with one more, behind those that stand before it in a plan."""
    before = _ORDER[: _ORDER.index(name)] if name in _ORDER else _ORDER
    last = max((number for number, other in enumerate(sections, 1) if other in before), default=0)
    items = list(sections.items())
    if last and items[last - 1][1].endswith("\n\n"):
        items[last - 1] = (items[last - 1][0], items[last - 1][1][:-1])
        new += "\n"
    return dict((*items[:last], (name, new), *items[last:]))
