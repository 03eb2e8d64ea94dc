"""The bytes of a plan to a tree of positioned values. A strict part of YAML 1.2, within limits."""

from changectl.model.node import Complaints, Node
from changectl.planfile.hidden import NOTHING, hidden, named
from changectl.planfile.nesting import too_deep
from changectl.planfile.places import place

SIZE = 256 * 1024
"""The most bytes that a plan may have."""


def read_yaml(content: bytes, complaints: Complaints) -> Node | None:
    """The document; None when it cannot be read at all. Whatever the bytes are, this raises nothing."""
    text = _text(content, complaints)
    if text is None or not _is_fit(text, complaints):
        return None
    from changectl.planfile.compose import composed  # PyYAML costs 15 ms, and most verbs read no plan

    return composed(text, complaints)


def _text(content: bytes, complaints: Complaints) -> str | None:
    if len(content) > SIZE:
        at = place("", 0)
        complaints.add("CHG113", f"the file has {len(content):,} bytes; a plan has at most {SIZE:,}", at)
        return None
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        before = content[: error.start].decode()
        at = place(f"{before}?", len(before))
        complaints.add("CHG101", f"byte 0x{content[error.start]:02x} is not UTF-8", at, "save the file as UTF-8")
        return None


def _is_fit(text: str, complaints: Complaints) -> bool:
    offset = hidden(text)
    if offset is not None:
        fix = "" if text[offset] in NOTHING else None
        sentence = f"the text has a hidden character, {named(text[offset])}"
        complaints.add("CHG102", sentence, place(text, offset), fix=fix)
        return False
    offset = too_deep(text)
    if offset is not None:
        complaints.add("CHG114", "the text is nested too deep", place(text, offset), "is a bracket not closed?")
        return False
    return True
