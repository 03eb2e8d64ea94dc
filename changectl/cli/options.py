"""Options that several verbs share, each written once."""

from pathlib import Path
from typing import Annotated

import typer

from changectl.cli.output import Output

Json = Annotated[bool, typer.Option("--json", help="Print the result as one JSON document.")]
NoInput = Annotated[bool, typer.Option("--no-input", help="Ask nothing; where an answer is needed, stop.")]
PlanArgument = Annotated[str, typer.Argument(metavar="PLAN", help="A change's id, or the path of its plan file.")]
Confirm = Annotated[str, typer.Option("--confirm", metavar="ENV", help="Confirm a production environment by its name.")]
Key = Annotated[
    Path | None,
    typer.Option("--key", metavar="PATH", help="The SSH key to sign with; by default git's or your usual one."),
]
Directory = Annotated[Path, typer.Argument(metavar="DIRECTORY", help="Where; by default here.")]

_color = "auto"


def set_color(color: str) -> None:
    """Remember the program-wide `--color`."""
    global _color  # noqa: PLW0603 - the one setting that the app's callback gives to every verb
    _color = color


def output(json: bool) -> Output:
    """How this run speaks."""
    return Output(json, _color)
