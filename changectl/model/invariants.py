"""What holds of every change, whatever happens: the invariants, as one table of sentences and pure checks.

A check works on what it is given and says nothing where facts are missing: a journal alone decides some, the register
more, and only a simulator, which knows the truth about production, decides all.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import field

from changectl.model import events as e
from changectl.model.change import Change, Fate, Outcome
from changectl.model.entry import Entry
from changectl.model.fold import fold
from changectl.model.frozen import dataclass
from changectl.model.resource import Body
from changectl.model.told import Attempt, attempts


@dataclass(frozen=True, slots=True)
class Effect:
    """One effect in production: the number of the call that had it, None where no call of ours did.

    `once`: twice is not the same as once. `intended`: its intent was durable before; `begun`: the remote knew of the begin;
    `held`: the lease had not run out, or it went back; `visible`: nobody had visibly taken over.
    """

    number: int | None
    operation: str
    once: bool = False
    intended: bool = True
    begun: bool = True
    held: bool = True
    visible: bool = True


@dataclass(frozen=True, slots=True)
class Overwritten:
    """A stranger's value that a call of ours overwrote: whether we had read it before, or could have compared and set."""

    path: str
    value: Body = field(hash=False)
    seen: bool = False
    guarded: bool = False


@dataclass(frozen=True, slots=True)
class Truth:
    """What only a simulator knows, by path: production before, as it should be and now, and what strangers wrote last.

    `excuse`: why a person may be needed, where that is no defect. `ended`: nothing carries the change on any more.
    """

    before: Mapping[str, Body] = field(hash=False)
    intended: Mapping[str, Body] = field(hash=False)
    now: Mapping[str, Body] = field(hash=False)
    strangers: Mapping[str, Body] = field(default_factory=dict, hash=False)
    effects: tuple[Effect, ...] = ()
    overwritten: tuple[Overwritten, ...] = ()
    excuse: str = ""
    ended: bool = True


@dataclass(frozen=True, slots=True)
class History:
    """What is known of one change: its entries, oldest first; what is None or empty is not known.

    `register`: what the remote has of it, in its order; `locked`: whether it holds locks there. `secrets` may be in no entry.
    `change`: what the entries add up to, where somebody has added them up. Not `complete`: it went back unrecorded, as the
    disk was full, so that the entries prove nothing.
    """

    entries: tuple[Entry, ...]
    register: tuple[Entry, ...] | None = None
    locked: bool | None = None
    secrets: tuple[str, ...] = ()
    truth: Truth | None = None
    change: Change | None = None
    complete: bool = True


@dataclass(frozen=True, slots=True)
class Facts:
    """A history laid out: its attempts, and what its entries add up to."""

    history: History
    attempts: tuple[Attempt, ...]
    change: Change

    @property
    def truth(self) -> Truth | None:
        """What only a simulator knows."""
        return self.history.truth

    @property
    def effects(self) -> tuple[Effect, ...]:
        """The effects in production, where they are known."""
        return self.history.truth.effects if self.history.truth else ()


@dataclass(frozen=True, slots=True)
class Broken:
    """An invariant that does not hold, and what shows it."""

    number: int
    sentence: str
    what: str


@dataclass(frozen=True, slots=True)
class Invariant:
    """Its number, what it promises, and what shows that it does not hold."""

    number: int
    sentence: str
    check: Callable[[Facts], Iterable[str]]


def broken(history: History) -> tuple[Broken, ...]:
    """Every invariant that does not hold of a history, as far as it tells."""
    laid_out = attempts(history.entries) if history.complete else ()
    facts = Facts(history, laid_out, history.change or fold(history.entries))
    return tuple(Broken(each.number, each.sentence, what) for each in TABLE for what in each.check(facts))


def _ends(facts: Facts) -> Iterator[str]:
    outcomes = {outcome.value for outcome in Outcome}
    for attempt in facts.attempts:
        for event in attempt.events:
            if isinstance(event, e.Closed) and event.outcome not in outcomes:
                yield f"attempt {attempt.number} ended in {event.outcome}"
    if facts.truth is not None and facts.truth.ended:
        change = facts.change
        if change.begun and not change.closed and not change.operator:
            yield f"attempt {change.attempt} is carried on by nobody, and has not ended"


def _applied(facts: Facts) -> Iterator[str]:
    for attempt in facts.attempts:
        for n, _ in attempt.ends(Outcome.APPLIED):
            earlier = attempt.events[:n]
            last = max((i for i, each in enumerate(earlier) if isinstance(each, e.CallStarted)), default=-1)
            if not any(isinstance(each, e.Verified) for each in earlier[last + 1 :]):
                yield f"attempt {attempt.number} is applied, and production was not read again after its last call"
    if (truth := facts.truth) is not None and facts.change.outcome is Outcome.APPLIED:
        yield from _differs(truth, truth.intended, "as intended")


def _rolled_back(facts: Facts) -> Iterator[str]:
    for attempt in facts.attempts:
        for n, _ in attempt.ends(Outcome.ROLLED_BACK):
            way = attempt.events[attempt.turned(n) : n]
            left = [str(each.facet) for each in way if isinstance(each, e.FacetLeft)]
            if left:
                yield f"attempt {attempt.number} is rolled back, and {', '.join(left)} was left"
            if not any(isinstance(each, e.RestoreProven) for each in way):
                yield f"attempt {attempt.number} is rolled back, and production was not read again"
    if (truth := facts.truth) is not None and _is_back(facts.change):
        yield from _differs(truth, truth.before, "as before")


def _is_back(change: Change) -> bool:
    return change.outcome in (Outcome.ROLLED_BACK, Outcome.REFUSED, Outcome.ABANDONED)


def _differs(truth: Truth, wanted: Mapping[str, Body], how: str) -> Iterator[str]:
    for path in sorted({*wanted, *truth.now}):
        now, want = truth.now.get(path), wanted.get(path)
        if now != want and not (path in truth.strangers and truth.strangers[path] == now):
            yield f"{path} is {now!r}, and {how} is {want!r}"


def _strangers(facts: Facts) -> Iterator[str]:
    for each in facts.truth.overwritten if facts.truth else ():
        if each.seen:
            yield f"{each.path} was {each.value!r} by somebody else, which had been read, and was overwritten"
        elif each.guarded:
            yield f"{each.path} was {each.value!r} by somebody else, and was overwritten where AWS would have compared"


def _once(facts: Facts) -> Iterator[str]:
    for attempt in facts.attempts:
        for number, fates in attempt.fates.items():
            if Fate.DONE in fates and any(later is not Fate.DONE for later in fates[fates.index(Fate.DONE) :]):
                yield f"call {number} of attempt {attempt.number} was said to be {', then '.join(f.value for f in fates)}"
    truth = facts.truth
    if truth is None:
        return
    calls = {sent.started.number: sent.started for sent in facts.change.calls}
    once = [
        (call.step, call.phase, each.operation)
        for each in truth.effects
        if each.once and each.number is not None and (call := calls.get(each.number))
    ]
    for step, phase, operation in sorted({key for key in once if once.count(key) > 1}):
        yield f"{operation} of step {step or phase} had its effect {once.count((step, phase, operation))} times"


def _recorded_first(facts: Facts) -> Iterator[str]:
    for attempt in facts.attempts:
        begun = held = False
        for event in attempt.events:
            begun = begun or isinstance(event, e.Begun)
            held = held or isinstance(event, e.LocksHeld)
            if isinstance(event, e.CallStarted) and not (begun and held):
                lacking = "its locks were held" if begun else "it began"
                yield f"call {event.number} of attempt {attempt.number} was sent before {lacking}"
        unknown = sorted(attempt.fates.keys() - {call.number for call in attempt.calls})
        if unknown:
            yield f"call {unknown[0]} of attempt {attempt.number} was answered, and never recorded as sent"
    for effect in facts.effects:
        if not effect.intended:
            yield f"{effect.operation} had an effect before its record was on the disk"
        if not effect.begun:
            yield f"{effect.operation} had an effect before the remote knew of the change"


def _belongs(facts: Facts) -> Iterator[str]:
    for attempt in facts.attempts:
        if [call.number for call in attempt.calls] != list(range(len(attempt.calls))):
            yield f"the calls of attempt {attempt.number} are not numbered one after the other"
        for n, call in attempt.placed_calls:
            if call.step and not attempt.began_step(call.step, n):
                yield f"call {call.number} of attempt {attempt.number} belongs to step {call.step}, which had not begun"
    for effect in facts.effects:
        if effect.number is None:
            yield f"{effect.operation} had an effect that no call of the change caused"
    numbers = [effect.number for effect in facts.effects]
    for number in sorted({n for n in numbers if n is not None and numbers.count(n) > 1}):
        yield f"call {number} had its effect {numbers.count(number)} times"


def _registered_once(facts: Facts) -> Iterator[str]:
    for name, entries in (("journal", facts.history.entries), ("register", facts.history.register or ())):
        keys = [(entry.attempt, entry.nonce) for entry in entries]
        if len(set(keys)) < len(keys):
            double = next(entry for n, entry in enumerate(entries) if keys[n] in keys[:n])
            yield f"the {name} has an event of attempt {double.attempt} of {double.at} twice"
    if facts.history.register is not None:
        there = {(entry.attempt, entry.nonce): entry for entry in facts.history.register}
        for entry in facts.history.entries:
            other = there.get((entry.attempt, entry.nonce), entry)
            if other != entry:
                yield f"the event of attempt {entry.attempt} of {entry.at} is another one in the register"


def _kept(facts: Facts) -> Iterator[str]:
    if facts.history.register is None:
        return
    there = {(entry.attempt, entry.nonce) for entry in facts.history.register}
    told: list[Entry] = []
    for entry in facts.history.entries:
        if isinstance(entry.event, e.Published):
            lost = [each for each in told if (each.attempt, each.nonce) not in there]
            if lost:
                yield f"the register acknowledged {len(lost)} events of attempt {lost[0].attempt} and does not have them"
            told.clear()
        else:
            told.append(entry)


def _needs_operator(facts: Facts) -> Iterator[str]:
    for attempt in facts.attempts:
        for n, event in enumerate(attempt.events):
            if not isinstance(event, e.OperatorNeeded):
                continue
            if not event.why:
                yield f"attempt {attempt.number} needs an operator and does not say why"
            way = attempt.events[attempt.turned(n) : n]
            left = {each.facet for each in way if isinstance(each, e.FacetLeft)}
            for facet in sorted(left - set(event.facets)):
                yield f"attempt {attempt.number} needs an operator and does not name {facet}, which it left"
    truth = facts.truth
    if truth is not None and (operator := facts.change.operator) is not None and not truth.excuse:
        yield f"an operator is needed without need: {operator.why}"


def _locked(facts: Facts) -> Iterator[str]:
    if facts.history.locked is None:
        return
    change = facts.change
    if change.closed and change.published and facts.history.locked:
        yield f"attempt {change.attempt} has ended, and its locks are held"
    held = change.locked and change.begun is not None and not change.begun.offline
    if held and not change.closed and not facts.history.locked:
        yield f"attempt {change.attempt} has not ended, and its locks are not held"


def _one_holder(facts: Facts) -> Iterator[str]:
    epochs: dict[tuple[str, int], int] = {}
    for attempt in facts.attempts:
        for event in attempt.events:
            for epoch in event.epochs if isinstance(event, e.LocksHeld) else ():
                if epochs.setdefault(epoch, attempt.number) != attempt.number:
                    yield f"attempts {epochs[epoch]} and {attempt.number} held {epoch[0]} in the same epoch {epoch[1]}"


def _leased(facts: Facts) -> Iterator[str]:
    for effect in facts.effects:
        if not effect.held:
            yield f"{effect.operation} went forward after the lease had run out"
        if not effect.visible:
            yield f"{effect.operation} was sent after somebody else had taken over"


def _secret(facts: Facts) -> Iterator[str]:
    for entry in facts.history.entries if facts.history.secrets else ():
        if any(secret in repr(entry) for secret in facts.history.secrets):
            yield f"an event of attempt {entry.attempt} of {entry.at} holds a secret"


def _still(facts: Facts) -> Iterator[str]:
    for attempt in facts.attempts:
        ended = False
        for event in attempt.events:
            if isinstance(event, e.Closed | e.OperatorNeeded):
                ended = True
            elif isinstance(event, e.RollbackWanted | e.TakenUp | e.WentForward):
                ended = False
            elif isinstance(event, e.CallStarted) and ended:
                yield f"call {event.number} of attempt {attempt.number} was sent after that had ended"


def _approved(facts: Facts) -> Iterator[str]:
    agreed: set[tuple[str, str, str]] = set()
    for entry in facts.history.entries:
        match entry.event:
            case e.Approved(plan, preview, approver):
                agreed.add((plan, preview, approver))
            case e.Begun() as begun:
                for approver in begun.approvers:
                    if (begun.plan_digest, begun.preview_digest, approver) not in agreed:
                        yield f"attempt {entry.attempt} began on an approval by {approver} that is for something else"
            case _:
                pass


def _where(facts: Facts) -> Iterator[str]:
    for attempt in facts.attempts:
        for call in attempt.calls:
            if attempt.begun is None:
                continue
            regions = {attempt.begun.region, *(facet.ref.region for facet in attempt.begun.facets)}
            if call.region and call.region not in regions:
                yield f"call {call.number} of attempt {attempt.number} went to {call.region}, where the plan changes nothing"
            if any(facet.ref.region not in ("", call.region) for facet in call.facets if call.region):
                yield f"call {call.number} of attempt {attempt.number} went to {call.region}, and its settings are elsewhere"


def _refused(facts: Facts) -> Iterator[str]:
    for attempt in facts.attempts:
        for _, event in attempt.ends(Outcome.REFUSED):
            worked = [
                call for call in attempt.calls if attempt.fates.get(call.number, [Fate.OPEN])[-1] is not Fate.FAILED
            ]
            if worked:
                call = worked[0]
                yield f"attempt {attempt.number} was refused ({event.because}), and {call.service}.{call.operation} was sent"
    if facts.truth and facts.change.outcome is Outcome.REFUSED and facts.truth.effects:
        yield f"it was refused, and {facts.effects[0].operation} had an effect"


TABLE = (
    Invariant(
        1, "Every attempt ends applied, rolled back, refused or abandoned, or says that it needs an operator.", _ends
    ),
    Invariant(2, "What is applied was read again, and is as intended or was changed later by somebody else.", _applied),
    Invariant(3, "What is rolled back was read again, and is as before.", _rolled_back),
    Invariant(4, "What somebody else wrote is not overwritten where it could be seen.", _strangers),
    Invariant(5, "What must not be done twice is done at most once.", _once),
    Invariant(
        6, "No call is sent before it is recorded, the change is begun, and its locks are held.", _recorded_first
    ),
    Invariant(7, "Every effect belongs to one call of one step of one attempt.", _belongs),
    Invariant(8, "The register has each event once, as it was written.", _registered_once),
    Invariant(9, "What the register has acknowledged is never lost.", _kept),
    Invariant(
        10, "An operator is needed only where nothing else can know, and is told what stands wrong.", _needs_operator
    ),
    Invariant(11, "Locks are held as long as an attempt has not ended, and no longer.", _locked),
    Invariant(12, "A lock has one holder at a time.", _one_holder),
    Invariant(13, "Nothing goes forward after its lease, and nothing is sent once somebody has taken over.", _leased),
    Invariant(14, "No event holds a secret.", _secret),
    Invariant(15, "What has ended sends no call.", _still),
    Invariant(17, "What ran is what was approved.", _approved),
    Invariant(18, "Every call goes where the plan says.", _where),
    Invariant(19, "What was refused has changed nothing.", _refused),
)
"""The numbers are for ever; 16, that the index is what the register says, is the index's own to check."""
