"""Checking a plan whole: what cannot be read, and what is poor though it can be."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from changectl.catalogue import catalogue, forms, lint_rules
from changectl.contracts.lint import Known, LintRule, Severity
from changectl.errors import ChangectlError
from changectl.model.frozen import dataclass
from changectl.model.node import MOST_COMPLAINTS, Complaint
from changectl.model.plan import Plan
from changectl.planfile.config import Configuration
from changectl.planfile.forms import Forms
from changectl.planfile.plan import Read, in_order, read_whole


@dataclass(frozen=True, slots=True)
class Lint:
    """The lint rules that are looked for, how bad each is, and what they may know beside a plan.

    `ended` tells whether a change has come to its end; it is asked only about plans whose window is past. `ids`: those of
    all plans of the repository.
    """

    rules: tuple[LintRule, ...] = field(hash=False)
    severities: Mapping[str, Severity] = field(hash=False)
    people: tuple[str, ...]
    now: datetime
    ended: Callable[[str], bool]
    ids: tuple[str, ...] = ()

    def known(self, plan: Plan) -> Known:
        """What the rules may know when they look at this plan."""
        found = catalogue()
        past = plan.when.start is not None and plan.when.start < self.now
        return Known(
            kinds=found.kinds,
            actions=found.actions,
            probes=found.probes,
            now=self.now,
            people=self.people,
            ended=past and self.ended(plan.id),
            ids=self.ids,
        )


def linter(configuration: Configuration | None, ended: Callable[[str], bool], ids: Sequence[str] = ()) -> Lint:
    """The lint rules as the configuration wants them; without one, as they are. What is off is not looked for."""
    bent = configuration.lint if configuration else {}
    severities = {rule.id: Severity(bent.get(rule.id, rule.severity.value)) for rule in lint_rules().values()}
    rules = tuple(rule for rule in lint_rules().values() if severities[rule.id] is not Severity.OFF)
    people = configuration.people if configuration else ()
    return Lint(rules, severities, people, datetime.now(UTC), ended, tuple(ids))


def checked(content: bytes, plan_id: str, lint: Lint) -> tuple[Plan | None, tuple[Complaint, ...]]:
    """The plan, if it can be read, and all that there is to say about it, in the order of the file."""
    found = whole(content, plan_id, lint)
    return found.plan, found.complaints


def whole(content: bytes, plan_id: str, lint: Lint) -> Read:
    """The same, with the text's values and their places."""
    found = read(content, plan_id)
    if found.plan is None or found.root is None:
        return found
    known = lint.known(found.plan)
    poor = [
        Complaint(rule.id, one.message, one.span, one.help, lint.severities[rule.id].value, one.fix)
        for rule in lint.rules
        for one in rule.find(found.plan, found.root, known)
    ]
    return Read(found.plan, found.root, in_order((*found.complaints, *poor[:MOST_COMPLAINTS])))


def read(content: bytes, plan_id: str) -> Read:
    """What a plan's bytes mean, or why they mean nothing, by the forms that there are."""
    return read_whole(content, plan_id, _forms())


@cache
def _forms() -> Forms:
    return forms(catalogue())


def ended_here(root: Path) -> Callable[[str], bool]:
    """Whether a change has come to its end, as far as the register around a folder knows; without one none has.

    The register is not looked at before somebody asks, and then once.
    """

    @cache
    def ids() -> frozenset[str]:
        from changectl.cli.memory import memory

        try:
            with memory(root).index() as index:
                return index.ended()
        except (ChangectlError, OSError, RuntimeError):  # RuntimeError: nobody's home
            return frozenset()

    return lambda change: change in ids()
