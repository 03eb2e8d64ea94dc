"""What a person does for a change: having it done, and having it taken back. Silence is never taken for done."""

from changectl.contracts.action import Deed
from changectl.contracts.probe import Verdict
from changectl.engine.attempt import Attempt
from changectl.engine.checks import asked, watch
from changectl.engine.faults import PersonWanted, StepFault, Untouched
from changectl.model.plan import Step
from changectl.model.text import one_line

DONE, NOT_DONE, FAILED = "done", "not done", "it failed"
TAKEN_BACK, NEVER_DONE, STAYS = "taken back", "it was never done", "it stays as it is"

PERHAPS = "It may have been done already."


def have_done(attempt: Attempt, step: Step, deed: Deed, *, again: bool) -> str:
    """Have a person do it, and give how that is known, for the record.

    `again`: somebody may have done it already, when no process of ours was there to hear of it. The step's `check` is
    asked then, and whenever somebody says "done", so that nobody overrules it. Raises StepFault, PersonWanted.
    """
    known, doubt = _checked(attempt, step, PERHAPS) if again else ("", "")
    while not known:
        question = "\n".join(filter(None, (step.name, deed.what, doubt)))
        answer = attempt.ask(question, (DONE, NOT_DONE, FAILED), lambda: watch(attempt))
        if answer == FAILED:
            raise StepFault("whoever did it says that it failed")
        if answer == NOT_DONE:
            raise Untouched("nobody has done it")
        if answer != DONE:
            raise PersonWanted(f"step {step.id} is done by a person, and nobody can be asked here")
        known, doubt = _checked(attempt, step, "You said that it is done.") if step.check else ("confirmed", "")
    noted = attempt.ask(f"{deed.answer}:", (), lambda: watch(attempt)) if deed.answer else None
    return f"{known}; {deed.answer}: {one_line(noted, 500)}" if noted else known


def take_back(attempt: Attempt, step: Step) -> None:
    """Have a person take back what a person did, where the plan has no undo for it. Raises StepFault, PersonWanted."""
    if step.id not in attempt.change.left_by:
        doubt = "A person was asked to do this, and may have done it. The plan has no undo for it."
    else:
        doubt = "A person did this. The plan has no undo for it."
    deed = attempt.world.ground.actions[step.action].says(step.spec)
    answer = attempt.ask("\n".join((step.name, deed, doubt)), (TAKEN_BACK, NEVER_DONE, STAYS))
    if answer == STAYS:
        raise StepFault("what a person did stays as it is")
    if answer not in (TAKEN_BACK, NEVER_DONE):
        raise PersonWanted("a person may have done it, and nobody can be asked here whether it is taken back")


def _checked(attempt: Attempt, step: Step, before: str) -> tuple[str, str]:
    """That its check shows it to be done; or else what the person should read before they answer again."""
    if step.check is None:
        return "", before
    seen = asked(attempt, step.check)
    if seen.verdict is Verdict.PASSED:
        return f"its check shows it: {seen.says}", ""
    return "", f"{before} Its check does not show it: {seen.says}"
