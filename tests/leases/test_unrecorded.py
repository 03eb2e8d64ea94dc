"""What a full disk refuses: going forward it has not happened, and going back the team is told of it all the same."""

import pytest
from register.team import Team

from changectl.cli.conducting import let_go
from changectl.errors import CannotRecord
from changectl.model import events as e
from changectl.model.status import Production
from changectl.register.journal import Journal
from tests.close.pair import CALL
from tests.leases.machine import CHANGE, Operator, machine


def full(*_: object, **__: object) -> None:
    raise CannotRecord("no space left on device", "df -h")


@pytest.mark.parametrize("back", [False, True], ids=["forward", "back"])
def test_what_the_journal_refuses_is_told_only_on_the_way_back(
    team: Team, monkeypatch: pytest.MonkeyPatch, back: bool
) -> None:
    operator = Operator(machine(team, "ana"))
    operator.begins()
    if back:
        operator.keeper.record(e.RollbackWanted("the test failed"))

    monkeypatch.setattr(Journal, "append", full)
    with pytest.raises(CannotRecord):
        operator.keeper.record(CALL)
    with pytest.raises(CannotRecord):
        operator.keeper.record(e.OperatorNeeded("the disk is full", ()))
    operator.keeper.publish()

    told = [type(entry.event) for entry in operator.found.recorded(CHANGE)]
    assert (e.CallStarted in told, told[-1]) == (back, e.OperatorNeeded)


@pytest.mark.parametrize("wished", ["of what was applied", "out of needing an operator"])
def test_a_way_back_that_is_wished_for_begins_unrecorded(
    team: Team, monkeypatch: pytest.MonkeyPatch, wished: str
) -> None:
    operator = Operator(machine(team, "ana"))
    keeper, wanted = operator.keeper, e.RollbackWanted("the phones ring", operator.by)
    operator.begins()
    keeper.record(e.Closed("applied") if wished == "of what was applied" else e.OperatorNeeded("a stranger came", ()))
    keeper.publish()

    monkeypatch.setattr(Journal, "append", full)
    if wished == "of what was applied":
        keeper.record_on_the_way_back(e.LocksHeld(keeper.take_locks()))
        keeper.record_on_the_way_back(wanted)
    else:
        keeper.tell(wanted)
    keeper.hold(60)

    assert (keeper.change().rollback, keeper.unrecorded) == (wanted, "no space left on device")
    assert [lock.owner and lock.owner.holder for lock in operator.found.register.held()] == [operator.by]


def test_what_cannot_be_recorded_and_may_have_changed_something_is_not_called_untouched(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    operator = Operator(machine(team, "ana"))
    operator.begins()
    operator.keeper.record(CALL)
    operator.keeper.record(e.OperatorNeeded("nobody was here", (), "person"))

    monkeypatch.setattr(Journal, "append", full)
    with pytest.raises(CannotRecord) as refused:
        operator.keeper.tell(e.TakenUp())
    let_go(operator.keeper, refused.value)

    assert refused.value.production is Production.MIXED
    assert f"changectl apply --resume {CHANGE}, or: changectl rollback {CHANGE}" in refused.value.hint
    assert len(operator.found.register.held()) == 1
