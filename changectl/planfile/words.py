"""The words of complaints: what was written, quoted safely; what was probably meant."""

from collections.abc import Iterable, Mapping

from changectl.model.node import Complaints, Node
from changectl.planfile.hidden import visible

_LONGEST = 60


def quoted(text: str) -> str:
    """The text in double quotes, on one line, not long, and with nothing hidden in it."""
    cut = text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
    return f'"{visible(cut)}"'


def described(node: Node) -> str:
    """What stands there, in words."""
    match node.value:
        case None:
            return "nothing"
        case bool() as value:
            return "true" if value else "false"
        case int() | float() as value:
            return f"the number {node.raw or value}"
        case str() as value:
            return quoted(value)
        case Mapping():
            return "a mapping"
        case _:
            return "a list"


def nearest(word: str, known: Iterable[str], complaints: Complaints) -> str:
    """The known word that was probably meant, or nothing. No search when nobody will read it."""
    if complaints.full or not 1 < len(word) <= _LONGEST:
        return ""
    import difflib

    same = {option.lower().replace("-", "_"): option for option in known}
    found = difflib.get_close_matches(word.lower().replace("-", "_"), same, n=1, cutoff=0.6)
    return same[found[0]] if found else ""


def meant(word: str, known: Iterable[str], complaints: Complaints) -> str:
    """`did you mean "steps"?`, or nothing."""
    near = nearest(word, known, complaints)
    return f'did you mean "{near}"?' if near else ""


def listing(words: Iterable[str]) -> str:
    """`a, b or c`, in the order given."""
    *most, last = (*words,) or ("nothing",)
    return f"{', '.join(most)} or {last}" if most else last
