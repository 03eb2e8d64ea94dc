"""What a job of GitLab CI is told by its environment.

https://docs.gitlab.com/ci/variables/predefined_variables
"""

import re
from collections.abc import Mapping

from changectl.contracts.forge import Runner
from changectl.errors import ForgeFailed
from changectl.model.text import one_line

HINT = "run it in a job of a merge request pipeline, or name the merge request yourself"
_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_PROJECT = re.compile(r"[A-Za-z0-9_.-]{1,255}(?:/[A-Za-z0-9_.-]{1,255}){1,20}")


def environment(env: Mapping[str, str]) -> Runner | None:
    """The job we run in; None outside of GitLab CI. Raises ForgeFailed: it says nonsense.

    A pipeline of a fork runs in the fork, while the merge request and its notes are in the project that it goes to.
    """
    if env.get("GITLAB_CI") != "true":
        return None
    number = _number(env, "CI_MERGE_REQUEST_IID") if env.get("CI_MERGE_REQUEST_IID") else 0
    if number >= 2**31:
        raise ForgeFailed("CI_MERGE_REQUEST_IID is no merge request that there can be", HINT)
    project = (env.get("CI_MERGE_REQUEST_PROJECT_PATH") if number else "") or env.get("CI_PROJECT_PATH", "")
    if not _PROJECT.fullmatch(project):
        raise ForgeFailed(f"CI_PROJECT_PATH is no project: {one_line(project, 80)!r}", HINT)
    own, source = env.get("CI_MERGE_REQUEST_PROJECT_ID", ""), env.get("CI_MERGE_REQUEST_SOURCE_PROJECT_ID", "")
    return Runner(
        forge="gitlab",
        repository=project,
        api=env.get("CI_API_V4_URL", "") or "https://gitlab.com/api/v4",
        number=number,
        base=_commit(env, "CI_MERGE_REQUEST_DIFF_BASE_SHA" if number else "CI_COMMIT_BEFORE_SHA"),
        head=_commit(env, "CI_MERGE_REQUEST_SOURCE_BRANCH_SHA") or _commit(env, "CI_COMMIT_SHA"),
        run=str(_number(env, "CI_JOB_ID")),
        order=(_number(env, "CI_PIPELINE_IID"), _number(env, "CI_JOB_ID")),
        foreign=bool(number) and (not own or own != source),
    )


def _commit(env: Mapping[str, str], name: str) -> str:
    """A commit; nothing where it is all zeros, which is how GitLab names one that was not."""
    told = env.get(name, "")
    if told and not _COMMIT.fullmatch(told):
        raise ForgeFailed(f"{name} is no commit: {one_line(told, 80)!r}", HINT)
    return told if told.strip("0") else ""


def _number(env: Mapping[str, str], name: str) -> int:
    told = env.get(name, "")
    if not (told.isascii() and told.isdigit() and len(told) < 19):
        raise ForgeFailed(f"{name} is no number: {one_line(told, 80)!r}", HINT)
    return int(told)
