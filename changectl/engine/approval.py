"""Whether a change may begin: enough people, none of them its author, on exactly these bytes over this production."""

from collections.abc import Iterable
from datetime import datetime

from changectl.errors import Drifted, GateRefused, InProgress
from changectl.model.change import Change
from changectl.model.digest import short
from changectl.model.entry import Entry
from changectl.model.events import Approved, CallStarted, Event, Proposed, StepStarted
from changectl.model.frozen import dataclass
from changectl.model.plan import Plan
from changectl.planfile.config import Env


def email(identity: str) -> str:
    """`Ana <ana@example.com>` is known by `ana@example.com`; upper and lower case are the same."""
    inside = identity.rpartition("<")[2].partition(">")[0]
    return (inside or identity).strip().casefold()


@dataclass(frozen=True, slots=True)
class Agreement:
    """The approvals that are proven, why others do not count, and what to type for one more.

    `stale`: some were of other bytes or another production.
    """

    approvals: tuple[Approved, ...] = ()
    unmet: tuple[str, ...] = ()
    stale: bool = False
    more: str = ""


def needed_for(plan: Plan, env: Env) -> int:
    """How many people must approve a plan before it is applied: none an emergency, unless the env wants it for those too."""
    return 0 if plan.emergency and env.emergencies else env.approvals[plan.risk]


def approvers(plan: Plan, change: Change, now: Proposed, needed: int, found: Agreement) -> tuple[Approved, ...]:
    """The approvals of this plan over this preview, one of each person.

    Raises Drifted when an approval was for other bytes or another state of production, GateRefused when too few are.
    """
    digests = (now.plan_digest, now.preview_digest)
    fit = [each for each in found.approvals if (each.plan_digest, each.preview_digest) == digests]
    valid = tuple({email(each.approver): each for each in fit}.values())
    if len(valid) >= needed:
        return valid
    if len(found.approvals) > len(fit):
        raise _void(plan, change, found.approvals[-1], now)
    have = f"it has {len(valid)}" if valid else "it has none"
    why = f": {'; '.join(found.unmet)}" if found.unmet else ""
    sentence = f"{plan.id} needs {needed} approval{'s' if needed > 1 else ''} for {plan.env} and {have}{why}"
    more = found.more or f"ask a colleague to run: changectl approve {plan.id}"
    raise Drifted(sentence, more) if found.stale else GateRefused(sentence, more)


def touching_attempts(entries: Iterable[Entry]) -> frozenset[int]:
    """The attempts that sent a call, or asked a person to act: each has spent the approvals that it began on."""
    return frozenset(entry.attempt for entry in entries if _touches(entry.event))


def spent_reviews(entries: Iterable[Entry]) -> frozenset[str]:
    """The reviews that were known when an attempt touched production, whichever attempt it was that they were recorded by."""
    known: set[str] = set()
    spent: set[str] = set()
    for entry in entries:
        if isinstance(entry.event, Approved) and entry.event.review:
            known.add(entry.event.review)
        elif _touches(entry.event):
            spent |= known
    return frozenset(spent)


def _touches(event: Event) -> bool:
    return isinstance(event, CallStarted) or (isinstance(event, StepStarted) and bool(event.asked))


def may_approve(proposed: Proposed, approver: str, *, team_of_one: bool, self_why: str) -> bool:
    """Whether this is a self-approval. Raises GateRefused when it is one and may not be."""
    own = email(approver) in {email(author) for author in proposed.authors}
    if not own:
        return False
    if not team_of_one:
        raise GateRefused(
            "whoever wrote a plan does not approve it",
            "ask a colleague; a team of one sets `[team] of_one = true` in changectl.toml",
        )
    if not self_why:
        raise GateRefused("approving your own plan needs a reason", "add --self --why REASON")
    return True


def moved(before: Proposed, now: Proposed) -> tuple[str, ...]:
    """The settings that are not what they were when it was proposed."""
    then = {seen.facet: seen.digest for seen in before.seen}
    today = {seen.facet: seen.digest for seen in now.seen}
    return tuple(str(facet) for facet in {**then, **today} if then.get(facet) != today.get(facet))


def _void(plan: Plan, change: Change, last: Approved, now: Proposed) -> Drifted:
    if last.plan_digest != now.plan_digest:
        return Drifted(
            f"the plan was changed after {last.approver} approved it "
            f"({short(last.plan_digest)} then, {short(now.plan_digest)} now)",
            f"have the new text approved: changectl propose {plan.id}",
        )
    what = ", ".join(moved(change.proposed, now)) if change.proposed else ""
    return Drifted(
        f"production changed after {last.approver} approved it: {what or 'what a name means is not what it was'}",
        f"look at it (changectl preview {plan.id}), then have it approved anew: changectl propose {plan.id}",
    )


def in_window(plan: Plan, now: datetime) -> None:
    """Raises GateRefused outside the time that the plan says, unless it is an emergency."""
    start, duration = plan.when.start, plan.when.duration
    if start is None or plan.emergency:
        return
    if now < start:
        raise GateRefused(
            f"{plan.id} is planned for {start:%Y-%m-%d %H:%M %Z}, and it is not time yet", "wait, or change `when:`"
        )
    if duration is not None and now >= start + duration:
        over = start + duration
        raise GateRefused(
            f"the window of {plan.id} closed at {over:%Y-%m-%d %H:%M %Z}",
            f"change `when:`, then: changectl propose {plan.id}",
        )


def agreed_to(change_id: str, change: Change, now: Proposed) -> None:
    """Whether what is proposed is what there is now. Raises GateRefused where nothing is proposed, Drifted, InProgress."""
    again = f"changectl propose {change_id}"
    if change.in_progress:
        raise InProgress(f"{change_id} is being applied", "changectl status")
    if change.proposed is None:
        raise GateRefused(f"{change_id} has not been proposed", again)
    if change.proposed.plan_digest != now.plan_digest:
        raise Drifted(
            "the plan file here is not what was proposed", f"fetch the branch change/{change_id}, or: {again}"
        )
    if change.proposed.preview_digest != now.preview_digest:
        what = ", ".join(moved(change.proposed, now)) or "what a name means"
        raise Drifted(f"production changed since it was proposed: {what}", again)
