"""Every plan that a request changes, with all that can be said of it. Its text is read; nothing in it is done."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import PurePosixPath
from typing import TypeAlias

from changectl.catalogue import catalogue
from changectl.cli.ci_history import Past
from changectl.cli.ci_preview import Previewer, Seen, head_preview
from changectl.cli.ci_stage import Stage
from changectl.cli.forge import is_on_forge
from changectl.cli.linting import checked, linter
from changectl.engine.approval import needed_for
from changectl.model.bodies import targets_in
from changectl.model.events import Proposed
from changectl.model.frozen import dataclass
from changectl.model.node import Complaint, Span
from changectl.model.plan import Check, Plan
from changectl.model.status import Status
from changectl.planfile.config import read_configuration
from changectl.planfile.words import quoted
from changectl.planfile.yaml import SIZE
from changectl.register.changed import Changed, Sort, changed_files, contents, paths_below, writers_of
from changectl.views.annotations import Checked
from changectl.views.comment_facts import Asking, Deleted, PlanFacts, Said

SUFFIXES = (".yaml", ".yml")
START = Span(1, 1)


@dataclass(frozen=True, slots=True)
class Gathered:
    """What a request changes: plans, plans that it deletes, and changectl.toml where it is changed too.

    `faults`: how the previews ended that did not succeed.
    """

    plans: tuple[PlanFacts, ...]
    deleted: tuple[Deleted, ...]
    faults: tuple[Status, ...]
    toml: Checked | None = None


@dataclass(frozen=True, slots=True)
class Text:
    """A file of the request, and what could be made of it."""

    file: Changed
    content: bytes
    plan: Plan | None
    complaints: tuple[Complaint, ...]
    writers: tuple[str, ...]


Read: TypeAlias = tuple[Changed, bytes | None]
"""A file with its content; None where it has none that could be a plan."""


def gathered(stage: Stage, past: Past, previewer: Previewer) -> Gathered:
    """Everything, by path. Raises what git does where objects are missing."""
    files = [file for file in changed_files(stage.repository, stage.between, stage.plans) if _is_ours(file)]
    there = [file for file in files if file.sort is not Sort.DELETED]
    found = looked_at(stage, past, previewer, tuple(_read(stage, there)))
    gone = (Deleted(_id(file.path), file.path, past.own(_id(file.path))) for file in files if file.sort is Sort.DELETED)
    return Gathered(found.plans, tuple(gone), found.faults, _toml(stage))


def looked_at(stage: Stage, past: Past, previewer: Previewer, files: Sequence[Read]) -> Gathered:
    """These plans, whatever the request changes."""
    every = [path for path in paths_below(stage.repository, stage.between.head, stage.plans) if path.endswith(SUFFIXES)]
    lint = linter(stage.configuration, past.ended, sorted({_id(path) for path in every}))
    writers = writers_of(stage.repository, stage.between, stage.plans)
    by_id = _by_id(every)
    plans, faults = [], []
    for file, content in files:
        plan, complaints = checked(content, _id(file.path), lint) if content is not None else (None, ())
        seen = previewer.seen(plan, file.path, content or b"") if plan else Seen()
        names = dict.fromkeys((*writers.get(file.path, ()), *writers.get(file.was, ())))
        text = Text(file, content or b"", plan, (*_complaints_of_file(file, by_id), *complaints), tuple(names))
        plans.append(_facts(stage, past, text, seen))
        faults.append(seen.status)
    return Gathered(tuple(plans), (), tuple(faults))


def _facts(stage: Stage, past: Past, text: Text, seen: Seen) -> PlanFacts:
    file, plan = text.file, text.plan
    facts = PlanFacts(
        _id(file.path), file.path, file.sort.value, text.content, text.complaints, was=file.was, without=seen.without
    )
    if plan is None:
        return facts
    return replace(
        facts,
        plan=plan,
        writers=text.writers,
        steps=tuple(Said(step.name, catalogue().actions[step.action].says(step.spec)) for step in plan.steps),
        tests=tuple(_tests(plan)),
        foreseen=seen.foreseen,
        asking=_asking(stage, past, plan, seen.foreseen.proposed if seen.foreseen else None),
        history=past.history(plan, _refs(plan, seen)),
    )


def _refs(plan: Plan, seen: Seen) -> Iterable[str]:
    """What it touches: as previewed, or else by the names that stand in it."""
    if seen.foreseen is None:
        parts = [step.spec for step in plan.all_steps()]
        return {str(target) for target in targets_in([*parts, *plan.affects])}
    preview = seen.foreseen.preview
    made = {ref for step in preview.steps for ref in (*step.creates, *step.deletes)}
    return {str(ref) for ref in made | {facet.ref for facet in preview.facets}}


def _tests(plan: Plan) -> Iterator[Said]:
    tests = plan.test
    phases = (
        ("before", tests.before),
        ("during", tests.during),
        ("after", tests.after),
        ("after going back", plan.back_out.test),
    )
    for phase, checks in phases:
        yield from (Said(phase, _in_words(check)) for check in checks)


def _in_words(check: Check) -> str:
    says = catalogue().probes[check.probe].says(check.spec)
    patient = f", tried {check.tries} times" if check.tries > 1 else ""
    return says + patient + (", and may be red already" if check.expect_red else "")


def _asking(stage: Stage, past: Past, plan: Plan, proposed: Proposed | None) -> Asking | None:
    rules = stage.configuration
    if rules is None or plan.env not in rules.envs:
        return None
    needed, how = needed_for(plan, rules.envs[plan.env]), rules.review.by
    known = past.known(plan.id)
    same = [
        each
        for each in known.approvals
        if proposed and (each.plan_digest, each.preview_digest) == (plan.digest, proposed.preview_digest)
    ]
    not_yet = _not_yet(stage, known.proposed, plan, proposed) if needed and is_on_forge(rules.review) else ""
    return Asking(needed, how, rules.self_approval, not_yet, tuple(same))


def _not_yet(stage: Stage, known: Proposed | None, plan: Plan, proposed: Proposed | None) -> str:
    """Why a review of the head would approve nothing; outside of a job the commit is the one that was proposed."""
    same = known is not None and known.plan_digest == plan.digest
    said = head_preview(stage) if stage.runner else known.preview_digest if known and same else ""
    if not said:
        return f"its commit names no preview. Next: changectl propose {plan.id}"
    if proposed and said != proposed.preview_digest:
        return f"production is not what it was when its commit was made. Next: changectl propose {plan.id}"
    return ""


def _read(stage: Stage, files: list[Changed]) -> Iterator[Read]:
    """The content of each; None of a link, a submodule, and what is too large to be a plan."""
    fit = [file for file in files if file.plain and file.size <= SIZE]
    found = dict(zip((file.path for file in fit), contents(stage.repository, fit), strict=True))
    yield from ((file, found.get(file.path)) for file in files)


def _complaints_of_file(file: Changed, by_id: Mapping[str, Sequence[str]]) -> Iterator[Complaint]:
    if not file.plain:
        yield Complaint("CHG151", f"{quoted(file.path)} is a link or a submodule", START, "put the plan itself there")
    elif file.size > SIZE:
        yield Complaint("CHG113", f"the file has {file.size:,} bytes; a plan has at most {SIZE:,}", START)
    others = [other for other in by_id.get(_id(file.path).casefold(), ()) if other != file.path]
    if others and file.path.endswith(SUFFIXES):
        sentence = f"the id {quoted(_id(file.path))} is also that of {quoted(others[0])}"
        yield Complaint("CHG150", sentence, START, "rename one of the two files")


def _by_id(paths: Iterable[str]) -> Mapping[str, Sequence[str]]:
    """Paths by their ids, which are the same where a file system would take them for the same."""
    found: dict[str, list[str]] = {}
    for path in paths:
        found.setdefault(_id(path).casefold(), []).append(path)
    return found


def _toml(stage: Stage) -> Checked | None:
    """changectl.toml as the request wants it: it holds from when it is merged, and is only checked here."""
    found = [
        file for file in changed_files(stage.repository, stage.between, stage.toml) if file.sort is not Sort.DELETED
    ]
    for file, content in _read(stage, found):
        complaints = read_configuration(content)[1] if content is not None else tuple(_complaints_of_file(file, {}))
        return (file.path, content or b"", complaints)
    return None


def _is_ours(file: Changed) -> bool:
    """Plans; and what is no file, which has no business among them."""
    return file.path.endswith(SUFFIXES) or not file.plain


def _id(path: str) -> str:
    return PurePosixPath(path).stem
