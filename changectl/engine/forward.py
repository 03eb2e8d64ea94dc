"""Going forward where a change needs an operator: who must agree, and whether somebody has."""

from collections.abc import Iterable

from changectl.engine.approval import email
from changectl.errors import GateRefused, WrongUsage
from changectl.model.change import Change
from changectl.model.events import ForwardApproved, ForwardWanted
from changectl.model.exits import why_not_forward, wish_digest


def may_go_forward(change_id: str, change: Change) -> None:
    """Raises GateRefused where it cannot, with what to do instead."""
    if why := why_not_forward(change):
        back = change.operator is not None and change.rollback is not None
        instead = f"changectl rollback {change_id}, then: changectl apply {change_id}"
        raise GateRefused(f"{change_id} cannot go forward: {why}", instead if back else f"changectl show {change_id}")


def wish_of(change: Change, by: str, why: str, *, accept: bool) -> ForwardWanted:
    """What is wished now: as said, or as it was wished before. Raises WrongUsage where no reason is known."""
    if why.strip():
        return ForwardWanted(why.strip(), by, accept)
    if change.forward is None:
        raise WrongUsage("going forward needs a reason", "add --why REASON")
    return change.forward


def may_agree(wish: ForwardWanted, approver: str, *, team_of_one: bool, self_why: str) -> bool:
    """Whether this is agreeing with oneself. Raises GateRefused when it is and may not be."""
    if email(approver) != email(wish.by):
        return False
    if not team_of_one:
        raise GateRefused(
            "whoever wants to go forward does not agree to it alone",
            "ask a colleague; a team of one sets `[team] of_one = true` in changectl.toml",
        )
    if not self_why.strip():
        raise GateRefused("agreeing to your own wish needs a reason", "add --self --why REASON")
    return True


def agreed_by(change: Change, wish: ForwardWanted, proven: Iterable[ForwardApproved]) -> tuple[str, ...]:
    """The others who have agreed to exactly this wish, where the change stands just now. `proven`: whose word holds."""
    wanted = wish_digest(change, wish)
    return tuple(dict.fromkeys(each.approver for each in proven if each.wish == wanted and _is_other(each, wish)))


def _is_other(each: ForwardApproved, wish: ForwardWanted) -> bool:
    return email(each.approver) != email(wish.by)
