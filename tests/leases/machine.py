"""A machine of somebody's: a clone, its own journals, and attempts that are conducted there without any AWS."""

from dataclasses import replace
from datetime import timedelta

from register.team import Team, git

from changectl.catalogue import catalogue
from changectl.cli.keeper import Keeper
from changectl.cli.memory import Memory, memory
from changectl.cli.stops import Stops
from changectl.errors import Locked
from changectl.model import events as e
from changectl.model.change import Change
from changectl.model.resource import FacetRef, Ref
from tests.close.pair import begun, proposed

CHANGE = "2026-11-23-tags"


def machine(team: Team, name: str, *, lease: float = 900.0) -> Memory:
    """What is known on a machine of that name; a clone is made where there is none."""
    if not (team.folder / name).exists():
        git(team.folder, "clone", "-q", f"file://{team.bare}", name)
        git(team.folder / name, "config", "user.name", name.title())
        git(team.folder / name, "config", "user.email", f"{name}@example.com")
    found = memory(team.folder / name)
    return replace(found, register=replace(found.register, lease=timedelta(seconds=lease)))


def table(name: str) -> FacetRef:
    """The tags of a table."""
    return FacetRef(Ref("table", (name,), "ap-southeast-2"), "tags")


class Operator:
    """Somebody who begins an attempt, holds it, and ends it."""

    def __init__(self, found: Memory, change: str = CHANGE, attempt: int = 1, who: str = "") -> None:
        self.found, self.change_id, self.attempt = found, change, attempt
        self.by = who or f"{found.repository.root.name} <{found.repository.root.name}@example.com>"
        earlier = tuple(entry for entry in found.entries(change) if entry.attempt < attempt)
        journal = found.journals.create(change, attempt)
        self.keeper = Keeper(found, journal, self.by, Stops(), catalogue().kinds, earlier)

    def begins(self, *tables: str, over_lock: str = "") -> bool:
        """Whether the locks were had; if not, the attempt is closed, told where it may be, and set aside where it lost."""
        facets = tuple(table(name) for name in tables or ("bookings",))
        for event in (proposed(), e.SnapshotTaken("sha256:s", facets), begun(facets=facets, over_lock=over_lock)):
            self.keeper.record(event)
        try:
            epochs = self.keeper.take_locks()
        except Locked as why:
            self.ends(e.Closed("refused", why.sentence, "locked"))
            return False
        self.keeper.record(e.LocksHeld(epochs))
        return True

    def ends(self, closed: e.Closed | None = None) -> None:
        """It is closed and told, as the engine and `conducted` do it."""
        self.keeper.record(closed or e.Closed("applied"))
        try:
            self.keeper.record(e.Published(self.keeper.publish()))
        except Locked:
            assert self.keeper.lost_to is not None
        self.keeper.journal.close()
        if self.keeper.lost_to:
            self.found.journals.set_aside(self.change_id, self.attempt)

    def dies(self) -> None:
        """The process is gone; what it has written stays."""
        self.keeper.journal.close()

    def change(self) -> Change:
        return self.found.known(self.change_id)
