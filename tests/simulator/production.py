"""Production as one life of a process sees it: instants at which something may happen, calls that go well or wrong, time."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from changectl.engine.world import Admit
from changectl.errors import CallNotDone, CallUnknown, NotSignedIn, Unreachable
from changectl.model.change import Fate
from changectl.model.history import Effect, Overwritten
from changectl.model.resource import Call
from tests.simulator.aws import ONCE, UNSAID, body
from tests.simulator.disturbances import ANSWER, LASTING, Stranger, chosen
from tests.simulator.kinds import SETTLE
from tests.simulator.state import EFFECTS, EPOCH, TOYS, State, change_of, recovered

LONG = 3_000
"""Instants after which a history is said never to end."""


class NeverEnds(Exception):
    """A history that has gone on for longer than any should."""


class Production:
    """`watch` is called at each instant at which the process could be killed; `told` hears what happens."""

    def __init__(self, state: State, watch: "Callable[[Any], None] | None" = None) -> None:
        self.state = state
        self.watch = watch
        self.told: Callable[[str], None] | None = None
        self.memory, self.fresh = recovered(state)
        self.tail: list[tuple[int, float | None]] = []
        self.called_at = state.called_at
        self.stops, self.patience, self.turn = 0, 3, 0
        self.last_read: dict[str, int] = {}
        self.dirty = True
        self.flying: Call | None = None
        state.early |= self._early()

    def tick(self, what: str = "", *, changed: bool = True) -> None:
        """An instant: a stranger may come, a person may ask to stop, we may be killed."""
        state = self.state
        state.ticks += 1
        if state.ticks > LONG:
            raise NeverEnds
        self.dirty = self.dirty or changed
        if self.told is not None and what:
            self.told(what)
        for stranger in state.disturbance.strangers:
            if stranger.tick == state.ticks:
                self.arrive(stranger)
        for instant, times in state.disturbance.stops:
            if instant == state.ticks:
                self.stops = times
        if self.watch is not None:
            self.watch(self)

    def arrive(self, stranger: Stranger) -> None:
        """Somebody else writes something."""
        if not stranger.write(self.state.aws):
            return
        self.dirty = True
        if self.told is not None:
            self.told(f"a stranger writes {stranger.value!r} to {stranger.path}")
        value = stranger.value if stranger.member else None
        if not stranger.member:  # with a toy goes all that was ever written to it
            self.state.strangers = tuple(
                each for each in self.state.strangers if not each[0].startswith(f"{stranger.toy} ")
            )
        left = _all_of(stranger.toy, self.state.aws.now[stranger.toy]) if stranger.anew else {stranger.path: value}
        for path, value in left.items():
            self.state.strangers = _put(self.state.strangers, path, value)
            self.state.marks = _put(self.state.marks, path, value)
        self.state.early = self.state.early.difference(left) | self._early()
        self.state.excuse = self.state.excuse or "a stranger"

    def _early(self) -> set[str]:
        """What strangers have written to toys whose making this process does not know to be done.

        And to what a call that nobody can foretell may have written, before it was read what that was.
        """
        change, new, done, unsaid = change_of(self.memory), set[str](), set[str](), set[str]()
        for sent in change.calls:
            over = sent.started.step in change.left_by if sent.started.step else change.restore_done
            (done if over else new).update(str(ref) for ref in (*sent.made, *sent.started.creates))
            members = () if over else UNSAID.get(sent.started.operation, ())
            unsaid.update(f"{facet.ref} {member}" for facet in sent.started.facets for member in members)
        toys = {path.partition(" ")[0] for path, _ in self.state.marks}
        early = {toy for toy in toys if toy in new or (toy not in TOYS and toy not in done)}
        return {path for path, _ in self.state.marks if path in unsaid or path.partition(" ")[0] in early}

    def ask(self, call: Call) -> Mapping[str, Any]:
        """A reading call, as old as it may be."""
        state = self.state
        fault = next((what for n, what in state.disturbance.reads if n == state.reads), "")
        state.reads += 1
        if fault:
            state.excuse = state.excuse or "production cannot be read"
            self.tick(f"reading {call.params} fails: {fault}")
            match fault:
                case "unreachable":
                    raise Unreachable("AWS does not answer")
                case "expired":
                    raise NotSignedIn("the credentials have expired")
                case _:
                    raise CallNotDone("you may not read this", code="AccessDenied")
        if call.operation == "GetBell":
            raise CallNotDone("nobody can read a bell", code="InvalidAction")
        try:
            spelled, seen, answer = state.aws.read(call, self._chosen)
            self.last_read[spelled] = seen
        except CallNotDone:
            spelled = f"{call.operation.removeprefix('Get').lower()}/{call.params.get('Name')}"
            self.last_read[spelled] = 0
            self.tick(f"{spelled} is read as gone", changed=False)
            raise
        self.tick(f"{spelled} is read as {body(seen)}" if self.told else "", changed=False)
        return answer

    def _chosen(self, states: int) -> int:
        self.turn += 1
        return chosen(self.state.disturbance.reader, self.turn, states)

    def send(self, call: Call, admit: Admit) -> Mapping[str, Any]:
        """One call that changes production, as it goes well or wrong."""
        admit(call)
        state = self.state
        fault = next((what for n, what in state.disturbance.calls if n == state.sends), "")
        state.sends += 1
        self.flying = call
        self.tick(f"{call.operation} {dict(call.params)} goes out" + (f", and {fault}" if fault else ""))
        self.flying = None
        if fault in LASTING:
            state.excuse = state.excuse or f"a call is {fault}"
        match fault:
            case "":
                return self._answered(call)
            case "throttled":
                raise CallNotDone("slower, please", code="Throttling", again=True)
            case "never sent":
                raise CallNotDone("there is no way to AWS", code="EndpointConnectionError", again=True)
            case "refused":
                raise CallNotDone("you may not", code="AccessDenied")
            case "expired":
                raise NotSignedIn("the credentials have expired")
            case "5xx before":
                raise CallUnknown("internal error")
            case "timeout before":
                self.wait(ANSWER)
                raise CallUnknown("not answered")
            case "late" | "late timeout":
                self.fly(call)
                if fault == "late timeout":
                    self.wait(SETTLE / 2)
                raise CallUnknown("not answered")
            case _:
                self._lost(call)
                if fault == "timeout after":
                    self.wait(ANSWER)
                raise CallUnknown("not answered")

    def fly(self, call: Call) -> None:
        """It is on its way: its effect comes later, and is seen by all before a settling has passed."""
        aws = self.state.aws
        due, until = aws.seconds + SETTLE / 2, aws.seconds + SETTLE
        number = self._number(call)
        aws.late = (*aws.late, (due, until, -1 if number is None else number, call))

    def _answered(self, call: Call) -> Mapping[str, Any]:
        try:
            return self._effect(call, self._number(call))
        finally:
            self.tick("  it has its effect, or is refused")

    def _lost(self, call: Call) -> None:
        with suppress(CallNotDone):
            self._effect(call, self._number(call))
        self.tick("  it has its effect, or is refused, and no answer comes")

    def _number(self, call: Call) -> int | None:
        """The number of the record of a call, as it stands just before it."""
        calls = change_of(self.memory).calls
        started = calls[-1].started if calls and calls[-1].fate is Fate.OPEN else None
        fits = started is not None and (started.operation, started.params) == (call.operation, call.params)
        return started.number if started is not None and fits else None

    def _effect(self, call: Call, number: int | None, until: float | None = None) -> Mapping[str, Any]:
        state, aws = self.state, self.state.aws
        before, rung = dict(aws.now), aws.rung
        try:
            spelled, answer = aws.write(call, until)
        except CallNotDone as refused:
            if refused.code == "AccessDenied":
                state.excuse = state.excuse or "AWS says no"
            raise
        if before == aws.now and rung == aws.rung and call.operation != "Ring":
            return answer
        change = change_of(self.memory)
        forward = not change.rollback
        over = bool(state.disturbance.lease and state.holds >= state.disturbance.lease)
        taken = bool(state.disturbance.taken and state.holds >= state.disturbance.taken)
        synced = number is not None and number < len(change_of(state.journal).calls)
        state.effects = EFFECTS.after(
            state.effects,
            Effect(
                number,
                call.operation,
                once=call.operation in ONCE and not self._undone(spelled),
                intended=synced or not forward or (until is not None and number is not None),
                begun=state.begun,
                held=not (forward and over),
                visible=not taken or until is not None,
            ),
        )
        self._overwrite(spelled, before.get(spelled, 0), late=until is not None)
        return answer

    def _undone(self, spelled: str) -> bool:
        """Whether somebody else removed what a call of ours had made, and with it all that could have told us of it."""
        kind, _, _ = spelled.partition("/")
        return any(path.startswith(f"{kind}/") and value is None for path, value in self.state.strangers)

    def _overwrite(self, spelled: str, was: int, *, late: bool) -> None:
        """What a call of ours took away from strangers; what was read after it went out did not decide on it."""
        state = self.state
        seen = self.last_read.get(spelled, -1)
        for path, value in state.marks:
            if path.partition(" ")[0] != spelled or value is None:
                continue
            now = state.aws.now.get(spelled, 0)
            if _at(was, path) == value and _at(now, path) != value:
                known = seen >= 0 and _at(seen, path) == value and body(seen).get("Born") == body(was).get("Born")
                saw = not late and known and path not in state.early
                lost = Overwritten(path, value, saw, spelled.startswith("lamp/"))
                state.overwritten = (*state.overwritten, lost)
                state.marks = tuple(mark for mark in state.marks if mark[0] != path)

    def now(self) -> datetime:
        """The time of day."""
        return EPOCH + timedelta(seconds=self.state.aws.seconds)

    def monotonic(self) -> float:
        """Seconds."""
        return self.state.aws.seconds

    def wait(self, seconds: float) -> None:
        """Time passes; what is late arrives."""
        aws = self.state.aws
        until = aws.seconds + seconds
        while aws.late and min(due for due, *_ in aws.late) <= until:
            first = min(aws.late, key=lambda late: late[0])
            aws.late = tuple(late for late in aws.late if late is not first)
            due, seen, number, call = first
            aws.seconds = max(aws.seconds, due)
            try:
                self._effect(call, number if number >= 0 else None, seen)
                self.tick(f"{call.operation} {dict(call.params)} has its effect at last")
            except CallNotDone:
                pass
        aws.seconds = until
        self.tick(f"{seconds:g} s pass")


def _put(pairs: tuple[tuple[str, str | None], ...], path: str, value: str | None) -> tuple[tuple[str, str | None], ...]:
    return tuple(sorted(({**dict(pairs), path: value}).items()))


def _all_of(spelled: str, toy: int) -> dict[str, str | None]:
    """Each path of a toy with plain members, and its value."""
    return {f"{spelled} {member}": value for member, value in body(toy).items()}


def _at(toy: int, path: str) -> Any:
    if not toy:
        return None
    _, member, *item = path.split(" ")
    found = body(toy).get(member)
    return found.get(item[0]) if item and isinstance(found, dict) else found
