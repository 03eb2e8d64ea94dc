"""Where words go: the result to stdout, progress to stderr; coloured and wrapped only where a person looks."""

import json
import os
import re
import sys
from collections.abc import Iterable
from contextlib import suppress
from typing import TextIO

from changectl.errors import WrongUsage
from changectl.model.frozen import dataclass
from changectl.model.resource import Body
from changectl.views.page import Page, plain_lines

_UNSEEN = re.compile(
    "[\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
"""What acts on a terminal or hides in it and JSON leaves as it is: C1 controls, directions, lone surrogates, tags."""


@dataclass(frozen=True, slots=True)
class Output:
    """How this run speaks. `documents`: the result is JSON."""

    documents: bool = False
    color: str = "auto"

    def result(self, page: Page, document: Body) -> None:
        """The answer, on stdout: for people, or one JSON document. That nobody reads on is no fault.

        Raises WrongUsage where it cannot be written, as to a full disk.
        """
        try:
            if self.documents:
                sys.stdout.write(document_text(document, ascii_only=sys.stdout.encoding.lower() != "utf-8"))
            else:
                self._print(page, sys.stdout)
            sys.stdout.flush()
        except OSError as why:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # what is buffered would fail again
            if not isinstance(why, BrokenPipeError):
                raise WrongUsage(f"the result cannot be written: {why.strerror}", "df") from why

    def lines(self, lines: Iterable[str]) -> None:
        """Lines that are safe to show already, on stdout as they are; nothing where JSON was asked for."""
        if not self.documents:
            sys.stdout.writelines(f"{_sayable(line, sys.stdout)}\n" for line in lines)

    def page(self, page: Page) -> None:
        """For people only, on stdout; nothing where JSON was asked for."""
        if not self.documents:
            self._print(page, sys.stdout)

    def progress(self, page: Page) -> None:
        """What goes on meanwhile, on stderr. That it cannot be written stops nothing."""
        with suppress(OSError):
            self._print(page, sys.stderr)
            sys.stderr.flush()

    def _print(self, page: Page, to: TextIO) -> None:
        if self._coloured(to) or to.isatty():
            from rich.console import Console

            from changectl.views.terminal import show

            force = self._coloured(to)
            show(page, Console(file=to, force_terminal=force or None, no_color=not force, highlight=False, emoji=False))
        else:
            to.writelines(f"{_sayable(line, to)}\n" for line in plain_lines(page))

    def _coloured(self, to: TextIO) -> bool:
        if self.color != "auto":
            return self.color == "always"
        return to.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def document_text(document: Body, *, ascii_only: bool = False) -> str:
    """A JSON document as it is printed, with nothing in it that acts on a terminal, or that a runner obeys."""
    said = json.dumps(document, indent=2, ensure_ascii=ascii_only).replace("##[", "#\\u0023[")
    return _UNSEEN.sub(lambda found: json.dumps(found[0])[1:-1], said) + "\n"


def _sayable(line: str, to: TextIO) -> str:
    """A pipe in an ASCII locale gets question marks rather than a crash."""
    return line.encode(to.encoding or "utf-8", "replace").decode(to.encoding or "utf-8")


def can_ask(no_input: bool) -> bool:
    """Whether there is a person who can be asked."""
    return not no_input and sys.stdin.isatty() and sys.stderr.isatty()
