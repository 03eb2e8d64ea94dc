"""What an action may look at: while a step runs (Live), and while it is previewed (Foresight)."""

from collections.abc import Mapping
from dataclasses import field

import jmespath

from changectl.contracts.kind import ResourceKind
from changectl.engine.attempt import Attempt
from changectl.engine.foretell import Unforeseeable
from changectl.errors import NotFound
from changectl.model.frozen import dataclass
from changectl.model.plan import Step
from changectl.model.resource import Body, Ref, Resource, Target
from changectl.model.values import Later, RefValue, ResultValue, SecretValue, substituted


@dataclass(frozen=True, slots=True)
class Live:
    """A step's sight at run time: production as it is, names as they were pinned, answers as they came."""

    attempt: Attempt
    step: Step

    @property
    def region(self) -> str:
        """The step's region, else the plan's."""
        return self.step.region or self.attempt.world.ground.region

    def ref(self, target: Target) -> Ref:
        """As pinned at preview. Raises NotFound."""
        begun = self.attempt.change.begun
        pinned = {pin.name: pin.ref for pin in begun.resolved} if begun else {}
        return _pinned(pinned, target, self.region)

    def now(self, ref: Ref) -> Resource | None:
        """As read now. Raises StepFault if a stranger came."""
        return self.attempt.look(ref)

    def known(self, value: Body) -> Body:
        """Every later value replaced."""
        return substituted(value, self._known)

    def kind(self, name: str) -> ResourceKind:
        """The kind of that name."""
        return self.attempt.world.ground.kinds[name]

    def _known(self, value: Later) -> Body:
        match value:
            case RefValue(target):
                return self.ref(target).id[-1]
            case SecretValue(name):
                return self.attempt.world.secret(name)
            case ResultValue(step, path):
                return _result(self.attempt, step, path)


@dataclass(frozen=True, slots=True)
class Foresight:
    """A step's sight at preview: production as the steps before would have left it.

    `answered` stands for an answer that is not there yet, where only the rest of a call is of interest.
    """

    kinds: Mapping[str, ResourceKind] = field(hash=False)
    pinned: Mapping[str, Ref] = field(hash=False)
    state: Mapping[Ref, Resource | None] = field(hash=False)
    region: str
    answered: str = ""

    def ref(self, target: Target) -> Ref:
        """As just looked up. Raises NotFound."""
        return _pinned(self.pinned, target, self.region)

    def now(self, ref: Ref) -> Resource | None:
        """As foreseen. Raises Unforeseeable where nobody has read it."""
        if ref not in self.state:
            raise Unforeseeable(f"{ref} is known only when the change runs")
        return self.state[ref]

    def known(self, value: Body) -> Body:
        """Later values replaced where they can be; a secret by its name."""
        return substituted(value, self._known)

    def kind(self, name: str) -> ResourceKind:
        """The kind of that name."""
        return self.kinds[name]

    def _known(self, value: Later) -> Body:
        match value:
            case RefValue(target):
                return self.ref(target).id[-1]
            case SecretValue(name):
                return f"(secret {name})"
            case ResultValue() if self.answered:
                return self.answered
            case ResultValue(step, path):
                raise Unforeseeable(f"it depends on the answer of step {step} ({path})")


def pin_name(target: Target, region: str) -> str:
    """Under which a name is pinned: with its region, where that is not the plan's."""
    return f"{target} in {target.region or region}"


def _pinned(pinned: Mapping[str, Ref], target: Target, region: str) -> Ref:
    try:
        return pinned[pin_name(target, region)]
    except KeyError:
        raise NotFound(f"{target} was not looked up at preview", "preview the plan again") from None


def _result(attempt: Attempt, step: str, path: str) -> Body:
    answers = [sent.answer for sent in attempt.change.calls if sent.started.step == step and sent.answer]
    if not answers:
        raise NotFound(f"step {step} has no answer to take {path} from")
    found = jmespath.search(path, attempt.world.vault.fetch(answers[-1]))
    if found is None:
        raise NotFound(f"the answer of step {step} has no {path}")
    return found
