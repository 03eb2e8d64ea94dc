"""The ways out where a change needs an operator: which of them are open, and what taking one makes of it. Pure."""

from dataclasses import replace

from changectl.model import events as e
from changectl.model.change import Change, Fate, Sent
from changectl.model.digest import digest_of

PASSING = frozenset({"person", "signed-out", "unreachable", "lease", "moving", "could-not-ask"})
"""Reasons for needing an operator that can pass by themselves: then the attempt is resumed, and nothing need be decided."""


def may_resume(change: Change) -> bool:
    """Whether `apply --resume` goes on with it once its reason has passed."""
    return change.operator is not None and change.operator.because in PASSING


def why_not_forward(change: Change) -> str:
    """Why it cannot go forward again; nothing where it can. Half of a way back cannot be gone forward from."""
    if change.operator is None:
        return "it does not need an operator"
    if change.operator.because == "taken-over":
        return "somebody else has taken it over"
    if change.rollback is not None:
        return "its way back has begun, and nobody has approved the state that it would go forward from"
    return ""


def wish_digest(change: Change, wish: e.ForwardWanted) -> str:
    """What somebody agrees to who agrees to a wish: this one, in this attempt, where it stands just now."""
    assert change.operator is not None
    stands = [change.attempt, len(change.calls), change.failure, change.operator.why]
    return digest_of([wish.why, wish.by, wish.accept, *stands])


def is_asking(change: Change) -> bool:
    """Whether it stands still for a reason that may pass, and somebody is to be asked; nobody has answered yet."""
    errored = change.errored is not None and bool(change.wants or change.rollback)
    return change.operator is None and (change.paused is not None or errored)


def exited(change: Change, event: e.TakenUp | e.ForwardWanted | e.ForwardApproved | e.WentForward) -> Change:
    """The change after somebody took a way out, or wished to."""
    match event:
        case e.TakenUp():
            return replace(change, operator=None, paused=None, errored=None)
        case e.ForwardWanted():
            return replace(change, forward=event, agreed=())
        case e.ForwardApproved():
            return replace(change, agreed=(*change.agreed, event))
        case e.WentForward(accept=accept):
            change = _accepted(change) if accept else change
            return replace(
                change, operator=None, paused=None, errored=None, failed=None, failure="", forward=None, agreed=(),
                spared=change.spared & change.left_by.keys(),
            )  # fmt: skip


def _accepted(change: Change) -> Change:
    """What failed counts as done, by a person's word; never the last reading, which says `applied`."""
    check = change.failed or change.errored
    steps = {step: "" for step in change.wants if step not in change.left_by} if check is None else {}
    named = frozenset() if check is None else frozenset({(check.phase, check.number)})
    watched = frozenset(one for one in named if one[0] == "during")
    return replace(
        change,
        left_by={**change.left_by, **steps},
        calls=tuple(_done(sent) if sent.started.step in steps else sent for sent in change.calls),
        passed=change.passed | (named - watched),
        red=change.red | watched,
    )


def _done(sent: Sent) -> Sent:
    return replace(sent, fate=Fate.DONE) if sent.fate in (Fate.OPEN, Fate.UNKNOWN) else sent
