"""`changectl doctor`: what is missing for changes here, on the remote, in AWS and on the forge, and how to get it."""

from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from changectl.cli.desk import Desk
from changectl.cli.health import aws, branch, forge, machine, remote, team
from changectl.cli.health.examine import Examination, examined
from changectl.cli.health.records import records
from changectl.cli.health.roles import roles
from changectl.cli.memory import Memory, memory
from changectl.cli.options import Json, output
from changectl.cli.previewing import rules
from changectl.cli.setup.home import home_in, home_of
from changectl.errors import ChangectlError, ConfigurationWrong, WrongUsage
from changectl.model.diagnosis import Diagnosis, Health, missing, overall, unknown
from changectl.planfile.config import Env
from changectl.planfile.config_team import ReviewSettings
from changectl.planfile.find import find_root
from changectl.register.host import url_of
from changectl.register.repository import Repository, identity, repository
from changectl.views.doctor import doctor_document, doctor_page


def verb(
    env: Annotated[
        str, typer.Option("--env", metavar="ENV", help="Look at this environment only; by default at all.")
    ] = "",
    github: Annotated[bool, typer.Option("--github", help="Also look at the team's repository on GitHub.")] = False,
    gitlab: Annotated[bool, typer.Option("--gitlab", help="The same on GitLab.")] = False,
    write: Annotated[
        bool, typer.Option("--write", help="Prove custom refs by making two on the remote, and removing them.")
    ] = False,
    json: Json = False,
) -> None:
    """Say what is missing here, and how to get it.

    Nothing is changed, but for --write. Ends with 0 where nothing is missing, 3 where changectl.toml is wrong or not where it
    must be, 4 where AWS does not let you in, 5 where anything else is missing. What could not be seen is unknown, and no fault.
    """
    if github and gitlab:
        raise WrongUsage("a team reviews in one place", "changectl doctor --github, or: changectl doctor --gitlab")
    cwd = Path.cwd()
    root = find_root(cwd)
    configuration, of_file = team.configuration(root)
    if env and configuration is not None and env not in configuration.envs:
        there = ", ".join(sorted(configuration.envs)) or "none"
        raise WrongUsage(f"changectl.toml has no env {env}; it has {there}", "changectl doctor")
    here = Desk(cwd, root, configuration) if root and configuration else None
    asked = "github" if github else "gitlab" if gitlab else ""
    found = (*_alone(cwd, here), of_file, *_together(cwd, here, env, asked, write=write))
    output(json).result(doctor_page(found), doctor_document(found))
    raise typer.Exit(int(overall(found)))


def _alone(cwd: Path, here: Desk | None) -> Sequence[Diagnosis]:
    """What this machine tells without asking anybody."""
    looks = [
        Examination("git", lambda: machine.git(cwd)),
        Examination("state folder", machine.state_folder),
        Examination("completion", machine.completion),
    ]
    if here is None or here.configuration.review.by == "signature":
        looks.append(Examination("ssh-keygen", machine.ssh_keygen))
    if here is not None:
        looks.append(Examination("plans", lambda: team.plans(here.root)))
        looks.append(Examination("channels", lambda: team.channels(here.configuration)))
    return examined(looks)


def _together(cwd: Path, here: Desk | None, env: str, asked: str, *, write: bool) -> Sequence[Diagnosis]:
    """What others have to be asked for: the remote first, since most hangs on it; then all else side by side."""
    try:
        around = repository(here.root if here else cwd)
    except ConfigurationWrong as why:
        lacking = missing("repository", why.sentence, why.hint)
        return (lacking, *examined([*_environments(here, env)]))
    first = examined(
        (Examination("identity", lambda: remote.who(around)), Examination("remote", lambda: remote.remote(around)))
    )
    answers = around.remote is not None and first[-1].health is Health.OK
    shared = _shared(around, here, write=write) if answers or around.remote is None else _unasked(around)
    rest = [*_environments(_by_the_rules(here, around) if answers else here, env)]
    review = _review(here, asked, around)
    if review:
        rest += _forge(review, here, around, env, answers=answers)
    return (*first, *examined((*shared, *rest)))


def _shared(around: Repository, here: Desk | None, *, write: bool) -> Iterable[Examination]:
    found = _fetched(around)
    if around.remote is not None:
        yield Examination("push", lambda: remote.rights(around, write=write))
    yield Examination("register", lambda: team.register(found))
    yield Examination("records", lambda: records(found))
    if here is not None:
        if around.remote is not None:
            yield Examination("agreed rules", lambda: team.agreed_rules(here, found))
        yield Examination("approvals", lambda: team.approvals(here, found, _name(around)))


def _fetched(around: Repository) -> Memory:
    """With what the team has published; that this cannot be had is said of the register."""
    try:
        return memory(around.root, fetch=True)
    except ChangectlError:
        return memory(around.root)


def _unasked(around: Repository) -> Iterable[Examination]:
    sentence = f"{around.remote} does not answer"
    for name in ("push", "register", "records", "agreed rules", "approvals"):
        yield Examination(name, partial(_unseen, name, sentence, f"git ls-remote {around.remote}"))


def _unseen(name: str, sentence: str, mend: str) -> Sequence[Diagnosis]:
    return (unknown(name, sentence, mend),)


def _name(around: Repository) -> str:
    """Nobody, where git does not know; that is said of the identity."""
    try:
        return identity(around)
    except ConfigurationWrong:
        return ""


def _by_the_rules(here: Desk | None, around: Repository) -> Desk | None:
    """With the environments that count, where they can be had; what is wrong with them is said of the agreed rules."""
    if here is None:
        return None
    try:
        return rules(here, memory(around.root))
    except ChangectlError:
        return here


def _environments(here: Desk | None, only: str) -> Iterable[Examination]:
    for each in _envs(here, only):
        yield Examination(f"{each.name} credentials", partial(aws.environment, each))


def _envs(here: Desk | None, only: str) -> Sequence[Env]:
    envs = here.configuration.envs if here else {}
    return [each for name, each in sorted(envs.items()) if name == only or not only]


def _review(here: Desk | None, asked: str, around: Repository) -> ReviewSettings | None:
    """The forge to look at: the one that was asked for, by the remote's URL where changectl.toml does not name it."""
    review = here.configuration.review if here else ReviewSettings()
    if not asked or review.by == asked:
        return review if review.by not in ("signature", "identity") else None
    try:
        home = home_of(url_of(around), asked)
    except WrongUsage:
        return ReviewSettings(by=asked)
    return ReviewSettings(asked, home.repository, home.api)


def _forge(
    review: ReviewSettings, here: Desk | None, around: Repository, only: str, *, answers: bool
) -> Iterable[Examination]:
    yield Examination(review.by, lambda: forge.forge(review))
    if here is None or review.by not in branch.WORKFLOWS:
        return
    if answers:
        yield Examination(f"{review.by} workflow", lambda: branch.on_branch(review.by, here, around))
    else:
        yield Examination(f"{review.by} workflow", lambda: branch.unseen(review.by))
    home = home_in(review.by, review.repository, review.api)
    for each in _envs(here, only) if review.repository else ():
        if each.production and (each.role or each.read_role):
            yield Examination(f"{each.name} trust", partial(roles, each, home))
