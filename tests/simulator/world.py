"""The World of the simulator: everything that outlives a process, and one life of a process over it."""

from collections.abc import Callable, Iterable, Mapping
from copy import copy
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from changectl.engine.asking import Eyes
from changectl.engine.effects import rows
from changectl.engine.world import Admit, Ground, World
from changectl.errors import (
    CallNotDone,
    CallUnknown,
    CannotRecord,
    LeaseOver,
    Locked,
    NotSignedIn,
    RemoteNeeded,
    TakenOver,
    Unreachable,
)
from changectl.model import events as e
from changectl.model.change import Change
from changectl.model.durable import can_wait
from changectl.model.fold import evolve
from changectl.model.invariants import Effect, Overwritten
from changectl.model.resource import Body, Call
from tests.simulator.aws import ONCE, Aws, body
from tests.simulator.disturbances import ANSWER, LASTING, Disturbance, Stranger, chosen
from tests.simulator.kinds import ACTIONS, KINDS, PROBES, SETTLE
from tests.simulator.trie import Trie
from tests.simulator.vault import VAULT

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
JOURNALS: Trie[e.Event] = Trie()
REMOTES: Trie[e.Event] = Trie()
EFFECTS: Trie[Effect] = Trie()
CHANGES: dict[int, Change] = {0: Change(attempt=1)}
ROWS = rows(KINDS)
LONG = 3_000
"""Instants after which a history is said never to end."""


class NeverEnds(Exception):
    """A history that has gone on for longer than any should."""


def change_of(journal: int) -> Change:
    """What a journal adds up to."""
    unknown = []
    while (found := CHANGES.get(journal)) is None:
        unknown.append(journal)
        journal = JOURNALS.parent(journal)
    for longer in reversed(unknown):
        event = JOURNALS.last(longer)
        found = evolve(found, event)
        if isinstance(event, e.Begun):
            found = replace(found, began_at=stamp(0.0))
        CHANGES[longer] = found
    return found


def stamp(seconds: float) -> str:
    """The time of day as an entry has it."""
    return (EPOCH + timedelta(seconds=seconds)).isoformat(timespec="microseconds").replace("+00:00", "Z")


@dataclass
class State:
    """Everything that outlives a process: production, the disk, the remote, what is still to go wrong, and the truth so far."""

    aws: Aws
    disturbance: Disturbance = Disturbance()
    journal: int = 0
    called_at: float | None = None
    remote: int = 0
    locked: bool = False
    begun: bool = False
    sends: int = 0
    reads: int = 0
    pushes: int = 0
    holds: int = 0
    writes: int = 0
    ticks: int = 0
    red: Mapping[str, int] = field(default_factory=dict)
    valves: frozenset[str] = frozenset()
    answers: Mapping[str, str | None] = field(default_factory=dict)
    effects: int = 0
    overwritten: tuple[Overwritten, ...] = ()
    marks: tuple[tuple[str, str | None], ...] = ()
    strangers: tuple[tuple[str, str | None], ...] = ()
    excuse: str = ""
    rewritten: bool = False
    gaps: bool = False

    def copy(self, **differently: Any) -> "State":
        """The same, to go another way from here."""
        twin = copy(self)
        twin.aws = self.aws.copy()
        for name, value in differently.items():
            setattr(twin, name, value)
        return twin

    def pending(self) -> bool:
        """Whether something that is numbered or has its instant is still to go wrong."""
        d = self.disturbance
        return bool(
            any(n >= self.sends for n, _ in d.calls)
            or any(n >= self.reads for n, _ in d.reads)
            or any(n >= self.pushes for n, _ in d.pushes)
            or any(each.tick > self.ticks for each in d.strangers)
            or any(tick > self.ticks for tick, _ in d.stops)
            or d.lease > self.holds
            or d.taken > self.holds
            or d.full > self.writes
        )

    def key(self, journal: int, called_at: float | None) -> tuple[Any, ...]:
        """All that decides how it goes on after a crash; the same key, the same future."""
        d, seconds = self.disturbance, self.aws.seconds
        ago = None if called_at is None else min(round(seconds - called_at, 3), ANSWER)
        left = (
            tuple((n - self.sends, what) for n, what in d.calls if n >= self.sends),
            tuple((n - self.reads, what) for n, what in d.reads if n >= self.reads),
            tuple((n - self.pushes, what) for n, what in d.pushes if n >= self.pushes),
            tuple((s.tick - self.ticks, s) for s in d.strangers if s.tick > self.ticks),
            tuple((tick - self.ticks, n) for tick, n in d.stops if tick > self.ticks),
            d.full and max(d.full - self.writes, -1),
            d.lease and max(d.lease - self.holds, 0),
            d.taken and max(d.taken - self.holds, 0),
        )
        return (
            journal, ago, self.aws.key(old=d.reader != "fresh"), self.remote, self.locked, self.begun, self.valves, self.effects, self.overwritten,
            self.marks, self.strangers, self.excuse, self.rewritten, self.gaps, left, d.reader,
        )  # fmt: skip


@dataclass(frozen=True)
class _Answer:
    status: int


class Life:
    """One life of a process over a state. `watch` is called at each instant at which it could be killed."""

    def __init__(self, state: State, watch: Callable[["Life"], None] | None = None) -> None:
        self.state = state
        self.watch = watch
        self.memory, self.fresh = _recovered(state)
        self.tail: list[tuple[int, float | None]] = []
        self.called_at = state.called_at
        self.stops = 0
        self.patience = 3
        self.turn = 0
        self.last_read: dict[str, tuple[int, float]] = {}
        self.dirty = True
        self.flying: Call | None = None
        self.told: Callable[[str], None] | None = None

    # Instants

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
        self.state.strangers = _put(self.state.strangers, stranger.path, stranger.value)
        self.state.marks = _put(self.state.marks, stranger.path, stranger.value)
        self.state.excuse = self.state.excuse or "a stranger"

    # The disk

    def record(self, event: e.Event) -> None:
        """In memory in any case; on the disk at once, or with the next that must be."""
        state = self.state
        state.writes += 1
        self.memory = JOURNALS.after(self.memory, event)
        if isinstance(event, e.CallStarted | e.CallDone | e.CallUnknown):
            self.called_at = state.aws.seconds
        if not isinstance(event, e.Published):
            self.fresh = (*self.fresh, event)
        if state.disturbance.full and state.writes >= state.disturbance.full:
            state.gaps = True
            self.tick(f"cannot record {event}")
            raise CannotRecord("no space left on device")
        last = self.tail[-1][0] if self.tail else state.journal
        written = JOURNALS.after(last, event), self.called_at
        if can_wait(event):
            self.tail.append(written)
        else:
            state.journal, state.called_at = written
            self.tail.clear()
        self.tick(str(event))

    def keep(self, body: Body) -> str:
        """Under a number of its own; the same body, the same number."""
        self.state.writes += 1
        if self.state.disturbance.full and self.state.writes >= self.state.disturbance.full:
            raise CannotRecord("no space left on device")
        self.tick(changed=False)
        return VAULT.keep(body)

    def fetch(self, digest: str) -> Body:
        """As it was kept."""
        return VAULT.fetch(digest)

    def leftovers(self) -> list[tuple[int, float | None]]:
        """Every journal that a power cut can leave now."""
        return [(self.state.journal, self.state.called_at), *self.tail]

    # AWS

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
            self.last_read[spelled] = seen, state.aws.seconds
        except CallNotDone:
            spelled = f"{call.operation.removeprefix('Get').lower()}/{call.params.get('Name')}"
            self.last_read[spelled] = 0, state.aws.seconds
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
        try:
            self._effect(call, self._number(call))
        except CallNotDone:
            pass
        self.tick("  it has its effect, or is refused, and no answer comes")

    def _number(self, call: Call) -> int | None:
        """The number of the record of a call, as it stands just before it."""
        started = JOURNALS.last(self.memory) if self.memory else None
        fits = isinstance(started, e.CallStarted) and started.operation == call.operation and started.params == call.params
        return started.number if fits and isinstance(started, e.CallStarted) else None

    def _effect(self, call: Call, number: int | None, until: float | None = None) -> Mapping[str, Any]:
        state, aws = self.state, self.state.aws
        before, rung, made = dict(aws.now), aws.rung, aws.made
        try:
            spelled, answer = aws.write(call, until)
        except CallNotDone as refused:
            if refused.code == "AccessDenied":
                state.excuse = state.excuse or "AWS says no"
            raise
        if before == aws.now and rung == aws.rung and call.operation != "Ring":
            return answer
        del made
        change = change_of(self.memory)
        forward = not change.rollback
        over = bool(state.disturbance.lease and state.holds >= state.disturbance.lease)
        taken = bool(state.disturbance.taken and state.holds >= state.disturbance.taken)
        synced = state.journal == self.memory and not self.tail
        state.effects = EFFECTS.after(
            state.effects,
            Effect(
                number,
                call.operation,
                once=call.operation in ONCE,
                intended=synced or not forward or until is not None,
                begun=state.begun,
                held=not (forward and over),
                visible=not taken or until is not None,
            ),
        )
        self._overwrite(spelled, before.get(spelled, 0))
        return answer

    def _overwrite(self, spelled: str, was: int) -> None:
        """What a call of ours took away from strangers."""
        state = self.state
        seen, _ = self.last_read.get(spelled, (-1, 0.0))
        for path, value in state.marks:
            if path.partition(" ")[0] != spelled or value is None:
                continue
            now = state.aws.now.get(spelled, 0)
            if _at(was, path) == value and _at(now, path) != value:
                saw = seen >= 0 and _at(seen, path) == value
                lost = Overwritten(path, value, saw, spelled.startswith("lamp/"))
                state.overwritten = (*state.overwritten, lost)
                state.marks = tuple(mark for mark in state.marks if mark[0] != path)

    # The clock

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

    # The remote

    def _pushed(self) -> str:
        state = self.state
        fault = next((what for n, what in state.disturbance.pushes if n == state.pushes), "")
        state.pushes += 1
        self.tick("pushing" + (f": {fault}" if fault else ""))
        return fault

    def _publish(self) -> None:
        for event in self.fresh:
            self.state.remote = REMOTES.after(self.state.remote, event)
        self.fresh = ()

    def take_locks(self) -> tuple[tuple[str, int], ...]:
        """Begin and locks in one push."""
        fault = self._pushed()
        if fault == "locked":
            raise Locked("another change has it")
        if fault == "offline":
            raise RemoteNeeded("the remote does not answer")
        self._publish()
        self.state.locked = self.state.begun = True
        self.tick("the remote has the begin and the locks")
        if fault:
            raise RemoteNeeded("the remote does not answer")
        return (("lock", 1),)

    def publish(self) -> str:
        """The end, and the locks are free, in one push."""
        fault = self._pushed()
        if fault in ("offline", "locked"):
            raise RemoteNeeded("the remote does not answer")
        self._publish()
        self.state.locked = change_of(self.memory).closed is None
        self.tick("the remote has all of it")
        if fault:
            raise RemoteNeeded("the remote does not answer")
        return "tip"

    def hold(self, seconds: float) -> None:
        """Whether the lease is good for so long."""
        state = self.state
        state.holds += 1
        if state.disturbance.taken and state.holds >= state.disturbance.taken:
            state.excuse = state.excuse or "somebody took over"
            self.tick("somebody has taken over")
            raise TakenOver("somebody else has taken over")
        if state.disturbance.lease and state.holds >= state.disturbance.lease:
            state.excuse = state.excuse or "the lease is over"
            self.tick("the lease is over")
            raise LeaseOver("the lease cannot be renewed")

    # People and what lies outside

    def http(self, method: str, url: str, timeout: timedelta) -> Any:
        """As `red` says; a bell is heard, and a lid is looked at."""
        self.tick(f"{url} is asked", changed=False)
        if url == "bell":
            return _Answer(200 if self.state.aws.rung else 503)
        if url == "no bell":
            return _Answer(503 if self.state.aws.rung else 200)
        if url == "not locked":
            return _Answer(503 if body(self.state.aws.now.get("box/a", 0)).get("Lid") == "locked" else 200)
        return _Answer(self.state.red.get(url, 200))

    def command(self, *_: object) -> Any:
        """No plan of the simulator starts one."""
        raise AssertionError("no plan of the simulator starts a command")

    def answer(self, question: str, options: tuple[str, ...], meanwhile: Callable[[], None]) -> str | None:
        """A person who does as asked: `open x`, `close x`; or answers as `answers` says of the last word."""
        self.tick(f"asked: {question!r}")
        state, lines = self.state, question.splitlines()
        if len(lines) < 2 or len(lines[1].split()) != 2:
            self.patience -= options[:1] == ("try again",)
            default = options[0] if self.patience > 0 else "go back" if "go back" in options else options[-1]
            return state.answers.get("", default)
        verb, valve = lines[1].split()
        answer = state.answers.get(f"{verb} {valve}", options[0])
        if answer in ("done", "taken back"):
            closes = "taken back" in options or verb == "close"
            state.valves = state.valves - {valve} if closes else state.valves | {valve}
        self.tick(f"answered: {answer}")
        return answer

    def world(self) -> World:
        """As the engine takes it."""
        eyes = Eyes(self.ask, lambda thunks: [thunk() for thunk in thunks], "123456789012")
        return World(
            ground=Ground(KINDS, ACTIONS, PROBES, ROWS, eyes, "here"),
            send=self.send,
            clock=self,
            record=self.record,
            vault=self,
            take_locks=self.take_locks,
            publish=self.publish,
            announce=lambda event: None,
            ask=self.answer,
            stop=lambda: self.stops,
            secret=lambda name: name,
            outside=self,
            redact=lambda call: dict(call.params),
            token=lambda call: "ClientToken" if call.operation == "CreateTicket" else "",
            hold=self.hold,
        )

    def change(self) -> Change:
        """The change as its journal tells it."""
        change = change_of(self.memory)
        return change if self.called_at is None else replace(change, called_at=stamp(self.called_at))


def _recovered(state: State) -> tuple[int, tuple[e.Event, ...]]:
    """The journal as a new process finds it, what the register alone has of it included; and what that has not been told."""
    mine = [event for event in JOURNALS.items(state.journal) if not isinstance(event, e.Published)]
    theirs = REMOTES.items(state.remote)
    if list(theirs) == mine[: len(theirs)]:
        return state.journal, tuple(mine[len(theirs) :])
    if not is_part(mine, theirs):
        state.rewritten = not state.gaps
        return state.journal, ()
    rest = theirs[len(mine) :] if list(theirs[: len(mine)]) == mine else ()
    for event in rest:
        if isinstance(event, e.Closed | e.RollbackWanted | e.TakenUp):
            state.journal = JOURNALS.after(state.journal, event)
    return state.journal, ()


def is_part(some: Iterable[e.Event], whole: Iterable[e.Event]) -> bool:
    """Whether some events are all among others, in their order."""
    rest = iter(whole)
    return all(event in rest for event in some)


def _put(pairs: tuple[tuple[str, str | None], ...], path: str, value: str | None) -> tuple[tuple[str, str | None], ...]:
    return tuple(sorted(({**dict(pairs), path: value}).items()))


def _at(toy: int, path: str) -> Any:
    if not toy:
        return None
    _, member, *item = path.split(" ")
    found = body(toy).get(member)
    return found.get(item[0]) if item and isinstance(found, dict) else found
