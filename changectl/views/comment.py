"""The comment on a pull request, to be judged in a minute: a verdict, then every plan, the most dangerous first."""

from collections.abc import Callable, Iterator, Sequence

from changectl.model.plan import Risk
from changectl.model.preview import Reversibility
from changectl.views.comment_facts import Deleted, PlanFacts, RequestFacts
from changectl.views.comment_mark import Mark
from changectl.views.comment_plan import plan_comment
from changectl.views.comment_section import many
from changectl.views.markdown import code, cut, md

MOST = 60_000
"""Characters of a comment: GitHub takes 65,536."""

SUMMARY = 900_000
"""Bytes of a job's summary: GitHub takes a mebibyte a step."""

_ROOM = ((100, 40), (50, 20), (25, 10), (12, 6), (6, 4), (3, 2), (1, 1))
"""How much is said in each section, and of how many plans all is said; the next pair where that is too long."""

_PLENTY = (10_000, 1_000)
_NAMED = 10
"""Plans of which at least a line is said."""


def comment(facts: RequestFacts) -> str:
    """The whole comment, its mark on the first line."""
    mark = Mark(facts.at, facts.order, facts.head).line()
    return f"{mark}\n{_longest(facts, _ROOM, MOST - len(mark) - 2, len)}"


def summary(facts: RequestFacts) -> str:
    """The same for a job's own page, where there is room for more."""
    return _longest(facts, (_PLENTY, *_ROOM), SUMMARY - 1, lambda text: len(text.encode(errors="replace")))


def verdict(facts: RequestFacts) -> str:
    """What a reviewer should know first, in words of ours alone."""
    wrong = [plan for plan in facts.plans if plan.errors]
    moved = [plan for plan in facts.plans if plan.foreseen and plan.foreseen.moved]
    going = sum(bool(plan.history.own) for plan in facts.plans) + sum(bool(plan.own) for plan in facts.deleted)
    unseen = sum(plan.foreseen is None for plan in facts.plans)
    if wrong:
        return f"{many(sum(plan.errors for plan in wrong), 'mistake')} in {many(len(wrong), 'plan')}"
    if going:
        return f"{many(going, 'plan')} touched while the change goes on"
    if moved:
        return (
            f"production has changed since {many(len(moved), 'plan')} {'was' if len(moved) == 1 else 'were'} proposed"
        )
    if unseen:
        return f"{many(unseen, 'plan')} to review, not previewed"
    if facts.plans:
        return f"{many(len(facts.plans), 'plan')} to review"
    return f"{many(len(facts.deleted), 'plan')} deleted" if facts.deleted else "no plan is changed here"


def most_dangerous_first(plans: Sequence[PlanFacts]) -> tuple[PlanFacts, ...]:
    """Emergencies, then what comes back worst, then by risk; what cannot be read does nothing, and comes last."""
    return tuple(sorted(plans, key=_danger))


def _longest(facts: RequestFacts, rooms: Sequence[tuple[int, int]], room: int, size: Callable[[str], int]) -> str:
    """As much as there is room for."""
    for most, whole in rooms[:-1]:
        said, left = [], room
        for part in _parts(facts, most, whole):
            said.append(f"{part}\n\n")
            left -= size(said[-1])
            if left < 0:  # what comes after it need not be made any more
                break
        else:
            return "".join(said)
    return "".join(f"{part}\n\n" for part in _parts(facts, *rooms[-1]))


def _parts(facts: RequestFacts, most: int, whole: int) -> Iterator[str]:
    plans = most_dangerous_first(facts.plans)
    yield f"## changectl: {verdict(facts)}{_loud(plans)}"
    if facts.notes:
        yield "\n".join(f"- {md(note)}" for note in facts.notes[: _NAMED + most])
    for plan in plans[:whole]:
        yield plan_comment(plan, most)
    if rest := plans[whole:]:
        yield "### More plans"
        yield "\n".join(cut(rest, _line, _NAMED + most, "changectl ci comment --dry-run"))
    if facts.deleted:
        yield "### Deleted"
        yield "\n".join(cut(facts.deleted, _gone, _NAMED + most, "changectl log"))
    seen = any(plan.foreseen for plan in facts.plans)
    until = "Production was read then; this holds until it changes" if seen else "Production was not read"
    yield f"<sub>valid at {facts.at[:19].replace('T', ' ')} UTC, commit {facts.head[:12]}. {until}.</sub>"


def _loud(plans: Sequence[PlanFacts]) -> str:
    """What nobody may overlook, whatever is folded below."""
    worst = {plan.foreseen.worst for plan in plans if plan.foreseen}
    read = [plan.plan for plan in plans if plan.plan]
    own = any(agreed.self_approved for plan in plans if plan.asking for agreed in plan.asking.agreed)
    said = [
        ("EMERGENCY", any(plan.emergency for plan in read)),
        ("SELF-APPROVED", own),
        ("high risk", any(plan.risk is Risk.HIGH for plan in read)),
        ("DOES NOT COME BACK", Reversibility.IRREVERSIBLE in worst),
        ("unknown whether it comes back", Reversibility.UNKNOWN in worst),
    ]
    return "".join(f" · {words}" for words, so in said if so)


def _danger(plan: PlanFacts) -> tuple[object, ...]:
    order = list(Reversibility)
    worst = order.index(plan.foreseen.worst) if plan.foreseen else order.index(Reversibility.UNKNOWN)
    risk = list(Risk).index(plan.plan.risk) if plan.plan else 0
    return (plan.plan is None, not (plan.plan and plan.plan.emergency), -worst, -risk, plan.id, plan.path)


def _line(plan: PlanFacts) -> str:
    says = (
        f"{many(plan.errors, 'mistake')}" if plan.errors else plan.plan.risk.value + " risk" if plan.plan else "unread"
    )
    return f"{code(plan.id, 100)} {md(plan.title, 120)}: {says}"


def _gone(plan: Deleted) -> str:
    own = f": **its change has begun and not ended ({md(plan.own, 160)})**" if plan.own else ""
    return f"{code(plan.path, 160)}{own}"
