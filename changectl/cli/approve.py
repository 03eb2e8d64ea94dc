"""`changectl approve`: a second person agrees to exactly these bytes over exactly this production."""

from pathlib import Path
from typing import Annotated

import typer

from changectl.cli.agreeing import signers
from changectl.cli.desk import Desk, change_id, desk, load
from changectl.cli.entries import entry_now
from changectl.cli.forge import asks_at, is_on_forge
from changectl.cli.going_forward import agree
from changectl.cli.memory import Memory, me, memory
from changectl.cli.options import Json, Key, PlanArgument, output
from changectl.cli.previewing import Previewed, previewed, rules
from changectl.engine.approval import agreed_to, email, may_approve, touching_attempts
from changectl.errors import GateRefused
from changectl.model.events import Approved
from changectl.register.propose import authors_of, branch_of
from changectl.register.signing import Part, sign, statement, verified
from changectl.views.narrate import sentence
from changectl.views.page import Style, command, line, text
from changectl.views.preview import preview_page


def verb(
    plan: PlanArgument,
    own: Annotated[bool, typer.Option("--self", help="Approve your own plan, where the team is of one.")] = False,
    why: Annotated[str, typer.Option("--why", metavar="REASON", help="Why you approve your own plan.")] = "",
    forward: Annotated[
        bool, typer.Option("--forward", help="Agree that a change which needs an operator goes forward all the same.")
    ] = False,
    key: Key = None,
    json: Json = False,
) -> None:
    """Approve a proposed plan, as its bytes and production are now."""
    here = desk()
    if forward:
        _forward(here, change_id(here, plan), own, why, key, json)
        return
    loaded = load(here, plan)
    found = memory(here.root, fetch=True)
    by = me(found)
    change = loaded.plan.id
    known = found.known(change)
    agreed = rules(here, found)
    if is_on_forge(agreed.configuration.review) and not own:
        raise _elsewhere(agreed, change)
    wrote = authors_of(found.repository, loaded.path, change)
    proposed_by = known.proposed.authors if known.proposed else ()
    seen = previewed(here, loaded, found, tuple(dict.fromkeys((*wrote, *proposed_by))))
    agreed_to(change, known, seen.proposed)
    one = agreed.configuration.self_approval
    self_approved = may_approve(seen.proposed, by, team_of_one=one, self_why=why if own else "")
    digests = (seen.proposed.plan_digest, seen.proposed.preview_digest)
    event = Approved(*digests, by, True, why) if self_approved else _proven(agreed, found, seen, by, key)
    found.register.append((entry_now(change, known.attempt, by, event),))
    page = (
        *preview_page(loaded.plan, seen.foreseen.preview, seen.proposed),
        line("Approved by ", text(by, Style.STRONG), " (their own plan)." if self_approved else "."),
        line("Next: ", command(f"changectl apply {change}")),
    )
    document = {
        "schema": "changectl/approved/1",
        "change": change,
        "by": by,
        "plan_digest": digests[0],
        "preview_digest": digests[1],
        "self_approved": self_approved,
    }
    output(json).result(page, document)


def _forward(here: Desk, change: str, own: bool, why: str, key: Path | None, json: bool) -> None:
    found = memory(here.root, fetch=True)
    wish = found.known(change).forward
    event = agree(here, found, change, own=own, why=why, key=key)
    said, _ = sentence(event)
    page = (
        *((line(text(sentence(wish)[0])),) if wish else ()),
        line(text(said, Style.STRONG), "."),
        line("Next: ", command(f"changectl apply --resume {change} --forward")),
    )
    document = {
        "schema": "changectl/agreed/1",
        "change": change,
        "by": event.approver,
        "self_approved": event.self_approved,
    }
    output(json).result(page, document)


def _proven(agreed: Desk, found: Memory, seen: Previewed, by: str, key: Path | None) -> Approved:
    """The approval with what proves it. Raises GateRefused where it would prove nothing."""
    review, change = agreed.configuration.review, seen.loaded.plan.id
    digests = (seen.proposed.plan_digest, seen.proposed.preview_digest)
    if is_on_forge(review):
        raise _elsewhere(agreed, change)
    if review.by == "identity":
        return Approved(*digests, by)
    allowed = signers(agreed, found)
    if allowed is None:
        raise GateRefused(
            f"an approval is a signature, and there is no {review.signers} on the protected branch to check it by",
            f'echo "{email(by)} $(cat ~/.ssh/id_ed25519.pub)" >> {review.signers}, and have it merged',
        )
    content = statement(Part.APPROVES, change, *digests, len(touching_attempts(found.entries(change))))
    signature = sign(found.repository, content, key)
    if verified(allowed, email(by), content, signature) is None:
        raise GateRefused(
            f"{review.signers} of the protected branch does not have your key for {email(by)}",
            f'echo "{email(by)} $(cat ~/.ssh/id_ed25519.pub)" >> {review.signers}, and have it merged',
        )
    return Approved(*digests, by, signature=signature)


def _elsewhere(agreed: Desk, change: str) -> GateRefused:
    review = agreed.configuration.review
    where = asks_at(review, branch_of(change).removeprefix("refs/heads/"))
    return GateRefused(f"{review.repository} approves by reviews on {review.by}", f"review its pull request: {where}")
