"""One plan in a comment on a pull request, to be judged in a minute: what changes, who notices, how it comes back."""

from datetime import UTC, timedelta

from changectl.model.digest import short
from changectl.model.node import Complaint
from changectl.model.plan import Plan
from changectl.views.comment_changes import changes, way_back
from changectl.views.comment_facts import PlanFacts
from changectl.views.comment_people import approval, history
from changectl.views.comment_section import Section, listed, many
from changectl.views.markdown import code, cut, md


def plan_comment(facts: PlanFacts, most: int) -> str:
    """The whole of it, with at most so many things said in each section."""
    head = [f"### {md(facts.title, 160)}", _where(facts)]
    if facts.plan and facts.plan.emergency:
        spared = facts.asking is None or not facts.asking.needed
        may = "it may be applied before anybody has approved it" if spared else "it is approved like any other plan"
        head.append(f"**EMERGENCY** {md(facts.plan.emergency)}: {may}.")
    if facts.foreseen and facts.foreseen.moved:
        head.append(f"**Production has changed since it was proposed:** {md(facts.foreseen.moved, 600)}")
    if facts.history.own:
        head.append(
            f"**This change has begun and not ended ({md(facts.history.own)}):** its plan stays as it is until then."
        )
    sections = [_findings(facts, most)]
    if facts.plan:
        head.append(md(facts.plan.rationale, 1000))
        sections = [
            changes(facts, facts.plan, most),
            _noticed(facts.plan),
            way_back(facts, facts.plan, most),
            _tests(facts, facts.plan, most),
            Section("When", (_when(facts.plan),)),
            Section("Who must approve", tuple(approval(facts, most))),
            *history(facts, most),
            *sections,
        ]
    return "\n\n".join((*head, *(section.shown() for section in sections if section.blocks), _foot(facts)))


def _where(facts: PlanFacts) -> str:
    parts = [code(facts.id, 100), facts.sort + (f" from {code(facts.was, 120)}" if facts.was else "")]
    if plan := facts.plan:
        account = f", account {code(facts.foreseen.preview.account)}" if facts.foreseen else ""
        parts += [f"{code(plan.env)}{account}", f"**risk {plan.risk.value}**"]
        parts += [f"led by {md(plan.lead, 80)}"] if plan.lead else []
        parts += [md(plan.ticket, 80)] if plan.ticket else []
    return " · ".join(parts)


def _noticed(plan: Plan) -> Section:
    comms = plan.comms
    said = [f"- {word}: {md(text, 600)}" for word, text in (("Before", comms.before), ("After", comms.after)) if text]
    to = " ".join(filter(None, (comms.audience, comms.channel)))
    said += [f"- Told: {md(to)}"] if to else []
    said += [f"- Nobody is told: {md(comms.none_because, 600)}"] if comms.none_because else []
    return Section("What customers notice", listed(said))


def _tests(facts: PlanFacts, plan: Plan, most: int) -> Section:
    lines = [f"- **Not tested:** {md(plan.test.none_because, 600)}"] if plan.test.none_because else []
    lines += cut(facts.tests, lambda each: f"{each.name}: {md(each.sentence)}", most, f"changectl preview {facts.id}")
    lines += [f"- Watched for {length(plan.test.soak)} after the last step"] if plan.test.soak else []
    lines += ["- The same once more after going back"] if plan.back_out.test_same else []
    return Section("How it is tested", listed(lines), many(len(facts.tests), "test"))


def _when(plan: Plan) -> str:
    start, duration = plan.when.start, plan.when.duration
    takes = f", {length(duration)} at the most" if duration else ""
    if start is None:
        return f"Any time once it is approved{takes}."
    own = f" ({start:%H:%M} {md(start.tzname() or '', 40)})" if start.utcoffset() else ""
    return f"{start.astimezone(UTC):%Y-%m-%d %H:%M} UTC{own}{takes}."


def length(time: timedelta) -> str:
    """`1h30m`."""
    seconds = int(time.total_seconds())
    parts = ((seconds // 86400, "d"), (seconds // 3600 % 24, "h"), (seconds // 60 % 60, "m"), (seconds % 60, "s"))
    return "".join(f"{number}{unit}" for number, unit in parts if number) or "0s"


def _findings(facts: PlanFacts, most: int) -> Section:
    ordered = sorted(facts.complaints, key=lambda each: (each.severity != "error", each.span.line, each.span.column))
    lines = cut(ordered, _finding, most, f"changectl check {facts.typed}".strip())
    size = many(facts.errors, "mistake") if facts.errors else many(len(ordered), "warning")
    return Section("What check says", listed(lines), size)


def _finding(each: Complaint) -> str:
    helps = f" ({md(each.help)})" if each.help else ""
    return f"{each.severity} {each.rule}, line {each.span.line}: {md(each.message)}{helps}"


def _foot(facts: PlanFacts) -> str:
    """The digests that an approval is bound to: whole for programs, short for people."""
    plan = facts.plan.digest if facts.plan else ""
    preview = facts.foreseen.proposed.preview_digest if facts.foreseen else ""
    hidden = f"<!-- changectl/plan/1 plan={plan or 'none'} preview={preview or 'none'} -->"
    said = [f"{word} {code(short(digest))}" for word, digest in (("plan", plan), ("preview", preview)) if digest]
    return "\n".join((hidden, ", ".join(said))) if said else hidden
