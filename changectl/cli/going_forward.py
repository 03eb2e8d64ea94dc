"""Going forward where a change needs an operator: wished by one, agreed to by another, recorded, then done."""

from pathlib import Path

from changectl.cli.agreeing import signers
from changectl.cli.confirming import confirmed
from changectl.cli.desk import Desk
from changectl.cli.entries import entry_now, writable
from changectl.cli.keeper import Keeper
from changectl.cli.memory import Memory, me
from changectl.cli.previewing import rules
from changectl.engine.approval import email, needed_for
from changectl.engine.forward import agreed_by, may_agree, may_go_forward, wish_of
from changectl.errors import GateRefused, InProgress
from changectl.model.change import Change
from changectl.model.events import ForwardApproved, ForwardWanted, WentForward
from changectl.model.exits import wish_digest
from changectl.model.frozen import dataclass
from changectl.model.plan import Plan
from changectl.model.status import Production
from changectl.register.signing import Part, sign, statement, verified


@dataclass(frozen=True, slots=True)
class Wish:
    """What was typed: why, whether what failed counts as done, whether the team is of one, what was confirmed."""

    why: str
    accept: bool
    own: bool
    confirm: str


def goes_forward(here: Desk, found: Memory, plan: Plan, keeper: Keeper, typed: Wish, *, no_input: bool) -> None:
    """Record that the change goes forward, or what is wished and whose word it waits for.

    Raises GateRefused where it cannot or nobody confirmed, InProgress where somebody else has to agree first.
    """
    change, by, ruled = keeper.change(), me(found), rules(here, found)
    may_go_forward(plan.id, change)
    wish, env = wish_of(change, by, typed.why, accept=typed.accept), ruled.env(plan.env)
    says = f"sends {env.name}, account {env.account}, forward again"
    confirmed(env, says, typed.confirm, no_input=no_input)
    approvers: tuple[str, ...] = ()
    if needed_for(plan, env) > 0:
        if wish != change.forward:
            keeper.tell(wish)
        if typed.own and may_agree(wish, by, team_of_one=ruled.configuration.self_approval, self_why=wish.why):
            keeper.tell(ForwardApproved(wish_digest(change, wish), by, True, wish.why))
            approvers = (by,)
        else:
            approvers = _agreed(found, ruled, plan.id, change, wish)
    keeper.tell(WentForward(wish.why, wish.by, wish.accept, approvers))


def _agreed(found: Memory, ruled: Desk, change_id: str, change: Change, wish: ForwardWanted) -> tuple[str, ...]:
    found.register.fetch()
    proven = (each for each in found.known(change_id).agreed if _is_proven(found, ruled, change_id, change, each))
    approvers = agreed_by(change, wish, proven)
    if approvers:
        return approvers
    waits = InProgress(
        f"{change_id} goes forward when somebody else agrees",
        f"a colleague types: changectl approve {change_id} --forward; then: changectl apply --resume {change_id} --forward",
    )
    waits.production = Production.MIXED
    raise waits


def agree(here: Desk, found: Memory, change_id: str, *, own: bool, why: str, key: Path | None) -> ForwardApproved:
    """Agree to what is wished of a change, proven as the team proves approvals; the register has it when this returns.

    Raises GateRefused where nobody wishes it, where it is one's own wish, and where agreeing would prove nothing.
    """
    by, change, ruled = me(found), writable(change_id, found.story(change_id).change), rules(here, found)
    may_go_forward(change_id, change)
    if (wish := change.forward) is None:
        raise GateRefused(f"nobody wants {change_id} to go forward", f"changectl show {change_id}")
    alone = may_agree(wish, by, team_of_one=ruled.configuration.self_approval, self_why=why if own else "")
    digest = wish_digest(change, wish)
    signature = (
        ""
        if alone or ruled.configuration.review.by == "identity"
        else _signed(found, ruled, change_id, by, change, key)
    )
    event = ForwardApproved(digest, by, alone, why if alone else "", signature)
    found.register.append((entry_now(change_id, change.attempt, by, event),))
    return event


def _signed(found: Memory, ruled: Desk, change_id: str, by: str, change: Change, key: Path | None) -> str:
    review, allowed = ruled.configuration.review, signers(ruled, found)
    assert change.forward is not None
    said = _statement(change_id, change, wish_digest(change, change.forward))
    signature = sign(found.repository, said, key) if allowed is not None else ""
    if allowed is None or verified(allowed, email(by), said, signature) is None:
        raise GateRefused(
            f"agreeing is a signature, and {review.signers} of the protected branch does not have your key for {email(by)}",
            f'echo "{email(by)} $(cat ~/.ssh/id_ed25519.pub)" >> {review.signers}, and have it merged',
        )
    return signature


def _is_proven(found: Memory, ruled: Desk, change_id: str, change: Change, each: ForwardApproved) -> bool:
    if each.self_approved:
        return ruled.configuration.self_approval
    if ruled.configuration.review.by == "identity":
        return True
    allowed, wished = signers(ruled, found), found.known(change_id).forward
    if allowed is None or wished is None:
        return False
    said = _statement(change_id, change, each.wish)
    signer = verified(allowed, email(each.approver), said, each.signature)
    return signer is not None and email(wished.by) not in {email(name) for name in signer.names}


def _statement(change_id: str, change: Change, wish: str) -> bytes:
    assert change.begun is not None
    return statement(Part.FORWARD, change_id, change.begun.plan_digest, wish, change.attempt)
