"""The history of a change, as far as it is known, laid out for those who judge it. Pure."""

from collections.abc import Mapping
from dataclasses import field

from changectl.model.change import Change
from changectl.model.entry import Entry
from changectl.model.fold import fold
from changectl.model.frozen import dataclass
from changectl.model.resource import Body
from changectl.model.told import Attempt, attempts


@dataclass(frozen=True, slots=True)
class Effect:
    """One effect in production: the number of the call that had it, None where no call of ours did.

    `once`: twice is not the same as once. `intended`: its intent was durable before; `begun`: the remote knew of the begin;
    `held`: the lease had not run out, or it went back; `visible`: nobody had visibly taken over.
    """

    number: int | None
    operation: str
    once: bool = False
    intended: bool = True
    begun: bool = True
    held: bool = True
    visible: bool = True


@dataclass(frozen=True, slots=True)
class Overwritten:
    """A stranger's value that a call of ours overwrote: whether we had read it before, or could have compared and set."""

    path: str
    value: Body = field(hash=False)
    seen: bool = False
    guarded: bool = False


@dataclass(frozen=True, slots=True)
class Truth:
    """What only a simulator knows, by path: production before, as it should be and now, and what strangers wrote last.

    `excuse`: why a person may be needed, where that is no defect. `ended`: nothing carries the change on any more.
    """

    before: Mapping[str, Body] = field(hash=False)
    intended: Mapping[str, Body] = field(hash=False)
    now: Mapping[str, Body] = field(hash=False)
    strangers: Mapping[str, Body] = field(default_factory=dict, hash=False)
    effects: tuple[Effect, ...] = ()
    overwritten: tuple[Overwritten, ...] = ()
    excuse: str = ""
    ended: bool = True


@dataclass(frozen=True, slots=True)
class History:
    """What is known of one change: its entries, oldest first; what is None or empty is not known.

    `register`: what the remote has of it, in its order; `locked`: whether it holds locks there. `secrets` may be in no entry.
    `change`: what the entries add up to, where somebody has added them up. Not `complete`: it went back unrecorded, as the
    disk was full, so that the entries prove nothing.
    """

    entries: tuple[Entry, ...]
    register: tuple[Entry, ...] | None = None
    locked: bool | None = None
    secrets: tuple[str, ...] = ()
    truth: Truth | None = None
    change: Change | None = None
    complete: bool = True


@dataclass(frozen=True, slots=True)
class Facts:
    """A history laid out: its attempts, and what its entries add up to."""

    history: History
    attempts: tuple[Attempt, ...]
    change: Change

    @property
    def truth(self) -> Truth | None:
        """What only a simulator knows."""
        return self.history.truth

    @property
    def effects(self) -> tuple[Effect, ...]:
        """The effects in production, where they are known."""
        return self.history.truth.effects if self.history.truth else ()


def facts_of(history: History) -> Facts:
    """A history laid out."""
    laid_out = attempts(history.entries) if history.complete else ()
    return Facts(history, laid_out, history.change or fold(history.entries))
