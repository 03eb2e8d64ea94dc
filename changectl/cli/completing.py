"""What may stand where the cursor is: verbs, options, changes, environments, rules. Reads files, starts nothing.

Whatever is offered becomes part of somebody's command line, so that only plain characters are: no space, no quote,
no `$(…)`, and nothing that begins with a dash but our own options.
"""

import re
from collections.abc import Iterable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from changectl.cli.main import COLORS, VERBS
from changectl.model.frozen import dataclass

_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,200}")
_PROGRAM = ("--help", "--version", "--color")


@dataclass(frozen=True, slots=True)
class Place:
    """The folder somebody stands in, and the words behind `changectl` up to the cursor, the last one unfinished."""

    cwd: Path
    words: tuple[str, ...]

    @property
    def current(self) -> str:
        """What was typed of the word at the cursor."""
        return self.words[-1] if self.words else ""


def candidates(place: Place) -> tuple[str, ...]:
    """Every word that goes on with what was typed, each once, the likeliest first."""
    current = "" if place.current == "=" else place.current
    return tuple(dict.fromkeys(word for word in _offered(place) if word.startswith(current)))


def _offered(place: Place) -> Iterable[str]:
    before = [word for word in place.words[:-1] if word != "="]  # bash makes three words of --env=prod
    verb = next((word for word in before if not word.startswith("-") and word not in COLORS), "")
    if before and before[-1] == "--color":
        return COLORS
    if not verb:
        return _PROGRAM if place.current.startswith("-") else VERBS
    return _of_verb(place, verb, before[before.index(verb) + 1 :]) if verb in VERBS else ()


def _of_verb(place: Place, verb: str, before: Sequence[str]) -> Iterable[str]:
    command = _command(verb)
    below = getattr(command, "commands", {})
    if below and not (before and before[0] in below):
        return () if place.current.startswith("-") else below
    command = below[before[0]] if below else command
    by_option = {option: each for each in command.params for option in each.opts}
    last = by_option.get(before[-1]) if before else None
    if last is not None and before[-1].startswith("-") and not getattr(last, "is_flag", False):
        return _plain(_values(place, last))
    if place.current.startswith("-"):
        return ("--help", *(option for option in by_option if option.startswith("--") and option not in before))
    arguments = [each for each in command.params if not each.opts[0].startswith("-")]
    return (word for each in arguments[:1] for word in _plain(_values(place, each)) if word not in before)


def _plain(words: Iterable[str]) -> Iterable[str]:
    return (word for word in words if _PLAIN.fullmatch(word))


def _command(verb: str) -> Any:
    """The verb's options and arguments, as Typer makes them of its signature."""
    import typer

    module = import_module(f"changectl.cli.{verb}")
    app = getattr(module, "app", None)
    if app is None:
        app = typer.Typer(add_completion=False)
        app.command(verb)(module.verb)
    return typer.main.get_command(app)


def _values(place: Place, parameter: Any) -> Iterable[str]:
    """What an option or an argument may be."""
    choices = getattr(parameter.type, "choices", ())
    if choices:
        return (str(getattr(choice, "value", choice)) for choice in choices)
    match (parameter.opts[0], (parameter.metavar or "").strip("[]. ")):
        case (_, "PLAN" | "CHANGE") | ("--like" | "--undo" | "--for", _):
            return _changes(place)
        case (_, "ENV") | ("--env", _):
            return _envs(place)
        case (_, "CHG"):
            return _rules()
        case (_, "REF"):
            return _kinds()
        case ("--template", _):
            return _templates(place)
        case (_, words) if "|" in words:
            return words.split("|")
        case _:
            return ()


def _changes(place: Place) -> Iterable[str]:
    from changectl.cli.known import known_changes

    root = _root(place)
    return known_changes(root) if root else ()


def _envs(place: Place) -> Iterable[str]:
    import tomllib

    root = _root(place)
    try:
        return tomllib.loads((root / "changectl.toml").read_text(encoding="utf-8")).get("env", {}) if root else ()
    except (OSError, ValueError):
        return ()


def _rules() -> Iterable[str]:
    from changectl.catalogue import all_rules

    return sorted(all_rules())


def _kinds() -> Iterable[str]:
    from changectl.catalogue import catalogue

    return (f"{kind}/" for kind in catalogue().kinds)


def _templates(place: Place) -> Iterable[str]:
    from changectl.planfile.draft import templates

    return sorted(templates(_root(place) or place.cwd))


def _root(place: Place) -> Path | None:
    from changectl.planfile.find import find_root

    return find_root(place.cwd)
