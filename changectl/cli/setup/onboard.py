"""Setting a team up on its forge: what was said and what is there, to files and to what is left for a person to do."""

from collections.abc import Callable
from pathlib import Path

import typer

from changectl.catalogue import catalogue
from changectl.cli.desk import FILE, configuration_in
from changectl.cli.setup.files import File, Laid, lay, write_new
from changectl.cli.setup.github import github_files, github_next
from changectl.cli.setup.gitlab import gitlab_files, gitlab_next
from changectl.cli.setup.home import Home, Source, home_in, home_of, named_home, source_of
from changectl.cli.setup.installed import installed_from
from changectl.cli.setup.roles import FOLDER, role_files
from changectl.cli.setup.rules import review_rules
from changectl.cli.setup.wanted import Wanted, fit, ids_in, owners_in
from changectl.errors import ConfigurationWrong, WrongUsage
from changectl.model.frozen import dataclass
from changectl.model.resource import Body
from changectl.planfile.config import Configuration, Env, read_configuration
from changectl.register.git import ask
from changectl.register.host import url_of
from changectl.register.propose import default_ref
from changectl.register.repository import Repository
from changectl.register.repository import repository as repository_around
from changectl.views.page import Page, Piece, Style, command, line, text


@dataclass(frozen=True, slots=True)
class Said:
    """What was typed; "" for what was left out."""

    forge: str
    repository: str = ""
    owners: str = ""
    uses: str = ""
    ids: str = ""


def judged(content: str) -> Configuration:
    """The configuration in what would be written. Raises WrongUsage where what was said makes no sense."""
    configuration, complaints = read_configuration(content.encode())
    if configuration is None or complaints:
        raise WrongUsage(complaints[0].message, complaints[0].help)
    return configuration


def new_rules(directory: Path, content: str) -> None:
    """A new changectl.toml with a plans/ folder beside it. Raises WrongUsage, ConfigurationWrong."""
    judged(content)
    (directory / "plans").mkdir(parents=True, exist_ok=True)
    write_new(directory, FILE, content)


def onboarded(directory: Path, said: Said, rules: Callable[[Home], str], *, can_ask: bool) -> tuple[Page, Body]:
    """Write all that is not there, and tell. All that was said is judged before anything is written."""
    around = repository_around(directory.resolve())
    path = directory / FILE
    fresh = not path.exists()
    agreed = None if fresh else configuration_in(path.read_bytes(), str(path))
    home = _home(around, said, agreed)
    source = _source(said.uses, can_ask=can_ask)
    owners, ids = owners_in(said.owners) or (_usual_owner(home),), ids_in(said.ids)
    content = "" if agreed else rules(home)
    configuration = agreed or judged(content)
    folder = _below(around, directory)
    wanted = Wanted(home, source, owners, folder, _envs(configuration), _branch(around), ids)
    files, steps = _of_forge(wanted)
    if agreed is None:
        new_rules(directory, content)
    laid = lay(around.root, (*files, *role_files(wanted, catalogue().kinds)))
    left = (*_lacking(laid), *_unreviewed(configuration, home, f"{folder}{FILE}"))
    wrote = ((f"{folder}{FILE}",) if fresh else ()) + laid.wrote
    kept = (() if fresh else (f"{folder}{FILE}",)) + laid.kept
    todo = (*left, *_merged(around, wanted, wrote), *steps, f"changectl doctor --{home.forge}")
    return _page(wrote, kept, todo), {
        "schema": "changectl/init/1",
        "wrote": list(wrote),
        "kept": list(kept),
        "next": list(todo),
    }


def _home(around: Repository, said: Said, agreed: Configuration | None) -> Home:
    if said.repository:
        return named_home(said.repository, said.forge)
    if agreed and agreed.review.by == said.forge and agreed.review.repository:
        return home_in(said.forge, agreed.review.repository, agreed.review.api)
    if around.remote is None:
        hint = f"git remote add origin URL, or: changectl init --{said.forge} --repository OWNER/NAME"
        raise WrongUsage("this repository has no remote that would say where it lives", hint)
    return home_of(url_of(around), said.forge)


def _source(uses: str, *, can_ask: bool) -> Source:
    if uses:
        return source_of(uses)
    if found := installed_from():
        return found
    if can_ask:
        return source_of(typer.prompt("Where does CI get changectl (OWNER/changectl@COMMIT)", err=True))
    raise WrongUsage(
        "nobody wrote down where this program was installed from, so that CI could take the same",
        "changectl init … --uses OWNER/changectl@COMMIT",
    )


def _usual_owner(home: Home) -> str:
    return f"@{home.owner}/changectl" if home.forge == "github" else f"@{home.owner}"


def _below(around: Repository, directory: Path) -> str:
    inside = str(directory.resolve().relative_to(around.root))
    return "" if inside == "." else f"{inside}/"


def _envs(configuration: Configuration) -> tuple[Env, ...]:
    if not configuration.envs:
        raise ConfigurationWrong(f"{FILE} has no environment", f"add [env.prod] to {FILE}")
    return tuple(fit(env) for env in configuration.envs.values())


def _branch(around: Repository) -> str:
    return (default_ref(around) or "refs/heads/main").removeprefix("refs/heads/")


def _of_forge(wanted: Wanted) -> tuple[tuple[File, ...], tuple[str, ...]]:
    if wanted.home.forge == "github":
        return github_files(wanted), github_next(wanted)
    return gitlab_files(wanted), gitlab_next(wanted)


def _lacking(laid: Laid) -> tuple[str, ...]:
    return tuple(f"add to {path}: {each}" for path, lines in laid.lacking for each in lines)


def _unreviewed(configuration: Configuration, home: Home, path: str) -> tuple[str, ...]:
    review = configuration.review
    if (review.by, review.repository, review.api) == (home.forge, home.repository, home.api):
        return ()
    wanted = ", ".join(each.partition(" #")[0].strip() for each in review_rules(home).strip().splitlines())
    return (f"let reviews be the approvals, in {path}: {wanted}",)


def _merged(around: Repository, wanted: Wanted, wrote: tuple[str, ...]) -> tuple[str, ...]:
    """How the files get onto the default branch: by review, except where there is no branch yet to ask it of."""
    made = " ".join(dict.fromkeys(_top(each, wanted.folder) for each in wrote))
    commit = f"git add -- {made} && git commit -m 'Set up changectl'"
    push = f"git push -u {around.remote or 'origin'} HEAD"
    if not made:
        steps: tuple[str, ...] = ()
    elif ask(around.root, "rev-parse", "--verify", "--quiet", "HEAD").good:
        merge = "open a pull request for it, and have it merged: until then nothing of it counts"
        steps = (f"git switch -c set-up-changectl && {commit} && {push}", merge)
    else:
        steps = (f"{commit} && {push}",)
    roles = (f"make the roles in AWS: {wanted.folder}{FOLDER}/README.md",) if wanted.production else ()
    return (*steps, *roles)


def _top(path: str, folder: str) -> str:
    """A folder of ours as one word, so that the command can be read."""
    ours = f"{folder}{FOLDER}/"
    return ours if path.startswith(ours) else path


def _page(wrote: tuple[str, ...], kept: tuple[str, ...], todo: tuple[str, ...]) -> Page:
    return (
        *(line("Wrote ", text(path, Style.STRONG), ".") for path in wrote),
        *(line("Left ", text(path), " as it is.") for path in kept),
        line("Next:"),
        *(line(f"{number}  ", _typed(each), indent=2, hang=3) for number, each in enumerate(todo, 1)),
    )


def _typed(step: str) -> Piece:
    """Something to type, or something to do elsewhere."""
    return command(step) if step.startswith(("git ", "changectl ")) else text(step)
