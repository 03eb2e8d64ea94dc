"""The words of complaints: what was written, quoted safely; what was probably meant."""

from collections.abc import Iterable, Mapping

from changectl.model.frozen import dataclass
from changectl.model.node import Complaints, Node, Span
from changectl.planfile.hidden import visible

_LONGEST = 60
_SURE = 0.8
"""So alike that nothing else can be meant, where only one word is: a letter too many, too few or changed in five."""

_TRUTHS = {"true": "true", "yes": "true", "on": "true", "false": "false", "no": "false", "off": "false"}


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


@dataclass(frozen=True, slots=True)
class Near:
    """The known word that was probably meant, or nothing; `sure` where no other can have been."""

    word: str = ""
    sure: bool = False

    @property
    def says(self) -> str:
        """`did you mean "steps"?`, or nothing."""
        return f'did you mean "{self.word}"?' if self.word else ""

    def instead_of(self, node: Node) -> str | None:
        """What may safely take the node's place: the word, in quotes if the node is."""
        return in_place_of(node, self.word) if self.sure else None

    def as_key(self, name: str, at: Span) -> str | None:
        """What may safely take the place of a key. In braces a key in quotes needs no space after its colon."""
        is_bare = (at.end_line, at.end_column - at.column) == (at.line, len(name))
        return None if not self.sure or at.end_line != at.line else self.word if is_bare else f'"{self.word}"'


def near(word: str, known: Iterable[str], complaints: Complaints) -> Near:
    """What was probably meant. No search when nobody will read it."""
    if complaints.full or not 1 < len(word) <= _LONGEST:
        return Near()
    import difflib

    options = list(known)
    same = {_plainly(option): option for option in options}
    found = difflib.get_close_matches(_plainly(word), same, n=2, cutoff=0.6)
    if not found:
        return Near()
    likeness = [difflib.SequenceMatcher(None, one, _plainly(word)).ratio() for one in found]
    alone = len(same) == len(set(options)) and all(other < _SURE for other in likeness[1:])
    return Near(same[found[0]], alone and likeness[0] >= _SURE)


def _plainly(word: str) -> str:
    return word.lower().replace("-", "_")


def nearest(word: str, known: Iterable[str], complaints: Complaints) -> str:
    """The known word that was probably meant, or nothing."""
    return near(word, known, complaints).word


def meant(word: str, known: Iterable[str], complaints: Complaints) -> str:
    """`did you mean "steps"?`, or nothing."""
    return near(word, known, complaints).says


def truth_meant(word: str) -> str:
    """`true` for `yes`, `On` and the like, as YAML 1.1 has it; nothing for all else."""
    return _TRUTHS.get(word.lower(), "")


def in_place_of(node: Node, text: str) -> str | None:
    """A text as YAML that may take the node's place: in quotes where that is. None where it stands on several lines."""
    if node.span.end_line != node.span.line:
        return None
    return in_quotes(text) if node.quoted else text


def in_quotes(text: str) -> str:
    """In double quotes, as YAML and JSON both have it."""
    import json

    return json.dumps(text, ensure_ascii=False)


def listing(words: Iterable[str]) -> str:
    """`a, b or c`, in the order given."""
    *most, last = (*words,) or ("nothing",)
    return f"{', '.join(most)} or {last}" if most else last
