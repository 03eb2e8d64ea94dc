"""`changectl apply`: do what was approved, watch it, and go back by itself when it fails."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Annotated

import typer

from changectl import __version__
from changectl.cli.agreeing import Asked, agreed, may_lapse
from changectl.cli.conducting import Manner, conducted
from changectl.cli.confirming import confirmed
from changectl.cli.desk import Desk, change_id, desk, load
from changectl.cli.going_forward import Wish, goes_forward
from changectl.cli.keeper import Keeper
from changectl.cli.loose import tied_up
from changectl.cli.memory import Memory, me, memory
from changectl.cli.options import Confirm, Json, NoInput, PlanArgument
from changectl.cli.output import can_ask
from changectl.cli.previewing import previewed, rules
from changectl.cli.signing import refuse_what_outlasts
from changectl.cli.taking_up import taken_up_again
from changectl.engine.approval import in_window
from changectl.engine.proposal import begin
from changectl.engine.world import World
from changectl.errors import GateRefused, InProgress, WrongUsage
from changectl.model.bodies import snapshot_json
from changectl.model.change import Outcome
from changectl.model.events import Begun, Proposed, SnapshotTaken, TakenUp
from changectl.model.exits import is_asking, may_resume
from changectl.model.fold import fold
from changectl.model.frozen import dataclass
from changectl.model.plan import Plan
from changectl.planfile.find import PLANS, find_plans
from changectl.register.journal import Journal


def verb(
    plan: PlanArgument,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with an attempt that was interrupted.")] = False,
    confirm: Confirm = "",
    over_lock: Annotated[
        str, typer.Option("--over-lock", metavar="REASON", help="Go on though another change holds a setting.")
    ] = "",
    offline: Annotated[
        str, typer.Option("--offline", metavar="REASON", help="Go on without the remote: no lock, recorded here only.")
    ] = "",
    forward: Annotated[
        bool,
        typer.Option("--forward", help="With --resume, where it needs an operator: try again what failed, and go on."),
    ] = False,
    accept: Annotated[bool, typer.Option("--accept", help="With --forward: what failed counts as done.")] = False,
    why: Annotated[str, typer.Option("--why", metavar="REASON", help="With --forward: why; recorded.")] = "",
    own: Annotated[
        bool, typer.Option("--self", help="With --forward: agree to it yourself, where the team is of one.")
    ] = False,
    no_input: NoInput = False,
    json: Json = False,
) -> None:
    """Apply an approved plan: lock, snapshot, steps, tests, proof. What fails is put back."""
    here, manner = desk(), Manner(json, no_input)
    if (forward and not resume) or ((accept or why or own) and not forward):
        raise WrongUsage(
            "--accept, --why and --self go with --forward, and that with --resume", "changectl apply --help"
        )
    if resume:
        found = memory(here.root)
        attempt = taken_up_again(here, found, change_id(here, plan))
        still = _as_begun(here, found, attempt[0], attempt[2])
        wish = Wish(why, accept, own, confirm)

        def prelude(keeper: Keeper, _: World) -> None:
            if forward:
                goes_forward(here, found, attempt[0], keeper, wish, no_input=no_input)
            else:
                _goes_on(keeper, manner)

        conducted(here, found, me(found), *attempt, prelude, manner, still=still)
    found = memory(here.root, fetch=not offline)
    _new(here, found, plan, confirm, Exceptions(over_lock, offline), manner)


def _goes_on(keeper: Keeper, manner: Manner) -> None:
    """Where it paused, or a person was wanted and nobody could be asked, it goes on: the reason may have passed."""
    change = keeper.change()
    wanted = change.operator is not None and change.operator.because == "person"
    if may_resume(change) and (not wanted or can_ask(manner.no_input)):
        keeper.tell(TakenUp("" if wanted else "the reason may have passed"))
    elif is_asking(change):  # it died while somebody was asked
        keeper.record(TakenUp("the reason may have passed"))


@dataclass(frozen=True, slots=True)
class Exceptions:
    """What this apply is allowed beyond the rules, each with its reason; recorded and announced."""

    over_lock: str
    offline: str


def _new(here: Desk, found: Memory, wanted: str, confirm: str, but: Exceptions, manner: Manner) -> None:
    loaded, by = load(here, wanted), me(found)
    plan = loaded.plan
    tied_up(found, by, plan.id)
    change = found.known(plan.id)
    if change.in_progress:
        is_here = change.attempt in found.journals.attempts(plan.id)
        raise InProgress(
            f"attempt {change.attempt} of {plan.id} has not ended",
            f"changectl apply --resume {plan.id}, or: changectl rollback {plan.id}"
            if is_here
            else f"changectl status {plan.id}",
        )
    if change.outcome is Outcome.APPLIED:  # another snapshot would take what it did for the state before
        raise GateRefused(f"{plan.id} is applied already", f"changectl rollback {plan.id}")
    seen = previewed(here, loaded, found, change.proposed.authors if change.proposed else (by,))
    if seen.env.production:
        in_window(plan, datetime.now(UTC))
    refuse_what_outlasts(seen.signed, plan, datetime.now(UTC))
    asked = Asked(rules(here, found), found, loaded.path, plan, seen.proposed)
    approvals = agreed(asked, seen.env)
    says = f"changes {seen.env.name}, account {seen.env.account}"
    confirmed(seen.env, says, confirm, no_input=manner.no_input)
    earlier = found.entries(plan.id)
    if fold(earlier) != change:  # while somebody was asked, or decided
        raise InProgress(f"{plan.id} was carried on by somebody else meanwhile", f"changectl show {plan.id}")
    journal = found.journals.create(plan.id, change.attempt + 1)
    vault = journal.vault

    def prelude(keeper: Keeper, world: World) -> None:
        digest = vault.keep(snapshot_json(seen.foreseen.before))
        text = vault.keep(loaded.content.decode())
        if change.proposed is None or change.proposed.preview_digest != seen.proposed.preview_digest:
            keeper.record(seen.proposed)
        people = tuple(approval.approver for approval in approvals)
        for approval in approvals:
            if approval not in change.approvals:  # a review on a forge, which the register is told of now
                keeper.record(approval)
        keeper.record(SnapshotTaken(digest, seen.foreseen.preview.facets))
        asks = (step.asks_back for step in seen.foreseen.preview.steps)
        begun = begin(
            seen.proposed, seen.foreseen, people, digest, text, endpoint=seen.signed.endpoint, version=__version__,
            going_back_asks="; ".join(filter(None, asks)), over_lock=but.over_lock,
            offline=but.offline,
        )  # fmt: skip
        keeper.record(begun)

    still = partial(agreed, asked, seen.env) if may_lapse(asked, seen.env) else None
    conducted(here, found, by, plan, seen.signed, journal, vault, earlier, prelude, manner, still=still)


def _as_begun(here: Desk, found: Memory, plan: Plan, journal: Journal) -> Callable[[], object]:
    """What is asked again of an attempt that died before its first step: whether what it began as is approved still."""
    begun = next(entry.event for entry in journal.recovered if isinstance(entry.event, Begun))
    digests = (begun.plan_digest, begun.preview_digest)
    path = next(iter(find_plans(here.root).get(plan.id, ())), here.root / PLANS / f"{plan.id}.yaml")

    def still() -> object:
        now = found if begun.offline else memory(here.root, fetch=True)
        proposals = (entry.event for entry in now.entries(plan.id) if isinstance(entry.event, Proposed))
        proposed = next((each for each in proposals if (each.plan_digest, each.preview_digest) == digests), None)
        if proposed is None:
            raise GateRefused(
                f"the register has no proposal of {plan.id} that attempt {journal.attempt} was begun from",
                f"changectl rollback {plan.id}, then: changectl propose {plan.id}",
            )
        asked = Asked(rules(here, now), now, path, plan, proposed)
        return agreed(asked, asked.rules.env(plan.env))

    return still
