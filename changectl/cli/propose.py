"""`changectl propose`: the plan goes to a branch for review, and into the register with its preview."""

from dataclasses import replace
from pathlib import Path

from changectl.cli.desk import Desk, Loaded, complaint_lines, desk, load
from changectl.cli.entries import entry_now, now
from changectl.cli.forge import asks_at, is_on_forge
from changectl.cli.linting import checked, ended_here, linter
from changectl.cli.memory import Memory, me, memory
from changectl.cli.options import Json, Key, PlanArgument, output
from changectl.cli.previewing import Previewed, previewed, rules
from changectl.engine.approval import needed_for
from changectl.errors import InProgress, PlanWrong, RemoteNeeded
from changectl.planfile.find import find_plans
from changectl.register.propose import authors_of, branch_of, commit_plan, patch
from changectl.register.signing import Part, sign, statement
from changectl.views.page import Page, command, line, text
from changectl.views.preview import preview_document, preview_page


def verb(plan: PlanArgument, key: Key = None, json: Json = False) -> None:
    """Propose a plan: only it is committed, onto change/<id>. HEAD, index and work tree stay as they are."""
    here = desk()
    loaded = load(here, plan)
    found = memory(here.root, fetch=True)
    by = me(found)
    change = loaded.plan.id
    known = found.known(change)
    if known.in_progress:
        raise InProgress(f"{change} is being applied", f"changectl status, or: changectl apply --resume {change}")
    _fit(rules(here, found), loaded)
    branch = branch_of(change)
    authors = (*authors_of(found.repository, loaded.path, change), by)
    seen = previewed(here, loaded, found, tuple(dict.fromkeys(authors)))
    proposed = replace(seen.proposed, signature=_signature(here, found, seen, key))
    commit = commit_plan(
        found.repository, loaded.path, change, f"Propose {change}",
        author=by, at=now(), preview=proposed.preview_digest, content=loaded.content,
    )  # fmt: skip
    try:
        found.register.append((entry_now(change, known.attempt, by, proposed),), also={branch: commit})
    except RemoteNeeded as why:
        if why.facts.get("denied"):
            output(False).progress((line("You may not push; somebody who may can apply this patch with git am."),))
            print(patch(found.repository, commit))  # noqa: T201 - the patch is the result, byte for byte
        raise
    needed = needed_for(loaded.plan, seen.env)
    page: Page = (
        *preview_page(loaded.plan, seen.foreseen.preview, seen.proposed),
        line(
            "Proposed on ",
            text(branch.removeprefix("refs/heads/")),
            f"; it needs {needed} approval{'s' * (needed != 1)}.",
        ),
        line("Next: ", command(_next(here, found, change, needed))),
    )
    output(json).result(page, preview_document(loaded.plan, seen.foreseen.preview, seen.proposed))


def _fit(agreed: Desk, loaded: Loaded) -> None:
    """Raises PlanWrong where the team's lint rules find an error: nobody should have to review that."""
    lint = linter(agreed.configuration, ended_here(agreed.root), tuple(find_plans(agreed.root)))
    errors = [each for each in checked(loaded.content, loaded.plan.id, lint)[1] if each.severity == "error"]
    if errors:
        raise PlanWrong(f"{loaded.path.name} is poor", lines=complaint_lines(loaded, errors))


def _signature(here: Desk, found: Memory, seen: Previewed, key: Path | None) -> str:
    """Whoever proposes cannot approve, and signs so that it cannot be done under a colleague's name."""
    review = rules(here, found).configuration.review
    if review.by != "signature" or not needed_for(seen.loaded.plan, seen.env):
        return ""
    digests = (seen.proposed.plan_digest, seen.proposed.preview_digest)
    return sign(found.repository, statement(Part.PROPOSES, seen.loaded.plan.id, *digests), key)


def _next(here: Desk, found: Memory, change: str, needed: int) -> str:
    """What a person does now: apply, have it approved, or open a pull request."""
    agreed = rules(here, found).configuration
    review = agreed.review
    if not needed:
        return f"changectl apply {change}"
    if not is_on_forge(review):
        alone = f'changectl approve {change} --self --why "…"'
        return alone if agreed.self_approval else f"ask a colleague to run: changectl approve {change}"
    branch = branch_of(change).removeprefix("refs/heads/")
    return f"open a pull request: {asks_at(review, branch)}"
