"""What stands on the remote's default branch for the forge: the workflow, and owners for what decides on production."""

import re
from collections.abc import Sequence

from changectl.cli.desk import FILE, Desk
from changectl.model.diagnosis import Diagnosis, missing, ok, unknown
from changectl.register.propose import config_at_default_branch
from changectl.register.repository import Repository

WORKFLOWS = {
    "github": (".github/workflows/changectl.yml", ".github/workflows/changectl.yaml"),
    "gitlab": (".gitlab-ci.yml",),
}
OWNERS = {
    "github": (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"),
    "gitlab": ("CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS"),
}
"""Where each forge looks, in its order; the first that is there counts."""


def on_branch(forge: str, here: Desk, repository: Repository) -> Sequence[Diagnosis]:
    """The workflow and the owners."""
    return (_workflow(forge, repository), _owners(forge, here, repository))


def _workflow(forge: str, repository: Repository) -> Diagnosis:
    name = f"{forge} workflow"
    found = _first(repository, WORKFLOWS[forge])
    if found is None:
        sentence = f"there is no {WORKFLOWS[forge][0]} on the default branch, so that nobody sees what a plan would do"
        return missing(name, sentence, f"changectl init --{forge}, and merge what it writes")
    path, text = found
    if "changectl" not in text:
        return missing(name, f"{path} of the default branch does not speak of changectl", f"changectl init --{forge}")
    if "pull_request_target" in _without_comments(text):
        sentence = f"{path} runs on pull_request_target, with your rights and a stranger's branch"
        return missing(name, sentence, "run it on pull_request")
    return ok(name, f"{path} is on the default branch")


def _owners(forge: str, here: Desk, repository: Repository) -> Diagnosis:
    name = f"{forge} owners"
    found = _first(repository, OWNERS[forge])
    if found is None:
        sentence = "there is no CODEOWNERS on the default branch: anybody's review is enough for plans and their rules"
        return missing(name, sentence, f"changectl init --{forge} --owners @TEAM, and merge what it writes")
    path, text = found
    folder = str(here.root.relative_to(repository.root)).removeprefix(".")
    decides = [f"{folder}/plans/x.yaml".lstrip("/"), f"{folder}/{FILE}".lstrip("/")]
    if here.configuration.review.by == "signature":
        decides.append(f"{folder}/{here.configuration.review.signers}".lstrip("/"))
    bare = [each for each in decides if not _owned(text, each)]
    if bare:
        listed = ", ".join(each.removesuffix("x.yaml") for each in bare)
        return missing(
            name, f"nobody owns {listed} in {path}", f"add to {path}: /{bare[0].removesuffix('x.yaml')} @TEAM"
        )
    return ok(name, f"{path} names who must review plans and their rules")


def _first(repository: Repository, paths: Sequence[str]) -> tuple[str, str] | None:
    for path in paths:
        if (content := config_at_default_branch(repository, path)) is not None:
            return path, content.decode(errors="replace")
    return None


def _owned(text: str, path: str) -> bool:
    """Whether the last line that matches a path names somebody, as forges read it: patterns are those of .gitignore."""
    owned = False
    for line in text.splitlines():
        words = line.partition(" #")[0].split()
        if words and not words[0].startswith(("#", "[", "^[")) and _pattern(words[0]).match(path):
            owned = len(words) > 1
    return owned


def _pattern(glob: str) -> re.Pattern[str]:
    anchored = "/" in glob.rstrip("/")
    body = re.escape(glob.strip("/")).replace(r"\*\*/", "(?:.*/)?").replace(r"\*\*", ".*")
    body = body.replace(r"\*", "[^/]*").replace(r"\?", "[^/]")
    # `docs/*` is what lies in docs itself; a name without a star is also all that lies below it
    end = "$" if glob.endswith("/*") else "/" if glob.endswith("/") else "(?:/|$)"
    return re.compile(f"{'' if anchored else '(?:.*/)?'}{body}{end}")


def _without_comments(text: str) -> str:
    return "\n".join(line.partition("#")[0] for line in text.splitlines())


def unseen(forge: str) -> Sequence[Diagnosis]:
    """Where the remote does not answer."""
    return tuple(unknown(f"{forge} {what}", "the remote does not answer") for what in ("workflow", "owners"))
