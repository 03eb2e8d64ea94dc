"""What a run of `ci` found: its status, the few lines for a job's log, the document for programs."""

from collections.abc import Mapping

from changectl.model.digest import short
from changectl.model.frozen import dataclass
from changectl.model.resource import Body
from changectl.model.status import Status
from changectl.views.annotations import Checked
from changectl.views.comment import most_dangerous_first, verdict
from changectl.views.comment_facts import Earlier, PlanFacts, RequestFacts
from changectl.views.complaints import complaints_json
from changectl.views.page import Line, Page, Style, blank, command, line, text
from changectl.views.preview import COMES_BACK, preview_document


@dataclass(frozen=True, slots=True)
class Found:
    """Everything that a run found. `faults`: how its previews ended. `toml`: changectl.toml, where that is changed too."""

    facts: RequestFacts
    base: str
    faults: tuple[Status, ...] = ()
    toml: Checked | None = None
    unsound: bool = False

    @property
    def files(self) -> tuple[Checked, ...]:
        """Every file with what there is to say about it."""
        plans = tuple((plan.path, plan.content, plan.complaints) for plan in self.facts.plans)
        return (*plans, *((self.toml,) if self.toml else ()))


@dataclass(frozen=True, slots=True)
class Told:
    """What became of the comment: its URL, or why there is none."""

    url: str = ""
    why_not: str = ""


def status_of(found: Found) -> Status:
    """The worst that needs somebody: a mistake, a register that is not sound, a change that goes on, a preview that failed."""
    if any(complaint.severity == "error" for _, _, complaints in found.files for complaint in complaints):
        return Status.PLAN_WRONG
    if found.unsound:
        return Status.REGISTER_UNSOUND
    if Status.STALE in found.faults:
        return Status.STALE
    if any(plan.history.own for plan in found.facts.plans) or any(gone.own for gone in found.facts.deleted):
        return Status.WAITING
    return next((fault for fault in found.faults if fault is not Status.DONE), Status.DONE)


def ci_page(found: Found, told: Told) -> Page:
    """A line for each plan, what else there is to know, where the comment is, and what to type next."""
    facts = found.facts
    notes = tuple(line(text(note, Style.WARN)) for note in facts.notes)
    plans = tuple(part for plan in most_dangerous_first(facts.plans) for part in _plan(plan))
    gone = tuple(
        line(
            text(plan.path, Style.STRONG),
            "  deleted",
            text(f", though its change has begun and not ended ({plan.own})" if plan.own else "", Style.BAD),
        )
        for plan in facts.deleted
    )
    where = (line("Comment: ", text(told.url)),) if told.url else ()
    unsaid = (line(text(f"No comment was written: {told.why_not}", Style.WARN)),) if told.why_not else ()
    first = next((plan for plan in facts.plans if plan.errors), next(iter(facts.plans), None))
    after = (
        (line("Next: ", command(f"changectl {'check' if first.errors else 'preview'} {first.typed}")),) if first else ()
    )
    return (line(text(verdict(facts), Style.STRONG)), *notes, *plans, *gone, *where, *unsaid, blank(), *after)


def ci_document(found: Found, told: Told) -> Body:
    """The same for programs."""
    facts = found.facts
    files = complaints_json((path, complaints) for path, _, complaints in found.files)["plans"]
    return {
        "schema": "changectl/ci/1",
        "status": int(status_of(found)),
        "base": found.base,
        "head": facts.head,
        "valid_at": facts.at,
        "notes": list(facts.notes),
        "plans": [_document(plan) for plan in facts.plans],
        "deleted": [{"change": plan.id, "path": plan.path, "going_on": plan.own} for plan in facts.deleted],
        "files": files,
        "comment": {"url": told.url, "why_not": told.why_not},
    }


def _plan(plan: PlanFacts) -> tuple[Line, ...]:
    title = line(text(plan.id, Style.STRONG), "  ", text(plan.title))
    if plan.errors:
        return (title, line(text(f"{plan.errors} mistake{'s' * (plan.errors != 1)}", Style.BAD), indent=2))
    said = [] if plan.foreseen else [line(text(f"not previewed: {plan.without}", Style.WARN), indent=2)]
    if seen := plan.foreseen:
        words, style = COMES_BACK[seen.worst]
        many = len(seen.proposed.differences)
        said.append(
            line(
                f"{many} difference{'s' * (many != 1)}; ",
                text(words, style),
                f"; preview {short(seen.proposed.preview_digest)}",
                indent=2,
            )
        )
        said += (
            [line(text(f"production has changed since it was proposed: {seen.moved}", Style.BAD), indent=2)]
            if seen.moved
            else []
        )
    if plan.history.own:
        said.append(line(text(f"its change has begun and not ended ({plan.history.own})", Style.BAD), indent=2))
    return (title, *said)


def _document(plan: PlanFacts) -> Mapping[str, Body]:
    seen, asking = plan.foreseen, plan.asking
    return {
        "change": plan.id,
        "path": plan.path,
        "was": plan.was,
        "sort": plan.sort,
        "title": plan.title,
        "mistakes": plan.errors,
        "plan_digest": plan.plan.digest if plan.plan else "",
        "emergency": plan.plan.emergency if plan.plan else "",
        "preview": preview_document(plan.plan, seen.preview, seen.proposed) if plan.plan and seen else None,
        "without": plan.without,
        "moved": seen.moved if seen else "",
        "approvals": {"needed": asking.needed, "by": asking.how, "not_yet": asking.not_yet} if asking else None,
        "going_on": plan.history.own,
        "open": [_earlier(each) for each in plan.history.open],
        "past": [_earlier(each) for each in plan.history.past],
        "history_unknown": plan.history.unknown,
    }


def _earlier(each: Earlier) -> Mapping[str, Body]:
    return {
        "change": each.change,
        "title": each.title,
        "stands": each.stands,
        "at": each.at,
        "of": list(each.of),
        "why": each.why,
    }
