"""What a person at a terminal is asked for a new plan: two questions at most, and nothing where nobody is there."""

import typer

from changectl.cli.authoring.naming import the_env, unclear_env
from changectl.cli.authoring.sources import UNDO, Source
from changectl.cli.desk import Desk
from changectl.errors import WrongUsage
from changectl.model.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Person:
    """Whoever types, if they can be asked."""

    can_answer: bool

    def title(self, source: Source) -> str:
        """What becomes what; by default as in the source. Raises WrongUsage where nobody says."""
        if self.can_answer and not source.title.startswith(UNDO):
            return str(typer.prompt("What becomes what, in one line", default=source.title or None, err=True))
        if not source.title:
            raise WrongUsage("a title is missing", 'changectl new "Raise the timeout to 120 s"')
        return source.title

    def env(self, here: Desk) -> str:
        """One of several. Raises WrongUsage where nobody says."""
        if not self.can_answer:
            raise unclear_env(here)
        names = sorted(here.configuration.envs)
        return the_env(here, str(typer.prompt(f"Which env ({', '.join(names)})", default=names[0], err=True)))

    def resource(self) -> str:
        """The resource that it is about; nothing where they do not know one, or nobody is there."""
        if not self.can_answer:
            return ""
        question = "Which resource, as in parameter/rentals/limit (Enter: none)"
        return str(typer.prompt(question, default="", show_default=False, err=True)).strip()
