"""What the register knows of the resources that a plan touches: changes that are open, and what came of those that ended."""

from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import field

from changectl.cli.memory import Memory
from changectl.errors import CannotRecord, RegisterUnsound, RemoteNeeded
from changectl.model.change import Change, State
from changectl.model.frozen import dataclass
from changectl.model.plan import Plan
from changectl.register.index import Index
from changectl.register.rows import ChangeRow
from changectl.views.comment_facts import Earlier, History

MOST_REFS = 200
MOST_PAST = 10
GOING = frozenset(
    state.value for state in (State.BEGUN, State.APPLYING, State.VERIFYING, State.ROLLING_BACK, State.NEEDS_OPERATOR)
)


@dataclass(frozen=True, slots=True)
class Past:
    """The register, as far as it could be had. `unknown`: why not; `stale`: why there may be more than is known here.

    `unsound`: what of it was edited or lost, as far as that was noticed.
    """

    memory: Memory
    index: Index | None
    unknown: str = ""
    stale: str = ""
    unsound: list[str] = field(default_factory=list, hash=False)

    def known(self, change: str) -> Change:
        """What a change's events add up to; an empty change where that cannot be had."""
        if self.index is None:
            return Change()
        if self.index.change(change) is None and not self.memory.journals.attempts(change):
            return Change()  # most plans are new, and asking git costs 5 ms each
        try:
            return self.memory.known(change)
        except RegisterUnsound as why:
            self.unsound.append(why.sentence)
            return Change()

    def own(self, change: str) -> str:
        """Where a change stands while it goes on; empty where it does not."""
        row = self.index.change(change) if self.index else None
        return row.state if row and row.state in GOING else ""

    def ended(self, change: str) -> bool:
        """Whether a change came to its end in production."""
        row = self.index.change(change) if self.index else None
        return row is not None and row.outcome in ("applied", "accepted")

    def history(self, plan: Plan, refs: Iterable[str]) -> History:
        """What is known of these resources in the plan's env."""
        if self.index is None:
            return History(unknown=self.unknown)
        found: dict[str, tuple[ChangeRow, list[str]]] = {}
        for ref in sorted(set(refs))[:MOST_REFS]:
            for row in self.index.touching(ref):
                if row.env == plan.env:
                    found.setdefault(row.id, (row, []))[1].append(ref)
        rows = sorted(found.values(), key=lambda each: (each[0].last_at, each[0].id), reverse=True)
        still = [_earlier(row, of, "") for row, of in rows if row.state != "closed" and row.id != plan.id]
        past = [
            _earlier(row, of, self._why(row))
            for row, of in [each for each in rows if each[0].state == "closed"][:MOST_PAST]
        ]
        return History(tuple(still), tuple(past), self.own(plan.id))

    def _why(self, row: ChangeRow) -> str:
        if row.outcome == "applied":
            return ""
        change = self.known(row.id)
        said = (
            change.closed.why if change.closed else "",
            change.rollback.why if change.rollback else "",
            change.failure,
        )
        return next(filter(None, said), "")


def past(found: Memory, opened: ExitStack) -> Past:
    """The register, brought anew where that can be done. Closed with `opened`."""
    stale = ""
    try:
        found.register.fetch()
    except RemoteNeeded as why:
        stale = why.sentence
    except RegisterUnsound as why:
        return Past(found, None, why.sentence, unsound=[why.sentence])
    try:
        if found.register.tip() is None and stale:
            return Past(found, None, f"the register could not be brought: {stale}")
        return Past(found, opened.enter_context(found.index()), stale=stale)
    except RegisterUnsound as why:
        return Past(found, None, why.sentence, unsound=[why.sentence])
    except CannotRecord as why:
        return Past(found, None, why.sentence)


def _earlier(row: ChangeRow, of: list[str], why: str) -> Earlier:
    return Earlier(row.id, row.title, row.outcome or row.state, row.last_at, tuple(of), why)
