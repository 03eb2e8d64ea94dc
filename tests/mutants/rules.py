"""What the tests of single rules share: a change at the gate, a life, a stranger at a moment."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pytest

from changectl.contracts.action import Aim, Sight
from changectl.engine.attempt import Attempt
from changectl.model import events as e
from changectl.model.resource import Call, FacetRef, Target
from tests.engine import model_world
from tests.engine.model_world import ModelWorld
from tests.engine.scenarios import BOXES, THREE, plan
from tests.engine.toy import BOX, ref


def lived(world: ModelWorld, *steps: Any, checks: tuple[str, ...] = ("up",)) -> Any:
    written = plan(*steps, checks=checks)
    world.begin(written)
    return world.live(written)


@dataclass(frozen=True)
class AsItIs:
    """A step whose aim depends on what is there."""

    box: Target

    def work(self, sight: Sight) -> Aim:
        a = sight.ref(self.box)
        lid = (sight.now(a) or {})["lid"]
        return Aim({FacetRef(a, "lid"): f"{lid} and locked", FacetRef(a, "labels"): {"team": "x", "lid": f"was {lid}"}})


class Killed(BaseException):
    """The process is gone."""


def turned(world: ModelWorld, at: type[e.Event], then: Callable[[], None]) -> None:
    """Have something happen just after an event is recorded."""
    record = world.record

    def recorded(event: e.Event) -> None:
        record(event)
        if isinstance(event, at):
            then()

    world.record = recorded  # type: ignore[method-assign]


class Born(ModelWorld):
    """Boxes that say which of their lives it is."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        super().__init__(BOXES)
        patch.setitem(model_world.KINDS, "box", replace(BOX, incarnation="Box.Born"))
        self.born, ask = "first", self.aws.ask

        def asked(call: Call) -> Mapping[str, Any]:
            return {"Box": {**ask(call)["Box"], "Born": self.born if call.params["Name"] == "a" else ""}}

        self.aws.ask = asked  # type: ignore[method-assign]

    def made_anew(self) -> None:
        """By a stranger, just as it was."""
        self.born = "second"


def at_the_gate(allow: tuple[str, ...] = ()) -> tuple[ModelWorld, Attempt]:
    """A change that may set the lid of a box, and nothing else."""
    world, written = ModelWorld(BOXES), replace(plan(THREE[0]), allow=allow)
    world.begin(written)
    return world, Attempt(written, world.world(), world.change())


STARTED = e.CallStarted(0, "forward", "lid", "toy", "PutLid", "here", {}, (FacetRef(ref("a"), "lid"),))
