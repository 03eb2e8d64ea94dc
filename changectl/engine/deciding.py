"""What a person decides while a change is conducted, and what becomes of it where nobody can be asked."""

from changectl.engine.attempt import Attempt
from changectl.engine.checks import check_of, keep_an_eye, run_check
from changectl.errors import ChangectlError, LeaseOver, NeverSent, NotSignedIn, TakenOver, Unreachable
from changectl.model import events as e
from changectl.model import moves as m
from changectl.model.moves import going_back

AGAIN, BACK, STOP = "try again", "go back", "stop here"

PASSING = (NotSignedIn, Unreachable, NeverSent, LeaseOver, TakenOver)
"""What says nothing about production, and is no failure of a step: what we need to go on is missing."""


def paused(why: ChangectlError) -> e.Paused:
    """The pause that such an error is; its hint says what to type."""
    match why:
        case NotSignedIn():
            because = "signed-out"
        case LeaseOver():
            because = "lease"
        case _:
            because = "unreachable"
    return e.Paused(because, f"{why.sentence} ({why.hint})" if why.hint else why.sentence)


def decided(attempt: Attempt, move: m.AskWhetherBack | m.AskAboutCheck | m.AskWhetherOn) -> None:
    """Ask, and record what comes of the answer, or of there being none."""
    back = () if attempt.change.rollback else (BACK,)
    match move:
        case m.AskWhetherBack(why):
            options, because, meanwhile = (BACK, STOP), "person", lambda: None
        case m.AskAboutCheck(why):
            options, because, meanwhile = (AGAIN, *back, STOP), "could-not-ask", lambda: keep_an_eye(attempt)
        case m.AskWhetherOn(why, because):
            options, meanwhile = (AGAIN, *back, STOP), lambda: keep_an_eye(attempt)
    answer = attempt.ask(why, options, meanwhile)
    if answer == AGAIN:
        _again(attempt)
    elif answer == BACK:
        attempt.record(e.RollbackWanted(why))
    elif answer is None and because in ("lease", "moving") and not attempt.change.rollback:
        turn_back(attempt, f"{why}; nobody could be asked")
    else:
        attempt.record(e.OperatorNeeded(why, attempt.change.touched(), because))


def turn_back(attempt: Attempt, why: str) -> None:
    """Go back where the plan lets it do so by itself; else ask, or need an operator."""
    match going_back(attempt.plan, attempt.change, why):
        case m.GoBack(because):
            attempt.record(e.RollbackWanted(because))
        case m.NeedOperator(because, facets):
            attempt.record(e.OperatorNeeded(because, facets))
        case m.AskWhetherBack() as ask:
            decided(attempt, ask)


def _again(attempt: Attempt) -> None:
    errored = attempt.change.errored
    if attempt.change.paused is None and errored is not None:
        run_check(attempt, errored.phase, errored.number, check_of(attempt, errored.phase, errored.number))
    else:
        attempt.record(e.TakenUp("somebody wants it to be tried again"))
