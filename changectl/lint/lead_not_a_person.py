"""A lead who is not one person: a team, a role, a channel, several people, or nobody of [team] people."""

import re
from collections.abc import Iterable

from changectl.contracts.lint import Finding, Known, LintRule, Severity, at
from changectl.model.node import Node
from changectl.model.plan import Plan
from changectl.model.wording import words
from changectl.planfile.words import listing, quoted

_GROUPS = words(
    """
    admins anybody anyone channel crew department dept developers devs engineers everybody everyone folks group guild
    helpdesk mailing nobody noone operators owners people rota servicedesk shift somebody someone squad squads stakeholders
    team teams tribe whoever
    """
)
"""One of these among others is enough."""

_ROLES = words(
    """
    actions admin administrator all and author automation backend bot call cd ceo ci cloud commander cto dba dbas dependabot
    desk devops duty engineer engineering frontend github gitlab head incident infra infrastructure it jenkins lead
    management manager me myself na network networking noc none of on oncall operations operator ops owner pipeline platform
    primary product project release renovate robot root secondary secops security self service sre sres staff support sysops
    system tba tbc tbd tech technical terraform the todo unknown us we
    """
)
"""These are nobody where there is no other word: Ops may be a family's name."""

_SEVERAL = r"(?i)\s(?:and|or|und|oder|et)\s|[&+,;/|]"
_ADDRESS = r"<?([^\s<>@]+)@[\w.-]+\.\w+>?"
_BESIDE = r"<[^<>]*>|\([^()]*\)"
"""An address, a team: who a person is besides."""


def find(plan: Plan, root: Node, known: Known) -> Iterable[Finding]:
    """The lead, where nobody can be asked by that name."""
    if not plan.lead:
        return
    place = at(root, "lead").span
    if why := _why_nobody(plan.lead):
        yield Finding(f"the lead {quoted(plan.lead)} is {why}", place, "name the one person who drives the change")
    elif known.people and not known.ended and not _is_among(plan.lead, known.people):
        there = listing(known.people[:_MOST]) if len(known.people) <= _MOST else f"{len(known.people)} others"
        yield Finding(f"{quoted(plan.lead)} is none of [team] people", place, f"there are {there}")


_MOST = 8


def _why_nobody(lead: str) -> str:
    """What the lead is instead of a person; empty where it may be one."""
    if lead.startswith("#"):
        return "a channel"
    if lead.startswith("@") and "/" in lead:
        return "a group"
    if lead.endswith("[bot]"):
        return "a program"
    address = re.fullmatch(_ADDRESS, lead)
    name = address[1] if address else re.sub(_BESIDE, "", lead).strip()
    named = [word.lower() for word in re.findall(r"[^\W_]+", name)]
    if lead.lower() == "n/a" or all(word in _ROLES or word in _GROUPS for word in named):
        return "not a person's name"
    if any(word in _GROUPS for word in named):
        return "a group"
    return "more than one person" if not address and re.search(_SEVERAL, name) else ""


def _is_among(lead: str, people: tuple[str, ...]) -> bool:
    return _plainly(lead) in {_plainly(person) for person in people}


def _plainly(name: str) -> str:
    return " ".join(name.casefold().removeprefix("@").split())


RULE = LintRule(
    id="CHG506",
    key="lead-not-a-person",
    title="The lead is one person",
    why="When something goes wrong one person decides. Of a team everybody thinks that another does.",
    bad="lead: platform team",
    good="lead: ana",
    severity=Severity.WARNING,
    find=find,
)
