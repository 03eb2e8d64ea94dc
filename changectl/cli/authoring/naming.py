"""What a new plan is called: its id, its env, who leads it."""

import re
from pathlib import Path

from changectl.cli.desk import FILE, Desk
from changectl.cli.known import known_changes
from changectl.errors import ChangectlError, WrongUsage
from changectl.model.node import Complaints, Node, Span
from changectl.planfile.ids import is_plan_id, slug
from changectl.planfile.schema import line
from changectl.register.repository import identity, repository

_APOSTROPHES = re.compile("['\u2019]")  # `balancers-idle` is read more easily than `balancer-s-idle`

SHORT = 40
"""Characters of a title that an id keeps: ids are typed, and stand in lists."""


def plan_id(root: Path, wanted: str, title: str, day: str) -> str:
    """An id that no plan and no recorded change has: the one asked for, or the day and the title. Raises WrongUsage."""
    taken = known_changes(root)
    if wanted:
        if not is_plan_id(wanted):
            raise WrongUsage(f"{wanted!r} cannot be a change's id", "write it like 2026-11-24-idle-timeout")
        if wanted in taken:
            raise WrongUsage(f"there is a change {wanted} already", f"changectl show {wanted}")
        return wanted
    stem = f"{day}-{_short(slug(_APOSTROPHES.sub('', title))) or 'change'}"
    return next(name for name in (stem, *(f"{stem}-{n}" for n in range(2, len(taken) + 3))) if name not in taken)


def checked_title(title: str) -> str:
    """The title as `check` will read it. Raises WrongUsage."""
    complaints = Complaints()
    text = line(Node(title, Span(1, 1), quoted=True), complaints)
    if text is None:
        raise WrongUsage(
            f"the title cannot be used: {complaints.found[0].message}", 'changectl new "Raise the timeout"'
        )
    return text


def the_env(here: Desk, wanted: str) -> str:
    """The env that is asked for, or the only one; nothing where somebody must choose. Raises ConfigurationWrong."""
    envs = here.configuration.envs
    if wanted or not envs:
        return here.env(wanted or "prod").name
    return next(iter(envs)) if len(envs) == 1 else ""


def unclear_env(here: Desk) -> WrongUsage:
    """The error where several envs are possible and nobody can be asked."""
    names = sorted(here.configuration.envs)
    return WrongUsage(f"which env? {FILE} has {', '.join(names)}", f"add --env {names[0]}")


def lead(here: Desk) -> str:
    """Whoever is typing, if git knows and the team has such a person; else nothing, and the plan has a gap."""
    try:
        name = identity(repository(here.root)).partition(" <")[0].strip()
    except ChangectlError:
        return ""
    people = here.configuration.people
    if not people:
        return name
    near = (person for person in people if person.casefold() in (name.casefold(), name.split(" ")[0].casefold()))
    return next(near, "")


def _short(text: str) -> str:
    if len(text) <= SHORT:
        return text
    return text[: SHORT + 1].rpartition("-")[0] or text[:SHORT]
