"""A lead who is not one person: a team, a role, a channel, several people, or nobody of [team] people."""

import re
from collections.abc import Iterable

from changectl.contracts.lint import Finding, Known, LintRule, Severity, at
from changectl.model.node import Node
from changectl.model.plan import Plan
from changectl.planfile.words import listing, quoted

_GROUPS = frozenset(
    (
        *(
            "team",
            "teams",
            "squad",
            "squads",
            "crew",
            "guild",
            "group",
            "tribe",
            "department",
            "dept",
            "everyone",
            "everybody",
        ),
        *("anyone", "anybody", "someone", "somebody", "whoever", "nobody", "noone", "oncall", "devs", "developers"),
        *(
            "engineers",
            "admins",
            "operators",
            "stakeholders",
            "owners",
            "people",
            "folks",
            "channel",
            "mailing",
            "rota",
        ),
        *("helpdesk", "servicedesk", "shift"),
    )
)
"""One of these among others is enough."""

_ROLES = frozenset(
    (
        *(
            "all",
            "us",
            "we",
            "me",
            "myself",
            "author",
            "self",
            "none",
            "tbd",
            "tba",
            "tbc",
            "na",
            "unknown",
            "todo",
            "n",
            "a",
        ),
        *(
            "ops",
            "sre",
            "sres",
            "devops",
            "platform",
            "infra",
            "infrastructure",
            "support",
            "engineering",
            "security",
            "it",
        ),
        *(
            "dba",
            "dbas",
            "networking",
            "network",
            "operations",
            "sysops",
            "secops",
            "noc",
            "cloud",
            "backend",
            "frontend",
        ),
        *("bot", "ci", "cd", "jenkins", "automation", "robot", "root", "admin", "administrator", "system", "pipeline"),
        *(
            "terraform",
            "github",
            "gitlab",
            "actions",
            "dependabot",
            "renovate",
            "duty",
            "manager",
            "release",
            "incident",
        ),
        *("commander", "engineer", "lead", "tech", "technical", "cto", "ceo", "head", "owner", "operator", "primary"),
        *(
            "secondary",
            "on",
            "call",
            "the",
            "of",
            "and",
            "service",
            "product",
            "project",
            "staff",
            "management",
            "desk",
        ),
    )
)
"""These are nobody where there is no other word: a person may be called Dev or Rota Ops."""

_SEVERAL = re.compile(r"\s(?:and|or|und|oder|et|y|e|with)\s|\s?[&+,;/|]\s?", re.IGNORECASE)
_ADDRESS = re.compile(r"<?([^\s<>@]+)@[\w.-]+\.\w+>?")
_WORD = re.compile(r"[^\W_]+")


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
    address = _ADDRESS.fullmatch(lead)
    name = address[1] if address else _ADDRESS.sub("", lead)
    words = [word.lower() for word in _WORD.findall(name)]
    if not words or all(word in _ROLES or word in _GROUPS for word in words):
        return "not a person's name"
    if any(word in _GROUPS for word in words) or ("on" in words and "call" in words):
        return "a group"
    return "more than one person" if not address and _SEVERAL.search(name.strip()) else ""


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
