"""Carrying an attempt on, whether it is new, interrupted, or goes back: journal, signals, world, engine, ending."""

from collections.abc import Callable
from dataclasses import replace

import typer

from changectl.catalogue import catalogue
from changectl.cli.announcing import Announcer
from changectl.cli.asking import asker
from changectl.cli.desk import Desk, plan_in
from changectl.cli.elsewhere import only_there
from changectl.cli.ground import Signed, signed_in
from changectl.cli.keeper import Keeper
from changectl.cli.loose import caught_up, set_aside_what_lost, tie_up
from changectl.cli.memory import Memory, me
from changectl.cli.options import output
from changectl.cli.output import can_ask
from changectl.cli.previewing import rules
from changectl.cli.stops import Stops, heeded
from changectl.cli.world import world_of
from changectl.engine.conduct import conduct
from changectl.engine.faults import Stopped
from changectl.engine.world import World
from changectl.errors import CannotRecord, NeedsOperator, NotFound, WrongUsage
from changectl.model.change import Change
from changectl.model.contradictions import contradictions
from changectl.model.entry import Entry
from changectl.model.events import Begun
from changectl.model.fold import fold
from changectl.model.frozen import dataclass
from changectl.model.plan import Plan
from changectl.model.status import Production
from changectl.register.journal import Journal
from changectl.register.vault import Vault
from changectl.views.ending import ending, ending_document, ending_page
from changectl.views.page import Style, line, text


@dataclass(frozen=True, slots=True)
class Manner:
    """How this run speaks and whether it may ask."""

    json: bool
    no_input: bool


Prelude = Callable[[Keeper, World], None]
"""What is recorded before the engine takes over."""


def conducted(
    here: Desk, found: Memory, by: str, plan: Plan, signed: Signed, journal: Journal, vault: Vault,
    earlier: tuple[Entry, ...], prelude: Prelude, manner: Manner, *, on_demand: bool = False,
    still: Callable[[], object] | None = None,
) -> None:  # fmt: skip
    """Conduct an attempt to its end, say how it ended, and exit with its status.

    `still`: asked under the locks, before the first call; raises where what was agreed to is so no more.
    """
    stops, out = Stops(), output(manner.json)
    keeper = Keeper(found, journal, by, stops, signed.ground.kinds, earlier, list(journal.recovered))
    channels = rules(here, found).configuration.channels
    announcer = Announcer(plan, out, catalogue().channels, channels, _so_far(keeper), by)
    world = world_of(signed, keeper, vault, announcer, asker(can_ask(manner.no_input), stops))
    world = replace(world, progress=announcer.progress, still=still or world.still)
    try:
        with heeded(stops):
            prelude(keeper, world)
            if keeper.untold:
                out.progress((line(text(f"The team was not told of it beforehand: {keeper.untold}", Style.WARN)),))
            for entry in keeper.entries[len(journal.recovered) :]:
                announcer(entry.event)
            change = conduct(plan, world, _untold(keeper))
    except CannotRecord as why:
        let_go(keeper, why)
        raise
    except Stopped as stopped:
        raise NeedsOperator(
            "stopped at once, as you asked twice; what is under way may still have its effect",
            f"changectl apply --resume {plan.id}, or: changectl rollback {plan.id}",
        ) from stopped
    finally:
        announcer.close()
        journal.close()
    if keeper.unrecorded and not change.unrecorded:
        change = replace(change, unrecorded=keeper.unrecorded)
    if keeper.lost_to:
        found.journals.set_aside(plan.id, journal.attempt)
    if change.owed:  # unless a colleague has reviewed it, which no journal has
        change = replace(change, owed=found.known(plan.id).owed)
    wrong = contradictions((*earlier, *keeper.entries), change)
    end = ending(plan.id, change, rolled_back_on_demand=on_demand, terminated=stops.terminated, broken=wrong)
    try:
        out.result(ending_page(end), ending_document(plan.id, change, end))
    except WrongUsage as why:  # the status says what became of production, whoever could read it
        out.progress((line(text(why.sentence, Style.WARN)), *ending_page(end)))
    raise typer.Exit(int(end.status))


def let_go(keeper: Keeper, why: CannotRecord) -> None:
    """What cannot be recorded ends, and frees its locks, where it has changed nothing; else its ways on are said."""
    change = keeper.change()
    if change.closed or not change.begun:
        return
    if change.deeds or any(sent.may_have_worked for sent in change.calls):
        why.production = Production.MIXED
    elif keeper.refuse(why.sentence):
        return
    on, back = f"changectl apply --resume {keeper.journal.change}", f"changectl rollback {keeper.journal.change}"
    why.hint = f"its locks are held still: {why.hint}; then: {on}, or: {back}"


def taken_up(here: Desk, found: Memory, change: str) -> tuple[Plan, Signed, Journal, Vault, tuple[Entry, ...]]:
    """The latest attempt of a change on this machine, ready to go on: as it was begun, where it was begun.

    Raises NotFound where this machine has no attempt, InProgress where another process conducts it.
    """
    set_aside_what_lost(found, change)
    latest = found.journals.latest(change)
    if latest is None:
        raise only_there(found, change)
    journal = found.journals.open(change, latest)
    caught_up(found, journal)
    vault = journal.vault
    begun = next((entry.event for entry in journal.recovered if isinstance(entry.event, Begun)), None)
    if begun is None:
        with journal:
            tie_up(found, me(found), journal)
        raise NotFound(f"attempt {latest} of {change} ended before it began", f"changectl apply {change}")
    content = str(vault.fetch(begun.plan)).encode()
    plan = plan_in(content, change, f"the plan of attempt {latest}")
    env = replace(rules(here, found).env(begun.env), account=begun.account)
    signed = signed_in(env, begun.region, catalogue(), change, begun.endpoint)
    earlier = tuple(entry for entry in found.entries(change) if entry.attempt < latest)
    return plan, signed, journal, vault, earlier


def _so_far(keeper: Keeper) -> Change:
    """This attempt of the change, also where nothing of it is recorded yet."""
    change, attempt = keeper.change(), keeper.journal.attempt
    return change if change.attempt == attempt else Change(attempt=attempt)


def _untold(keeper: Keeper) -> Change:
    """The change so far; as not published, so that its end is told, or told again, and no lock of it stays held.

    Whoever died while taking the locks for the way back of what was applied has recorded nothing of it.
    """
    return replace(fold((*keeper.earlier, *keeper.entries)), published=False)
