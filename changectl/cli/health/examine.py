"""Looking at many things side by side, none of which can hang the doctor or break off the examination."""

import queue
import threading
import time
from collections.abc import Callable, Sequence

from changectl.errors import ChangectlError
from changectl.model.diagnosis import Diagnosis, unknown
from changectl.model.frozen import dataclass

PATIENCE = 40.0
"""Seconds for all that is looked at side by side: git waits 15 for its remote, AWS is asked three times within 30."""

Look = Callable[[], Sequence[Diagnosis]]


@dataclass(frozen=True, slots=True)
class Examination:
    """One thing to look at. What breaks it off is told under its name."""

    name: str
    look: Look


def examined(
    examinations: Sequence[Examination], patience: float = PATIENCE, now: Callable[[], float] = time.monotonic
) -> tuple[Diagnosis, ...]:
    """What was found, in the order of the examinations. Never raises; what took too long or broke is unknown."""
    answers: list[queue.SimpleQueue[Sequence[Diagnosis]]] = [queue.SimpleQueue() for _ in examinations]
    for each, answer in zip(examinations, answers, strict=True):
        # daemons: one that hangs in a name lookup must not keep the process from ending
        threading.Thread(target=lambda e=each, a=answer: a.put(_told(e)), daemon=True).start()
    until = now() + patience
    found: list[Diagnosis] = []
    for each, answer in zip(examinations, answers, strict=True):
        try:
            found += answer.get(timeout=max(0.0, until - now()))
        except queue.Empty:
            found.append(unknown(each.name, f"it took longer than {patience:g} s"))
    return tuple(found)


def _told(each: Examination) -> Sequence[Diagnosis]:
    try:
        return each.look()
    except ChangectlError as why:
        return (unknown(each.name, why.sentence, why.hint),)
    except Exception as why:  # noqa: BLE001 - one examination that breaks must not hide what the others found
        return (unknown(each.name, f"it could not be looked at: {type(why).__name__}: {why}"),)
