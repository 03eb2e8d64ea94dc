"""What a new plan starts from: a template, an earlier plan, or the way back of one."""

from collections.abc import Mapping
from dataclasses import field
from pathlib import Path

from changectl.errors import WrongUsage
from changectl.model.frozen import dataclass
from changectl.planfile.draft import OWN_TEMPLATES, templates

PLAIN = "plan"
"""The template that is taken where none is named."""

UNDO = "Undo: "
"""How the title begins of a plan that takes an earlier change back."""


@dataclass(frozen=True, slots=True)
class Source:
    """A plan's text; which of its members are written anew; what to tell whoever asked for it.

    `is_open`: it does not say yet what is changed.
    """

    text: str
    title: str = ""
    env: str = ""
    members: Mapping[str, str | None] = field(default_factory=dict, hash=False)
    notes: tuple[str, ...] = ()
    is_open: bool = False


def of_template(root: Path, name: str) -> Source:
    """A template of ours or of the team. Raises WrongUsage, naming them all."""
    known = templates(root)
    if name not in known:
        raise WrongUsage(
            f"there is no template {name}; there are {', '.join(sorted(known))}",
            f"put a team's own beside changectl.toml: {OWN_TEMPLATES}/{name if name.isidentifier() else 'NAME'}.yaml",
        )
    try:
        return Source(known[name].read_text(encoding="utf-8"), is_open=name == PLAIN)
    except (OSError, UnicodeDecodeError) as why:
        raise WrongUsage(f"the template {known[name]} cannot be read", f"file {known[name]}") from why
