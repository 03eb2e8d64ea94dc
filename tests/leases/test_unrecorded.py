"""What a full disk refuses: going forward it has not happened, and going back the team is told of it all the same."""

import pytest
from register.team import Team

from changectl.errors import CannotRecord
from changectl.model import events as e
from changectl.register.journal import Journal
from tests.close.pair import CALL
from tests.leases.machine import CHANGE, Operator, machine


@pytest.mark.parametrize("back", [False, True], ids=["forward", "back"])
def test_what_the_journal_refuses_is_told_only_on_the_way_back(
    team: Team, monkeypatch: pytest.MonkeyPatch, back: bool
) -> None:
    operator = Operator(machine(team, "ana"))
    operator.begins()
    if back:
        operator.keeper.record(e.RollbackWanted("the test failed"))

    def full(*_: object, **__: object) -> None:
        raise CannotRecord("no space left on device")

    monkeypatch.setattr(Journal, "append", full)
    with pytest.raises(CannotRecord):
        operator.keeper.record(CALL)
    with pytest.raises(CannotRecord):
        operator.keeper.record(e.OperatorNeeded("the disk is full", ()))
    operator.keeper.publish()

    told = [type(entry.event) for entry in operator.found.recorded(CHANGE)]
    assert (e.CallStarted in told, told[-1]) == (back, e.OperatorNeeded)
