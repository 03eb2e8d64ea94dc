"""The register: every event of every change, as files on the branch `changectl/register`, without a checkout.

Reading needs no network: it shows what this machine last fetched. `fetch` brings the rest.
"""

import random
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import field
from datetime import timedelta

from changectl.errors import NotFound
from changectl.model.entry import Entry
from changectl.model.events import Published
from changectl.model.frozen import dataclass
from changectl.register.draft import Admit, Decide, Order
from changectl.register.envelope import DECISION, Recorded, chained, event_files
from changectl.register.folders import Folder, days, find, newest
from changectl.register.git import Objects
from changectl.register.journal import checked_size
from changectl.register.locks import LEASE, Lock, Wish, lock_of, lock_ref
from changectl.register.names import checked_id
from changectl.register.publish import (
    STUCK,
    TURNS,
    Receipt,
    one_try,
    refs_of,
    refused,
    wait_before,
)
from changectl.register.remote import Remote, listed, remote_of
from changectl.register.repository import LOCKS, Repository, identity, read_ref
from changectl.register.seen import keep, look, reading_tip
from changectl.register.soundness import check_history, folder_of


@dataclass(frozen=True, slots=True)
class Register:
    """The team's memory, seen from one repository. `author` signs its commits; without one git is asked.

    `lease`: how long a lock is counted on without being renewed.
    """

    repository: Repository
    remote: Remote
    author: str = ""
    pause: Callable[[float], None] = time.sleep
    chance: Callable[[], float] = field(default=random.random)
    lease: timedelta = LEASE

    def append(
        self,
        entries: tuple[Entry, ...],
        *,
        locks: Wish | None = None,
        also: Mapping[str, str] | None = None,
        decide: Decide | None = None,
        admit: Admit | None = None,
    ) -> Receipt:
        """Publish entries, locks and refs (`also`: ref to commit) together; acknowledged by the remote when it returns.

        `decide` makes the change's decision.md of what the register will have; `admit` sees what it has at each try, and
        raises where nothing more may come. Entries that are there already are not doubled, locks already ours are kept.
        Raises Locked, TakenOver (of a renewal), RemoteNeeded (`denied` in its facts), RegisterUnsound, CannotRecord,
        ConfigurationWrong.
        """
        if any(isinstance(entry.event, Published) for entry in entries):
            raise ValueError("that something was published is known to the journal of one machine only")
        author = self.author or identity(self.repository)
        order = Order([checked_size(entry) for entry in entries], author, locks, also or {}, decide, admit)
        words, stuck, before = "", 0, None
        with Objects(self.repository.root) as objects:
            for turn in range(TURNS):
                if turn:
                    self.pause(wait_before(turn, self.chance()))
                view = look(self.repository, self.remote, refs_of(order), self.pause)
                stuck = stuck + 1 if view.there == before else 0
                if stuck >= STUCK:
                    break
                done = one_try(self.repository, self.remote, objects, order, view)
                if isinstance(done, Receipt):
                    return done
                before, words = view.there, done
        raise refused(self.repository, words, stuck=stuck >= STUCK)

    def fetch(self, *also: str) -> str | None:
        """Bring what the team has published, and the refs in `also`; the new tip. Raises RemoteNeeded, RegisterUnsound."""
        view = look(self.repository, self.remote, also, self.pause)
        keep(self.repository, self.remote, view.tip, view.seen)
        return view.tip

    def tip(self) -> str | None:
        """The commit that reading shows; None where there is no register yet. Raises RegisterUnsound.

        Found without a git process, unless plain git has fetched more since.
        """
        return reading_tip(self.repository, self.remote)

    def read(self, change: str) -> tuple[Recorded, ...]:
        """A change's entries, oldest first, each proven to follow the one before. Raises NotFound, RegisterUnsound."""
        with Objects(self.repository.root) as objects:
            return _read(objects, self._folder(objects, change))

    def decision(self, change: str) -> bytes | None:
        """The change's decision.md; None before it is closed. Raises NotFound."""
        with Objects(self.repository.root) as objects:
            oid = self._folder(objects, change).files.get(DECISION)
            found = objects.read(oid) if oid else None
            return found.content if found else None

    def changes(self) -> Iterator[str]:
        """Every change id, the newest day first."""
        if tip := self.tip():
            with Objects(self.repository.root) as objects:
                yield from newest(objects, tip)

    def everything(self) -> Iterator[Recorded]:
        """Every entry of every change, the newest day first, each change oldest first. Raises RegisterUnsound."""
        if tip := self.tip():
            with Objects(self.repository.root) as objects:
                for path, oid in days(objects, tip):
                    day = objects.read(oid)
                    for change, tree in day.tree() if day else ():
                        found = objects.read(tree)
                        yield from _read(objects, Folder(f"{path}/{change}", dict(found.tree()) if found else {}))

    def verify(self, change: str | None = None) -> int:
        """Prove one change, or all of them, and that no event was ever edited or dropped; how many events that was.

        Raises RegisterUnsound with the place, NotFound.
        """
        tip = self.tip()
        if tip is None:
            return 0
        check_history(self.repository, tip, None if change is None else folder_of(self.read(change)))
        return len(self.read(change)) if change is not None else sum(1 for _ in self.everything())

    def holders(self, names: tuple[str, ...]) -> Mapping[str, Lock]:
        """Who holds those locks now, asked of the remote; free ones are left out. Raises RemoteNeeded."""
        there = self.remote.look([lock_ref(name) for name in names])
        return {lock.name: lock for lock in self._locks(there)}

    def held(self) -> tuple[Lock, ...]:
        """Every lock that is held now, asked of the remote. Raises RemoteNeeded."""
        return self._locks(self.remote.look_below(LOCKS))

    def fetch_held(self) -> tuple[Lock, ...]:
        """`fetch` and `held` in one look at the remote. Raises RemoteNeeded, RegisterUnsound."""
        self.fetch(LOCKS)
        return self.held_when_fetched()

    def held_when_fetched(self) -> tuple[Lock, ...]:
        """Every lock that was held when this machine last looked."""
        return self._locks(listed(self.repository, self.remote.mirror(LOCKS), LOCKS))

    def last_held(self, name: str) -> Lock | None:
        """A lock as its latest holder had it, also where it is free by now, when this machine last looked."""
        ref = lock_ref(name)
        oid = read_ref(self.repository, self.remote.mirror(ref)) or ""
        with Objects(self.repository.root) as objects:
            while oid and (commit := objects.read(oid)) is not None:
                lock = lock_of(ref, commit)
                if lock.owner:
                    return lock
                head = commit.content.partition(b"\n\n")[0].decode(errors="replace").splitlines()
                oid = next((line.partition(" ")[2] for line in head if line.startswith("parent ")), "")
        return None

    def _locks(self, there: Mapping[str, str]) -> tuple[Lock, ...]:
        with Objects(self.repository.root) as objects:
            commits = objects.read_all(there.values())
            locks = [lock_of(ref, commit) for ref, commit in zip(there, commits, strict=True)]
        return tuple(sorted((lock for lock in locks if lock.owner), key=lambda lock: lock.name))

    def _folder(self, objects: Objects, change: str) -> Folder:
        folder = find(objects, self.tip(), checked_id(change))
        if folder is None:
            raise NotFound(f"the register knows no change {change}", "changectl log", change=change)
        return folder


def register_of(repository: Repository, author: str = "") -> Register:
    """The register that this repository shares with its team."""
    return Register(repository, remote_of(repository), author)


def _read(objects: Objects, folder: Folder) -> tuple[Recorded, ...]:
    names = [name for _, _, name in event_files(folder.files, folder.path)]
    found = objects.read_all(folder.files[name] for name in names)
    return chained(folder.path, [(name, f.content if f else b"") for name, f in zip(names, found, strict=True)])
