"""`changectl propose`: the plan goes to a branch for review, and into the register with its preview."""

import socket
from datetime import UTC, datetime
from secrets import token_hex

from changectl.cli.desk import desk, load
from changectl.cli.memory import me, memory
from changectl.cli.options import Json, PlanArgument, output
from changectl.cli.previewing import previewed
from changectl.errors import InProgress, RemoteNeeded
from changectl.model.entry import Entry
from changectl.model.events import Event
from changectl.register.propose import authors_of, branch_of, commit_plan, patch
from changectl.views.page import Page, command, line, text
from changectl.views.preview import preview_document, preview_page


def verb(plan: PlanArgument, json: Json = False) -> None:
    """Commit only the plan onto change/<id>, and propose it; HEAD, index and work tree stay as they are."""
    here = desk()
    loaded = load(here, plan)
    found = memory(here.root, fetch=True)
    by = me(found)
    change = loaded.plan.id
    known = found.known(change)
    if known.in_progress:
        raise InProgress(f"{change} is being applied", f"changectl status, or: changectl apply --resume {change}")
    branch = branch_of(change)
    commit = commit_plan(found.repository, loaded.path, change, f"Propose {change}", author=by, at=now())
    seen = previewed(here, loaded, found, authors_of(found.repository, loaded.path, change) or (by,))
    try:
        found.register.append((entry(change, known.attempt, by, seen.proposed),), also={branch: commit})
    except RemoteNeeded as why:
        if why.facts.get("denied"):
            output(False).progress((line("You may not push; somebody who may can apply this patch with git am."),))
            print(patch(found.repository, commit))  # noqa: T201 - the patch is the result, byte for byte
        raise
    needed = seen.env.approvals[loaded.plan.risk]
    page: Page = (
        *preview_page(loaded.plan, seen.foreseen.preview, seen.proposed),
        line(
            "Proposed on ",
            text(branch.removeprefix("refs/heads/")),
            f"; it needs {needed} approval{'s' * (needed != 1)}.",
        ),
        line("Next: ", command(f"changectl {'approve' if needed else 'apply'} {change}")),
    )
    output(json).result(page, preview_document(loaded.plan, seen.foreseen.preview, seen.proposed))


def now() -> str:
    """The time of day as the register writes it: RFC 3339, in UTC, with microseconds."""
    return datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def entry(change: str, attempt: int, by: str, event: Event) -> Entry:
    """An entry of what happens to a change after an attempt and before the next, as of now."""
    return Entry(change, attempt, now(), by, socket.gethostname(), token_hex(16), event)
