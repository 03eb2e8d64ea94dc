"""What a run of `ci` stands on: the forge's job around it, the commits in question, and the rules that hold.

The rules are those of the default branch. What the request says of changectl.toml is checked, shown, and not followed.
"""

import os
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from time import sleep

from changectl.catalogue import forges
from changectl.cli.desk import FILE, configuration_in
from changectl.cli.memory import Memory, memory
from changectl.contracts.forge import Forge, ForgeSettings, Runner
from changectl.errors import ForgeFailed, NotFound, RemoteNeeded, WrongUsage
from changectl.model.frozen import dataclass
from changectl.planfile.config import Configuration
from changectl.planfile.find import PLANS
from changectl.register.changed import Range, commit_of, range_of
from changectl.register.propose import default_branch, plan_at
from changectl.register.remote import remote_of
from changectl.register.repository import Repository, read_ref


@dataclass(frozen=True, slots=True)
class Stage:
    """The commits, the folder that changectl.toml is in (`home`, "" for the repository's own), and what holds there.

    `configuration` is None where the default branch has none. `notes`: what a reviewer should know of all this.
    `unsure`: the rules may be somebody's own, and production is not looked at by them.
    """

    memory: Memory
    between: Range
    home: str
    configuration: Configuration | None
    runner: Runner | None = None
    notes: tuple[str, ...] = ()
    unsure: bool = False

    @property
    def repository(self) -> Repository:
        """The repository around us."""
        return self.memory.repository

    @property
    def plans(self) -> str:
        """The folder of the plans, as git knows it."""
        return f"{self.home}{PLANS}"

    @property
    def toml(self) -> str:
        """Where changectl.toml is, as git knows it."""
        return f"{self.home}{FILE}"


def runner_here() -> tuple[Runner | None, tuple[str, ...]]:
    """The job of a forge's own CI that we run in, if any; and what is wrong with what it tells."""
    wrong = []
    for kind in forges().values():
        try:
            if found := kind.environment(os.environ):
                return found, ()
        except ForgeFailed as why:
            wrong.append(f"{kind.key}: {why.sentence}")
    return None, tuple(wrong)


def forge_here(runner: Runner, pause: Callable[[float], None]) -> Forge:
    """The forge whose job we run in, with the job's own token. `pause` waits. Raises ForgeFailed where there is no token."""
    kind = forges()[runner.forge]
    token = next((os.environ[name] for name in kind.tokens if os.environ.get(name)), "")
    if not token:
        raise ForgeFailed(f"the job has no token for {kind.key}", f"give the step {' or '.join(kind.tokens)}")
    return kind.open(ForgeSettings(runner.repository, runner.api, token, pause))


def stage(base: str, head: str, runner: Runner | None, notes: tuple[str, ...]) -> Stage:
    """Where we are, between the commits that are named, or that the job names, or that this branch and the default one are.

    Raises NotFound, ConfigurationWrong, WrongUsage.
    """
    found = memory(Path.cwd())
    where = found.repository
    agreed = _agreed(where, runner)
    head = head or (runner.head if runner else "") or "HEAD"
    base = base or (runner.base if runner else "") or agreed or ""
    if not base:
        raise WrongUsage("it is not known which branch is the default one", "changectl ci --base main")
    between = range_of(where, base, head)
    home, content = _home(where, commit_of(where, agreed or base))
    if content is None:
        said = f"There is no {FILE} on the default branch yet, so that no env is known and nothing is previewed."
        return Stage(found, between, home, None, runner, (*notes, said))
    configuration = configuration_in(content, f"{home}{FILE} of the default branch")
    if agreed is None and where.remote is not None:
        said = f"The default branch could not be found out. Who must approve is told by {FILE} of what this is compared with."
        return Stage(found, between, home, configuration, runner, (*notes, said), unsure=True)
    return Stage(found, between, home, configuration, runner, notes)


def _agreed(where: Repository, runner: Runner | None) -> str | None:
    """The ref that follows the default branch. A job that may not ask the remote asks its forge; None where neither tells."""
    try:
        return default_branch(where)
    except RemoteNeeded:
        if runner is None:
            return None
    try:
        named = forge_here(runner, sleep).protection().branch
    except ForgeFailed:
        return None
    ref = remote_of(where).mirror(f"refs/heads/{named}")
    return ref if read_ref(where, ref) else None


def _home(where: Repository, commit: str) -> tuple[str, bytes | None]:
    """The folder, from here upward, in which the default branch has a changectl.toml; and that file."""
    here = PurePosixPath(Path.cwd().resolve().relative_to(where.root).as_posix())
    for folder in (here, *here.parents):
        home = "" if folder == PurePosixPath(".") else f"{folder}/"
        try:
            return home, plan_at(where, commit, f"{home}{FILE}")
        except NotFound:
            continue
    return "", None
