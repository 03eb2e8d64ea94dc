"""The repository and the remote that the team shares: who we are there, what it lets us do."""

from collections.abc import Sequence

from changectl.errors import ConfigurationWrong
from changectl.model.diagnosis import Diagnosis, missing, ok, unknown
from changectl.register.host import has_our_refs, keeps_our_refs, may_push, reachable, url_of
from changectl.register.repository import Repository, identity

ALL_OF_IT = "custom refs"


def who(repository: Repository) -> Sequence[Diagnosis]:
    """That git knows who types here."""
    try:
        return (ok("identity", identity(repository)),)
    except ConfigurationWrong as why:
        return (missing("identity", why.sentence, why.hint),)


def remote(repository: Repository) -> Sequence[Diagnosis]:
    """That the remote answers."""
    if repository.remote is None:
        sentence = "there is none: changes are recorded in this repository alone, and nobody else sees them"
        return (missing("remote", sentence, "git remote add origin URL"),)
    proof = reachable(repository)
    if proof.good:
        return (ok("remote", f"{repository.remote} answers"),)
    sentence = f"{repository.remote} does not answer: {proof.words}"
    return (missing("remote", sentence, _look_at(repository)),)


def rights(repository: Repository, *, write: bool) -> Sequence[Diagnosis]:
    """That we may push, all or nothing, to refs that are no branches. `write`: proven by refs that are removed again."""
    pushes = may_push(repository)
    if not pushes.good:
        sentence = f"{repository.remote} takes no push from you: {pushes.words}"
        mend = "ask for the right to write; or set a URL that you may push to: git remote set-url --push origin URL"
        return (missing("push", sentence, mend), unknown(ALL_OF_IT, "only who may push can try"))
    found = ok("push", f"you may push to {repository.remote}, all refs of a push or none (--atomic)")
    return (found, _custom_refs(repository) if not write else _proven(repository))


def _custom_refs(repository: Repository) -> Diagnosis:
    if has_our_refs(repository):
        return ok(ALL_OF_IT, "there are some below refs/changectl/ already")
    sentence = "nobody has tried yet whether the host takes refs below refs/changectl/, which locks are"
    return unknown(ALL_OF_IT, sentence, "changectl doctor --write makes two refs, and removes them")


def _proven(repository: Repository) -> Diagnosis:
    proof = keeps_our_refs(repository)
    if proof.left:
        mend = f"git push {repository.remote} {' '.join(f':{ref}' for ref in proof.left)}"
        return missing(ALL_OF_IT, f"what was tried could not be removed: {proof.words}", mend)
    if proof.good:
        return ok(ALL_OF_IT, "refs below refs/changectl/ were made, guarded against others, and removed")
    mend = "let the host take refs below refs/changectl/, or use another one for plans: locks are such refs"
    return missing(ALL_OF_IT, f"the host does not take them: {proof.words}", mend)


def _look_at(repository: Repository) -> str:
    where = url_of(repository)
    scheme = where.partition("://")[0] if "://" in where else ""
    if scheme in ("http", "https"):
        return f"sign in to the host: git ls-remote {repository.remote} (git help credentials says how it is kept)"
    return f"git ls-remote {repository.remote}"
