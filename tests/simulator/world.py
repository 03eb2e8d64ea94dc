"""The World of the simulator: one life of a process over a state, as the engine takes it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from changectl.engine.asking import Eyes
from changectl.engine.effects import rows
from changectl.engine.world import Ground, World
from changectl.errors import CannotRecord, LeaseOver, Locked, RemoteNeeded, TakenOver
from changectl.model import events as e
from changectl.model.change import Change
from changectl.model.durable import can_wait
from changectl.model.resource import Body
from tests.simulator.aws import body
from tests.simulator.kinds import ACTIONS, KINDS, PROBES
from tests.simulator.production import Production
from tests.simulator.state import JOURNALS, REMOTES, change_of, stamp
from tests.simulator.vault import VAULT

ROWS = rows(KINDS)


@dataclass(frozen=True)
class _Answer:
    status: int


class Life(Production):
    """One life: its disk, its remote, the people around it."""

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
