"""Pauses and the ways out of them as sentences."""

from typing import assert_never

from changectl.model import events as e
from changectl.views.page import Style


def deciding(
    event: e.Paused | e.LeaseLost | e.TakenUp | e.ForwardWanted | e.ForwardApproved | e.WentForward,
) -> tuple[str, Style]:
    """One sentence in the past tense, and whether it is good news."""
    match event:
        case e.Paused(why=why):
            return f"paused: {why}", Style.WARN
        case e.LeaseLost(why):
            return f"going back goes on without its locks: {why}", Style.WARN
        case e.TakenUp(why):
            return f"taken up again: {why or 'somebody can be asked now'}", Style.PLAIN
        case e.ForwardWanted(why, by, accept):
            return f"{by} wants to go forward{_taken_as(accept)}: {why}", Style.WARN
        case e.ForwardApproved(approver=approver, self_approved=own, why=why):
            return f"going forward approved by {approver}{f' (their own wish: {why})' if own else ''}", Style.GOOD
        case e.WentForward(why, by, accept, approvers):
            agreed = f", agreed by {' and '.join(approvers)}" if approvers else ""
            return f"going forward as {by} wished{agreed}{_taken_as(accept)}: {why}", Style.WARN
        case _:
            assert_never(event)


def _taken_as(accept: bool) -> str:
    return ", what failed counting as done" if accept else ""
