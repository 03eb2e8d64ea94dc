"""`changectl preview`: what a plan would do to production as it is now. Changes nothing."""

from changectl.cli.desk import desk, load
from changectl.cli.options import Json, PlanArgument, output
from changectl.cli.previewing import previewed
from changectl.engine.approval import needed_for
from changectl.views.page import command, line
from changectl.views.preview import preview_document, preview_page


def verb(plan: PlanArgument, json: Json = False) -> None:
    """Show what a plan would change, and how each step comes back."""
    here = desk()
    seen = previewed(here, load(here, plan), None)
    loaded, preview, proposed = seen.loaded.plan, seen.foreseen.preview, seen.proposed
    verb = "propose" if needed_for(loaded, seen.env) else "apply"
    page = (*preview_page(loaded, preview, proposed), line("Next: ", command(f"changectl {verb} {loaded.id}")))
    output(json).result(page, preview_document(loaded, preview, proposed))
