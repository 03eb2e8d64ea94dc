"""`decision.md`: what was decided, why, by whom, and what came of it, for whoever reads the register with `cat`."""

from collections.abc import Iterator, Sequence

from changectl.model.change import Change, Outcome
from changectl.model.digest import short
from changectl.model.entry import Entry
from changectl.model.events import Noted, Reviewed
from changectl.model.fold import fold, to_its_end
from changectl.model.text import safe_lines
from changectl.views.history import OWED, by_time, emergency_of, name_of
from changectl.views.markdown import filed
from changectl.views.narrate import QUESTIONS, is_detail, sentence
from changectl.views.page import LONG, WIDE


def decision(change_id: str, entries: Sequence[Entry]) -> bytes | None:
    """Of the latest attempt that has ended, with what was noted and learnt since; None where none has."""
    story = to_its_end(entries)
    if not story:
        return None
    change = fold(story)
    parts = (*_decided(change_id, change), "", "## What happened", "", *_happened(story, change), *_learnt(story))
    return ("\n".join(parts) + "\n").encode()


def _decided(change_id: str, change: Change) -> Iterator[str]:
    proposed, outcome = change.proposed, change.outcome or Outcome.ABANDONED
    why = f". {_said(change.closed.why)}" if change.closed and change.closed.why else ""
    yield from (f"# {_said(proposed.title if proposed else change_id)}", "", f"{change_id}: **{outcome.value}**{why}")
    if emergency := emergency_of(change):
        yield from ("", f"Emergency {_said(emergency)}{OWED if change.owed else ''}.")
    if proposed:
        yield from ("", "## Why", "", _said(proposed.rationale), "", "## What", "")
        for d in proposed.differences:
            yield f"- {_said(d.facet)} {_said(d.path)}: {_said(d.before)} → {_said(d.after)}"
        yield from ("", f"Risk {proposed.risk}; {proposed.env}, account {proposed.account}, {proposed.region}.")
        yield f"Plan `{short(proposed.plan_digest)}`, preview `{short(proposed.preview_digest)}`."


def _happened(story: Sequence[Entry], change: Change) -> Iterator[str]:
    for entry in by_time(story):
        head, said = f"- {entry.at[:19]}Z {_said(name_of(entry.by))}: ", sentence(entry.event, change.names)[0]
        if isinstance(entry.event, Noted):
            yield from _item(head, said)
        elif not is_detail(entry.event) and not isinstance(entry.event, Reviewed):
            yield f"{head}{_said(said)}"


def _learnt(story: Sequence[Entry]) -> Iterator[str]:
    for entry in story:
        match entry.event:
            case Reviewed(by, cause, impact, followup) as review:
                yield from ("", f"## {'Answered' if review.own else 'Reviewed'} by {_said(by)}", "")
                for question, answer in zip(QUESTIONS, (cause, impact, followup), strict=True):
                    yield from _item(f"- {question} ", answer)
            case _:
                pass


def _item(head: str, value: str) -> Iterator[str]:
    """A text that may have several lines as an item of a list."""
    for n, words in enumerate(safe_lines(value, LONG) or ("",)):
        yield f"{'  ' if n else head}{filed(words, LONG)}".rstrip()


def _said(value: str) -> str:
    return filed(value, WIDE)
