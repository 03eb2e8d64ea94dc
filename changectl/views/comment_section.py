"""A section of a comment: a title of ours, Markdown below it, folded where it is long."""

from collections.abc import Iterable

from changectl.model.frozen import dataclass

FOLDED = 12
"""Lines above which a section is folded: a screen still shows what comes after it."""


@dataclass(frozen=True, slots=True)
class Section:
    """`blocks` stand apart from each other; `size` says how much that is, for where it is folded."""

    title: str
    blocks: tuple[str, ...]
    size: str = ""

    def shown(self) -> str:
        """The section as Markdown."""
        text = "\n\n".join(self.blocks)
        if sum(bool(line) and not line.startswith("```") for line in text.split("\n")) <= FOLDED:
            return f"**{self.title}**\n\n{text}"
        size = f": {self.size}" if self.size else ""
        return f"<details><summary><b>{self.title}</b>{size}</summary>\n\n{text}\n\n</details>"


def listed(lines: Iterable[str]) -> tuple[str, ...]:
    """Lines of one list, as one block; none where there are none."""
    joined = "\n".join(lines)
    return (joined,) if joined else ()


def many(number: int, one: str) -> str:
    """`1 setting`, `2 settings`."""
    return f"{number:,} {one}{'' if number == 1 else 's'}"
