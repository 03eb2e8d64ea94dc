"""`changectl check`: is everything a plan says in order, before anybody looks at AWS?"""

from collections.abc import Sequence
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, assert_never

import typer

from changectl import __version__
from changectl.catalogue import all_rules
from changectl.cli.checking import Finding, checking, findings, is_obeyed_here, mended_here, repository_top, shown
from changectl.cli.desk import width
from changectl.cli.options import Json, output
from changectl.cli.output import Output, document_text
from changectl.errors import WrongUsage
from changectl.model.frozen import dataclass
from changectl.model.resource import Body
from changectl.model.status import Status
from changectl.views.annotations import Checked, github_annotations, gitlab_report, guarded, sarif
from changectl.views.checked import Repaired, check_page, repairs_json, repairs_page, unknown_rules_page
from changectl.views.complaints import complaints_json, complaints_text, one_row
from changectl.views.page import Page, plain_lines

if TYPE_CHECKING:
    from changectl.cli.mending import Repair


class Form(Enum):
    """What the result looks like."""

    TEXT = "text"
    JSON = "json"
    GITHUB = "github"
    GITLAB = "gitlab"
    SARIF = "sarif"

    @property
    def is_document(self) -> bool:
        """Whether it is one JSON document, and no lines."""
        return self in (Form.JSON, Form.GITLAB, Form.SARIF)


def verb(
    plans: Annotated[
        list[str] | None, typer.Argument(metavar="[PLAN]...", help="Ids or paths; by default all.")
    ] = None,
    form: Annotated[Form, typer.Option("--format", help="For people, programs, or a code host.")] = Form.TEXT,
    json: Json = False,
    to: Annotated[
        Path | None, typer.Option("--output", metavar="FILE", help="Write that into a file, and the text here.")
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="End with 3 also where there are only warnings.")] = False,
    fix: Annotated[bool, typer.Option("--fix", help="Mend what can be mended safely, and nothing else.")] = False,
    diff: Annotated[bool, typer.Option("--diff", help="Show what --fix would mend, and write nothing.")] = False,
) -> None:
    """Check plans, offline: every mistake, every poor place."""
    if json and form not in (Form.TEXT, Form.JSON):
        raise WrongUsage(f"--json and --format {form.value} are two forms", "changectl check --help")
    form = Form.JSON if json else form
    here = checking(plans or ())
    if here.unknown_rules:
        output(False).progress(unknown_rules_page(here.unknown_rules))
    repairs = mended_here(here, write=not diff) if fix or diff else ()
    found = findings(here)
    view = _View(found, repairs, here.cwd, repository_top(here), tried=fix or diff, written=not diff)
    if to is not None:
        _write(to, view.text(form))
    view.say(form if to is None else Form.TEXT)
    severities = {complaint.severity for one in found for complaint in one.complaints}
    bad = "error" in severities or (strict and "warning" in severities)
    raise typer.Exit(int(Status.PLAN_WRONG if bad else Status.DONE))


@dataclass(frozen=True, slots=True)
class _View:
    """The result in any form. People are shown paths as they type them here, code hosts from the top of the repository."""

    found: tuple[Finding, ...]
    repairs: tuple[tuple[Path, "Repair"], ...]
    here: Path
    top: Path
    tried: bool
    written: bool

    def say(self, form: Form) -> None:
        """Print it."""
        if form.is_document:
            Output(documents=True).result((), self.document(form))
            return
        out = output(False)
        lines = self.lines(form)
        out.lines(_guarded(lines) if form is Form.TEXT and is_obeyed_here() else lines)
        out.result(self.ending(), None)

    def text(self, form: Form) -> str:
        """The same as one text."""
        if form.is_document:
            return document_text(self.document(form))
        return "".join(f"{each}\n" for each in (*self.lines(form), *plain_lines(self.ending())))

    def document(self, form: Form) -> Body:
        """What programs read."""
        match form:
            case Form.JSON:
                document = complaints_json((name, complaints) for name, _, complaints in self.files(self.here))
                return {**document, **({"repairs": repairs_json(self.repaired)} if self.tried else {})}
            case Form.GITLAB:
                return gitlab_report(self.files(self.top))
            case Form.SARIF:
                return sarif(self.files(self.top), [*all_rules().values()], __version__)
            case Form.TEXT | Form.GITHUB:
                raise AssertionError("these are lines")
            case never:
                assert_never(never)

    def lines(self, form: Form) -> Sequence[str]:
        """What people read, or a runner. In what a runner reads, words of plans are guarded or escaped."""
        mended = [*plain_lines(repairs_page(self.repaired, self.written)), *self.differences()]
        files = self.files(self.top if form is Form.GITHUB else self.here)
        if form is Form.GITHUB:
            return [*_guarded(mended), *github_annotations(files).splitlines()]
        words = "".join(complaints_text(*file, width()) for file in files)
        return [*mended, *words.splitlines()]

    def files(self, base: Path) -> tuple[Checked, ...]:
        """What was found, with paths from there."""
        return tuple((shown(one.path, base), one.content, one.complaints) for one in self.found)

    @property
    def repaired(self) -> tuple[Repaired, ...]:
        """What was mended, in words."""
        return tuple(
            Repaired(shown(path, self.here), tuple((e.complaint, e.before) for e in it.edits), it.left, it.note)
            for path, it in self.repairs
        )

    def differences(self) -> Sequence[str]:
        """The lines that would be others, where nothing was written."""
        from changectl.cli.mending import difference

        every = () if self.written else self.repairs
        return [one_row(each) for path, it in every for each in difference(shown(path, self.here), it)]

    def ending(self) -> Page:
        """The sentence, and what to type next."""
        return check_page(self.files(self.here), self.found[0].path.stem if self.found else "", offer=not self.tried)


def _guarded(lines: Sequence[str]) -> Sequence[str]:
    import secrets  # 4 ms, and seldom wanted

    return guarded("\n".join(lines), secrets.token_hex(16)).splitlines() if lines else ()


def _write(to: Path, text: str) -> None:
    try:
        to.write_text(text, "utf-8")
    except OSError as why:
        raise WrongUsage(f"{to} cannot be written: {why.strerror}", f"ls -ld {to.parent}") from why
