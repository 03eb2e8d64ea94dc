"""Looking back on a change: whether there is anything to answer for, and who is somebody else."""

from collections.abc import Sequence

from changectl.engine.approval import email
from changectl.errors import GateRefused, InProgress, NotFound
from changectl.model.change import Change, Outcome, State
from changectl.model.entry import Entry
from changectl.model.events import Approved, Closed, Noted, Proposed, Reviewed


def to_answer_for(change_id: str, change: Change, ended: Change | None) -> str:
    """Why nothing is to be answered for; empty where something is. `ended`: the change when an attempt last ended.

    Raises InProgress while it is applied or taken back, NotFound where it never was.
    """
    if change.in_progress:
        raise InProgress(
            f"attempt {change.attempt} of {change_id} has not ended",
            f"changectl status, or: changectl show {change_id}",
        )
    if ended is None:
        raise NotFound(f"{change_id} has not been applied", f"changectl apply {change_id}")
    if ended.owed or ended.outcome in (Outcome.ROLLED_BACK, Outcome.ACCEPTED) or is_emergency(ended):
        return ""
    if ended.outcome is Outcome.APPLIED:
        return "It went as it should and was no emergency: there is nothing to answer for."
    return "Nothing was changed: there is nothing to answer for."


def is_emergency(change: Change) -> bool:
    """Whether the latest attempt went ahead of its approval and changed something."""
    done = change.state is State.CLOSED and change.outcome not in (Outcome.REFUSED, Outcome.ABANDONED)
    return done and change.begun is not None and bool(change.begun.emergency)


def is_own(who: str, story: Sequence[Entry], ended: Change) -> bool:
    """Whether somebody conducted the attempt, wrote the plan or leads the change. Whoever accepted its end did not."""
    mine = email(who)
    authors = {email(author) for author in (ended.proposed.authors if ended.proposed else ())}
    lead = ended.proposed.lead.strip().casefold() if ended.proposed else ""
    beside = Noted | Reviewed | Approved | Proposed
    took_part = {
        email(entry.by)
        for entry in story
        if entry.attempt == ended.attempt and not isinstance(entry.event, beside) and not _is_accepting(entry)
    }
    names = {mine, mine.partition("@")[0], who.partition("<")[0].strip().casefold()}
    return mine in authors | took_part or (bool(lead) and (lead in names or email(lead) == mine))


def may_review_own(own: bool, *, team_of_one: bool, why: str) -> str:
    """The reason that makes one's own answers a review, which only a team of one may give. Raises GateRefused."""
    if not own:
        return ""
    if not team_of_one:
        raise GateRefused(
            "whoever made an emergency change does not review it",
            "ask a colleague; a team of one sets `[team] of_one = true` in changectl.toml",
        )
    if not why.strip():
        raise GateRefused("reviewing your own emergency needs a reason", "add --self --why REASON")
    return why


def _is_accepting(entry: Entry) -> bool:
    return isinstance(entry.event, Closed) and entry.event.outcome == Outcome.ACCEPTED.value
