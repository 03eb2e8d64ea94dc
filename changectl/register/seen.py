"""What this machine saw last of the register, so that a rewritten history can never pass for the team's."""

from collections.abc import Callable, Iterable, Mapping

from changectl.errors import RegisterUnsound
from changectl.model.frozen import dataclass
from changectl.register.git import ask
from changectl.register.remote import Remote, remember
from changectl.register.repository import BRANCH, Repository, read_ref

_LOOKS, _PAUSE = 3, 0.05


@dataclass(frozen=True, slots=True)
class View:
    """The refs of the remote as they were a moment ago, with a register that goes on from what was seen before.

    A remote that never had a register gets the one kept here until now: then `tip` is not in `there`.
    """

    there: Mapping[str, str]
    tip: str | None
    seen: str | None


def look(repository: Repository, remote: Remote, refs: Iterable[str], pause: Callable[[float], None]) -> View:
    """Bring those refs and the register's. Raises RemoteNeeded, RegisterUnsound.

    An alarm is raised after several looks only: another process of this repository may write a slower answer after ours.
    """
    wanted = (BRANCH, *refs)
    for _ in range(_LOOKS):
        there, seen = remote.look(wanted), read_ref(repository, remote.seen)
        tip = there.get(BRANCH)
        if seen is None:
            return View(there, tip or read_ref(repository, BRANCH), None)
        if tip is not None and follows(repository, seen, tip):
            return View(there, tip, seen)
        pause(_PAUSE)
    raise _rewritten(repository, remote, str(seen), tip)


def reading_tip(repository: Repository, remote: Remote) -> str | None:
    """The commit that reading shows: what was fetched last, by us or by plain git. Raises RegisterUnsound."""
    tip, seen = read_ref(repository, remote.mirror(BRANCH)), read_ref(repository, remote.seen)
    if tip is None:
        return seen or read_ref(repository, BRANCH)
    if seen is None or follows(repository, seen, tip):
        keep(repository, remote, tip, seen)
        return tip
    if follows(repository, tip, seen):  # only a look at the remote can tell whether this is old or rewound
        return seen
    raise _rewritten(repository, remote, seen, tip)


def keep(repository: Repository, remote: Remote, tip: str | None, seen: str | None) -> None:
    """Remember the tip, unless another process has remembered more meanwhile."""
    if tip is not None and tip != seen:
        remember(repository, {remote.seen: (tip, seen)})


def follows(repository: Repository, earlier: str, later: str) -> bool:
    """Whether the later commit is the earlier one or goes on from it."""
    return earlier == later or ask(repository.root, "merge-base", "--is-ancestor", earlier, later).good


def _rewritten(repository: Repository, remote: Remote, seen: str, tip: str | None) -> RegisterUnsound:
    where = repository.remote or "."
    what = f"now ends at {tip}, which does not follow it" if tip else "is gone"
    accept = f"   to accept what is: git update-ref {remote.seen} {tip}" if tip else ""
    return RegisterUnsound(
        f"the register's history was rewritten: this machine saw {seen}, and the branch {what}",
        f"to put back what was seen: git push --force {where} {seen}:{BRANCH}{accept}",
        seen=seen,
        found=tip or "",
    )
