"""Events as sentences: what the live progress, the log, the channels and the decision record say of each."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import assert_never

from changectl.model import events as e
from changectl.model.digest import short
from changectl.model.resource import Ref
from changectl.views.columns import columns
from changectl.views.deciding import deciding
from changectl.views.page import Style

Said = tuple[str, Style]

QUESTIONS = ("What happened?", "What did customers notice?", "What will be different next time?")
"""What is asked after a change that failed or was an emergency, in the order of `Reviewed`'s members."""


def sentence(event: e.Event, names: Mapping[Ref, str] = MappingProxyType({})) -> Said:
    """One sentence in the past tense, and whether it is good news. Not yet safe to show: pass it through `text`.

    What people wrote may have several lines, for `paragraph`.
    """
    match event:
        case e.Proposed() | e.Approved() | e.Begun() | e.SnapshotTaken() | e.LocksHeld() | e.Confirmed():
            return _beginning(event)
        case e.StepStarted() | e.StepDone() | e.StepFailed() | e.UndoDone() | e.UndoFailed():
            return _stepping(event)
        case e.CallStarted() | e.CallDone() | e.CallFailed() | e.CallUnknown():
            return _calling(event)
        case e.CheckPassed() | e.CheckFailed() | e.CheckErrored() | e.BaselineRed():
            return _checking(event)
        case e.Soaked() | e.Verified() | e.VerifyFailed():
            return _testing(event)
        case e.Paused() | e.LeaseLost() | e.TakenUp() | e.ForwardWanted() | e.ForwardApproved() | e.WentForward():
            return deciding(event)
        case e.RollbackWanted() | e.FacetRestored() | e.FacetLeft() | e.Restored() | e.RestoreProven():
            return _going_back(event, names)
        case e.OperatorNeeded() | e.Closed() | e.Published() | e.Unrecognised():
            return _ending(event, names)
        case e.Noted(by, text):
            return f"noted by {by}: {text}", Style.PLAIN
        case e.Reviewed():
            return _looking_back(event), Style.GOOD if event.counts else Style.PLAIN
        case _:
            assert_never(event)


def is_detail(event: e.Event) -> bool:
    """Whether only somebody who looks closely wants to read it."""
    return isinstance(
        event, e.StepStarted | e.CallStarted | e.CallDone | e.LocksHeld | e.Published | e.Restored | e.SnapshotTaken
    )


def _beginning(
    event: e.Proposed | e.Approved | e.Begun | e.SnapshotTaken | e.LocksHeld | e.Confirmed,
) -> Said:
    match event:
        case e.Proposed():
            return f"proposed: plan {short(event.plan_digest)} over preview {short(event.preview_digest)}", Style.PLAIN
        case e.Approved():
            own = f" (their own plan: {event.why})" if event.self_approved else ""
            return f"approved by {event.approver}{own}", Style.GOOD
        case e.Begun():
            return f"begun in {event.env}, account {event.account}, {event.region}{_beyond(event)}", Style.STRONG
        case e.SnapshotTaken():
            return f"snapshot taken of {_settings(len(event.facets))}", Style.PLAIN
        case e.LocksHeld():
            return f"locked {_settings(len(event.epochs))}", Style.PLAIN
        case e.Confirmed():
            return "production is still what the snapshot says", Style.PLAIN
        case _:
            assert_never(event)


def _beyond(begun: e.Begun) -> str:
    """What it does beyond the rules, which everybody should hear first."""
    alone = "" if begun.approvers else " that nobody has approved"
    parts = (
        f"an emergency{alone}: {begun.emergency}" if begun.emergency else "",
        f"without the remote: {begun.offline}" if begun.offline else "",
        f"over the locks of others: {begun.over_lock}" if begun.over_lock else "",
    )
    return "".join(f", {part}" for part in parts if part)


def _stepping(event: e.StepStarted | e.StepDone | e.StepFailed | e.UndoDone | e.UndoFailed) -> Said:
    match event:
        case e.StepStarted(step, asked=asked):
            return f"step {step} {f'waits for a person: {asked}' if asked else 'started'}", Style.PLAIN
        case e.StepDone(step, said=said):
            return f"step {step} done{f': {said}' if said else ''}", Style.GOOD
        case e.StepFailed(step, why):
            return f"step {step} failed: {why}", Style.BAD
        case e.UndoDone(step):
            return f"undo {step} done", Style.GOOD
        case e.UndoFailed(step, why):
            return f"undo {step} failed: {why}", Style.BAD
        case _:
            assert_never(event)


def _calling(event: e.CallStarted | e.CallDone | e.CallFailed | e.CallUnknown) -> Said:
    match event:
        case e.CallStarted():
            return f"call {event.number + 1}: {event.service}.{event.operation}", Style.QUIET
        case e.CallDone(number, settled=settled):
            return f"call {number + 1} {'proved to be done, by reading back' if settled else 'done'}", Style.QUIET
        case e.CallFailed(number, code, why):
            return f"call {number + 1} had no effect: {code}: {why}", Style.WARN
        case e.CallUnknown(number, why):
            return f"call {number + 1}: nobody can say yet whether it had an effect: {why}", Style.WARN
        case _:
            assert_never(event)


def _checking(event: e.CheckPassed | e.CheckFailed | e.CheckErrored | e.BaselineRed) -> Said:
    match event:
        case e.CheckPassed(name=name, saw=saw):
            return f"check {name} passed: {saw}", Style.GOOD
        case e.CheckFailed(name=name, saw=saw):
            return f"check {name} failed: {saw}", Style.BAD
        case e.CheckErrored(name=name, why=why):
            return f"check {name} could not be asked: {why}", Style.WARN
        case e.BaselineRed(name=name, saw=saw):
            return f"check {name} is red, and was so before the first step: {saw}", Style.WARN
        case _:
            assert_never(event)


def _testing(event: e.Soaked | e.Verified | e.VerifyFailed) -> Said:
    match event:
        case e.Soaked(seconds):
            return f"soaked for {seconds} s", Style.GOOD
        case e.Verified():
            return "read again: production is as intended", Style.GOOD
        case e.VerifyFailed(why):
            return why, Style.BAD
        case _:
            assert_never(event)


def _going_back(
    event: e.RollbackWanted | e.FacetRestored | e.FacetLeft | e.Restored | e.RestoreProven, names: Mapping[Ref, str]
) -> Said:
    match event:
        case e.RollbackWanted(why, by):
            return f"rolling back{f' as {by} wished' if by else ''}{f': {why}' if why else ''}", Style.WARN
        case e.FacetRestored(facet):
            return f"put back {e.spoken(facet, names)}", Style.GOOD
        case e.FacetLeft():
            known = columns(event.before, event.ours, event.now)
            return f"left {e.spoken(event.facet, names)} alone: {event.why}{f' ({known})' if known else ''}", Style.BAD
        case e.Restored():
            return "everything that could be put back was", Style.PLAIN
        case e.RestoreProven():
            return "read again: production is as before", Style.GOOD
        case _:
            assert_never(event)


def _ending(event: e.OperatorNeeded | e.Closed | e.Published | e.Unrecognised, names: Mapping[Ref, str]) -> Said:
    match event:
        case e.OperatorNeeded(why):
            return f"needs an operator: {why}", Style.BAD
        case e.Closed(outcome, why, by=by, standing=standing):
            stood = f" ({'; '.join(standing_words(each, names) for each in standing)})" if standing else ""
            return f"{outcome}{f' by {by}' if by else ''}{f': {why}' if why else ''}{stood}", Style.STRONG
        case e.Published(tip):
            return f"recorded in the register at {tip[:12]}", Style.QUIET
        case e.Unrecognised(name):
            return f"{name} (this version of changectl does not know this event)", Style.WARN
        case _:
            assert_never(event)


def standing_words(standing: e.Standing, names: Mapping[Ref, str]) -> str:
    """A setting that stands wrong, with what is known of it."""
    known = columns(standing.before, standing.ours, standing.now)
    return f"{e.spoken(standing.facet, names)}{f': {known}' if known else ''}"


def _looking_back(event: e.Reviewed) -> str:
    own = f" (their own{f': {event.why}' if event.why else ''})" if event.own else ""
    answers = zip(QUESTIONS, (event.cause, event.impact, event.followup), strict=True)
    return "\n".join((f"reviewed by {event.by}{own}", *(f"{question} {answer}" for question, answer in answers)))


def _settings(count: int) -> str:
    return f"{count} setting{'' if count == 1 else 's'}"
