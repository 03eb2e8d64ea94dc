"""The bytes of a plan to a tree of positioned values. A strict part of YAML 1.2, within limits."""

from itertools import islice

from changectl.model.node import MOST_COMPLAINTS, Complaints, Node
from changectl.planfile.hidden import NOTHING, all_hidden, named
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
    offsets = [*islice(all_hidden(text), MOST_COMPLAINTS)]
    for offset in offsets:
        sentence = f"the text has a hidden character, {named(text[offset])}"
        complaints.add("CHG102", sentence, place(text, offset), fix="" if text[offset] in NOTHING else None)
    if offsets:
        return False
    deep = too_deep(text)
    if deep is not None:
        complaints.add("CHG114", "the text is nested too deep", place(text, deep), "is a bracket not closed?")
        return False
    return True
