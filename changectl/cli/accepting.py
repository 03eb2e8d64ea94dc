"""Accepting production as it is: a person ends what needs an operator, from any machine, and its locks are free again."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from changectl.catalogue import catalogue
from changectl.cli import clocks
from changectl.cli.announcing import Announcer
from changectl.cli.conducting import Manner
from changectl.cli.confirming import confirmed
from changectl.cli.desk import Desk, plan_in
from changectl.cli.entries import entry_now, writable
from changectl.cli.ground import Signed, signed_in
from changectl.cli.keeper import Keeper, owner_of
from changectl.cli.loose import caught_up, set_aside_what_lost
from changectl.cli.memory import Memory, me
from changectl.cli.options import output
from changectl.cli.previewing import rules
from changectl.cli.stops import Stops
from changectl.cli.world import world_of
from changectl.engine.attempt import Attempt
from changectl.engine.standing import may_accept, recorded, standing_elsewhere, standing_here, wrong
from changectl.errors import ChangectlError, WrongUsage
from changectl.model.change import Change, Outcome, State
from changectl.model.entry import Entry
from changectl.model.events import Begun, Closed, Standing, spoken
from changectl.model.fold import evolve, fold
from changectl.model.frozen import dataclass
from changectl.model.plan import BackOut, Comms, Plan, Risk, Tests
from changectl.model.text import one_line
from changectl.planfile.config import Env
from changectl.register.journal import Journal
from changectl.register.locks import Owner, Unlock, next_locks
from changectl.views.columns import WORDS, members
from changectl.views.decision import decision
from changectl.views.page import Page, Style, line, text


@dataclass(frozen=True, slots=True)
class Acceptance:
    """Why production is accepted as it is; which machine is `gone`, where it conducted to no end; what was confirmed."""

    why: str
    gone: str
    confirm: str


def accepted(here: Desk, found: Memory, change_id: str, how: Acceptance, manner: Manner) -> Change:
    """The change, closed as accepted, its locks free. The register must have been fetched.

    Raises InProgress while it is conducted, GateRefused where somebody was quicker or nobody confirmed, RemoteNeeded.
    """
    if not how.why.strip():
        raise WrongUsage("accepting production as it is needs a reason", "add --why REASON")
    set_aside_what_lost(found, change_id)
    by, story = me(found), found.story(change_id)
    attempt = writable(change_id, story.change).attempt
    if attempt in found.journals.attempts(change_id):
        with found.journals.open(change_id, attempt) as journal:
            closed = _here(here, found, by, journal, how, manner)
    else:
        closed = _elsewhere(here, found, by, change_id, how, manner)
    _tell(here, found, by, change_id, closed, manner)
    return closed


def _here(here: Desk, found: Memory, by: str, journal: Journal, how: Acceptance, manner: Manner) -> Change:
    """On the machine that conducted it: register and journal say the same afterwards."""
    caught_up(found, journal)
    change_id = journal.change
    earlier = tuple(entry for entry in found.entries(change_id) if entry.attempt < journal.attempt)
    keeper = Keeper(found, journal, by, Stops(), catalogue().kinds, earlier, list(journal.recovered))
    change = keeper.change()
    may_accept(change_id, change, f"changectl apply --resume {change_id}, or: changectl rollback {change_id}")
    env = _env(here, found, change)

    def look() -> tuple[Standing, ...]:
        vault = journal.vault
        plan = plan_in(str(vault.fetch(_begun(change).plan)).encode(), change_id, "the plan of the attempt")
        world = world_of(_signed(env, change_id, change), keeper, vault, lambda _: None, lambda *_: None)
        return standing_here(Attempt(plan, world, change), wrong(change))

    closed = _decided(env, by, change_id, change, look, how, manner)
    keeper.accept(closed)
    return replace(evolve(change, closed), published=True)


def _elsewhere(here: Desk, found: Memory, by: str, change_id: str, how: Acceptance, manner: Manner) -> Change:
    """On any other machine: whose locks they are, and which, is told by the register and the locks themselves."""
    entries = found.recorded(change_id)
    change = fold(entries)
    check = partial(_may_accept_elsewhere, change_id, how.gone)
    check(entries)
    env, free = _env(here, found, change), _to_free(found, owner_of(_first(entries, change), by), change)

    def look() -> tuple[Standing, ...]:
        return standing_elsewhere(change, _signed(env, change_id, change).ground, wrong(change))

    closed = _decided(env, by, change_id, change, look, how, manner)
    found.register.append(
        (entry_now(change_id, change.attempt, by, closed),),
        locks=free,
        decide=partial(decision, change_id),
        admit=check,
    )
    return replace(evolve(change, closed), published=True)


def _to_free(found: Memory, owner: Owner, change: Change) -> Unlock:
    """The attempt's locks. Raises InProgress where it is conducted: nobody is gone whose lease has not ended."""
    held = {lock.name: lock for lock in found.register.held() if lock.is_of(owner)}
    is_stuck = change.state is State.NEEDS_OPERATOR
    order = Unlock(tuple(held), owner, "" if is_stuck else clocks.now().isoformat())
    next_locks(order, held)
    return order


def _may_accept_elsewhere(change_id: str, gone: str, entries: tuple[Entry, ...]) -> None:
    change = fold(entries)
    if not change.in_progress or change.state is State.NEEDS_OPERATOR:
        may_accept(change_id, change, "")
        return
    first = _first(entries, change)
    if not gone:
        may_accept(
            change_id,
            change,
            f"on {first.host}: changectl rollback {change_id}; where that machine is gone: "
            f'changectl close {change_id} --accept --gone {first.host} --why "…"',
        )
    if gone != first.host:
        raise WrongUsage(f"{change_id} is conducted by {first.host}, not by {gone}", f"add --gone {first.host}")


def _decided(
    env: Env, by: str, change_id: str, change: Change, look: Callable[[], tuple[Standing, ...]], how: Acceptance,
    manner: Manner,
) -> Closed:  # fmt: skip
    """What stands wrong is read once more, shown, and confirmed."""
    out, unread = output(manner.json), ""
    try:
        standing = look()
    except ChangectlError as error:
        standing, unread = recorded(change, wrong(change)), error.sentence
    out.progress(_standing_page(change_id, change, standing, unread))
    says = f"leaves {env.name}, account {env.account}, as it is"
    confirmed(env, says, how.confirm, no_input=manner.no_input)
    because = "machine-gone" if how.gone and change.state is not State.NEEDS_OPERATOR else ""
    return Closed(Outcome.ACCEPTED.value, one_line(how.why, 2000), because, by, standing)


def _tell(here: Desk, found: Memory, by: str, change_id: str, change: Change, manner: Manner) -> None:
    """Whoever was told that it needs an operator learns that it does not any more."""
    begun, closed, lead = _begun(change), change.closed, change.proposed.lead if change.proposed else ""
    assert closed is not None
    # Of a plan, which need not be on this machine, channels are told this much.
    plan = Plan(
        change_id, begun.plan_digest, begun.title, "", Risk.LOW, begun.env, (), Tests(), BackOut(), Comms(), lead=lead
    )
    channels = rules(here, found).configuration.channels
    announcer = Announcer(plan, output(manner.json), catalogue().channels, channels, change, by)
    announcer(closed)
    announcer.close()


def _standing_page(change_id: str, change: Change, standing: tuple[Standing, ...], unread: str) -> Page:
    why = change.operator.why if change.operator else "the machine that conducted it is gone"
    parts = [line(text(f"{change_id}: {why}", Style.STRONG))]
    for each in standing:
        parts.append(line(text(spoken(each.facet, change.names)), indent=2))
        for member, values in members(each.before, each.ours, each.now):
            parts += [line(text(member), indent=4)] if member else []
            told = zip(WORDS, values, strict=True)
            parts += [line(f"{word:<12}", text(value), indent=6 if member else 4) for word, value in told if value]
    if unread:
        parts.append(line(text(f"Production could not be read: {unread}", Style.WARN)))
    return tuple(parts)


def _env(here: Desk, found: Memory, change: Change) -> Env:
    begun = _begun(change)
    return replace(rules(here, found).env(begun.env), account=begun.account)


def _signed(env: Env, change_id: str, change: Change) -> Signed:
    begun = _begun(change)
    return signed_in(env, begun.region, catalogue(), change_id, begun.endpoint)


def _begun(change: Change) -> Begun:
    assert change.begun is not None
    return change.begun


def _first(entries: tuple[Entry, ...], change: Change) -> Entry:
    """The first entry of the attempt's journal, which its locks are known by. Nothing of it is known before it is begun."""
    return next(entry for entry in entries if entry.attempt == change.attempt)
