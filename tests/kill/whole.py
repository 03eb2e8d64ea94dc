"""Whether all is whole after the last command: status, production as said and as it is, locks, register, invariants."""

from changectl.cli.memory import memory
from changectl.model.history import History
from changectl.model.invariants import broken
from tests.kill.running import Ended
from tests.kill.scenarios import Scenario
from tests.kill.stage import CHANGE, Stage


def assert_whole(stage: Stage, scenario: Scenario, end: Ended) -> None:
    """Status, what is said of production, what boto3 reads of it, the locks, the register and the invariants agree."""
    now, before = stage.production.read(), stage.before
    wanted = {
        0: {"as-intended": scenario.target(before), "as-before": before},
        10: {"as-before": before},
        130: {"untouched": before},
        143: {"untouched": before},
        2: {"untouched": before},
        4: {"untouched": before},
    }
    assert end.status in wanted, "its status"
    assert end.production in wanted[end.status], "what it says of production"
    _assert_same(now, wanted[end.status][end.production])
    assert stage.held() == [], "locks that are held"
    known = memory(stage.clone, fetch=True)
    known.register.verify()
    assert known.open_changes() == (), "changes that are open"
    entries = known.entries(CHANGE)
    assert broken(History(entries, known.recorded(CHANGE), locked=False)) == ()


def _assert_same(now: dict[str, object], wanted: dict[str, object]) -> None:
    differs = {name: (now[name], wanted[name]) for name in wanted if now[name] != wanted[name]}
    assert not differs, "production, as it is and as it should be"
