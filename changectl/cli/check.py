"""`changectl check`: is everything a plan says in order, before anybody looks at AWS?"""

import sys
from pathlib import Path
from typing import Annotated

import typer

from changectl.catalogue import catalogue, forms
from changectl.cli.desk import FILE, configuration_in, width
from changectl.cli.options import Json, output
from changectl.errors import ConfigurationWrong
from changectl.model.node import Complaint
from changectl.model.status import Status
from changectl.planfile.find import find_plans, find_root, misplaced, plan_path, read_content
from changectl.planfile.plan import read_plan
from changectl.views.complaints import complaints_json, complaints_text
from changectl.views.page import command, line


def verb(
    plans: Annotated[
        list[str] | None, typer.Argument(metavar="[PLAN]...", help="Ids or paths; by default all.")
    ] = None,
    json: Json = False,
) -> None:
    """Check plans, offline: every mistake with its place, in one run."""
    cwd = Path.cwd()
    root = find_root(cwd)
    if root is None and not plans:
        raise ConfigurationWrong(f"there is no {FILE} here or in a folder above", "changectl init")
    if root is not None:
        configuration_in((root / FILE).read_bytes(), FILE)
    home = root or cwd
    everything = find_plans(home)
    paths = (
        [plan_path(home, plan, cwd) for plan in plans] if plans else sorted(p for ps in everything.values() for p in ps)
    )
    found = [(path, *_checked(path)) for path in paths]
    lost = [(path, complaint) for path, complaint in misplaced(home, everything) if path in paths]
    files = [
        (_shown(path, cwd), content, (*complaints, *(c for p, c in lost if p == path)))
        for path, content, complaints in found
    ]
    out = output(json)
    if not json:
        for name, content, complaints in files:
            sys.stdout.write(complaints_text(name, content, complaints, width()))
    document = complaints_json((name, complaints) for name, _, complaints in files)
    wrong = sum(not plan["ok"] for plan in document["plans"])
    sentence = f"{len(files)} plan{'s' * (len(files) != 1)} checked, {wrong or 'none'} wrong."
    after = (line("Next: ", command(f"changectl preview {paths[0].stem}")),) if len(paths) == 1 and not wrong else ()
    out.result((line(sentence), *after), document)
    raise typer.Exit(int(Status.PLAN_WRONG if wrong else Status.DONE))


def _checked(path: Path) -> tuple[bytes, tuple[Complaint, ...]]:
    content = read_content(path)
    return content, read_plan(content, path.stem, forms(catalogue()))[1]


def _shown(path: Path, cwd: Path) -> str:
    return str(path.relative_to(cwd)) if path.is_relative_to(cwd) else str(path)
