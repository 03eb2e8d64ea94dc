"""`changectl approve`: a second person agrees to exactly these bytes over exactly this production."""

from typing import Annotated

import typer

from changectl.cli.desk import desk, load
from changectl.cli.memory import me, memory
from changectl.cli.options import Json, PlanArgument, output
from changectl.cli.previewing import previewed, rules
from changectl.cli.propose import entry
from changectl.engine.approval import agreed_to, may_approve
from changectl.model.events import Approved
from changectl.register.propose import authors_of
from changectl.views.page import Style, command, line, text
from changectl.views.preview import preview_page


def verb(
    plan: PlanArgument,
    own: Annotated[bool, typer.Option("--self", help="Approve your own plan, where the team is of one.")] = False,
    why: Annotated[str, typer.Option("--why", help="Why you approve your own plan.")] = "",
    json: Json = False,
) -> None:
    """Approve a proposed plan, as its bytes and production are now."""
    here = desk()
    loaded = load(here, plan)
    found = memory(here.root, fetch=True)
    by = me(found)
    change = loaded.plan.id
    known = found.known(change)
    wrote = authors_of(found.repository, loaded.path, change)
    proposed_by = known.proposed.authors if known.proposed else ()
    seen = previewed(here, loaded, found, tuple(dict.fromkeys((*wrote, *proposed_by))))
    agreed_to(change, known, seen.proposed)
    one = rules(here, found).configuration.self_approval
    self_approved = may_approve(seen.proposed, by, team_of_one=one, self_why=why if own else "")
    digests = (seen.proposed.plan_digest, seen.proposed.preview_digest)
    event = Approved(*digests, by, self_approved, why if self_approved else "")
    found.register.append((entry(change, known.attempt, by, event),))
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
