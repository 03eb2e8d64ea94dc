"""The catalogue: every kind of resource, step, check and channel that there is, one from each file of its folder."""

from collections.abc import Mapping
from dataclasses import field
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from types import MappingProxyType, ModuleType
from typing import TypeVar

import changectl.actions
import changectl.channels
import changectl.forges
import changectl.lint
import changectl.probes
import changectl.resources
from changectl.contracts.action import Action, AnyAction, Reading
from changectl.contracts.channel import Channel
from changectl.contracts.forge import ForgeKind
from changectl.contracts.kind import ResourceKind
from changectl.contracts.lint import LintRule
from changectl.contracts.probe import AnyProbe, Probe
from changectl.model.explained import Explained
from changectl.model.frozen import dataclass
from changectl.model.node import Complaints, Node
from changectl.planfile.forms import CheckReader, Form, Forms

Kind = TypeVar("Kind")


class Misfiled(Exception):
    """A file of the catalogue's folders does not hold the one thing that it is named for: a defect of ours."""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All there is, by name."""

    kinds: Mapping[str, ResourceKind] = field(hash=False)
    actions: Mapping[str, AnyAction] = field(hash=False)
    probes: Mapping[str, AnyProbe] = field(hash=False)
    channels: Mapping[str, Channel] = field(hash=False)


@cache
def catalogue() -> Catalogue:
    """What the folders hold. Raises Misfiled, and whatever importing a broken file raises; imports no boto."""
    return Catalogue(
        listed(changectl.resources, "KIND", ResourceKind),
        listed(changectl.actions, "ACTION", Action),
        listed(changectl.probes, "PROBE", Probe),
        listed(changectl.channels, "CHANNEL", Channel),
    )


@cache
def forges() -> Mapping[str, ForgeKind]:
    """Every sort of forge, by name."""
    return listed(changectl.forges, "FORGE", ForgeKind)


@cache
def lint_rules() -> Mapping[str, LintRule]:
    """Every lint rule by its file's name; only whoever checks plans gets here."""
    return listed(changectl.lint, "RULE", LintRule)


@cache
def all_rules() -> Mapping[str, Explained]:
    """Every rule that `check` complains with, by id: those that a plan is read by, and the lint rules."""
    from changectl.aws.rules import TABLE as CALLS
    from changectl.engine.rules import TABLE as SETTINGS
    from changectl.planfile.rules import RULES

    read = [
        Explained(rule.id, rule.title, rule.why, rule.bad, rule.good) for rule in (*RULES.values(), *SETTINGS, *CALLS)
    ]
    lint = [
        Explained(rule.id, rule.title, rule.why, rule.bad, rule.good, rule.severity.value, bendable=True)
        for rule in lint_rules().values()
    ]
    return MappingProxyType({rule.id: rule for rule in sorted((*read, *lint), key=lambda rule: rule.id)})


def listed(folder: ModuleType, export: str, sort: type[Kind]) -> Mapping[str, Kind]:
    """What each file of a folder exports, by its name, which is the file's (with `-` for `_`)."""
    names = sorted(module.name for module in iter_modules(folder.__path__))
    return MappingProxyType({name.replace("_", "-"): _exported(folder, name, export, sort) for name in names})


def _exported(folder: ModuleType, name: str, export: str, sort: type[Kind]) -> Kind:
    module = import_module(f"{folder.__name__}.{name}")
    found = getattr(module, export, None)
    if not isinstance(found, sort):
        raise Misfiled(f"{module.__name__} exports no {export}")
    own = found.name if isinstance(found, ResourceKind) else getattr(found, "key", "")
    if own != name.replace("_", "-"):
        raise Misfiled(f"{module.__name__} holds {export} {own!r}; the file is named for what it holds")
    return found


def forms(catalogue: Catalogue) -> Forms:
    """The catalogue's steps and checks, as a plan is read by them."""
    return Forms(
        {name: _form(action, catalogue) for name, action in catalogue.actions.items()},
        {name: _form(probe, catalogue) for name, probe in catalogue.probes.items()},
    )


def _form(of: AnyAction | AnyProbe, catalogue: Catalogue) -> Form:
    def read(members: Mapping[str, Node], node: Node, complaints: Complaints, check: CheckReader) -> object | None:
        return of.read(members, node, Reading(complaints, catalogue.kinds, check))

    return Form(of.key, of.members, read, of.example)
