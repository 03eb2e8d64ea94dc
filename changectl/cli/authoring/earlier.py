"""A plan like an earlier one: its text, with what has changed in production since written in."""

from collections.abc import Mapping, Sequence

from changectl.catalogue import catalogue
from changectl.cli.authoring.sources import Source
from changectl.cli.desk import Desk
from changectl.cli.memory import memory
from changectl.errors import ChangectlError, NotFound, PlanWrong
from changectl.model.events import Begun
from changectl.model.node import Complaints, Node
from changectl.planfile.draft import with_spans
from changectl.planfile.find import plan_path, read_content
from changectl.planfile.yaml import read_yaml
from changectl.register.journal import kept
from changectl.register.past import plan_in_history

DROPPED = ("emergency", "when")
"""An earlier incident is no reason now, and its window is over."""


def of_earlier(here: Desk, like: str, env: str) -> Source:
    """The earlier plan. Raises NotFound where nobody has it any more, PlanWrong where it is no YAML."""
    text = plan_text(here, like)
    root = read_yaml(text.encode(), Complaints())
    if root is None or not isinstance(root.value, Mapping):
        raise PlanWrong(f"the plan {like} cannot be read", f"changectl check {like}")
    named = env or scalar(root, "env")
    text, notes = _fresh(here, text, root, named, like)
    return Source(text, scalar(root, "title"), named, dict.fromkeys(DROPPED), notes)


def plan_text(here: Desk, wanted: str) -> str:
    """The plan's text: from plans/, else from any branch, else from the vault of an attempt. Raises NotFound."""
    try:
        return read_content(plan_path(here.root, wanted, here.cwd)).decode(errors="replace")
    except NotFound:
        content = _from_git(here, wanted)
        if content is None:
            raise
        return content


def _from_git(here: Desk, change: str) -> str | None:
    try:
        found = memory(here.root)
        content = plan_in_history(found.repository, here.root, change)
        if content is not None:
            return content.decode(errors="replace")
        for attempt in reversed(found.journals.attempts(change)):
            bodies = kept(found.journals.folder(change, attempt))
            for entry in found.journals.read(change, attempt):
                if isinstance(entry.event, Begun) and entry.event.plan in bodies:
                    return str(bodies[entry.event.plan])
    except ChangectlError:
        return None
    return None


def _fresh(here: Desk, text: str, root: Node, env: str, like: str) -> tuple[str, tuple[str, ...]]:
    """The text with live values, as far as production can be read; and what to tell."""
    from changectl.cli.authoring.reading import ground_of, live
    from changectl.engine.refresh import Fresh, refreshed, set_targets

    kinds = catalogue().kinds
    targets = [target for target in set_targets(root) if target.kind in kinds]
    if not targets:
        return text, ()
    try:
        now = live(ground_of(here.env(env), like, scalar(root, "region")), targets)
    except ChangectlError as why:
        return text, (f"Its from: values are those of {like}: {why.sentence}.",)
    changes: Sequence[Fresh] = refreshed(root, kinds, now)
    anew = [each for each in changes if each.text]
    notes = [f"{each.setting} is not what it was; look at its from: yourself." for each in changes if not each.text]
    if anew:
        settings = ", ".join(dict.fromkeys(each.setting for each in anew))
        notes.insert(0, f"As production is now: {settings}.")
    return with_spans(text, {each.span: each.text for each in anew}), tuple(notes)


def scalar(root: Node, name: str) -> str:
    """A member of the plan that is text; nothing where it is not there."""
    node = root.value.get(name) if isinstance(root.value, Mapping) else None
    return node.value if node is not None and isinstance(node.value, str) else ""
