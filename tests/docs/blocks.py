"""What the docs say of the program, made from the program: one function a block, each gives Markdown."""

import dataclasses
import importlib
import inspect
import io
import os
import pkgutil
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import redirect_stdout
from functools import partial
from unittest.mock import patch

import changectl
from changectl import errors
from changectl.catalogue import all_rules, catalogue
from changectl.cli.main import VERBS, run
from changectl.contracts.action import AnyAction
from changectl.contracts.kind import Facet, Fields, Hand, Items, Loss, Put, ResourceKind
from changectl.contracts.probe import AnyProbe
from changectl.engine.classes import AFTER, CallClass, class_of_effect
from changectl.engine.effects import rows
from changectl.model.codec import event_types
from changectl.model.explained import Explained
from changectl.model.merge import Grain
from changectl.model.plan import Risk
from changectl.model.status import MEANING
from changectl.planfile.config import APPROVALS
from changectl.planfile.plan import OPTIONAL, REQUIRED
from changectl.views.explained import bending
from tests.docs import how_tested


def table(head: Sequence[str], body: Sequence[Sequence[str]]) -> str:
    """A Markdown table; empty cells stay empty."""
    lines = [head, ["---"] * len(head), *body]
    return "\n".join("| " + " | ".join(_cell(cell) for cell in row) + " |" for row in lines)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _fenced(text: str, language: str = "") -> str:
    return f"```{language}\n{text.strip(chr(10))}\n```"


def _code(words: Sequence[str]) -> str:
    return ", ".join(f"`{word}`" for word in words)


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:].rstrip(".") + "."


# The command line


def subcommands(verb: str) -> tuple[str, ...]:
    """The verbs below a verb; none for most."""
    module = importlib.import_module(f"changectl.cli.{verb}")
    return (
        tuple(c.name or c.callback.__name__ for c in module.app.registered_commands) if hasattr(module, "app") else ()
    )


def verbs() -> str:
    """Every verb with what its --help says."""
    parts = ["## changectl", "", _help()]
    for verb in VERBS:
        parts += ["", f"## changectl {verb}", "", _help(verb)]
        for sub in subcommands(verb):
            parts += ["", f"### changectl {verb} {sub}", "", _help(verb, sub)]
    return "\n".join(parts)


def _help(*words: str) -> str:
    with patch.dict(os.environ, COLUMNS="80"), redirect_stdout(io.StringIO()) as out:
        assert run([*words, "--help"]) == 0
    return _fenced(out.getvalue(), "text")


def statuses() -> str:
    """Every exit status."""
    return table(
        ("status", "meaning", "production"),
        [(f"`{int(s)}`", meaning, state) for s, (meaning, state) in MEANING.items()],
    )


def error_classes() -> Mapping[str, type[errors.ChangectlError]]:
    """Every error of the family by its name, in the order of the file."""
    return {
        name: cls
        for name, cls in vars(errors).items()
        if inspect.isclass(cls) and issubclass(cls, errors.ChangectlError) and cls is not errors.ChangectlError
    }


def errors_table() -> str:
    """What `"error"` may be in a JSON document of an error."""
    return table(
        ("error", "status", "production", "when"),
        [
            (f"`{name}`", f"`{int(cls.status)}`", cls.production.value, inspect.getdoc(cls) or "")
            for name, cls in error_classes().items()
        ],
    )


# The plan


def members() -> str:
    """The members of a plan."""
    return f"Required: {_code(REQUIRED)}.\n\nOptional: {_code(OPTIONAL)}."


def approvals() -> str:
    """How many approvals each risk needs."""
    return table(("risk", "approvals"), [(f"`{risk.value}`", str(APPROVALS[risk])) for risk in Risk])


def steps() -> str:
    """Every step form."""
    return "\n\n".join(_form(action) for action in catalogue().actions.values())


def checks() -> str:
    """Every check form."""
    return "\n\n".join(_form(probe) for probe in catalogue().probes.values())


def _form(form: AnyAction | AnyProbe) -> str:
    own = f"\n\nIts members: {_code((form.key, *form.members))}."
    return f"### {form.key}\n\n{_sentence(form.summary)}{own}\n\n{_fenced(form.example, 'yaml')}"


def channels() -> str:
    """Every channel."""
    return table(
        ("kind", "what it does", "settings"),
        [(f"`{name}`", _sentence(c.summary), _code(c.settings)) for name, c in catalogue().channels.items()],
    )


def rule_tables() -> Iterator[tuple[str, tuple[Explained, ...]]]:
    """Every rule, table by table, with what its module says of it; then those that can be bent."""
    names = sorted(m.name for m in pkgutil.walk_packages(changectl.__path__, "changectl.") if ".rules" in m.name)
    modules = map(importlib.import_module, names)
    found = [((m.__doc__ or "").strip().splitlines()[0], m.TABLE) for m in modules if hasattr(m, "TABLE")]
    for says, rules in sorted(found, key=lambda pair: pair[1][0].id):
        yield says, tuple(all_rules()[rule.id] for rule in rules)
    lint = tuple(rule for rule in all_rules().values() if rule.bendable)
    yield f"{lint[0].id} to {lint[-1].id}: lint. A plan that breaks one of these can be read, and is poor", lint


def rules() -> str:
    """Every rule, why it is, and either side of it."""
    parts = []
    for says, group in rule_tables():
        parts.append(f"## {says.rstrip('.')}")
        for rule in group:
            parts.append(f"### {rule.id}: {rule.title}\n\n{rule.why}")
            if rule.bendable:
                parts.append(f"Severity: {rule.severity}. Your team may see it otherwise (`error`, `warning`, `off`):")
                parts.append(_fenced(bending(rule), "toml"))
            parts.append(f"Not so:\n\n{_fenced(rule.bad, 'text')}\n\nBut so:\n\n{_fenced(rule.good, 'text')}")
    return "\n\n".join(parts)


# The register


def events() -> str:
    """Every event type."""
    parts = []
    for name, cls in event_types().items():
        said = inspect.getdoc(cls) or ""
        fields = dataclasses.fields(cls)
        needed = [f.name for f in fields if f.default is dataclasses.MISSING]
        maybe = [f.name for f in fields if f.default is not dataclasses.MISSING]
        lines = [f"### {name}", "", said]
        if needed:
            lines += [
                "",
                f"Members: {_code(needed)}." + (f" Where they say something: {_code(maybe)}." if maybe else ""),
            ]
        elif maybe:
            lines += ["", f"Members, where they say something: {_code(maybe)}."]
        parts.append("\n".join(lines))
    return "\n\n".join(parts)


# Kinds


def kinds() -> str:
    """Every resource kind."""
    return "\n\n".join(_kind(kind) for kind in catalogue().kinds.values())


def _kind(kind: ResourceKind) -> str:
    module = importlib.import_module(f"changectl.resources.{kind.name.replace('-', '_')}")
    said = " ".join((module.__doc__ or "").split())
    named = f"`{kind.name}/{'/'.join(f'{{{part}}}' for part in kind.id)}`"
    by_name = f", or by its name: AWS is asked for `{kind.names.name}`" if kind.names else ""
    parts = [f"## {kind.name}", said, f"`{kind.type}`. In a plan it is {named}{by_name}."]
    parts.append(
        table(
            ("setting", "what it looks like", "written by", "put back", "shown"),
            [_facet(facet) for facet in kind.facets],
        )
    )
    losses = [(f"`{facet.name}`", _loss(loss)) for facet in kind.facets for loss in facet.losses]
    if losses:
        parts += ["What going back does not bring back:", table(("setting", "loss"), losses)]
    parts += ["Calls that are known to change it:", table(("operation", "does", "lost answer"), _operations(kind))]
    parts.append(f"An absence, and a value as before, is believed {kind.settle} seconds after the call. {_races(kind)}")
    made = f"Deleted and made again: {kind.recreated.value}"
    parts.append(f"{made}{f'; {kind.recreated_why}' if kind.recreated_why else ''}.")
    if kind.not_captured:
        parts += ["Not captured:", _reasons(kind.not_captured)]
    return "\n\n".join(parts)


GRAINS = {Grain.LEAF: "member by member", Grain.ITEM: "item by item", Grain.WHOLE: "as one"}


def _facet(facet: Facet) -> tuple[str, str, str, str, str]:
    operations: tuple[str, ...]
    match facet.write:
        case Put(operation, _, clear):
            operations = (operation, clear)
        case Fields(operation):
            operations = (operation,)
        case Items(add=add, remove=remove, describe=describe):
            operations = (add, remove, describe)
        case Hand(called):
            operations = called
        case None:
            operations = ()
    written = _code([o for o in dict.fromkeys(operations) if o])
    back = GRAINS[facet.grain] if facet.write else "never written"
    hidden = (
        "as a digest: it may hold a secret" if facet.secret else "yes" if facet.show else "that it changed, not what"
    )
    return f"`{facet.name}`", facet.shape.says, written, back, hidden


def _loss(loss: Loss) -> str:
    return f"{f'`{loss.path}`: ' if loss.path not in ('', '*') else ''}{loss.why}"


def _operations(kind: ResourceKind) -> list[tuple[str, str, str]]:
    does: dict[str, dict[str, None]] = {}
    lost: dict[str, dict[str, None]] = {}
    for (service, operation), found in rows({kind.name: kind}).table.items():
        for row in found:
            effect, name = row.effect, f"`{service}.{operation}`"
            what = f"{effect.does} {_code(effect.facets)}" if effect.facets else f"{effect.does} it"
            does.setdefault(name, {})[what + (" at most" if effect.may else "")] = None
            lost.setdefault(name, {})[class_of_effect(kind, effect).value] = None
    return sorted((name, "; ".join(what), ", ".join(lost[name])) for name, what in does.items())


def _races(kind: ResourceKind) -> str:
    """What AWS does where somebody else is quicker, between the last reading and the write."""
    if kind.guard is not None:
        return f"AWS compares before it sets: {_code(kind.guard.operations)} with `{kind.guard.member}`."
    compared = [f.name for f in kind.facets if isinstance(f.write, Items) and f.write.duplicate and f.write.missing]
    none = "whoever writes between the last reading and our write is overwritten, which is seen and said"
    if not compared:
        return f"AWS has no compare-and-set for it: {none}."
    each = f"AWS refuses to add what is there and to remove what is not in {_code(compared)}, which is as good as one"
    return f"AWS has no compare-and-set for it, but {each}. Elsewhere {none}."


def lost_answers() -> str:
    """What is done about a call that nobody answered, class by class."""
    return table(("class", "after a lost answer"), [(of.value, _sentence(AFTER[of])) for of in CallClass])


def _reasons(reasons: Mapping[str, str]) -> str:
    return "\n".join(f"- {what}: {why}" for what, why in reasons.items())


BLOCKS: Mapping[str, Callable[[], str]] = {
    "verbs": verbs,
    "statuses": statuses,
    "errors": errors_table,
    "members": members,
    "approvals": approvals,
    "steps": steps,
    "checks": checks,
    "rules": rules,
    "channels": channels,
    "events": events,
    "kinds": kinds,
    "lost": lost_answers,
    "promises": partial(how_tested.promises, table),
    "simulated": partial(how_tested.simulated, table),
    "killed": partial(how_tested.killed, table),
    "exact": partial(how_tested.exact, table),
    "disk": partial(how_tested.disk, table),
    "mutants": partial(how_tested.mutants, table),
}


def filled(page: str) -> str:
    """A page whose blocks say what the program says now; each stands between `<!-- begin NAME -->` and `<!-- end -->`."""

    def fresh(found: re.Match[str]) -> str:
        return f"<!-- begin {found[1]} -->\n{BLOCKS[found[1]]()}\n<!-- end -->"

    return re.sub(r"<!-- begin ([a-z]+) -->\n.*?<!-- end -->", fresh, page, flags=re.DOTALL)
