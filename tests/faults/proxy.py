"""A proxy in front of an AWS endpoint that does to each call what its script says, and writes down what it did."""

import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPException
from typing import assert_never

from tests.faults import fault as f
from tests.faults.asking import Asked, asked
from tests.faults.line import Line, Request
from tests.faults.script import Rule, Script
from tests.faults.serving import serving
from tests.faults.spelling import Answer, Refusal, refusal


@dataclass
class Call:
    """A call that came: its number, how many changes came up to it, what it asks, and what was done to it."""

    number: int
    write: int
    asked: Asked
    did: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        sort = "read" if self.asked.reads else f"write {self.write}"
        return f"{self.number:4}  {self.asked}  {sort}  {', '.join(self.did) or 'passed'}"


AS_IT_IS = Script()


class Proxy:
    """Where it answers, what came, and what is to be done to what comes. Threads may share it."""

    def __init__(self, to: str, told: Callable[[Call], object] = lambda call: None) -> None:
        self.to = to
        self.endpoint = ""
        self.calls: list[Call] = []
        self._told = told
        self._lock = threading.Condition()
        self._closing = threading.Event()
        self._known: dict[str, Answer] = {}
        self._stale: list[_Window] = []
        self._late = 0
        self.play()

    def play(self, script: Script = AS_IT_IS) -> None:
        """From here on by this script, whose calls are counted anew; what was remembered of reads is forgotten."""
        with self._lock:
            self.calls, self._rules, self._met = [], script.rules, [0] * len(script.rules)
            self._dice = random.Random(script.seed)
            self._known, self._stale = {}, []

    def wait_until_delivered(self, patience: float = 30.0) -> None:
        """Until AWS has had every call that was held back. Raises TimeoutError."""
        with self._lock:
            if not self._lock.wait_for(lambda: not self._late, patience):
                raise TimeoutError(f"{self._late} calls are held back still")

    def close(self) -> None:
        """Nothing waits any longer, and nothing more is passed on late."""
        self._closing.set()

    def meet(self, line: Line) -> None:
        """One request, from its head to whatever becomes of it."""
        request = line.request()
        call, faults = self._seen(asked(request.method, request.target, request.headers, request.body))
        try:
            self._do(call, faults, request, line)
        except (OSError, HTTPException) as error:
            call.did.append(f"not passed on: {error}")
            line.hang_up()
        finally:
            self._told(call)

    def _seen(self, what: Asked) -> tuple[Call, list[f.Fault]]:
        with self._lock:
            write = (self.calls[-1].write if self.calls else 0) + (not what.reads)
            call = Call(len(self.calls) + 1, write, what)
            self.calls.append(call)
            faults = [rule.fault for n, rule in enumerate(self._rules) if self._meets(n, rule, call)]
        return call, faults

    def _meets(self, place: int, rule: Rule, call: Call) -> bool:
        if rule.times and self._met[place] >= rule.times:
            return False
        wanted = rule.wants(call.number, call.write, call.asked, self._dice)
        self._met[place] += wanted
        return wanted

    def _do(self, call: Call, faults: list[f.Fault], request: Request, line: Line) -> None:
        for slow in (each for each in faults if isinstance(each, f.Latency)):
            call.did.append(f"{slow.seconds} s later")
            self._closing.wait(slow.seconds)
        for window in (each for each in faults if isinstance(each, f.Stale)):
            self._open(window)
            call.did.append("stale from here on")
        deciding = [each for each in faults if not isinstance(each, f.Latency | f.Stale)]
        self._decide(deciding[0] if deciding else None, call, request, line)

    def _decide(self, fault: f.Fault | None, call: Call, request: Request, line: Line) -> None:
        if fault is not None:
            call.did.append(_said(fault))
        match fault:
            case None | f.Latency() | f.Stale():
                line.answer(self._read_or_passed(call, request))
            case f.Throttled():
                line.answer(refusal(call.asked, Refusal.THROTTLED))
            case f.Denied(code, status):
                line.answer(refusal(call.asked, Refusal.DENIED, status, code))
            case f.Expired():
                line.answer(refusal(call.asked, Refusal.EXPIRED))
            case f.Broken(after, status):
                if after:
                    request.passed_on(self.to)
                line.answer(refusal(call.asked, Refusal.BROKEN, status))
            case f.Silent(after):
                if after:
                    request.passed_on(self.to)
                line.wait_until_gone()
            case f.Reset(after):
                if after:
                    request.passed_on(self.to)
                line.reset()
            case f.Cut():
                line.cut(request.passed_on(self.to))
            case f.Late(seconds):
                self._deliver_late(seconds, request, line)
            case f.Meanwhile(before, after, lost):
                self._meanwhile(before, after, lost, call, request, line)
            case _:
                assert_never(fault)

    def _read_or_passed(self, call: Call, request: Request) -> Answer:
        same = call.asked.same
        if call.asked.reads and (old := self._old(call.asked)) is not None:
            call.did.append("stale")
            return old
        answer = request.passed_on(self.to)
        if call.asked.reads and answer.status == 200:
            with self._lock:
                self._known[same] = answer
        return answer

    def _open(self, stale: f.Stale) -> None:
        until = time.monotonic() + stale.seconds if stale.seconds else float("inf")
        with self._lock:
            self._stale.append(_Window(dict(self._known), stale.reads or 1 << 30, until, stale.service))

    def _old(self, what: Asked) -> Answer | None:
        with self._lock:
            for window in self._stale:
                if (old := window.answer(what)) is not None:
                    return old
        return None

    def _deliver_late(self, seconds: float, request: Request, line: Line) -> None:
        with self._lock:
            self._late += 1
        try:
            line.wait_until_gone()
            if not self._closing.wait(seconds):
                request.passed_on(self.to)
        finally:
            with self._lock:
                self._late -= 1
                self._lock.notify_all()

    def _meanwhile(
        self,
        before: Callable[[], object] | None,
        after: Callable[[], object] | None,
        lost: bool,
        call: Call,
        request: Request,
        line: Line,
    ) -> None:
        if before is not None:
            before()
        if lost:
            line.hang_up()
            return
        answer = self._read_or_passed(call, request)
        if after is not None:
            after()
        line.answer(answer)


@dataclass
class _Window:
    """A time in which reads are answered as they were when it began."""

    known: dict[str, Answer]
    reads: int
    until: float
    service: str

    def answer(self, what: Asked) -> Answer | None:
        """The old answer, one read of the window being spent; None where there is none, or it is over."""
        if self.reads <= 0 or time.monotonic() > self.until or (self.service and what.service != self.service):
            return None
        old = self.known.get(what.same)
        self.reads -= old is not None
        return old


def _said(fault: f.Fault) -> str:
    after = " after it was done" if getattr(fault, "after", None) is True else ""
    name = type(fault).__name__.lower()
    return f"{fault.seconds} s late" if isinstance(fault, f.Late) else f"{name}{after}"


@contextmanager
def standing_before(
    to: str, script: Script = AS_IT_IS, told: Callable[[Call], object] = lambda call: None, port: int = 0
) -> Iterator[Proxy]:
    """A proxy on loopback for as long as this lasts; every thread and connection of it is gone afterwards."""
    proxy = Proxy(to, told)
    proxy.play(script)
    with serving(proxy.meet, port) as server:
        proxy.endpoint = server.endpoint
        try:
            yield proxy
        finally:
            proxy.close()
