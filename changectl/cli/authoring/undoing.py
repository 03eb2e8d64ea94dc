"""The plan that takes an applied change back: from its snapshot on this machine, else from what the register shows."""

import socket
from collections.abc import Iterator, Mapping, Sequence

from changectl.catalogue import catalogue, forms
from changectl.cli.authoring.earlier import plan_text
from changectl.cli.authoring.naming import checked_title
from changectl.cli.authoring.sources import PLAIN, UNDO, Source
from changectl.cli.desk import Desk, change_id
from changectl.cli.memory import Memory, Story, memory
from changectl.engine.draft_undo import Deeds, WayBack, way_back
from changectl.errors import ChangectlError, InProgress, WrongUsage
from changectl.model.bodies import laid_over, snapshot_of
from changectl.model.change import Change, Fate, Outcome
from changectl.model.events import Begun
from changectl.model.frozen import dataclass
from changectl.model.plan import Plan, Step
from changectl.model.resource import Body, FacetRef, Ref, Snapshot
from changectl.planfile.draft import member_line, member_lines, templates
from changectl.planfile.plan import read_plan
from changectl.planfile.spelling import block
from changectl.register.journal import kept


@dataclass(frozen=True, slots=True)
class States:
    """What is known of the settings: before, as the change left them, and which."""

    before: Snapshot
    left: Snapshot
    touched: tuple[FacetRef, ...]
    notes: tuple[str, ...] = ()


def of_undo(here: Desk, undone: str, env: str) -> Source:
    """The plan's source. Raises NotFound, InProgress, WrongUsage where there is nothing to take back."""
    found = memory(here.root)
    undone = change_id(here, undone)
    story = found.story(undone)
    begun = _applied(story)
    now, unread = _now(here, story, begun, env)
    states = _states(found, story) or _as_told(story, now)
    seen = states.left if now is None else now
    names = story.change.names
    back = way_back(catalogue().kinds, Deeds(states.before, states.left, seen, states.touched, names, begun.region))
    plan = _plan(here, undone)
    by_hand = tuple(_steps_by_hand(plan, story.change))
    lost = (
        *back.lost,
        *_unknown(plan, story.change),
        *(f"{each} is not told by the register" for each in states.notes),
    )
    return Source(
        templates(here.root)[PLAIN].read_text(encoding="utf-8"),
        title=checked_title(f"{UNDO}{begun.title}"[:500]),
        env=env or begun.env,
        members=_members(undone, begun, back, by_hand, lost, plan),
        notes=(*unread, *(f"Not put back: {each}." for each in lost)),
    )


def _applied(story: Story) -> Begun:
    begun, change = story.change.begun, story.id
    if story.change.in_progress:
        raise InProgress(f"{change} has not ended", f"changectl rollback {change}")
    if begun is None or story.change.outcome not in (Outcome.APPLIED, Outcome.ACCEPTED):
        ended = story.change.outcome.value if story.change.outcome else "not applied"
        raise WrongUsage(f"{change} is {ended}: there is nothing to take back", f"changectl show {change}")
    return begun


def _now(here: Desk, story: Story, begun: Begun, env: str) -> tuple[Snapshot | None, tuple[str, ...]]:
    """Production as it is; None, and why, where it cannot be read."""
    from changectl.cli.ground import signed_in
    from changectl.engine.capture import capture

    refs = {facet.ref for facet in (*begun.facets, *story.change.touched())} | set(story.change.names)
    try:
        ground = signed_in(here.env(env or begun.env), begun.region, catalogue(), story.id).ground
        return capture(ground.kinds, refs, ground.eyes), ()
    except ChangectlError as why:
        return None, (f"Production could not be read ({why.sentence}); from: is what the change left.",)


def _states(found: Memory, story: Story) -> States | None:
    """By the vault of this machine; None where it does not hold them."""
    change = story.change
    bodies = kept(found.journals.folder(story.id, change.attempt))
    if change.snapshot is None or change.snapshot.digest not in bodies:
        return None
    made: dict[Ref, None] = {ref: None for sent in change.calls for ref in (*sent.made, *sent.started.creates)}
    before: Snapshot = {**made, **snapshot_of(bodies[change.snapshot.digest])}
    return States(before, _left(change, before, bodies), change.touched())


def _left(change: Change, before: Snapshot, bodies: Mapping[str, Body]) -> Snapshot:
    """What production was when the change had ended, as far as its own calls go."""
    state = before
    for step, digest in (*change.left_by.items(), ("", "")):
        for sent in change.calls:
            if sent.started.step == step and sent.fate is Fate.DONE and bodies.get(sent.started.bodies):
                left = bodies[sent.started.bodies][1]
                state = laid_over(state, snapshot_of(left or []))
        state = laid_over(state, snapshot_of(bodies.get(digest) or []))
    return state


def _as_told(story: Story, now: Snapshot | None) -> States:
    """By what the register shows of it, where the snapshot is elsewhere."""
    from changectl.engine.told import told

    hosts = [entry.host for entry in story.entries if isinstance(entry.event, Begun)]
    where = hosts[-1] if hosts and hosts[-1] != socket.gethostname() else "the machine that applied it"
    proposed = story.change.proposed
    if proposed is None or now is None:
        raise WrongUsage(
            f"the snapshot of {story.id} is on {where}, and production cannot be read from here",
            f"on {where}: changectl new --undo {story.id}",
        )
    known = told(catalogue().kinds, proposed.differences, story.change.names, now)
    return States(known.before, known.left, known.touched, known.missing)


def _plan(here: Desk, change: str) -> Plan | None:
    try:
        return read_plan(plan_text(here, change).encode(), change, forms(catalogue()))[0]
    except ChangectlError:
        return None


def _by_hand(plan: Plan | None, change: Change) -> Iterator[tuple[Step, Mapping[str, Body]]]:
    """Steps that no kind and no snapshot knows the way back of, with what the plan says of them."""
    captured = {sent.started.step for sent in change.calls if sent.started.facets or sent.started.creates}
    if plan is not None:
        for step, source in zip(plan.steps, plan.source.get("steps", ()), strict=False):
            if step.id in change.left_by and step.id not in captured and step.action not in ("set", "wait"):
                yield step, source


def _steps_by_hand(plan: Plan | None, change: Change) -> Iterator[str]:
    """The undo of those steps, newest first, each with the step itself as its own way back."""
    for step, source in reversed(list(_by_hand(plan, change))):
        undo = source.get("undo")
        forward = {name: value for name, value in source.items() if name not in ("name", "id", "undo", "check")}
        undos = undo if isinstance(undo, list) else [undo] if undo else []
        for number, each in enumerate(undos):
            back = {} if number else {"undo": forward}
            lines = list(
                block([{"name": f"{UNDO}{step.name}"[:490] + f" {number + 1}" * bool(number), **each, **back}])
            )
            answered = "$result" in str(each) or "$result" in str(forward)
            yield from (
                (f"# {line}" for line in (*lines, "it needs an answer of the earlier change")) if answered else lines
            )


def _unknown(plan: Plan | None, change: Change) -> Iterator[str]:
    for step, source in _by_hand(plan, change):
        if not source.get("undo"):
            yield f"step {step.id}: its plan says no way back of it"
        elif "$result" in str(source):
            yield f"step {step.id}: its way back needs an answer of the earlier change"


def _members(
    undone: str, begun: Begun, back: WayBack, by_hand: Sequence[str], lost: Sequence[str], plan: Plan | None
) -> Mapping[str, str | None]:
    lines = (*by_hand, *back.lines)
    if not any(not line.lstrip().startswith("#") for line in lines):
        lines = (
            *lines,
            "- name: <nothing of it is left to put back by a set step>",
            "  wait: <why is this plan needed>",
        )
    members: dict[str, str | None] = {
        "rationale": f"rationale: <why {undone} is taken back, and why now>\n",
        "risk": member_line("risk", plan.risk.value if plan else "medium"),
        "steps": member_lines("steps", tuple(lines)),
    }
    if plan is not None and plan.allow and by_hand:
        members["allow"] = member_lines("allow", tuple(block(list(plan.allow))))
    if plan is not None and plan.region:
        members["region"] = member_line("region", begun.region)
    if lost:
        said = "; ".join(lost)
        members["back_out"] = member_lines("back_out", ("auto: true", *block({"cannot_undo": said[:2000]})))
    return members
