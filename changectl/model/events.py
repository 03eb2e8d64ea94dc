"""Events: what happened, in the past tense. The one list from which codec, fold, views and docs come.

Bodies of settings are never in an event, only the digest under which the vault keeps them. What a person should see is
in `Shown` lines, which are free of secrets.
"""

from collections.abc import Iterable, Mapping
from dataclasses import field
from typing import Any, TypeAlias

from changectl.model.frozen import dataclass
from changectl.model.resource import FacetRef, Ref


@dataclass(frozen=True, slots=True)
class Shown:
    """A difference as a person may see it: both sides as text, secrets already replaced."""

    facet: str
    path: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Seen:
    """What a setting was when it was previewed: the digest of its body, slow to guess where the body is secret."""

    facet: FacetRef
    digest: str


@dataclass(frozen=True, slots=True)
class Standing:
    """A setting that stands wrong, as a person may see it: before the change, as it made it, now. Empty where unknown."""

    facet: FacetRef
    before: str = ""
    ours: str = ""
    now: str = ""


@dataclass(frozen=True, slots=True)
class Pinned:
    """Which resource a name of the plan meant."""

    name: str
    ref: Ref


def plan_names(pinned: Iterable[Pinned]) -> dict[Ref, str]:
    """How the plan calls its resources: `security-group/web` rather than its id."""
    return {pin.ref: pin.name.partition(" in ")[0] for pin in pinned}


def spoken(facet: FacetRef, names: Mapping[Ref, str]) -> str:
    """A setting as people say it: by the plan's name of the resource, where it has one."""
    return f"{names.get(facet.ref, facet.ref)} {facet.facet}"


@dataclass(frozen=True, slots=True)
class Proposed:
    """Somebody wants this change: these bytes of the plan, over this preview of production.

    `signature`: by their SSH key, where approvals are signatures, so that nobody proposes under a colleague's name.
    """

    plan_digest: str
    preview_digest: str
    title: str
    rationale: str
    env: str
    risk: str
    account: str
    region: str
    lead: str
    seen: tuple[Seen, ...]
    differences: tuple[Shown, ...]
    reversibility: str
    authors: tuple[str, ...]
    emergency: str = ""
    signature: str = ""


@dataclass(frozen=True, slots=True)
class Approved:
    """Somebody agreed to exactly this plan over exactly this preview.

    What proves it: `signature` by the approver's SSH key; or the `review` (its URL) of `commit` by `account`, where the
    team reviews on a forge.
    """

    plan_digest: str
    preview_digest: str
    approver: str
    self_approved: bool = False
    why: str = ""
    signature: str = ""
    account: str = ""
    commit: str = ""
    review: str = ""


@dataclass(frozen=True, slots=True)
class Begun:
    """An attempt began: where, on whose approval, over which snapshot. `plan`: vault digest of the plan's own text."""

    plan_digest: str
    preview_digest: str
    title: str
    env: str
    account: str
    region: str
    endpoint: str
    approvers: tuple[str, ...]
    snapshot: str
    facets: tuple[FacetRef, ...]
    resolved: tuple[Pinned, ...]
    version: str
    plan: str = ""
    going_back_asks: str = ""
    offline: str = ""
    over_lock: str = ""
    emergency: str = ""


@dataclass(frozen=True, slots=True)
class SnapshotTaken:
    """The state before is durable in the vault under `digest`."""

    digest: str
    facets: tuple[FacetRef, ...]


@dataclass(frozen=True, slots=True)
class LocksHeld:
    """The remote acknowledged the begin and all locks of this change."""

    epochs: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Confirmed:
    """Production was read again under the lock and is still what the snapshot says."""


@dataclass(frozen=True, slots=True)
class StepStarted:
    """A step began. `want`: vault digest of the bodies it aims at, where it aims at bodies.

    `asked`: what a person is asked to do, where a person does it.
    """

    step: str
    want: str = ""
    asked: str = ""


@dataclass(frozen=True, slots=True)
class CallStarted:
    """A call that changes production is about to be sent; `params` are redacted.

    `bodies`: vault digest of its settings as they were found, and as this call leaves them where that is foretold.
    """

    number: int
    phase: str
    step: str
    service: str
    operation: str
    region: str
    params: Any = field(hash=False)
    facets: tuple[FacetRef, ...] = ()
    creates: tuple[Ref, ...] = ()
    bodies: str = ""


@dataclass(frozen=True, slots=True)
class CallDone:
    """AWS acknowledged the call, or reading back proved its effect (`settled`). `made`: resources the answer named."""

    number: int
    made: tuple[Ref, ...] = ()
    answer: str = ""
    settled: bool = False


@dataclass(frozen=True, slots=True)
class CallFailed:
    """The call had no effect."""

    number: int
    code: str
    why: str


@dataclass(frozen=True, slots=True)
class CallUnknown:
    """Nobody can say yet whether the call had an effect."""

    number: int
    why: str


@dataclass(frozen=True, slots=True)
class StepDone:
    """A step is complete; `left`: vault digest of its settings as read afterwards.

    `said`: how it is known to be done, and what was noted, where a person did it.
    """

    step: str
    left: str = ""
    said: str = ""


@dataclass(frozen=True, slots=True)
class StepFailed:
    """A step did not succeed. `untouched`: it is known to have had no effect, so that nothing of it is to be undone."""

    step: str
    why: str
    untouched: bool = False


@dataclass(frozen=True, slots=True)
class CheckPassed:
    """A check of `phase` (before, during, after, back-out) passed."""

    phase: str
    number: int
    name: str
    saw: str


@dataclass(frozen=True, slots=True)
class CheckFailed:
    """A check failed as often in a row as the plan says, or had no data."""

    phase: str
    number: int
    name: str
    saw: str


@dataclass(frozen=True, slots=True)
class CheckErrored:
    """A check could not be asked; this says nothing about production."""

    phase: str
    number: int
    name: str
    why: str


@dataclass(frozen=True, slots=True)
class BaselineRed:
    """A check was red before the first step, which the plan expects or an emergency allows, or is so still.

    It is no reason to go back until it has passed once.
    """

    phase: str
    number: int
    name: str
    saw: str


@dataclass(frozen=True, slots=True)
class Soaked:
    """The soak passed with its checks holding."""

    seconds: int


@dataclass(frozen=True, slots=True)
class Verified:
    """Production was read again and is as intended."""


@dataclass(frozen=True, slots=True)
class VerifyFailed:
    """Production was read again and is not as intended."""

    why: str


@dataclass(frozen=True, slots=True)
class Paused:
    """The change cannot go on, for a reason that says nothing about production. `because` is a word for scripts.

    `signed-out`, `unreachable`, `lease` (locks or credentials end too soon), `moving` (a change at AWS is not over).
    """

    because: str
    why: str


@dataclass(frozen=True, slots=True)
class RollbackWanted:
    """From here on the change goes back."""

    why: str
    by: str = ""


@dataclass(frozen=True, slots=True)
class UndoDone:
    """The authored way back of a step ran."""

    step: str


@dataclass(frozen=True, slots=True)
class UndoFailed:
    """The authored way back of a step failed; the rest is restored all the same."""

    step: str
    why: str


@dataclass(frozen=True, slots=True)
class FacetRestored:
    """A setting was written back."""

    facet: FacetRef


@dataclass(frozen=True, slots=True)
class FacetLeft:
    """A setting was not put back: a stranger changed it, it cannot be written, or AWS refused."""

    facet: FacetRef
    why: str
    stranger: bool
    before: str = ""
    ours: str = ""
    now: str = ""


@dataclass(frozen=True, slots=True)
class Restored:
    """Everything that could be written back was."""


@dataclass(frozen=True, slots=True)
class RestoreProven:
    """Production was read again and is as before."""


@dataclass(frozen=True, slots=True)
class LeaseLost:
    """The way back goes on, though locks or credentials have run out and could not be renewed."""

    why: str


@dataclass(frozen=True, slots=True)
class OperatorNeeded:
    """Production is between two states and somebody must decide. The locks stay.

    `because` is a word for scripts: `person` where somebody who can be asked can go on; `taken-over`; else as of a pause.
    """

    why: str
    facets: tuple[FacetRef, ...]
    because: str = ""


@dataclass(frozen=True, slots=True)
class TakenUp:
    """It goes on where it had paused or a person was wanted; `why` says what is different now."""

    why: str = ""


@dataclass(frozen=True, slots=True)
class ForwardWanted:
    """Somebody wants a change that needs an operator to go forward all the same; others may have to agree first.

    `accept`: what failed counts as done, rather than being tried again.
    """

    why: str
    by: str
    accept: bool = False


@dataclass(frozen=True, slots=True)
class ForwardApproved:
    """Somebody agreed to going forward; `wish` is the digest of what they agreed to."""

    wish: str
    approver: str
    self_approved: bool = False
    why: str = ""
    signature: str = ""


@dataclass(frozen=True, slots=True)
class WentForward:
    """From here on the change goes forward again, as somebody wished and `approvers` agreed."""

    why: str
    by: str
    accept: bool = False
    approvers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Closed:
    """The attempt ended: applied, rolled-back, refused, abandoned or accepted. `because` is a word for scripts.

    Accepted: `by` whom, and the settings that stood wrong then.
    """

    outcome: str
    why: str = ""
    because: str = ""
    by: str = ""
    standing: tuple[Standing, ...] = ()


@dataclass(frozen=True, slots=True)
class Noted:
    """Somebody wrote something beside the change. It changes nothing of where that stands."""

    by: str
    text: str


@dataclass(frozen=True, slots=True)
class Reviewed:
    """Somebody looked back: what happened, what customers noticed, what will be different next time.

    `own`: who did it, wrote it or led it; that is no review of an emergency, but in a team of one, which says `why`.
    """

    by: str
    cause: str
    impact: str
    followup: str
    own: bool = False
    why: str = ""

    @property
    def counts(self) -> bool:
        """Whether an emergency is reviewed by it."""
        return not self.own or bool(self.why)


@dataclass(frozen=True, slots=True)
class Published:
    """The remote has every event of this journal up to here. Never published itself."""

    tip: str


@dataclass(frozen=True, slots=True)
class Unrecognised:
    """An event of a version that this one does not know: kept, shown, and makes the change read-only."""

    type: str
    body: Any = field(hash=False)


Event: TypeAlias = (
    Proposed
    | Approved
    | Begun
    | SnapshotTaken
    | LocksHeld
    | Confirmed
    | StepStarted
    | CallStarted
    | CallDone
    | CallFailed
    | CallUnknown
    | StepDone
    | StepFailed
    | CheckPassed
    | CheckFailed
    | CheckErrored
    | BaselineRed
    | Soaked
    | Verified
    | VerifyFailed
    | Paused
    | RollbackWanted
    | UndoDone
    | UndoFailed
    | FacetRestored
    | FacetLeft
    | Restored
    | RestoreProven
    | LeaseLost
    | OperatorNeeded
    | TakenUp
    | ForwardWanted
    | ForwardApproved
    | WentForward
    | Closed
    | Noted
    | Reviewed
    | Published
    | Unrecognised
)
