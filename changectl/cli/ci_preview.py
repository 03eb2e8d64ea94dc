"""Previews in a job: by whoever may only read, of so many plans, and of none that comes from a fork."""

from dataclasses import replace
from functools import cache
from pathlib import Path

from changectl.catalogue import catalogue
from changectl.cli.ci_history import Past
from changectl.cli.ci_stage import Stage
from changectl.cli.desk import FILE, Desk, Loaded
from changectl.cli.ground import signed_in
from changectl.cli.previewing import previewed
from changectl.engine.approval import moved
from changectl.errors import ChangectlError, NotSignedIn
from changectl.model.events import Proposed
from changectl.model.frozen import dataclass
from changectl.model.plan import Plan
from changectl.model.status import Status
from changectl.planfile.config import Configuration, Env
from changectl.register.git import Objects
from changectl.register.propose import preview_in
from changectl.views.comment_facts import Foreseen

MOST = 20
"""Plans that are previewed: each signs in and asks AWS. More in one request than that nobody reviews."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A preview, or why there is none and whether that is a fault."""

    foreseen: Foreseen | None = None
    without: str = ""
    status: Status = Status.DONE


class Previewer:
    """Previews plans one after the other, by the rules that hold for all of them."""

    def __init__(self, stage: Stage, past: Past, *, wanted: bool) -> None:
        self._stage, self._past, self._left = stage, past, MOST
        self._never = _why_never(stage, wanted)
        self._reader = cache(self._as_reader)

    def seen(self, plan: Plan, path: str, content: bytes) -> Seen:
        """What the plan would do now. That there are no credentials is no fault; all else that fails is."""
        rules = self._stage.configuration
        if self._never or rules is None:
            return Seen(without=self._never)
        if plan.env not in rules.envs:
            there = ", ".join(sorted(rules.envs)) or "none"
            return Seen(without=f"{FILE} of the default branch has no env {plan.env}; it has {there}")
        if self._left <= 0:
            return Seen(without=f"only the first {MOST} plans of a request are previewed")
        self._left -= 1
        try:
            return self._foreseen(rules, plan, path, content)
        except NotSignedIn as why:
            return Seen(without=why.sentence)
        except ChangectlError as why:
            return Seen(without=why.sentence, status=why.status)

    def _foreseen(self, rules: Configuration, plan: Plan, path: str, content: bytes) -> Seen:
        desk = Desk(Path.cwd(), Path.cwd(), replace(rules, envs={plan.env: self._reader(plan.env, plan.region)}))
        found = previewed(desk, Loaded(Path(path), content, plan), None)
        before = self._past.known(plan.id).proposed
        changed = since(before, found.proposed)
        status = Status.STALE if changed else Status.DONE
        return Seen(Foreseen(found.foreseen.preview, found.proposed, changed), status=status)

    def _as_reader(self, name: str, region: str) -> Env:
        """The env as it is only looked at: by its `read_role`, unless that is who we are; never by the role that applies.

        A job has no profiles: it is signed in by its environment.
        """
        assert self._stage.configuration is not None
        env = self._stage.configuration.envs[name]
        bare = replace(env, role="", profile="" if self._stage.runner else env.profile)
        if not env.read_role:
            return bare
        try:
            caller = signed_in(bare, region, catalogue(), "ci").caller
        except ChangectlError:  # we are in another account, from which the role can be assumed
            caller = ""
        return bare if is_session_of(caller, env.read_role) else replace(bare, role=env.read_role)


def is_session_of(caller: str, role: str) -> bool:
    """Whether a caller's ARN is that of a session of the role."""
    account, _, name = role.removeprefix("arn:aws").partition(":iam::")[2].partition(":role/")
    said = caller.partition(":sts::")[2]
    return bool(name) and said.startswith(f"{account}:assumed-role/{name.rpartition('/')[2]}/")


def since(before: Proposed | None, now: Proposed) -> str:
    """What changed in production since these bytes were proposed; empty where nothing did, or where they never were."""
    if before is None or before.plan_digest != now.plan_digest or before.preview_digest == now.preview_digest:
        return ""
    return ", ".join(moved(before, now)) or "what a name of the plan means"


def head_preview(stage: Stage) -> str:
    """The preview that the head's commit names; empty where it names none."""
    with Objects(stage.repository.root) as objects:
        found = objects.read(stage.between.head)
    return preview_in(found.content.decode(errors="replace")) if found else ""


def _why_never(stage: Stage, wanted: bool) -> str:
    if not wanted:
        return "no preview was wanted"
    if stage.runner and stage.runner.foreign:
        return "it comes from a fork, to which nothing of production is shown"
    if stage.unsure:
        return "the default branch, whose rules say where production is, could not be found out"
    return "" if stage.configuration else f"there is no {FILE} on the default branch"
