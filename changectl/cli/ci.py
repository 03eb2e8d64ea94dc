"""`changectl ci`: what a pull request's plans would do, told to whoever reviews them. A pull request can run nothing."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_hex
from time import sleep
from typing import Annotated

import typer

from changectl.cli.ci_comment import standing, stick
from changectl.cli.ci_find import found_in, found_of
from changectl.cli.ci_result import Found, Told, ci_document, ci_page, status_of
from changectl.cli.ci_stage import forge_here, runner_here
from changectl.cli.desk import width
from changectl.cli.options import Json, output
from changectl.contracts.forge import Runner
from changectl.errors import ForgeFailed, WrongUsage
from changectl.views.annotations import github_annotations
from changectl.views.comment import comment, summary
from changectl.views.complaints import complaints_text
from changectl.views.page import Style, line, text

app = typer.Typer(
    invoke_without_command=True,
    help="Check and preview a pull request's plans, and tell reviewers.",
)

Base = Annotated[
    str, typer.Option("--base", metavar="REF", help="What it would be merged into; by default as the job says.")
]
Head = Annotated[
    str, typer.Option("--head", metavar="REF", help="What would be merged; by default as the job says, or HEAD.")
]
NoPreview = Annotated[bool, typer.Option("--no-preview", help="Do not look at AWS.")]
Plans = Annotated[
    list[str] | None, typer.Argument(metavar="[PLAN]...", help="Ids or paths; by default what the branch changes.")
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Print the comment, and write it nowhere.")]


@app.callback()
def verb(
    context: typer.Context, base: Base = "", head: Head = "", no_preview: NoPreview = False, json: Json = False
) -> None:
    """Check and preview a pull request's plans, and tell reviewers."""
    if context.invoked_subcommand:
        return
    runner, wrong = runner_here()
    with _obeyed_by_none(runner, json=json):
        found = found_in(runner, wrong, base, head, preview=not no_preview)
        _summarise(runner, found)
        told = _told(runner, found)
        output(json).lines(
            row
            for path, content, complaints in found.files
            for row in complaints_text(path, content, complaints, width()).splitlines()
        )
        output(json).result(ci_page(found, told), ci_document(found, told))
    if runner and runner.forge == "github":
        (sys.stderr if json else sys.stdout).write(github_annotations(found.files))
    raise typer.Exit(int(status_of(found)))


@app.command("comment")
def write_comment(
    plans: Plans = None, dry_run: DryRun = False, base: Base = "", head: Head = "", no_preview: NoPreview = False
) -> None:
    """Write the comment alone, or with --dry-run print it, anywhere."""
    runner, wrong = runner_here()
    if not dry_run and (plans or runner is None or not runner.number):
        raise WrongUsage(
            "this is no job of a pull request, and there is nowhere to write to", "changectl ci comment --dry-run"
        )
    with _obeyed_by_none(runner, json=False):
        look = not no_preview
        found = found_of(runner, plans, preview=look) if plans else found_in(runner, wrong, base, head, preview=look)
        if dry_run:
            output(False).lines(comment(found.facts).splitlines())
        else:
            told = _told(runner, found)
            output(False).result(ci_page(found, told), {})
    raise typer.Exit(int(status_of(found)))


@contextmanager
def _obeyed_by_none(runner: Runner | None, *, json: bool) -> Iterator[None]:
    """GitHub's runner obeys lines that begin with `::`, wherever they come from: not ours, which quote plans.

    After an error it stays so: what is said of it comes after this. JSON stays JSON; the other stream is read as well.
    """
    if runner is None or runner.forge != "github":
        yield
        return
    stream, token = sys.stderr if json else sys.stdout, token_hex(16)
    stream.write(f"::stop-commands::{token}\n")
    stream.flush()
    yield
    sys.stdout.flush()
    stream.write(f"::{token}::\n")
    stream.flush()


def _summarise(runner: Runner | None, found: Found) -> None:
    """Put the summary on the job's page. That it cannot be written hides nothing else."""
    if runner is None or not runner.summary:
        return
    try:
        with Path(runner.summary).open("a", encoding="utf-8") as page:
            page.write(summary(found.facts) + "\n")
    except OSError as why:
        output(False).progress((line(text(f"the summary cannot be written: {why.strerror}", Style.WARN)),))


def _told(runner: Runner | None, found: Found) -> Told:
    """Keep the comment on the pull request. That the forge refuses is a warning: what was found is said all the same."""
    if runner is None or not runner.number:
        return Told()
    facts = found.facts
    try:
        forge = forge_here(runner, sleep)
        if not facts.plans and not facts.deleted and standing(forge, runner.number) is None:
            return Told()
        return Told(stick(forge, runner.number, comment(facts), datetime.now(UTC), sleep).url)
    except ForgeFailed as why:
        return Told(why_not=f"{why.sentence}. {why.hint}" if why.hint else why.sentence)
