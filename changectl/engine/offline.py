"""What can be told of a step without reading AWS: which call it sends, what that touches, and whether it comes back."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import field
from functools import lru_cache
from typing import TYPE_CHECKING, Generic, TypeVar

from changectl.contracts.action import AnyAction, Deed, Pause, Send, Until, Work
from changectl.contracts.kind import ResourceKind
from changectl.contracts.lint import Known
from changectl.errors import ChangectlError, NotFound
from changectl.model.frozen import dataclass
from changectl.model.plan import Check, Plan, Step
from changectl.model.resource import Body, Call, Ref, Resource, Target
from changectl.model.values import Later, RefValue, ResultValue, SecretValue, later, substituted

if TYPE_CHECKING:
    from changectl.engine.effects import Rows, Touch
    from changectl.model.preview import Verdict

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Outlook:
    """One step, seen from the plan alone.

    `work` is None where it depends on what production is. `lost`: why its kinds have no way back from it, if they have none.
    `unknown`: the operation that certainly no kind knows, so that the gate refuses it unless the plan allows it.
    """

    step: Step
    work: "Work | None"
    lost: str = ""
    unknown: str = ""

    @property
    def is_waiting(self) -> bool:
        """Whether it changes nothing, and only lets time pass."""
        return isinstance(self.work, Pause | Until)

    @property
    def deed(self) -> str:
        """What a person is asked to do; empty where none is."""
        return self.work.what if isinstance(self.work, Deed) else ""

    @property
    def is_lost(self) -> bool:
        """Whether nothing could bring it back: neither its kind nor an undo of its own."""
        return bool(self.lost) and not self.step.undo


def outlooks(plan: Plan, known: Known) -> Mapping[str, Outlook]:
    """What can be told of each step by its id: of the forward ones, their undo, and the back-out. Raises nothing."""
    return _outlooks(_Same(plan), _Same(known.kinds), _Same(known.actions))


def forward(plan: Plan, known: Known) -> tuple[Outlook, ...]:
    """What can be told of the steps forward, in their order."""
    told = outlooks(plan, known)
    return tuple(told[step.id] for step in plan.steps)


def back_steps(plan: Plan) -> tuple[Step, ...]:
    """The steps on the way back: each step's undo, then those of the back-out."""
    return (*(undo for step in plan.steps for undo in step.undo), *plan.back_out.steps)


def every_check(plan: Plan, known: Known) -> tuple[Check, ...]:
    """All checks of a plan: before, during, after, on the way back, of its steps, and those that a step waits for."""
    test = plan.test
    of_steps = [step.check for step in plan.all_steps() if step.check is not None]
    waited_for = [told.work.check for told in outlooks(plan, known).values() if isinstance(told.work, Until)]
    return (*test.before, *of_steps, *waited_for, *test.during, *test.after, *plan.back_out.test)


def is_allowed(plan: Plan, call: str) -> bool:
    """Whether the plan allows an operation that no kind knows, as the gate compares it."""
    return call.lower() in {name.replace("_", "").lower() for name in plan.allow}


@dataclass(frozen=True, slots=True)
class _Same(Generic[T]):
    """A value compared by what it is, not by what it holds: rules ask about one plan many times, and it is long."""

    value: T

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.value is self.value

    def __hash__(self) -> int:
        return id(self.value)


@lru_cache(maxsize=2)
def _rows(kinds: _Same[Mapping[str, ResourceKind]]) -> "Rows":
    from changectl.engine.effects import rows  # 10 ms, and most plans send no call of their own

    return rows(kinds.value)


@lru_cache(maxsize=2)
def _outlooks(
    plan: _Same[Plan], kinds: _Same[Mapping[str, ResourceKind]], actions: _Same[Mapping[str, AnyAction]]
) -> Mapping[str, Outlook]:
    told: dict[str, Outlook] = {}
    made: set[Ref] = set()
    for step in plan.value.all_steps():
        sight = _Blind(kinds.value, step.region or plan.value.region)
        told[step.id] = _outlook(step, actions.value[step.action], sight, lambda: _rows(kinds), made)
    return told


def _outlook(step: Step, action: AnyAction, sight: "_Blind", table: "Callable[[], Rows]", made: set[Ref]) -> Outlook:
    try:
        work = action.work(step.spec, sight)
    except ChangectlError:
        return Outlook(step, None)
    if not isinstance(work, Send):
        return Outlook(step, work)
    from changectl.engine.effects import touched

    touch = touched(table(), sight.kinds, work.call)
    if not touch.known:
        certain = not table().of(work.call) or not any(_stand_ins(step))
        return Outlook(step, work, unknown=str(work.call) if certain else "")
    lost = next(_losses(work.call, touch, table(), sight.kinds, made), "")
    made |= touch.creates
    return Outlook(step, work, lost)


def _stand_ins(step: Step) -> Iterator[Later]:
    return (value for value in later(step.spec) if not isinstance(value, SecretValue))


def _losses(
    call: Call, touch: "Touch", table: "Rows", kinds: Mapping[str, ResourceKind], made: set[Ref]
) -> Iterator[str]:
    """Why there is no way back from what a call does. What the plan itself has made may go again."""
    from changectl.engine.verdict import reversibility

    for ref in sorted(touch.deletes - made):
        if not any(_ANSWER in part for part in ref.id):
            yield from _if_lost(reversibility(kinds[ref.kind], {}, None))
    makes = {ref.kind for ref in touch.creates}
    makes |= {row.kind for row in table.of(call) if row.effect.does == "creates" and row.effect.of == "answer"}
    for kind in sorted(makes):
        yield from _if_lost(reversibility(kinds[kind], None, {}))
    for facet in sorted(touch.writes):
        if kinds[facet.ref.kind].facet(facet.facet).write is None and facet.ref not in touch.creates:
            yield f"AWS has no call that puts {facet.facet} back"


def _if_lost(verdict: "Verdict") -> Iterator[str]:
    from changectl.model.preview import Reversibility

    if verdict.reversibility is Reversibility.IRREVERSIBLE:
        yield verdict.why


_ANSWER = "(an answer)"


@dataclass(frozen=True, slots=True)
class _Blind:
    """A sight that sees nothing: names stand for ids, and whoever asks how something is learns that it is not known."""

    kinds: Mapping[str, ResourceKind] = field(hash=False)
    region: str

    def ref(self, target: Target) -> Ref:
        """By the plan's own name for it."""
        return Ref(target.kind, (target.name,), target.region or self.region)

    def now(self, ref: Ref) -> Resource | None:
        """Not known."""
        raise NotFound(f"{ref} is not read")

    def known(self, value: Body) -> Body:
        """Later values replaced by words that stand for them."""
        return substituted(value, _stand_in)

    def kind(self, name: str) -> ResourceKind:
        """The kind of that name."""
        return self.kinds[name]


def _stand_in(value: Later) -> Body:
    match value:
        case RefValue(target):
            return target.name
        case SecretValue(name):
            return f"(secret {name})"
        case ResultValue():
            return _ANSWER
