"""What a job of a forge's own CI is told, and what it makes of nonsense. Nothing is asked of anybody."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from changectl.contracts.forge import Runner
from changectl.errors import ForgeFailed
from changectl.forges.github import FORGE as GITHUB
from changectl.forges.gitlab import FORGE as GITLAB

BASE, HEAD = "b" * 40, "c" * 40
PULL = {
    "number": 7,
    "base": {"sha": BASE, "ref": "main", "repo": {"id": 1, "full_name": "unicorn/rentals"}},
    "head": {"sha": HEAD, "ref": "change/x", "repo": {"id": 1, "full_name": "unicorn/rentals"}},
}
ENV = {
    "GITHUB_ACTIONS": "true",
    "GITHUB_REPOSITORY": "unicorn/rentals",
    "GITHUB_API_URL": "https://api.github.com",
    "GITHUB_EVENT_NAME": "pull_request",
    "GITHUB_SHA": "d" * 40,
    "GITHUB_RUN_ID": "15000000001",
    "GITHUB_RUN_NUMBER": "42",
    "GITHUB_RUN_ATTEMPT": "2",
    "GITHUB_STEP_SUMMARY": "/tmp/summary",
}
RUNNER = Runner(
    "github", "unicorn/rentals", "https://api.github.com", 7, BASE, HEAD, "15000000001", (42, 2), False, "/tmp/summary"
)


@pytest.mark.parametrize("kind", [GITHUB, GITLAB])
@pytest.mark.parametrize("env", [{}, {"CI": "true"}, {"GITHUB_ACTIONS": "false", "GITLAB_CI": "1"}])
def test_elsewhere_there_is_no_runner(kind: Any, env: dict[str, str]) -> None:
    assert kind.environment(env) is None


def at_github(folder: Path, event: object, **env: str) -> Runner | None:
    path = folder / "event.json"
    path.write_bytes(event if isinstance(event, bytes) else json.dumps(event).encode())
    return GITHUB.environment({**ENV, "GITHUB_EVENT_PATH": str(path), **env})


def test_a_pull_request_tells_its_number_and_commits(tmp_path: Path) -> None:
    assert at_github(tmp_path, {"action": "opened", "number": 7, "pull_request": PULL}) == RUNNER


def test_a_fork_is_foreign_even_when_it_is_gone_or_renamed(tmp_path: Path) -> None:
    repositories = [{"id": 2, "full_name": "eve/rentals"}, {"id": 2, "full_name": "unicorn/rentals"}, None]
    forks = [{**PULL, "head": {"sha": HEAD, "ref": "change/x", "repo": repository}} for repository in repositories]
    assert [at_github(tmp_path, {"pull_request": fork}) for fork in forks] == [replace(RUNNER, foreign=True)] * 3
    nameless = {"number": 7, "base": {"sha": BASE}, "head": {"sha": HEAD}}
    assert at_github(tmp_path, {"pull_request": nameless}) == replace(RUNNER, foreign=True)


def test_what_runs_with_our_rights_on_anybodys_change_is_foreign(tmp_path: Path) -> None:
    found = at_github(tmp_path, {"pull_request": PULL}, GITHUB_EVENT_NAME="pull_request_target")
    assert found == replace(RUNNER, foreign=True)


@pytest.mark.parametrize(
    ("name", "event", "base", "head"),
    [
        ("merge_group", {"merge_group": {"base_sha": BASE, "head_sha": HEAD}}, BASE, HEAD),
        ("push", {"before": BASE, "after": HEAD}, BASE, HEAD),
        ("push", {"before": "0" * 40, "after": HEAD}, "", HEAD),
        ("workflow_dispatch", {"inputs": {}}, "", "d" * 40),
    ],
)
def test_what_runs_for_no_pull_request_has_no_number(
    tmp_path: Path, name: str, event: object, base: str, head: str
) -> None:
    found = at_github(tmp_path, event, GITHUB_EVENT_NAME=name)
    assert found == replace(RUNNER, number=0, base=base, head=head)


@pytest.mark.parametrize(
    "event",
    [
        b"",
        b"{",
        b"[]",
        b"7",
        b"\xff\xfe",
        b"[" * 100_000,
        {"pull_request": 7},
        {"pull_request": {"number": "7"}},
        {"pull_request": [7]},
        {"pull_request": {**PULL, "number": True}},
        {"pull_request": {**PULL, "number": 0}},
        {"pull_request": {**PULL, "number": -7}},
        {"pull_request": {**PULL, "number": 2**31}},
        {"pull_request": {**PULL, "number": 7.5}},
        {"pull_request": {**PULL, "head": {"sha": "--upload-pack=x", "repo": {"id": 1}}}},
        {"pull_request": {**PULL, "head": {"sha": HEAD + "\n::set-output", "repo": {"id": 1}}}},
        {"pull_request": {**PULL, "base": {"sha": None, "repo": {"id": 1}}}},
        {"merge_group": {"base_sha": "main", "head_sha": HEAD}},
    ],
)
def test_a_bad_event_is_an_error_with_a_way_out(tmp_path: Path, event: object) -> None:
    with pytest.raises(ForgeFailed) as failure:
        at_github(tmp_path, event)
    assert failure.value.hint
    assert failure.value.sentence.isprintable()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("GITHUB_REPOSITORY", ""),
        ("GITHUB_REPOSITORY", "unicorn/rentals/../x"),
        ("GITHUB_REPOSITORY", "unicorn\nrentals"),
        ("GITHUB_RUN_ID", ""),
        ("GITHUB_RUN_ID", "1; rm"),
        ("GITHUB_RUN_NUMBER", "٤٢"),
        ("GITHUB_RUN_ATTEMPT", "-1"),
        ("GITHUB_EVENT_PATH", "/nowhere/event.json"),
    ],
)
def test_a_bad_environment_is_an_error_with_a_way_out(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(ForgeFailed, match=name) as failure:
        at_github(tmp_path, {"pull_request": PULL}, **{name: value})
    assert "pull_request started" in failure.value.hint


GITLAB_ENV = {
    "GITLAB_CI": "true",
    "CI_PROJECT_PATH": "unicorn/ops/rentals",
    "CI_API_V4_URL": "https://git.example.com/api/v4",
    "CI_MERGE_REQUEST_IID": "7",
    "CI_MERGE_REQUEST_PROJECT_PATH": "unicorn/ops/rentals",
    "CI_MERGE_REQUEST_PROJECT_ID": "5",
    "CI_MERGE_REQUEST_SOURCE_PROJECT_ID": "5",
    "CI_MERGE_REQUEST_DIFF_BASE_SHA": BASE,
    "CI_MERGE_REQUEST_SOURCE_BRANCH_SHA": "",
    "CI_COMMIT_BEFORE_SHA": "0" * 40,
    "CI_COMMIT_SHA": HEAD,
    "CI_PIPELINE_IID": "42",
    "CI_JOB_ID": "9001",
}
JOB = Runner("gitlab", "unicorn/ops/rentals", "https://git.example.com/api/v4", 7, BASE, HEAD, "9001", (42, 9001))


def at_gitlab(**env: str) -> Runner | None:
    return GITLAB.environment({**GITLAB_ENV, **env})


def test_a_merge_request_tells_its_number_and_commits() -> None:
    assert at_gitlab() == JOB
    merged = at_gitlab(CI_MERGE_REQUEST_SOURCE_BRANCH_SHA="e" * 40)  # the job runs on the result of merging
    assert merged == replace(JOB, head="e" * 40)


def test_the_pipeline_of_a_fork_is_foreign_and_speaks_of_the_project_that_it_asks() -> None:
    forked = at_gitlab(CI_PROJECT_PATH="eve/rentals", CI_MERGE_REQUEST_SOURCE_PROJECT_ID="6")
    assert forked == replace(JOB, foreign=True)
    assert at_gitlab(CI_MERGE_REQUEST_PROJECT_ID="", CI_MERGE_REQUEST_SOURCE_PROJECT_ID="") == replace(
        JOB, foreign=True
    )


def test_a_pipeline_of_a_branch_is_for_no_merge_request() -> None:
    pushed = at_gitlab(CI_MERGE_REQUEST_IID="", CI_MERGE_REQUEST_PROJECT_PATH="", CI_COMMIT_BEFORE_SHA="d" * 40)
    assert pushed == replace(JOB, number=0, base="d" * 40)
    assert at_gitlab(CI_MERGE_REQUEST_IID="") == replace(JOB, number=0, base="")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CI_MERGE_REQUEST_IID", "7x"),
        ("CI_MERGE_REQUEST_IID", str(2**31)),
        ("CI_MERGE_REQUEST_DIFF_BASE_SHA", "main"),
        ("CI_COMMIT_SHA", "-x"),
        ("CI_PIPELINE_IID", ""),
        ("CI_JOB_ID", "1\n2"),
    ],
)
def test_a_bad_job_is_an_error_with_a_way_out(name: str, value: str) -> None:
    with pytest.raises(ForgeFailed, match=name) as failure:
        at_gitlab(**{name: value})
    assert "merge request pipeline" in failure.value.hint


@pytest.mark.parametrize("project", ["", "rentals", "a/../b c", "a/b\n"])
def test_a_bad_project_is_an_error(project: str) -> None:
    with pytest.raises(ForgeFailed, match="CI_PROJECT_PATH is no project"):
        at_gitlab(CI_PROJECT_PATH=project, CI_MERGE_REQUEST_PROJECT_PATH="")
