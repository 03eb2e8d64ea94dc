"""`changectl completion`: what makes a shell complete verbs, options, changes and environments."""

import sys
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from changectl.errors import WrongUsage

SHELLS = ("bash", "zsh", "fish")
WORDS = "words"
"""What the scripts ask for, instead of a shell: `changectl completion words -- new --env ""`."""


def verb(
    shell: Annotated[str, typer.Argument(metavar="bash|zsh|fish", help="For which shell.")],
    words: Annotated[list[str] | None, typer.Argument(hidden=True)] = None,
) -> None:
    """Print what makes your shell complete what you type.

    \b
    Once, by your shell:
    bash  echo 'source <(changectl completion bash)' >> ~/.bashrc
    zsh   echo 'source <(changectl completion zsh)' >> ~/.zshrc  (below compinit)
    fish  changectl completion fish > ~/.config/fish/completions/changectl.fish
    """
    if shell == WORDS:
        _complete(tuple(words or ()))
    elif shell in SHELLS:
        sys.stdout.write((Path(__file__).parent / "shells" / f"changectl.{shell}").read_text(encoding="utf-8"))
    else:
        raise WrongUsage(
            f"there is no completion for {shell}; there is for {', '.join(SHELLS)}",
            "source <(changectl completion bash)",
        )


def _complete(words: tuple[str, ...]) -> None:
    """Candidates, a line each; whatever is wrong, nothing: somebody is typing, and an error would stand in their line."""
    with suppress(Exception):
        from changectl.cli.completing import Place, candidates

        found = candidates(Place(Path.cwd(), words))
        sys.stdout.write("".join(f"{word}\n" for word in found))
