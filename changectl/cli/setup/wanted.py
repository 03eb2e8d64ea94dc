"""What a team wants set up: everything that the files of either forge are written from."""

import re

from changectl.cli.setup.home import Home, Source
from changectl.cli.setup.policies import Ids
from changectl.errors import WrongUsage
from changectl.model.frozen import dataclass
from changectl.planfile.config import Env

_OWNER = re.compile(
    r"@[A-Za-z0-9](?:[A-Za-z0-9._-]{0,99})(?:/[A-Za-z0-9._-]{1,100}){0,20}|[^\s@#]{1,64}@[A-Za-z0-9.-]{1,255}", re.ASCII
)
_IDS = re.compile(r"(\d{1,20})/(\d{1,20})", re.ASCII)
_ENV = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Wanted:
    """`folder`: that of changectl.toml below the repository's root, "" or ending with /. `branch`: the default one."""

    home: Home
    source: Source
    owners: tuple[str, ...]
    folder: str
    envs: tuple[Env, ...]
    branch: str
    ids: Ids | None = None

    @property
    def production(self) -> tuple[Env, ...]:
        """The environments that need roles."""
        return tuple(env for env in self.envs if env.production)

    @property
    def guarded(self) -> tuple[str, ...]:
        """What decides on production, by its path below the repository's root: a folder ends with /."""
        here = ("plans/", "changectl.toml", "allowed_signers", "changectl-aws/")
        return tuple(f"/{self.folder}{name}" for name in here)


def owners_in(said: str) -> tuple[str, ...]:
    """`@team/a @b`. Raises WrongUsage."""
    found = tuple(said.replace(",", " ").split())
    for owner in found:
        if not _OWNER.fullmatch(owner):
            raise WrongUsage(
                f"{owner[:100]!r} owns no code: an account, a team or an e-mail address does", "--owners @unicorn/sre"
            )
    return found


def ids_in(said: str) -> Ids | None:
    """`OWNER_ID/REPOSITORY_ID`; None for nothing. Raises WrongUsage."""
    if not said:
        return None
    found = _IDS.fullmatch(said)
    if found is None:
        raise WrongUsage(f"{said[:50]!r} is not two numbers", "--ids OWNER_ID/REPOSITORY_ID")
    return found[1], found[2]


def fit(env: Env) -> Env:
    """The environment itself, if its name can be part of a path and of a role's name. Raises WrongUsage."""
    if not _ENV.fullmatch(env.name):
        raise WrongUsage(
            f"{env.name[:50]!r} cannot be part of a role's name", "rename it: letters, digits, dots and dashes"
        )
    return env
