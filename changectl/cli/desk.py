"""Where the user stands: the nearest changectl.toml, the plans beside it, and what the catalogue makes of them."""

import shutil
from collections.abc import Sequence
from pathlib import Path

from changectl.catalogue import catalogue, forms
from changectl.errors import ConfigurationWrong, NotFound, PlanWrong
from changectl.model.frozen import dataclass
from changectl.model.node import Complaint
from changectl.model.plan import Plan
from changectl.planfile.config import Configuration, Env, read_configuration
from changectl.planfile.find import find_root, plan_path, read_content
from changectl.planfile.plan import read_plan
from changectl.views.complaints import complaints_text

FILE = "changectl.toml"


@dataclass(frozen=True, slots=True)
class Desk:
    """A folder with a changectl.toml, and what that says."""

    cwd: Path
    root: Path
    configuration: Configuration

    def env(self, name: str) -> Env:
        """The environment of that name. Raises ConfigurationWrong."""
        if name not in self.configuration.envs:
            there = ", ".join(sorted(self.configuration.envs)) or "none"
            raise ConfigurationWrong(f"{FILE} has no env {name}; it has {there}", f"add [env.{name}] to {FILE}")
        return self.configuration.envs[name]


@dataclass(frozen=True, slots=True)
class Loaded:
    """A plan with the file it came from."""

    path: Path
    content: bytes
    plan: Plan


def desk() -> Desk:
    """Here. Raises ConfigurationWrong where there is no changectl.toml, or it is not as it must be."""
    cwd = Path.cwd()
    root = find_root(cwd)
    if root is None:
        raise ConfigurationWrong(f"there is no {FILE} here or in a folder above", "changectl init")
    return Desk(cwd, root, configuration_in((root / FILE).read_bytes(), str(root / FILE)))


def configuration_in(content: bytes, where: str) -> Configuration:
    """What a changectl.toml says. Raises ConfigurationWrong with every complaint."""
    configuration, complaints = read_configuration(content)
    if configuration is None:
        raise ConfigurationWrong(f"{where} is wrong", lines=_lines(where, content, complaints))
    return configuration


def load(here: Desk, wanted: str) -> Loaded:
    """The plan that an id or a path means. Raises NotFound, and PlanWrong with every complaint."""
    try:
        path = plan_path(here.root, wanted, here.cwd)
    except NotFound as why:
        raise _on_its_branch(here, wanted, why) from None
    content = read_content(path)
    return Loaded(path, content, plan_in(content, path.stem, _shown(path, here.cwd)))


def complaint_lines(loaded: Loaded, complaints: Sequence[Complaint]) -> list[str]:
    """Complaints about a plan, each with its line."""
    return _lines(_shown(loaded.path, Path.cwd()), loaded.content, complaints)


def plan_in(content: bytes, plan_id: str, where: str) -> Plan:
    """The plan in these bytes. Raises PlanWrong with every complaint."""
    plan, complaints = read_plan(content, plan_id, forms(catalogue()))
    if plan is None:
        raise PlanWrong(f"{where} is wrong", lines=_lines(where, content, complaints))
    return plan


def change_id(here: Desk, wanted: str) -> str:
    """The change that an id or a plan's path means; an id needs no plan file any more."""
    try:
        return plan_path(here.root, wanted, here.cwd).stem
    except (NotFound, PlanWrong):
        return wanted


def width() -> int:
    """Columns of the terminal; 80 in a pipe."""
    return shutil.get_terminal_size((80, 24)).columns


def _on_its_branch(here: Desk, wanted: str, why: NotFound) -> NotFound:
    """The same, saying how to get the plan, where a change of that name is known: a colleague may have proposed it."""
    from changectl.cli.known import known_changes

    if wanted in known_changes(here.root):
        why.hint = f"git fetch && git switch change/{wanted}"
    return why


def _shown(path: Path, cwd: Path) -> str:
    return str(path.relative_to(cwd)) if path.is_relative_to(cwd) else str(path)


def _lines(where: str, content: bytes, complaints: Sequence[Complaint]) -> list[str]:
    return complaints_text(where, content, complaints, width()).splitlines()
