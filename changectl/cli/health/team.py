"""What the team has agreed to: changectl.toml, plans, the register, who may approve, whom to tell."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from changectl.catalogue import catalogue
from changectl.cli.agreeing import signers
from changectl.cli.conductors import UNDER_WAY, conductor_of
from changectl.cli.desk import FILE, Desk, configuration_in
from changectl.cli.entries import now
from changectl.cli.memory import Memory
from changectl.cli.telling import opened
from changectl.errors import ChangectlError, ConfigurationWrong, RegisterUnsound, RemoteNeeded
from changectl.model.conductor import Conductor
from changectl.model.diagnosis import Diagnosis, missing, ok, unknown
from changectl.model.status import Status
from changectl.planfile.config import Configuration
from changectl.planfile.find import find_plans
from changectl.register.signers import allowed_signers
from changectl.register.signing import my_key
from changectl.views.history import Row
from changectl.views.status import said, ways_on

WRONG = Status.PLAN_WRONG


def configuration(root: Path | None) -> tuple[Configuration | None, Diagnosis]:
    """What changectl.toml says here."""
    if root is None:
        return None, missing(FILE, "there is none here or in a folder above", "changectl init", WRONG)
    try:
        found = configuration_in((root / FILE).read_bytes(), FILE)
    except ConfigurationWrong as why:
        lines = why.facts.get("lines")
        first = lines[0] if isinstance(lines, list) and lines else why.sentence
        return None, missing(FILE, str(first), "changectl check", WRONG)
    except OSError as why:
        return None, missing(FILE, f"it cannot be read: {why.strerror}", f"chmod u+r {root / FILE}", WRONG)
    if not found.envs:
        return found, missing(FILE, "it has no environment", "add [env.prod] to it; changectl schema config", WRONG)
    return found, ok(FILE, f"{_many(len(found.envs), 'environment')}: {', '.join(sorted(found.envs))}")


def agreed_rules(here: Desk, found: Memory) -> Sequence[Diagnosis]:
    """That the rules for production are where they are read from."""
    name = "agreed rules"
    path = str((here.root / FILE).relative_to(found.repository.root))
    content = found.agreed(here.root / FILE)
    if content is None:
        mend = f"git add {path} && git commit && git push; production is changed by no other rules"
        return (missing(name, f"{path} is not on the remote's default branch", mend, WRONG),)
    try:
        configuration_in(content, path)
    except ConfigurationWrong as why:
        return (
            missing(name, f"{path} of the remote's default branch is wrong: {why.sentence}", "changectl check", WRONG),
        )
    if content != (here.root / FILE).read_bytes():
        said = f"for production {path} of the remote's default branch counts, and the one here differs from it"
        return (ok(name, said, f"git diff {found.repository.remote}/HEAD -- {path}"),)
    return (ok(name, f"{path} is on the remote's default branch as it is here"),)


def plans(root: Path) -> Sequence[Diagnosis]:
    """Whether there are any."""
    many = sum(len(paths) for paths in find_plans(root).values())
    if not many:
        return (ok("plans", "there are none yet", "changectl new"),)
    return (ok("plans", _many(many, "plan"), "changectl check"),)


def register(found: Memory) -> Sequence[Diagnosis]:
    """That what this machine sees goes on from what it saw, the newest change is whole, and what waits for somebody."""
    try:
        tip = found.register.fetch()
        if tip is None:
            return (ok("register", "nothing is recorded yet; the first proposal makes it"),)
        newest = next(iter(found.register.changes()), None)
        if newest is not None:
            found.register.read(newest)
    except RegisterUnsound as why:
        return (missing("register", why.sentence, why.hint),)
    return (ok("register", f"it goes on from what was seen before; its newest change is {newest}"), _open(found))


def _open(found: Memory) -> Diagnosis:
    rows = found.open_changes()
    stuck = [(row, waits) for row, waits in rows if row.stands == "needs-operator"]
    if stuck:
        row, waits = stuck[0]
        return missing("open changes", f"{row.change} needs an operator, since {row.at[:16]}", waits)
    for change, conductor in _left(found, rows):
        where, words = ways_on(change, conductor)[0]
        sentence = f"{change}: {said(conductor)}"
        return missing("open changes", sentence, f"{where}: {words}" if where else words)
    if rows:
        listed = ", ".join(row.change for row, _ in rows[:3]) + (", …" if len(rows) > 3 else "")
        waits = "change waits" if len(rows) == 1 else "changes wait"
        return ok("open changes", f"{len(rows)} {waits}: {listed}", "changectl status")
    return ok("open changes", "none waits")


def _left(found: Memory, rows: Iterable[tuple[Row, str]]) -> Iterable[tuple[str, Conductor]]:
    """Those that have begun, and that nobody conducts any more."""
    begun = [row.change for row, _ in rows if row.stands in UNDER_WAY]
    try:
        locks = found.register.fetch_held() if begun else ()
    except RemoteNeeded:
        locks = found.register.held_when_fetched()
    for change in begun:
        conductor = conductor_of(found, change, locks, now())
        if conductor is not None and conductor.is_gone:
            yield change, conductor


def approvals(here: Desk, found: Memory, by: str) -> Sequence[Diagnosis]:
    """That approvals can be proven: for signatures, that the team's file has my key."""
    review = here.configuration.review
    name = "allowed signers"
    if not any(needed for env in here.configuration.envs.values() for needed in env.approvals.values()):
        return (ok("approvals", "no environment wants any"),)
    if review.by == "identity":
        sentence = "git's word for who somebody is counts, which anybody can claim to be"
        return (ok("approvals", sentence, '[review] by = "signature" in changectl.toml'),)
    if review.by != "signature":
        return (
            ok("approvals", f"reviews of {review.repository} on {review.by} count", f"changectl doctor --{review.by}"),
        )
    allowed = signers(here, found)
    line = f'echo "{_email(by)} $(cat ~/.ssh/id_ed25519.pub)" >> {review.signers}'
    if allowed is None:
        mend = f"{line}, then commit and push it to the default branch by a pull request"
        return (missing(name, f"there is no {review.signers} on the remote's default branch", mend, WRONG),)
    try:
        mine = my_key(found.repository)
    except ChangectlError as why:
        return (missing(name, why.sentence, why.hint),)
    if not any(each.key == mine and each.is_of(_email(by)) for each in allowed_signers(allowed)):
        sentence = f"{review.signers} of the default branch does not have your key {mine} for {_email(by)}"
        return (missing(name, sentence, f"{line}, by a pull request"),)
    return (ok(name, f"{review.signers} of the default branch has your key"),)


def channels(configuration: Configuration) -> Sequence[Diagnosis]:
    """That each channel is of a sort that there is, and says what that needs. Nobody is told anything."""
    known = catalogue().channels
    if not configuration.channels:
        return (ok("channels", "nobody is told", 'add [[channel]] to changectl.toml: kind = "webhook"'),)
    found = []
    for number, each in enumerate(configuration.channels, 1):
        name = f"channel {number}"
        if each.kind not in known:
            there = ", ".join(known)
            sentence = f"there is no kind {each.kind!r}; there are {there}"
            found.append(missing(name, sentence, f"mend line {each.span.line} of {FILE}", WRONG))
            continue
        found.append(_opened(name, each.kind, each.settings))
    return tuple(found)


def _opened(name: str, kind: str, settings: Mapping[str, str]) -> Diagnosis:
    try:
        opened(catalogue().channels[kind], settings)
    except ValueError as why:
        return missing(name, str(why), f"mend [[channel]] kind = {kind!r} in {FILE}", WRONG)
    except OSError as why:
        return unknown(name, f"{kind} could not be opened: {why}")
    return ok(name, f"{kind} has what it needs; nothing was sent")


def _email(by: str) -> str:
    return by.partition("<")[2].rstrip(">")


def _many(count: int, word: str) -> str:
    return f"{count} {word}{'s' * (count != 1)}"
