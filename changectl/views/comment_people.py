"""Who must approve a plan, and what happened to its resources before: the parts of a comment that come from the register."""

from collections.abc import Iterator

from changectl.views.comment_facts import Earlier, PlanFacts
from changectl.views.comment_section import Section, listed, many
from changectl.views.markdown import code, cut, md


def approval(facts: PlanFacts, most: int) -> Iterator[str]:
    """How many must approve, how they do it, and who cannot."""
    asking, plan = facts.asking, facts.plan
    if asking is None or plan is None:
        yield f"Unknown: {md(facts.without)}"
        return
    if plan.emergency and not asking.needed:
        yield "Nobody before it is applied, as it is an emergency; somebody else reviews it afterwards."
    elif asking.needed:
        people = f"{asking.needed} {'person' if asking.needed == 1 else 'people'}"
        yield f"{people}, as its risk is {plan.risk.value}, {_how(facts, asking.how)}"
    else:
        yield f"Nobody: a plan of risk {plan.risk.value} needs no approval in {code(plan.env)}."
    if facts.writers and asking.needed:
        more = len(facts.writers) - most
        names = ", ".join(md(name, 80) for name in facts.writers[:most]) + (f" and {more} more" if more > 0 else "")
        yield f"Not by {names}: whoever wrote a plan does not approve it." + (_OF_ONE if asking.of_one else "")
    if asking.not_yet:
        yield f"**A review approves nothing yet:** {md(asking.not_yet)}"
    for each in asking.agreed[:most]:
        own = f" **SELF-APPROVED** by its author: {md(each.why)}" if each.self_approved else ""
        yield f"The register has an approval by {md(each.approver, 120)}.{own}"


_OF_ONE = " (But this team is of one: an author may, with a reason, and is shown for ever as self-approved.)"


def _how(facts: PlanFacts, how: str) -> str:
    if how in ("signature", "identity"):
        return f"by {code(f'changectl approve {facts.id}')}."
    return "by approving this request; a review holds for this commit and no other."


def history(facts: PlanFacts, most: int) -> Iterator[Section]:
    """What is open now, and what came of the last changes of the same resources."""
    past, last = facts.history, "What happened the last times these were changed"
    if past.open:
        lines = cut(past.open, _still, most, "changectl status")
        yield Section("Open changes that touch the same", listed(lines), many(len(past.open), "change"))
    if past.unknown:
        yield Section(last, (f"Unknown: {md(past.unknown)}",))
    elif past.past:
        yield Section(last, listed(cut(past.past, _row, most, "changectl log")), many(len(past.past), "change"))
    else:
        yield Section(last, ("Nothing is recorded of them.",))


def _still(each: Earlier) -> str:
    return f"**{md(each.stands, 40)}** {_change(each)}"


def _row(each: Earlier) -> str:
    good = each.stands == "applied"
    stands = md(each.stands, 40) if good else f"**{md(each.stands, 40)}**"
    return f"{code(each.at[:10])} {stands} {_change(each)}" + (f": {md(each.why)}" if each.why and not good else "")


def _change(each: Earlier) -> str:
    of = ", ".join(code(ref, 120) for ref in each.of[:3]) + (
        f" and {len(each.of) - 3} more" if len(each.of) > 3 else ""
    )
    return f"{code(each.change, 128)} {md(each.title, 120)}" + (f" ({of})" if of else "")
