"""What a proposed change waits for, by the rules of this folder: a colleague's word, a review, or nothing any more."""

from pathlib import Path

from changectl.cli.desk import FILE
from changectl.engine.approval import email
from changectl.model.change import Change, State
from changectl.model.events import Proposed
from changectl.model.plan import Risk
from changectl.planfile.config import Configuration, read_configuration
from changectl.planfile.find import find_root
from changectl.register.propose import branch_of


def rules_near(cwd: Path) -> Configuration | None:
    """The nearest changectl.toml, as far as it can be read: what is said by it is advice, and decides nothing."""
    root = find_root(cwd)
    return read_configuration((root / FILE).read_bytes())[0] if root else None


def awaited(rules: Configuration | None, change_id: str, change: Change, usual: str) -> str:
    """What to type for it. `usual`: what would be typed where the rules do not matter, or nobody knows them."""
    proposed = change.proposed
    waiting = change.state in (State.PROPOSED, State.APPROVED)
    if rules is None or proposed is None or not waiting or proposed.env not in rules.envs:
        return usual
    if len({email(each.approver) for each in change.approvals}) >= _needed(rules, proposed):
        return f"changectl apply {change_id}"
    from changectl.cli.forge import asks_at, is_on_forge

    if not is_on_forge(rules.review):
        return f"changectl approve {change_id}"
    where = asks_at(rules.review, branch_of(change_id).removeprefix("refs/heads/"))
    return f"changectl apply {change_id}, once it is reviewed: {where}"


def _needed(rules: Configuration, proposed: Proposed) -> int:
    env = rules.envs[proposed.env]
    return 0 if proposed.emergency and env.emergencies else env.approvals[Risk(proposed.risk)]
