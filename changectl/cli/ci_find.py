"""Finding everything out that `ci` tells: of what a request changes, or of plans as they lie here."""

from collections.abc import Sequence
from contextlib import ExitStack
from datetime import UTC, datetime

from changectl.cli.ci_history import Past, past
from changectl.cli.ci_plans import Gathered, gathered, looked_at
from changectl.cli.ci_preview import Previewer
from changectl.cli.ci_result import Found
from changectl.cli.ci_stage import Stage, stage
from changectl.cli.desk import FILE, desk
from changectl.contracts.forge import Runner
from changectl.planfile.find import plan_path, read_content
from changectl.register.changed import Changed, Sort
from changectl.register.propose import path_in
from changectl.views.comment_facts import RequestFacts
from changectl.views.comment_mark import stamp


def found_in(runner: Runner | None, wrong: tuple[str, ...], base: str, head: str, *, preview: bool) -> Found:
    """What a request, or the branch that we are on, changes. Raises NotFound, ConfigurationWrong, RemoteNeeded, WrongUsage."""
    at = datetime.now(UTC)  # before anything is read: what is said holds from then on
    with ExitStack() as opened:
        here = stage(base, head, runner, wrong)
        known = past(here.memory, opened)
        return _found(here, known, gathered(here, known, Previewer(here, known, wanted=preview)), at)


def found_of(runner: Runner | None, plans: Sequence[str], *, preview: bool) -> Found:
    """The same of plans as they lie in the work tree, which is ours here."""
    at = datetime.now(UTC)
    around = desk()
    with ExitStack() as opened:
        here = stage("HEAD", "HEAD", runner, ())
        known = past(here.memory, opened)
        paths = [plan_path(around.root, plan, around.cwd) for plan in plans]
        files = [
            (Changed(path_in(here.repository, path), Sort.MODIFIED, "", len(content)), content)
            for path, content in ((path, read_content(path)) for path in paths)
        ]
        return _found(here, known, looked_at(here, known, Previewer(here, known, wanted=preview), files), at)


def _found(here: Stage, known: Past, got: Gathered, at: datetime) -> Found:
    facts = RequestFacts(
        here.between.head,
        stamp(at),
        got.plans,
        got.deleted,
        tuple(dict.fromkeys((*here.notes, *_notes(here, known, got)))),
        here.runner.order if here.runner else (),
    )
    return Found(facts, here.between.base, got.faults, got.toml, bool(known.unsound))


def _notes(here: Stage, known: Past, got: Gathered) -> Sequence[str]:
    """What else a reviewer should know."""
    said = [f"The register is not sound: {why}" for why in known.unsound]
    if got.toml:
        wrong = sum(complaint.severity == "error" for complaint in got.toml[2])
        mistakes = f" It has {wrong} mistake{'s' * (wrong != 1)}." if wrong else ""
        said.append(
            f"{FILE} is changed here too. What it says holds only once it is merged: review it with care.{mistakes}"
        )
    if known.stale and here.runner is None:  # a job's clone is a minute old, and may know nothing newer
        said.append(f"The register could not be brought anew, and there may be more than is known here: {known.stale}")
    return said
