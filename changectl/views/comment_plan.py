"""One plan in a comment on a pull request, to be judged in a minute: what changes, who notices, how it comes back."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, timedelta

from changectl.model.digest import short
from changectl.model.frozen import dataclass
from changectl.model.plan import Auto, Plan
from changectl.model.preview import StepPreview
from changectl.views.comment_facts import Foreseen, PlanFacts
from changectl.views.comment_people import approval, history
from changectl.views.markdown import code, cut, fenced, md
from changectl.views.preview import COMES_BACK

FOLDED = 12
"""Lines above which a section is folded: a screen still shows what comes after it."""

VALUE = 400


@dataclass(frozen=True, slots=True)
class Section:
    """A title of ours, and blocks of Markdown below it."""

    title: str
    blocks: tuple[str, ...]


def plan_comment(facts: PlanFacts, most: int) -> str:
    """The whole of it, with at most so many things said in each section."""
    head = [f"### {md(facts.title, 160)}", _where(facts)]
    if facts.plan and facts.plan.emergency:
        head.append(f"**EMERGENCY** {md(facts.plan.emergency)}: it may be applied before anybody has approved it.")
    if facts.history.own:
        head.append(f"**This change is {md(facts.history.own)}.** Its plan should stay as it is until it has ended.")
    sections = [_findings(facts, most)]
    if facts.plan:
        head.append(md(facts.plan.rationale, 1000))
        sections = [
            _changes(facts, facts.plan, most),
            _noticed(facts.plan),
            _way_back(facts, facts.plan, most),
            _tests(facts, facts.plan, most),
            Section("When", (_when(facts.plan),)),
            Section("Who must approve", tuple(approval(facts, most))),
            *(Section(title, blocks) for title, blocks in history(facts, most)),
            _findings(facts, most),
        ]
    shown = (_shown(section) for section in sections if section.blocks)
    return "\n\n".join((*head, *shown, _foot(facts)))


def _where(facts: PlanFacts) -> str:
    parts = [code(facts.id, 100), facts.sort + (f" from {code(facts.was, 120)}" if facts.was else "")]
    if plan := facts.plan:
        account = f", account {code(facts.foreseen.preview.account)}" if facts.foreseen else ""
        parts += [f"{code(plan.env)}{account}", f"**risk {plan.risk.value}**"]
        parts += [f"led by {md(plan.lead, 80)}"] if plan.lead else []
        parts += [md(plan.ticket, 80)] if plan.ticket else []
    return " · ".join(parts)


def _changes(facts: PlanFacts, plan: Plan, most: int) -> Section:
    """Setting by setting, live and intended; without a preview, what the steps say."""
    ask = f"changectl preview {facts.id}"
    if facts.foreseen is None:
        steps = [f"- {md(each.name, 120)}: {md(each.sentence)}" for each in facts.steps]
        return Section("What it would do", (f"**Not previewed:** {md(facts.without)}", *_list(cut(steps, most, ask))))
    forward = {step.id: step.name for step in plan.steps}
    blocks: list[str] = []
    room, left = most, 0
    for step, shown in _with_differences(facts.foreseen):
        if step.step not in forward:
            continue
        lines = [*_difference_lines(step, shown)]
        groups = [line for line in lines if not line[0].startswith(("- ", "+ "))]
        if room <= 0:
            left += len(groups)
            continue
        kept = _first(lines, room)
        left += max(0, len(groups) - room)
        room -= max(1, len(groups))
        blocks.append(f"{md(forward[step.step], 120)}{_notes(step)}")
        blocks += [fenced(kept, "diff", VALUE)] if kept else []
    return Section("What changes", (*blocks, *([f"… and {left} more; run: {code(ask)}"] if left else [])))


def _with_differences(foreseen: Foreseen) -> Iterator[tuple[StepPreview, Sequence[tuple[str, str, str]]]]:
    """Each step with its differences as they may be shown: setting, before, after."""
    shown = iter(foreseen.proposed.differences)
    for step in foreseen.preview.steps:
        own = [next(shown, None) for _ in step.differences]
        yield step, [(f"{d.facet} {d.path}", d.before, d.after) for d in own if d]


def _difference_lines(step: StepPreview, shown: Iterable[tuple[str, str, str]]) -> Iterator[tuple[str, object]]:
    for setting, before, after in shown:
        yield "  ", setting
        yield from (("- ", before),) if before != "absent" else ()
        yield from (("+ ", after),) if after != "absent" else ()
    for ref in step.creates:
        yield "  ", ref
        yield "+ ", "made"
    for ref in step.deletes:
        yield "  ", ref
        yield "- ", "removed"


def _first(lines: list[tuple[str, object]], room: int) -> list[tuple[str, object]]:
    """The lines of the first so many settings."""
    starts = [number for number, line in enumerate(lines) if line[0] == "  "]
    return lines[: starts[room]] if len(starts) > room else lines


def _notes(step: StepPreview) -> str:
    if step.unforeseeable:
        return f": **cannot be foreseen**, {md(step.unforeseeable)}"
    return "" if step.differences or step.creates or step.deletes else ": changes no setting"


def _noticed(plan: Plan) -> Section:
    comms = plan.comms
    said = [f"- {word}: {md(text, 600)}" for word, text in (("Before", comms.before), ("After", comms.after)) if text]
    told = (
        [f"- Told: {md(' '.join(filter(None, (comms.audience, comms.channel))))}"]
        if comms.audience or comms.channel
        else []
    )
    none = [f"- Nobody is told: {md(comms.none_because, 600)}"] if comms.none_because else []
    return Section("What customers notice", _list((*said, *told, *none)))


def _way_back(facts: PlanFacts, plan: Plan, most: int) -> Section:
    blocks = [_BACK[plan.back_out.auto]]
    if plan.back_out.cannot_undo:
        blocks.insert(0, f"- **Cannot be undone:** {md(plan.back_out.cannot_undo, 600)}")
    names = {step.id: step.name for step in plan.all_steps()}
    forward = {step.id for step in plan.steps}
    for step in facts.foreseen.preview.steps if facts.foreseen else ():
        if step.step in forward:
            words = COMES_BACK[step.verdict.reversibility][0]
            loud = "" if words.startswith("comes back exactly") else "**"
            why = f": {md(step.verdict.why, VALUE)}" if step.verdict.why else ""
            asks = f"; asks before going back: {md(step.asks_back)}" if step.asks_back else ""
            blocks.append(f"- {md(names[step.step], 120)} {loud}{words}{loud}{why}{asks}")
    blocks += [
        f"- By {md(undo.name, 120)}, if {md(step.name, 120)} had begun" for step in plan.steps for undo in step.undo
    ]
    blocks += [f"- By {md(step.name, 120)}" for step in plan.back_out.steps]
    blocks += (
        [f"- **Has no way back of its own:** {md(plan.back_out.none_because, 600)}"]
        if plan.back_out.none_because
        else []
    )
    return Section("How it comes back", _list(cut(blocks, most + 1, f"changectl preview {facts.id}")))


_BACK = {
    Auto.TRUE: "- By itself, when a step or a test fails",
    Auto.ASK: "- A person is asked before it goes back",
    Auto.FALSE: "- **Not by itself**: somebody has to type `changectl rollback`",
}


def _tests(facts: PlanFacts, plan: Plan, most: int) -> Section:
    tests = [f"- {each.name}: {md(each.sentence)}" for each in facts.tests]
    soak = [f"- Watched for {length(plan.test.soak)} after the last step"] if plan.test.soak else []
    none = [f"- **Not tested:** {md(plan.test.none_because, 600)}"] if plan.test.none_because else []
    blocks = (*none, *cut((*tests,), most, f"changectl preview {facts.id}"), *soak)
    return Section("How it is tested", _list(blocks))


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
    lines = [
        f"- {each.severity} {each.rule}, line {each.span.line}: {md(each.message)}"
        + (f" ({md(each.help)})" if each.help else "")
        for each in ordered
    ]
    return Section("What check says", _list(cut(lines, most, f"changectl check {facts.id}")))


def _foot(facts: PlanFacts) -> str:
    """The digests that an approval is bound to: whole for programs, short for people."""
    plan = facts.plan.digest if facts.plan else ""
    preview = facts.foreseen.proposed.preview_digest if facts.foreseen else ""
    hidden = f"<!-- changectl/plan/1 plan={plan or 'none'} preview={preview or 'none'} -->"
    said = [f"plan {code(short(plan))}"] if plan else []
    said += [f"preview {code(short(preview))}"] if preview else []
    return "\n".join((hidden, ", ".join(said))) if said else hidden


def _list(lines: Iterable[str]) -> tuple[str, ...]:
    """Lines of one list, as one block."""
    joined = "\n".join(lines)
    return (joined,) if joined else ()


def _shown(section: Section) -> str:
    text = "\n\n".join(section.blocks)
    if len(text.splitlines()) <= FOLDED:
        return f"**{section.title}**\n\n{text}"
    return f"<details><summary><b>{section.title}</b></summary>\n\n{text}\n\n</details>"
