"""What a plan changes, setting by setting, live and intended; and how that comes back."""

from collections.abc import Iterable, Iterator, Sequence

from changectl.model.plan import Auto, Plan
from changectl.model.preview import Reversibility, StepPreview
from changectl.views.comment_facts import Foreseen, PlanFacts
from changectl.views.comment_section import Section, listed, many
from changectl.views.markdown import code, cut, fenced, md
from changectl.views.preview import COMES_BACK

VALUE = 400
"""Characters of one value, as the register keeps it."""

_OURS = "  "
Lines = list[tuple[str, object]]


def changes(facts: PlanFacts, plan: Plan, most: int) -> Section:
    """Step by step; without a preview, what the steps say."""
    ask = f"changectl preview {facts.id}"
    if facts.foreseen is None:
        steps = cut(facts.steps, lambda each: f"{md(each.name, 120)}: {md(each.sentence)}", most, ask)
        why = f"**Not previewed:** {md(facts.without)}"
        return Section("What it would do", (why, *listed(steps)), many(len(facts.steps), "step"))
    names = {step.id: step.name for step in plan.steps}
    steps_seen = [
        (step, [*_lines(step, shown)]) for step, shown in _with_differences(facts.foreseen) if step.step in names
    ]
    total = sum(_settings(lines) for _, lines in steps_seen)
    blocks: list[str] = []
    room = most
    for step, lines in steps_seen[:most]:
        kept = _first(lines, room)
        room -= _settings(kept)
        blocks += [f"{md(names[step.step], 120)}{_note(step)}", *([fenced(kept, "diff", VALUE)] if kept else [])]
    left = max(total - (most - room), len(steps_seen) - most)
    more = (f"… and {left:,} more; run: {code(ask)}",) if left > 0 else ()
    return Section("What changes", (*blocks, *more), many(total, "difference"))


def way_back(facts: PlanFacts, plan: Plan, most: int) -> Section:
    """What cannot come back, whether the rest does by itself, and then the steps, the worst first."""
    back = plan.back_out
    lines = [f"- **Cannot be undone:** {md(back.cannot_undo, 600)}"] if back.cannot_undo else []
    lines.append(_BACK[back.auto])
    lines += [f"- **Has no way back of its own:** {md(back.none_because, 600)}"] if back.none_because else []
    names = {step.id: step.name for step in plan.steps}
    order = list(Reversibility)
    steps = [step for step in facts.foreseen.preview.steps if step.step in names] if facts.foreseen else []
    steps.sort(key=lambda step: -order.index(step.verdict.reversibility))
    ask = f"changectl preview {facts.id}"
    lines += cut(steps, lambda step: f"{md(names[step.step], 120)} {_comes_back(step)}", most, ask)
    undone = [(undo, step) for step in plan.steps for undo in step.undo]
    lines += cut(undone, lambda pair: f"By {md(pair[0].name, 120)}, if {md(pair[1].name, 120)} had begun", most, ask)
    lines += cut(back.steps, lambda step: f"By {md(step.name, 120)}", most, ask)
    return Section("How it comes back", listed(lines), many(len(plan.steps), "step"))


_BACK = {
    Auto.TRUE: "- By itself, when a step or a test fails",
    Auto.ASK: "- A person is asked before it goes back",
    Auto.FALSE: "- **Not by itself**: somebody has to type `changectl rollback`",
}


def _comes_back(step: StepPreview) -> str:
    words = COMES_BACK[step.verdict.reversibility][0]
    said = words if step.verdict.reversibility is Reversibility.EXACT else f"**{words}**"
    why = f": {md(step.verdict.why, VALUE)}" if step.verdict.why else ""
    asks = f"; asks before going back: {md(step.asks_back)}" if step.asks_back else ""
    return f"{said}{why}{asks}"


def _with_differences(foreseen: Foreseen) -> Iterator[tuple[StepPreview, Sequence[tuple[str, str, str]]]]:
    """Each step with its differences as they may be shown: setting, before, after."""
    shown = iter(foreseen.proposed.differences)
    for step in foreseen.preview.steps:
        own = [next(shown, None) for _ in step.differences]
        yield step, [(f"{d.facet} {d.path}", d.before, d.after) for d in own if d]


def _lines(step: StepPreview, shown: Iterable[tuple[str, str, str]]) -> Iterator[tuple[str, object]]:
    """Three lines a setting: which, what it is, what it becomes."""
    for setting, before, after in shown:
        yield _OURS, setting
        yield from (("- ", before),) if before != "absent" else ()
        yield from (("+ ", after),) if after != "absent" else ()
    for refs, word in ((step.creates, "+ made"), (step.deletes, "- removed")):
        for ref in refs:
            yield _OURS, ref
            yield word, ""


def _settings(lines: Lines) -> int:
    return sum(ours == _OURS for ours, _ in lines)


def _first(lines: Lines, room: int) -> Lines:
    """The lines of the first so many settings."""
    starts = [number for number, (ours, _) in enumerate(lines) if ours == _OURS]
    return lines[: starts[room]] if len(starts) > room else lines


def _note(step: StepPreview) -> str:
    if step.unforeseeable:
        return f": **cannot be foreseen**, {md(step.unforeseeable)}"
    return "" if step.differences or step.creates or step.deletes else ": changes no setting"
