"""`changectl new`: a plan that passes most of `check` already, with a mark wherever only a person knows."""

import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from changectl.catalogue import catalogue
from changectl.cli.authoring.files import create, replace
from changectl.cli.authoring.naming import checked_title, lead, plan_id, the_env
from changectl.cli.authoring.questions import Person
from changectl.cli.authoring.sources import PLAIN, Source, of_template
from changectl.cli.desk import Desk, desk, width
from changectl.cli.linting import checked, linter
from changectl.cli.options import Json, NoInput, output
from changectl.cli.output import can_ask
from changectl.errors import WrongUsage
from changectl.model.frozen import dataclass
from changectl.model.text import one_line
from changectl.planfile.draft import member_line, member_lines, naming, with_members
from changectl.planfile.find import PLANS, find_plans
from changectl.planfile.gaps import RULE
from changectl.views.complaints import complaints_json, complaints_text
from changectl.views.page import Page, Style, command, line, text


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked for on the command line."""

    title: str
    affects: tuple[str, ...]
    emergency: str
    env: str
    id: str
    person: Person


def verb(
    title: Annotated[str, typer.Argument(metavar="[TITLE]", help="What becomes what, in one line.")] = "",
    like: Annotated[str, typer.Option("--like", metavar="ID", help="Start from an earlier plan.")] = "",
    undo: Annotated[str, typer.Option("--undo", metavar="ID", help="Take an applied change back.")] = "",
    affects: Annotated[
        list[str] | None,
        typer.Option(
            "--affects", metavar="REF", help="Fill in live values of kind/name or kind/name:setting[.member]."
        ),
    ] = None,
    emergency: Annotated[str, typer.Option("--emergency", metavar="INC-…", help="The incident that cannot wait.")] = "",
    template: Annotated[
        str, typer.Option("--template", metavar="NAME", help="Start from a template; --template help names them.")
    ] = "",
    env: Annotated[str, typer.Option("--env", metavar="ENV", help="The environment, where there are several.")] = "",
    id: Annotated[str, typer.Option("--id", metavar="ID", help="The file's name; by default of day and title.")] = "",
    no_edit: Annotated[bool, typer.Option("--no-edit", help="Open no editor.")] = False,
    no_input: NoInput = False,
    json: Json = False,
) -> None:
    """Write a plan that passes most of check. Opens your editor."""
    if sum(map(bool, (like, undo, template))) > 1:
        raise WrongUsage("--like, --undo and --template are three ways to begin: choose one", "changectl new --help")
    here, asking = desk(), can_ask(no_input) and not json
    asked = Asked(title, tuple(affects or ()), emergency, env, id, Person(asking))
    change, content, notes = _written(here, _source(here, like, undo, template, env), asked)
    path = here.root / PLANS / f"{change}.yaml"
    create(path, content)
    wrote = [path, *_schema(here.root)]
    if asking and not no_edit:
        from changectl.cli.authoring.editor import edited

        edited(path, here.root)
    _end(here, path, wrote, notes, json=json, closely=asking and not no_edit)


def _source(here: Desk, like: str, undo: str, template: str, env: str) -> Source:
    if like:
        from changectl.cli.authoring.earlier import of_earlier

        return of_earlier(here, like, env)
    if undo:
        from changectl.cli.authoring.undoing import of_undo

        return of_undo(here, undo, env)
    return of_template(here.root, template or PLAIN)


def _written(here: Desk, source: Source, asked: Asked) -> tuple[str, str, tuple[str, ...]]:
    """The id, the text, and what to tell. Two questions at most: what, and where or of what."""
    title = checked_title(asked.title or asked.person.title(source))
    known = the_env(here, asked.env or source.env)
    env = known or asked.person.env(here)
    affects = asked.affects or ((asked.person.resource(),) if known and source.is_open else ())
    change = plan_id(here.root, asked.id, title, f"{datetime.now(UTC):%Y-%m-%d}")
    members: dict[str, str | None] = {"title": member_line("title", title), "env": member_line("env", env)}
    if leader := lead(here):
        members["lead"] = member_line("lead", leader)
    if asked.emergency:
        members["emergency"] = member_line("emergency", _one_line(asked.emergency))
    steps, alarms = _looked(here, env, change, title, affects)
    return change, naming(alarms, with_members(source.text, members | {**source.members, **steps})), source.notes


def _looked(
    here: Desk, env: str, change: str, title: str, affects: Sequence[str]
) -> tuple[Mapping[str, str], tuple[str, ...]]:
    """The steps that begin where production is, and alarms that may watch them; neither where nothing was named."""
    if not any(affects):
        return {}, ()
    from changectl.cli.authoring.reading import alarms, ground_of, live
    from changectl.engine.draft import set_steps, sought

    kinds = catalogue().kinds
    wanted = [sought(each, kinds) for each in affects]
    targets = [each.target for each in wanted]
    ground = ground_of(here.env(env), change)
    now, near = ground.eyes.together((partial(live, ground, targets), partial(alarms, ground, targets)))
    return {"steps": member_lines("steps", tuple(set_steps(kinds, wanted, now, title)))}, near


def _one_line(words: str) -> str:
    if one_line(words) != words:
        raise WrongUsage("--emergency names one incident, in one line", "changectl new --emergency INC-4831")
    return words


def _schema(root: Path) -> list[Path]:
    """The schema that the plan's first line names, written if it is missing or of an older changectl."""
    from changectl.cli.authoring.schemas import schema_path, stale_schema

    content = stale_schema(root)
    if content is None:
        return []
    try:
        replace(schema_path(root), content)
    except WrongUsage as why:  # an editor knows less then; the plan is no worse
        output(False).progress((line(text(why.sentence, Style.WARN)),))
        return []
    return [schema_path(root)]


def _end(here: Desk, path: Path, wrote: list[Path], notes: tuple[str, ...], *, json: bool, closely: bool) -> None:
    """Say what was written, what is wrong with it (`closely`: gaps too), and what to type next."""
    content, names = path.read_bytes(), [_shown(each, here.cwd) for each in wrote]
    found = checked(content, path.stem, linter(here.configuration, lambda _: False, tuple(find_plans(here.root))))[1]
    told = found if closely else [each for each in found if each.rule != RULE]
    gaps = sum(each.rule == RULE for each in found)
    todo = f"{gaps} place{'s' * (gaps != 1)} marked <…> to be filled in."
    verb = "check" if any(each.severity == "error" for each in found) else "preview"
    page: Page = (
        line("Wrote ", text(" and ".join(names)), "."),
        *(line(text(note)) for note in notes),
        *((line(todo),) if gaps else ()),
        line("Next: ", command(f"changectl {verb} {path.stem}")),
    )
    if not json:
        sys.stdout.write(complaints_text(names[0], content, told, width()))
    complaints = complaints_json([(names[0], found)])["plans"][0]["complaints"]
    document = {"id": path.stem, "path": names[0], "wrote": names, "notes": list(notes), "complaints": complaints}
    output(json).result(page, {"schema": "changectl/new/1", **document})


def _shown(path: Path, cwd: Path) -> str:
    return str(path.relative_to(cwd)) if path.is_relative_to(cwd) else str(path)
