"""`changectl rollback`: bring back what a change did, whether it was interrupted, applied, or needs an operator."""

from typing import Annotated

import typer

from changectl.cli.conducting import Manner, conducted
from changectl.cli.desk import change_id, desk
from changectl.cli.keeper import Keeper
from changectl.cli.memory import me, memory
from changectl.cli.options import Json, NoInput, PlanArgument
from changectl.cli.taking_up import taken_up_again
from changectl.engine.world import World
from changectl.model.change import Outcome
from changectl.model.events import LocksHeld, RollbackWanted
from changectl.model.exits import is_asking


def verb(
    plan: PlanArgument,
    why: Annotated[str, typer.Option("--why", metavar="REASON", help="Why it goes back; recorded.")] = "",
    offline: Annotated[
        str,
        typer.Option("--offline", metavar="REASON", help="Go back without the remote: no lock, recorded here only."),
    ] = "",
    over_lock: Annotated[
        str,
        typer.Option("--over-lock", metavar="REASON", help="Go back though another change holds a setting; recorded."),
    ] = "",
    no_input: NoInput = False,
    json: Json = False,
) -> None:
    """Put back what a change did. What somebody else changed since is left alone and named."""
    here = desk()
    found = memory(here.root)
    by = me(found)
    attempt = taken_up_again(here, found, change_id(here, plan))

    exceptions = (f"({word}: {reason})" for word, reason in (("offline", offline), ("over-lock", over_lock)) if reason)
    said = " ".join(filter(None, (why, *exceptions)))

    def prelude(keeper: Keeper, _: World) -> None:
        change = keeper.change()
        if change.outcome not in (None, Outcome.APPLIED):
            return  # nothing of it is left in production; what is still to be published goes out
        wanted = RollbackWanted(said, by)
        if change.outcome is Outcome.APPLIED and not offline:
            keeper.record_on_the_way_back(LocksHeld(keeper.take_locks(bool(over_lock))))
            keeper.record_on_the_way_back(wanted)
        elif (change.operator or over_lock) and not offline:  # a colleague may just be accepting production as it is
            keeper.tell(wanted, bool(over_lock))
        elif change.rollback is None or change.operator or change.outcome is Outcome.APPLIED or is_asking(change):
            keeper.record_on_the_way_back(wanted)

    conducted(here, found, by, *attempt, prelude, Manner(json, no_input), on_demand=True)
