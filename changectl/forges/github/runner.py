"""What a job of GitHub Actions is told: by its environment, and by the event that started it."""

import json
import re
from collections.abc import Mapping
from pathlib import Path

from changectl.contracts.forge import Runner
from changectl.errors import ForgeFailed
from changectl.model.text import one_line
from changectl.web.shape import member, text, whole

HINT = "run it in a job of GitHub Actions that pull_request started, or name the pull request yourself"
LARGEST = 32 * 1024 * 1024
_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_REPOSITORY = re.compile(r"[A-Za-z0-9_.-]{1,100}/[A-Za-z0-9_.-]{1,100}")


def environment(env: Mapping[str, str]) -> Runner | None:
    """The job we run in; None outside of GitHub Actions. Raises ForgeFailed: it says nonsense."""
    if env.get("GITHUB_ACTIONS") != "true":
        return None
    event = _event(env.get("GITHUB_EVENT_PATH", ""))
    repository = env.get("GITHUB_REPOSITORY", "")
    if not _REPOSITORY.fullmatch(repository):
        raise ForgeFailed(f"GITHUB_REPOSITORY is no repository: {one_line(repository, 80)!r}", HINT)
    number, base, head, foreign = _for_what(event, env)
    return Runner(
        forge="github",
        repository=repository,
        api=env.get("GITHUB_API_URL", "") or "https://api.github.com",
        number=number,
        base=base,
        head=head,
        run=str(_number(env, "GITHUB_RUN_ID")),
        order=(_number(env, "GITHUB_RUN_NUMBER"), _number(env, "GITHUB_RUN_ATTEMPT")),
        foreign=foreign,
        summary=env.get("GITHUB_STEP_SUMMARY", ""),
    )


def _event(path: str) -> object:
    if not path:
        return {}
    try:
        with Path(path).open("rb") as file:
            content = file.read(LARGEST + 1)
        event = json.loads(content) if len(content) <= LARGEST else None
    except (OSError, ValueError, RecursionError):
        event = None
    if not isinstance(event, Mapping):
        raise ForgeFailed("the file that GITHUB_EVENT_PATH names holds no event", HINT)
    return event


def _for_what(event: object, env: Mapping[str, str]) -> tuple[int, str, str, bool]:
    """Number, base, head, and whether the change comes from elsewhere."""
    if pull := member(event, "pull_request"):
        number = whole(pull, "number")
        if not 0 < number < 2**31:
            raise ForgeFailed("the event names no pull request that there can be", HINT)
        # pull_request_target runs with this repository's rights on what anybody proposes: the more reason for care.
        foreign = env.get("GITHUB_EVENT_NAME") == "pull_request_target" or _is_foreign(pull)
        return number, _commit(text(pull, "base", "sha")), _commit(text(pull, "head", "sha")), foreign
    if group := member(event, "merge_group"):
        return 0, _commit(text(group, "base_sha")), _commit(text(group, "head_sha")), False
    if env.get("GITHUB_EVENT_NAME") == "push":
        return 0, _commit(text(event, "before")), _commit(text(event, "after")), False
    head = env.get("GITHUB_SHA", "")
    return 0, "", _commit(head) if head else "", False


def _is_foreign(pull: object) -> bool:
    own, other = member(pull, "base", "repo", "id"), member(pull, "head", "repo", "id")
    return own is None or own != other


def _commit(sha: str) -> str:
    """A commit; nothing where it is all zeros, which is how a push names a branch that was not."""
    if not _COMMIT.fullmatch(sha):
        raise ForgeFailed(f"the event names a commit that is none: {one_line(sha, 80)!r}", HINT)
    return sha if sha.strip("0") else ""


def _number(env: Mapping[str, str], name: str) -> int:
    told = env.get(name, "")
    if not (told.isascii() and told.isdigit() and len(told) < 19):
        raise ForgeFailed(f"{name} is no number: {one_line(told, 80)!r}", HINT)
    return int(told)
