"""What is recorded, held against what is promised: each function gives what shows that one promise is broken. Pure."""

from collections.abc import Iterator

from changectl.model import events as e
from changectl.model.change import Fate
from changectl.model.entry import Entry
from changectl.model.history import Facts


def once(facts: Facts) -> Iterator[str]:
    """Where something was done twice, or was said to be done and then not."""
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


def recorded_first(facts: Facts) -> Iterator[str]:
    """Where something was sent before it was recorded."""
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


def belongs(facts: Facts) -> Iterator[str]:
    """Where an effect belongs to no call, or a call to no step."""
    for attempt in facts.attempts:
        if [call.number for call in attempt.calls] != list(range(len(attempt.calls))):
            yield f"the calls of attempt {attempt.number} are not numbered one after the other"
        for n, call in attempt.placed_calls:
            if call.step and not attempt.began_step(call.step, n):
                yield f"call {call.number} of attempt {attempt.number} belongs to step {call.step}, which had not begun"
    for effect in facts.effects:
        if effect.number is None:
            yield f"{effect.operation} had an effect that no call of the change caused"
    numbers = [effect.number for effect in facts.effects if facts.history.complete]  # else two lives may count alike
    for number in sorted({n for n in numbers if n is not None and numbers.count(n) > 1}):
        yield f"call {number} had its effect {numbers.count(number)} times"


def registered_once(facts: Facts) -> Iterator[str]:
    """Where an event is there twice, or two are there in its place."""
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


def kept(facts: Facts) -> Iterator[str]:
    """Where the register lacks what it acknowledged."""
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


def one_holder(facts: Facts) -> Iterator[str]:
    """Where a lock had two holders."""
    epochs: dict[tuple[str, int], int] = {}
    for attempt in facts.attempts:
        for event in attempt.events:
            for epoch in event.epochs if isinstance(event, e.LocksHeld) else ():
                if epochs.setdefault(epoch, attempt.number) != attempt.number:
                    yield f"attempts {epochs[epoch]} and {attempt.number} held {epoch[0]} in the same epoch {epoch[1]}"


def secret(facts: Facts) -> Iterator[str]:
    """Where an event holds a secret."""
    for entry in facts.history.entries if facts.history.secrets else ():
        if any(secret in repr(entry) for secret in facts.history.secrets):
            yield f"an event of attempt {entry.attempt} of {entry.at} holds a secret"


def approved(facts: Facts) -> Iterator[str]:
    """Where something else ran than was approved."""
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


def where(facts: Facts) -> Iterator[str]:
    """Where a call went elsewhere."""
    for attempt in facts.attempts:
        for call in attempt.calls:
            if attempt.begun is None:
                continue
            regions = {attempt.begun.region, *(facet.ref.region for facet in attempt.begun.facets)}
            if call.region and call.region not in regions:
                yield f"call {call.number} of attempt {attempt.number} went to {call.region}, where the plan changes nothing"
            if any(facet.ref.region not in ("", call.region) for facet in call.facets if call.region):
                yield f"call {call.number} of attempt {attempt.number} went to {call.region}, and its settings are elsewhere"
