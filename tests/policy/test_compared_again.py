"""Going back, a write is decided anew where somebody else wrote while it had to wait."""

from collections.abc import Callable

from changectl.errors import CallNotDone
from changectl.model.change import Change
from changectl.model.plan import Plan
from tests.engine.scenarios import plan
from tests.policy.stage import LID, Stage

WANTED = plan(LID, checks=("up",))


def went_back(stage: Stage, wanted: Plan = WANTED) -> Change:
    stage.red.add("up")
    return stage.conducted(wanted)


def once_going_back(stage: Stage, then: Callable[[], None]) -> Callable[[], None]:
    """Something that happens at the first wait on the way back."""
    waiting = [then]

    def waited() -> None:
        if stage.change().rollback and waiting:
            waiting.pop()()

    return waited


def test_who_writes_while_a_throttled_write_waits_is_not_overwritten() -> None:
    stage = Stage()
    stage.send_fails[2] = CallNotDone("slower, please", code="Throttling", again=True)
    stage.at_wait = once_going_back(stage, lambda: stage.aws.boxes["a"].update(Lid="theirs"))
    change = went_back(stage)
    assert stage.aws.boxes["a"]["Lid"] == "theirs"
    assert [(str(left.facet), left.stranger) for left in change.left] == [("box/a lid", True)]


def test_who_writes_beside_it_meanwhile_does_not_keep_ours_from_going_back() -> None:
    stage = Stage()
    stage.send_fails[2] = CallNotDone("slower, please", code="Throttling", again=True)
    stage.at_wait = once_going_back(stage, lambda: stage.aws.boxes["a"].update(Note="theirs"))
    change = went_back(stage)
    assert (stage.aws.boxes["a"]["Lid"], stage.aws.boxes["a"]["Note"], change.left) == ("shut", "theirs", ())


def test_who_writes_while_it_comes_to_rest_is_not_overwritten() -> None:
    stage = Stage()
    wrote: list[str] = []

    def writes() -> None:
        wrote.append("theirs")
        stage.aws.boxes["a"]["Lid"] = "theirs"

    stage.moving = lambda: bool(stage.change().rollback) and not wrote
    stage.at_wait = once_going_back(stage, writes)
    change = went_back(stage)
    assert stage.aws.boxes["a"]["Lid"] == "theirs"
    assert [(str(left.facet), left.stranger) for left in change.left] == [("box/a lid", True)]
