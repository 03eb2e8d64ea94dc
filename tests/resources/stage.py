"""A kind on an emulator: made, disturbed, looked at, and brought back by its own writes."""

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, partial
from importlib import import_module
from types import ModuleType
from typing import Any

from emulators import ACCOUNT, REGION, Emulator

from changectl.aws.clients import Settings
from changectl.aws.connection import Aws, connect
from changectl.catalogue import catalogue
from changectl.contracts.kind import ResourceKind
from changectl.engine.asking import Eyes
from changectl.engine.capture import capture
from changectl.engine.effects import Rows, rows
from changectl.engine.foretell import Unforeseeable, foretold
from changectl.engine.verdict import reachable
from changectl.engine.writing import writes
from changectl.errors import ChangectlError
from changectl.model.digest import canonical
from changectl.model.merge import Merge, merged
from changectl.model.resource import Body, Call, Ref, Resource
from tests.resources.case import Step

KINDS: Mapping[str, ResourceKind] = catalogue().kinds
ROWS: Rows = rows(KINDS)
CASES: Mapping[str, ModuleType] = {
    name: import_module(f"tests.resources.{name.replace('-', '_')}_case") for name in KINDS
}
NAMING = frozenset(
    {"LoadBalancerArn", "ResourceArns", "ResourceArn", "TableName", "GroupId", "Resources", "Name", "ResourceType"}
    | {"ResourceId", "Overwrite"}
)


@dataclass(frozen=True, slots=True)
class Stage:
    """A resource of one kind on one emulator."""

    kind: ResourceKind
    case: ModuleType
    emulator: Emulator
    aws: Aws
    ref: Ref

    def steps(self) -> list[Step]:
        """What can be done to it; good for one of them, since ids are those of now."""
        found: list[Step] = self.case.disturb(self.ref, partial(client_of, self.emulator))
        return found

    def now(self) -> Resource:
        """What it is like. It is there."""
        found = self.seen()
        assert found is not None
        return found

    def seen(self) -> Resource | None:
        """What it is like, if it is there; its settings alone."""
        return settings(capture(KINDS, [self.ref], eyes(self.aws))[self.ref])

    def look(self) -> tuple[Resource, Mapping[bytes, Any]]:
        """What it is like, and every answer of AWS that says so, by the call."""
        found: dict[bytes, Any] = {}

        def ask(call: Call) -> Mapping[str, Any]:
            found[asked(call)] = self.aws.send(call)
            answer: Mapping[str, Any] = found[asked(call)]
            return answer

        state = settings(capture(KINDS, [self.ref], Eyes(ask, one_by_one, ACCOUNT))[self.ref])
        assert state is not None
        return state, found

    def do(self, step: Step) -> Call:
        """Do a step whose setup is done."""
        call = called(step)
        self.aws.send(call)
        return call

    def bring(self, want: Resource | None, now: Resource | None = None) -> tuple[Call, ...]:
        """From what it is like (`now`, where that is known) to `want`, by the kind's own writes."""
        calls = writes(self.kind, self.ref, self.seen() if now is None else now, want, ACCOUNT)
        for call in calls:
            self.aws.send(call)
        return calls

    def merge(self, before: Resource, ours: Resource, now: Resource) -> Mapping[str, Merge]:
        """What each setting should be after going back."""
        goal = reachable(self.kind, before, ours)
        assert goal is not None
        return {f.name: merged(goal[f.name], [ours[f.name]], now[f.name], f.grain) for f in self.kind.facets}

    def back(self, before: Resource, ours: Resource, now: Resource) -> Resource:
        """Go back from `ours` to `before`, past what strangers made of it by now; what it should be like then."""
        want = {name: merge.want for name, merge in self.merge(before, ours, now).items()}
        self.bring(want, now)
        return want


def staged(name: str, emulator: Emulator) -> Stage:
    """The smallest real thing of a kind, on an emulator with nothing else."""
    emulator.reset()
    case, client = CASES[name], partial(client_of, emulator)
    return Stage(KINDS[name], case, emulator, _aws(emulator.endpoint), case.make(client))


@cache
def client_of(emulator: Emulator, service: str) -> Any:
    """A plain client; making one takes as long as fifty calls."""
    return emulator.client(service)


def called(step: Step) -> Call:
    """The call of a step, whose ids are those of now."""
    return step.call if isinstance(step.call, Call) else step.call()


def settings(resource: Resource | None) -> Resource | None:
    """A resource without what only tells one life of it from the next."""
    return None if resource is None else {name: body for name, body in resource.items() if not name.startswith("@")}


def step_name(call: Call) -> tuple[str, str]:
    """A call by its operation and what it speaks of besides the resource: its members, or those of the only one."""
    said = {name: value for name, value in call.params.items() if name not in NAMING}
    inner = [name for value in said.values() if isinstance(value, dict) for name in value]
    return call.operation, "+".join(sorted(inner if len(said) == 1 and inner else said))


def foreseen(ref: Ref, call: Call, before: Resource) -> Resource | None:
    """What the call is foretold to leave; None where nobody can say."""
    try:
        return foretold(ROWS, KINDS, call, {ref: before})[ref]
    except Unforeseeable:
        return None


def differing(one: Resource, other: Resource) -> dict[str, tuple[Body, Body]]:
    """The settings that are not the same."""
    return {name: (one.get(name), other.get(name)) for name in {**one, **other} if one.get(name) != other.get(name)}


def prepared(stage: Stage, *steps: Step) -> None:
    """Do the setup of steps."""
    for step in steps:
        for call in step.setup:
            stage.aws.send(call)


@cache
def bodies_seen(name: str, emulator: Emulator) -> Mapping[str, tuple[Body, ...]]:
    """Every body that the steps of a kind leave in each of its settings."""
    return bodies_of(staged(name, emulator))


def bodies_of(stage: Stage) -> Mapping[str, tuple[Body, ...]]:
    """Every body that one resource goes through, step by step and back each time."""
    before = stage.now()
    pool: dict[str, list[Body]] = {name: [body] for name, body in before.items()}
    for number in range(len(stage.steps())):
        step = stage.steps()[number]
        if step_name(called(step)) in stage.case.GAPS[stage.emulator.name]:
            continue
        prepared(stage, step)
        stage.do(step)
        for name, body in stage.now().items():
            if body not in pool[name]:
                pool[name].append(body)
        with contextlib.suppress(ChangectlError):
            stage.bring(before)
    return {name: tuple(bodies) for name, bodies in pool.items()}


def eyes(aws: Aws) -> Eyes:
    """Eyes that ask one thing after the other."""
    return Eyes(aws.send, one_by_one, ACCOUNT)


def one_by_one(thunks: Any) -> list[Any]:
    """In order, in this thread."""
    return [thunk() for thunk in thunks]


def asked(call: Call) -> bytes:
    """A call as a key."""
    return canonical([call.operation, call.params])


@cache
def _aws(endpoint: str) -> Aws:
    return connect(Settings(REGION, endpoint=endpoint)).gated(lambda call: None)
