"""A preview to read before saying yes: what changes, setting by setting, and how each step comes back."""

from changectl.model.events import Proposed, Shown
from changectl.model.plan import Plan
from changectl.model.preview import Preview, Reversibility, StepPreview
from changectl.model.resource import Body
from changectl.views.page import Line, Page, Style, blank, line, text

COMES_BACK = {
    Reversibility.EXACT: ("comes back exactly", Style.GOOD),
    Reversibility.LOSSY: ("comes back, but not all of it", Style.WARN),
    Reversibility.COMPENSATED: ("comes back by an authored step", Style.WARN),
    Reversibility.IRREVERSIBLE: ("does not come back", Style.BAD),
    Reversibility.UNKNOWN: ("unknown whether it comes back", Style.BAD),
}


def preview_page(plan: Plan, preview: Preview, proposed: Proposed) -> Page:
    """The whole preview."""
    shown: dict[str, list[Shown]] = {}
    remaining = list(proposed.differences)
    for step in preview.steps:
        shown[step.step], remaining = remaining[: len(step.differences)], remaining[len(step.differences) :]
    head = (
        line(text(plan.title, Style.STRONG)),
        line(
            text(
                f"{plan.env}, account {preview.account}, {preview.region}; risk {plan.risk.value}; {plan.id}",
                Style.QUIET,
            )
        ),
        blank(),
    )
    names = {step.id: step.name for step in plan.all_steps()}
    steps = tuple(part for step in preview.steps for part in _step(names[step.step], step, shown[step.step]))
    foot = (line(text(f"preview {proposed.preview_digest.removeprefix('sha256:')[:12]}", Style.QUIET)),)
    return (*head, *steps, *foot)


def preview_document(plan: Plan, preview: Preview, proposed: Proposed) -> Body:
    """The same for programs."""
    shown = iter(proposed.differences)
    return {
        "schema": "changectl/preview/1",
        "change": plan.id,
        "plan_digest": plan.digest,
        "preview_digest": proposed.preview_digest,
        "env": plan.env,
        "account": preview.account,
        "region": preview.region,
        "resolved": dict(preview.resolved),
        "reversibility": proposed.reversibility,
        "steps": [
            {
                "step": step.step,
                "facets": [str(facet) for facet in step.facets],
                "differences": [
                    {"facet": d.facet, "path": d.path, "before": d.before, "after": d.after}
                    for _, d in zip(step.differences, shown, strict=False)
                ],
                "creates": [str(ref) for ref in step.creates],
                "deletes": [str(ref) for ref in step.deletes],
                "unforeseeable": step.unforeseeable,
                "reversibility": step.verdict.reversibility.value,
                "why": step.verdict.why,
                "asks_before_going_back": step.asks_back,
            }
            for step in preview.steps
        ],
    }


def _step(name: str, step: StepPreview, shown: list[Shown]) -> Page:
    words, style = COMES_BACK[step.verdict.reversibility]
    why = f": {step.verdict.why}" if step.verdict.why else ""
    return (
        line(text(name, Style.STRONG)),
        *(part for difference in shown for part in difference_lines(difference)),
        *(line(text(f"+ makes {ref}", Style.GOOD), indent=2) for ref in step.creates),
        *(line(text(f"- removes {ref}", Style.BAD), indent=2) for ref in step.deletes),
        *_notes(step),
        line(text(f"{words}{why}", style), indent=2),
        blank(),
    )


def _notes(step: StepPreview) -> tuple[Line, ...]:
    notes = []
    if step.unforeseeable:
        notes.append(line(text(f"cannot be foreseen: {step.unforeseeable}", Style.WARN), indent=2))
    elif not step.differences and not step.creates and not step.deletes:
        notes.append(line(text("changes no setting", Style.QUIET), indent=2))
    if step.asks_back:
        notes.append(line(text(f"asks before going back: {step.asks_back}", Style.WARN), indent=2))
    return tuple(notes)


def difference_lines(difference: Shown) -> tuple[Line, ...]:
    """One difference: the setting and path, then minus and plus."""
    place = f"{difference.facet} {difference.path}".strip()
    absent = "absent"
    return (
        line(text(place), indent=2),
        *([line(text(f"- {difference.before}", Style.BAD), indent=4)] if difference.before != absent else []),
        *([line(text(f"+ {difference.after}", Style.GOOD), indent=4)] if difference.after != absent else []),
    )
