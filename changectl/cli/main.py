"""The app, and the one place where errors are shown."""

import json
import os
import sys
from collections.abc import Sequence
from importlib import import_module

import typer

from changectl import __version__
from changectl.cli.options import output, set_color
from changectl.cli.output import COLORS
from changectl.errors import ChangectlError, WrongUsage
from changectl.model.status import Status
from changectl.views.failure import bug_page, failure_document, failure_page

VERBS = (
    "init", "check", "preview", "propose", "approve", "apply", "rollback",
    "status", "log", "show", "sandbox", "demo",
)  # fmt: skip
"""In the order of a change's life; each is the file of that name beside this one, which exports `app` or `verb`."""


def main() -> None:
    """The `changectl` command."""
    sys.exit(run(sys.argv[1:]))


def run(argv: Sequence[str]) -> int:
    """Run one command line; gives its exit status and never raises."""
    try:
        return _run(argv)
    except ChangectlError as error:
        _show(error, argv)
        return int(error.status)
    except typer.TyperException as error:
        _show(WrongUsage(error.format_message(), f"changectl {_asked(argv)} --help".replace("  ", " ")), argv)
        return int(Status.USAGE)
    except (typer.Abort, KeyboardInterrupt):
        return int(Status.INTERRUPTED)
    except BrokenPipeError:  # `changectl log | head`: nobody reads on, which is no fault
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return int(Status.DONE)
    except Exception as error:  # noqa: BLE001 - the last one who can still say something useful
        output(False).progress(bug_page(error, __version__))
        return int(Status.BUG)


def _run(argv: Sequence[str]) -> int:
    command = typer.main.get_command(_app(argv))
    status = command(list(argv), prog_name="changectl", standalone_mode=False)
    sys.stdout.flush()
    return status if isinstance(status, int) else int(Status.DONE)


def _app(argv: Sequence[str]) -> typer.Typer:
    """The app with the verb that is asked for; with all of them where that is help, a mistake, or completion."""
    app = typer.Typer(
        name="changectl",
        help="Deliberate, watched, recorded and reversible changes to AWS production.",
        no_args_is_help=True,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        add_completion=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_program)
    asked = _asked(argv)
    for name in (asked,) if asked else VERBS:
        module = import_module(f"changectl.cli.{name}")
        if hasattr(module, "app"):
            app.add_typer(module.app, name=name)
        else:
            app.command(name, no_args_is_help=False)(module.verb)
    return app


def _asked(argv: Sequence[str]) -> str:
    """The verb of a command line; nothing where there is none that we know."""
    word = next((word for word in argv if not word.startswith("-") and word not in COLORS), "")
    return word if word in VERBS else ""


def _version(wanted: bool) -> None:
    if wanted:
        sys.stdout.write(f"changectl {__version__}\n")
        raise typer.Exit


def _program(
    color: str = typer.Option(
        "auto", "--color", metavar="|".join(COLORS), help="Colour: by default only on a terminal."
    ),
    version: bool = typer.Option(False, "--version", callback=_version, is_eager=True, help="Print the version."),
) -> None:
    if color not in COLORS:
        raise typer.BadParameter(f"--color is one of {', '.join(COLORS)}")
    set_color(color)


def _show(error: ChangectlError, argv: Sequence[str]) -> None:
    if "--json" in argv:
        sys.stdout.write(json.dumps(failure_document(error), indent=2) + "\n")
    elif lines := error.facts.get("lines"):
        sys.stderr.writelines(f"{line}\n" for line in lines)  # type: ignore[attr-defined]
    else:
        output(False).progress(failure_page(error))
