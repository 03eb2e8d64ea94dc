"""Looking back on a change: the timeline, three questions, and whether somebody else has to answer them too."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from changectl.cli.answers import Answers, answers_in, answers_of, asked, checked, template
from changectl.cli.entries import entry_now, writable
from changectl.cli.memory import Memory, Story
from changectl.cli.options import output
from changectl.cli.output import can_ask
from changectl.cli.writing import from_editor, kept_unless_told
from changectl.engine.review import is_emergency, is_own, may_review_own, to_answer_for
from changectl.errors import InProgress, WrongUsage
from changectl.model.change import Change
from changectl.model.entry import Entry
from changectl.model.events import Reviewed
from changectl.model.fold import evolve, fold, to_its_end
from changectl.model.frozen import dataclass
from changectl.model.resource import Body
from changectl.views.decision import decision
from changectl.views.history import name_of
from changectl.views.page import Line, Page, Style, blank, command, line, plain_lines, text
from changectl.views.timeline import timeline_document, timeline_page


@dataclass(frozen=True, slots=True)
class Looking:
    """How somebody looks back: what they answered already, where the rest comes from, why their own counts."""

    given: Answers
    file: Path | None
    edit: bool
    own: bool
    why: str
    no_input: bool
    json: bool


@dataclass(frozen=True, slots=True)
class Ended:
    """The attempt that is looked back on: the change up to its end, and what that adds up to."""

    id: str
    story: tuple[Entry, ...]
    change: Change


def reviewed(found: Memory, by: str, story: Story, how: Looking, one: Callable[[], bool]) -> None:
    """Ask what is to be answered for and record it, or say that nothing is. `one`: whether the team is of one.

    Raises InProgress, NotFound, GateRefused, WrongUsage, RemoteNeeded.
    """
    entries = to_its_end(story.entries)
    ended = Ended(story.id, entries, fold(entries))
    nothing = to_answer_for(story.id, story.change, ended.change if entries else None)
    if not nothing and not _is_given(how) and ended.change.reviews and not ended.change.owed:
        nothing = f"{name_of(ended.change.reviews[-1].by)} has answered for it: there is nothing left to say."
    if nothing:
        output(how.json).result((line(text(nothing)),), _document(ended, None))
        return
    if story.unrecorded:
        raise InProgress(f"the team has not been told how {story.id} ended", f"changectl apply --resume {story.id}")
    writable(story.id, story.change)
    own = is_own(by, ended.story, ended.change)
    one_alone = is_emergency(ended.change) and own and how.own
    why = may_review_own(one_alone, team_of_one=one_alone and one(), why=how.why)
    _record(found, by, ended, _answers(found, ended, how), own=own, why=why, json=how.json)


def _record(found: Memory, by: str, ended: Ended, answers: Answers, *, own: bool, why: str, json: bool) -> None:
    draft, again = _draft(found, ended), f"changectl close {ended.id} --answers"
    said = checked(answers, f"{again} FILE, or with --cause, --impact and --next")
    event = Reviewed(by, *said.each(), own=own, why=why)
    review = entry_now(ended.id, ended.change.attempt, by, event)
    with kept_unless_told(draft, template((), answers), f"{again} {draft}"):
        found.register.append((review,), decide=partial(decision, ended.id), admit=_same_attempt(ended))
    after = Ended(ended.id, ended.story, evolve(ended.change, event))
    output(json).result(_page(after), _document(after, event))


def _same_attempt(ended: Ended) -> Callable[[tuple[Entry, ...]], None]:
    """Raises InProgress where another attempt has begun, or this one goes back, while the answers were written."""

    def check(there: tuple[Entry, ...]) -> None:
        now = fold(there)
        if now.in_progress or now.attempt != ended.change.attempt:
            raise InProgress(f"{ended.id} is being applied or taken back again", "changectl status")

    return check


def _is_given(how: Looking) -> bool:
    return any(how.given.each()) or how.file is not None or how.edit


def _answers(found: Memory, ended: Ended, how: Looking) -> Answers:
    last = ended.change.reviews[-1] if ended.change.reviews else None
    before = Answers(last.cause, last.impact, last.followup) if last else Answers()
    from_file = answers_of(how.file) if how.file else Answers()
    given = how.given.over(from_file)
    head = _head(ended)
    if how.edit:
        start = template(plain_lines(head), given.over(before))
        return answers_in(from_editor(_draft(found, ended), start, found.repository.root))
    if any(given.each()):
        return given.over(before)
    output(how.json).progress(head)
    if not can_ask(how.no_input):
        how_to = f'changectl close {ended.id} --cause "…" --impact "…" --next "…", or --answers FILE'
        raise WrongUsage("what happened, what customers noticed, and what will be different is to be answered", how_to)
    return asked(before)


def _draft(found: Memory, ended: Ended) -> Path:
    return found.state / "drafts" / f"{ended.id}.answers"


def _head(ended: Ended) -> Page:
    proposed = ended.change.proposed
    title = proposed.title if proposed else ended.id
    return (
        line(text(title, Style.STRONG)),
        line(text(ended.id, Style.QUIET), "  ", text(_outcome(ended))),
        blank(),
        *timeline_page(ended.story, ended.change),
        *_said_before(ended),
    )


def _said_before(ended: Ended) -> tuple[Line, ...]:
    who = dict.fromkeys(name_of(review.by) for review in ended.change.reviews)
    return (line(text(f"{' and '.join(who)} answered already", Style.QUIET), indent=2),) if who else ()


def _page(after: Ended) -> Page:
    owed = (
        (line(text("It stays on status until somebody else has reviewed it.", Style.WARN)),)
        if after.change.owed
        else ()
    )
    return (line("Recorded."), *owed, line("Next: ", command(f"changectl show {after.id}")))


def _document(ended: Ended, event: Reviewed | None) -> Body:
    said = event and {
        "by": event.by, "own": event.own, "cause": event.cause, "impact": event.impact, "followup": event.followup,
    }  # fmt: skip
    return {
        "schema": "changectl/review/1",
        "change": ended.id,
        "attempt": ended.change.attempt,
        "outcome": _outcome(ended),
        "review_owed": ended.change.owed,
        "review": said,
        "timeline": timeline_document(ended.story, ended.change),
    }


def _outcome(ended: Ended) -> str:
    return ended.change.outcome.value if ended.change.outcome else ""
