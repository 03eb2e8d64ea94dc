"""The app, and the one place where errors are shown."""

import gc
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from itertools import pairwise
from typing import TYPE_CHECKING

from changectl import __version__

if TYPE_CHECKING:
    import typer

    from changectl.errors import ChangectlError
    from changectl.views.page import Page

VERBS: Mapping[str, str] = {
    "init": "Make a changectl.toml and a plans/ folder here. Nothing that exists is overwritten.",
    "new": "Write a plan that passes most of check. Opens your editor.",
    "check": "Check plans, offline: every mistake, every poor place.",
    "explain": "Explain a rule: what it asks, why, and examples.",
    "preview": "Show what a plan would change, and how each step comes back.",
    "propose": "Propose a plan: only it is committed, onto change/<id>. HEAD, index and work tree stay as they are.",
    "approve": "Approve a proposed plan, as its bytes and production are now.",
    "apply": "Apply an approved plan: lock, snapshot, steps, tests, proof. What fails is put back.",
    "rollback": "Put back what a change did. What somebody else changed since is left alone and named.",
    "note": "Write a sentence beside a change, for who reads it later.",
    "close": "Answer for a change that failed, or accept what is. Emergencies want an answer too.",
    "status": "Show every open change, and the command that it waits for.",
    "log": "List changes, newest first, as this machine knows them.",
    "show": "Show why a change was decided, and what came of it.",
    "ci": "Check and preview a pull request's plans, and tell reviewers.",
    "doctor": "Say what is missing here, and how to get it.",
    "schema": "Print a JSON Schema, of plans or changectl.toml, for editors.",
    "completion": "Print what makes your shell complete what you type.",
    "sandbox": "A pretend AWS on this machine: nothing real can be touched.",
    "demo": "Watch changes: one applied, one that goes back, one refused.",
}
"""In the order of a change's life; each is the file of that name beside this one, which exports `app` or `verb`.

The sentences are those of the files, for `changectl --help` in a third of the time that importing them all takes.
"""

FEW_PAUSES = 100_000
"""Objects between two looks for garbage: Python's 700 costs 15 of the 80 ms of CPU that `log` takes, and finds nothing."""

COLORS = ("auto", "always", "never")


def main() -> None:
    """The `changectl` command."""
    _three_streams()
    gc.set_threshold(FEW_PAUSES)
    sys.exit(run(sys.argv[1:]))


def run(argv: Sequence[str]) -> int:
    """Run one command line; gives its exit status and never raises."""
    if list(argv) == ["--version"]:
        sys.stdout.write(f"changectl {__version__}\n")
        return 0
    import typer

    from changectl.errors import ChangectlError, WrongUsage
    from changectl.model.status import Status

    try:
        return _run(argv)
    except ChangectlError as error:
        _show(error, argv)
        return int(error.status)
    except typer.TyperException as error:
        _show(WrongUsage(error.format_message(), f"changectl {_asked(argv)} --help".replace("  ", " ")), argv)
        return int(Status.USAGE)
    except (typer.Abort, KeyboardInterrupt):
        if sys.stderr.isatty():  # the shell's prompt begins a line of its own
            sys.stderr.write("\n")
        return int(Status.INTERRUPTED)
    except (BrokenPipeError, SystemExit):  # `changectl --help | head`: nobody reads on, which typer ends with
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return int(Status.DONE)
    except Exception as error:  # noqa: BLE001 - the last one who can still say something useful
        _show_bug(error)
        return int(Status.BUG)


def _three_streams() -> None:
    """Where a stream was closed (`>&-`), nothing: else the next file to be opened, a journal, would be the stream."""
    while (descriptor := os.open(os.devnull, os.O_RDWR)) <= 2:
        pass
    os.close(descriptor)
    sys.stdin = sys.stdin or open(0)  # noqa: SIM115 - as long as the process
    sys.stdout = sys.stdout or open(1, "w")  # noqa: SIM115
    sys.stderr = sys.stderr or open(2, "w")  # noqa: SIM115


def _run(argv: Sequence[str]) -> int:
    import typer

    command = typer.main.get_command(_app(argv))
    status = command(list(argv), prog_name="changectl", standalone_mode=False)
    sys.stdout.flush()
    return status if isinstance(status, int) else 0


def _app(argv: Sequence[str]) -> "typer.Typer":
    """The app with the verb that is asked for; with the names of all where that is help or a mistake."""
    import typer

    app = typer.Typer(
        name="changectl",
        help="Deliberate, watched, recorded and reversible changes to AWS production.",
        no_args_is_help=True,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        add_completion=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_program())
    asked = _asked(argv)
    for name in () if asked else VERBS:
        app.command(name, help=VERBS[name])(_not_loaded)
    if asked:
        module = import_module(f"changectl.cli.{asked}")
        if hasattr(module, "app"):
            app.add_typer(module.app, name=asked)
        else:
            app.command(asked, no_args_is_help=False)(module.verb)
    return app


def _not_loaded() -> None:
    raise AssertionError("a verb that was asked for is loaded")


def _asked(argv: Sequence[str]) -> str:
    """The verb of a command line; nothing where there is none that we know."""
    word = next((word for word in argv if not word.startswith("-") and word not in COLORS), "")
    return word if word in VERBS else ""


def _program() -> Callable[..., None]:
    """What is said before the verb."""
    import typer

    def version(wanted: bool) -> None:
        if wanted:
            sys.stdout.write(f"changectl {__version__}\n")
            raise typer.Exit

    def program(
        color: str = typer.Option(
            "auto", "--color", metavar="|".join(COLORS), help="Colour: by default only on a terminal."
        ),
        _: bool = typer.Option(False, "--version", callback=version, is_eager=True, help="Print the version."),
    ) -> None:
        if color not in COLORS:
            raise typer.BadParameter(f"--color is one of {', '.join(COLORS)}")
        if color != "auto":
            from changectl.cli.options import set_color

            set_color(color)

    return program


def _show(error: "ChangectlError", argv: Sequence[str]) -> None:
    from changectl.views.failure import failure_document, failure_page

    if _wants_a_document(argv):
        import json

        sys.stdout.write(json.dumps(failure_document(error), indent=2) + "\n")
    elif lines := error.facts.get("lines"):
        sys.stderr.writelines(f"{line}\n" for line in lines)  # type: ignore[attr-defined]
    else:
        _say(failure_page(error))


def _wants_a_document(argv: Sequence[str]) -> bool:
    """Whether a program reads the result, and so the error."""
    return "--json" in argv or "--format=json" in argv or ("--format", "json") in pairwise(argv)


def _show_bug(error: Exception) -> None:
    from changectl.views.failure import bug_page

    _say(bug_page(error, __version__))


def _say(page: "Page") -> None:
    from changectl.cli.options import output

    output(False).progress(page)
