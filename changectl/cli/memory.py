"""What is known of changes: the team's register, and the journals of this machine that it has not been told of yet."""

from collections.abc import Iterable
from pathlib import Path

from changectl.cli.state import repository_state
from changectl.errors import NotFound
from changectl.model.change import Change
from changectl.model.codec import entry_id
from changectl.model.entry import Entry
from changectl.model.events import Begun, Proposed, Published
from changectl.model.fold import fold, last_of
from changectl.model.frozen import dataclass
from changectl.register.index import Index, catch_up
from changectl.register.journal import Journals
from changectl.register.log import Register, register_of
from changectl.register.propose import (
    HEAD,
    config_at_default_branch,
    default_ref,
    fetched_head,
    named_at_default_branch,
)
from changectl.register.repository import Repository, identity, repository
from changectl.views.history import Row, emergency_of, next_for, stands


@dataclass(frozen=True, slots=True)
class Story:
    """One change: its entries, oldest first, what they add up to, and how many of them the register does not have."""

    id: str
    entries: tuple[Entry, ...]
    change: Change
    unrecorded: int

    def row(self) -> Row:
        """A line about it."""
        last = last_of(self.entries)
        named = [e.event for e in self.entries if isinstance(e.event, Proposed)]
        title, env = (named[-1].title, named[-1].env) if named else ("", "")
        emergency, owed = emergency_of(self.change), self.change.owed
        return Row(self.id, title, env, stands(self.change), last.at, last.by, emergency, owed)


@dataclass(frozen=True, slots=True)
class Memory:
    """The register of one repository and the journals of this machine.

    `head`: the commit of the remote's default branch, where that was just fetched.
    """

    repository: Repository
    register: Register
    journals: Journals
    state: Path
    head: str = ""

    def story(self, change: str) -> Story:
        """All that is known of a change here. Raises NotFound, RegisterUnsound."""
        story = self._story(change)
        if not story.entries:
            raise NotFound(f"nothing is recorded of {change}", "changectl log")
        return story

    def entries(self, change: str) -> tuple[Entry, ...]:
        """The entries of a change, oldest first; none where nothing is known of it."""
        return self._story(change).entries

    def known(self, change: str) -> Change:
        """What a change's entries add up to; an empty change where there are none."""
        return self._story(change).change

    def agreed(self, path: Path) -> bytes | None:
        """A file of the remote's default branch, which nobody changes alone; None where there is none. Raises RemoteNeeded."""
        return config_at_default_branch(self.repository, str(path.relative_to(self.repository.root)), self.head)

    def agreed_anywhere(self, name: str) -> tuple[bytes, ...]:
        """Every file of that name on the remote's default branch. Raises RemoteNeeded."""
        return named_at_default_branch(self.repository, name, self.head)

    def _story(self, change: str) -> Story:
        recorded = self.recorded(change)
        known = {entry_id(entry) for entry in recorded}
        kept = [(n, self.journals.read(change, n)) for n in self.journals.attempts(change)]
        local = [entry for n, mine in kept if lost_to(recorded, n, mine) is None for entry in mine]
        only_here = [e for e in local if entry_id(e) not in known and not isinstance(e.event, Published)]
        entries = (*recorded, *only_here)
        return Story(change, entries, fold(entries), len(only_here))

    def index(self) -> Index:
        """The index, up to date with what was last fetched. Close it."""
        return catch_up(self.register, self.state / "index.sqlite3")

    def open_changes(self) -> tuple[tuple[Row, str], ...]:
        """Every change that has not ended or owes a review, with the command that it waits for; newest first."""
        with self.index() as index:
            ids = [row.id for row in index.unfinished()]
        ids += [unfinished.change for unfinished in self.journals.open_changes()]
        stories = [self._story(change) for change in dict.fromkeys(ids)]
        still = [s for s in stories if s.entries and (s.change.closed is None or s.unrecorded or s.change.owed)]
        return tuple((s.row(), _next(s)) for s in sorted(still, key=_at, reverse=True))

    def recorded(self, change: str) -> tuple[Entry, ...]:
        """The entries that the register has of a change, as it was last fetched."""
        try:
            return tuple(recorded.entry for recorded in self.register.read(change))
        except NotFound:
            return ()


def _next(story: Story) -> str:
    unsaid = story.change.closed is not None and story.unrecorded
    return f"changectl apply --resume {story.id}" if unsaid else next_for(story.id, story.change)


def _at(story: Story) -> str:
    return last_of(story.entries).at


def memory(root: Path, *, fetch: bool = False) -> Memory:
    """The memory of the repository around a folder. `fetch` first brings what the team has published. Raises RemoteNeeded."""
    found = repository(root)
    state = repository_state(found.shared)
    register = register_of(found)
    if fetch:  # and the branch that the rules are read from, so that none is taken for what it was last week
        register.fetch(*filter(None, (default_ref(found), HEAD if found.remote else None)))
    return Memory(found, register, Journals(state), state, fetched_head(found) if fetch else "")


def named(change: str) -> str:
    """The change that an id or a plan's path means."""
    return Path(change).stem if change.endswith((".yaml", ".yml")) else change


def me(found: Memory) -> str:
    """`Name <email>` of whoever is typing. Raises ConfigurationWrong."""
    return identity(found.repository)


def lost_to(there: Iterable[Entry], attempt: int, mine: Iterable[Entry]) -> Entry | None:
    """The begin of another machine's attempt of that number, where the register has that one and nothing of ours.

    Then nothing of ours was acknowledged, so that nothing was changed; but for one without the remote, which asks nobody.
    """
    ours = tuple(mine)
    if any(isinstance(entry.event, Begun) and entry.event.offline for entry in ours):
        return None
    ids = {entry_id(entry) for entry in ours}
    same = [entry for entry in there if entry.attempt == attempt]
    if any(entry_id(entry) in ids for entry in same):
        return None
    return next((e for e in same if isinstance(e.event, Begun) and not e.event.offline), None)


def unpublished(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """The entries that the register may have: all but the note that it has them."""
    return tuple(entry for entry in entries if not isinstance(entry.event, Published))
