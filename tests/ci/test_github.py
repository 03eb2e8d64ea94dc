"""`changectl ci` as a job of GitHub Actions, against GitHub on loopback: one comment, annotations, a summary."""

import json
from pathlib import Path
from typing import Any

import pytest

from changectl.views.comment_mark import mark_of
from tests.ci.branches import git
from tests.ci.conftest import PLAN, Place, Request
from tests.forges.fake_github import FakeGitHub

ID = "2026-11-24-timeout"
PATH = f"plans/{ID}.yaml"
BOT = "github-actions[bot]"


class Job:
    """A job for pull request 7, and the forge that it talks to."""

    def __init__(self, request: Request, forge: FakeGitHub, folder: Path) -> None:
        self.request, self.forge, self.folder, self.runs = request, forge, folder, 0
        self.token = forge.signed_in(BOT).token
        request.patch.setattr("changectl.cli.ci.sleep", lambda _: None)

    def run(self, head: str, *words: str, fork: bool = False, **env: str) -> Any:
        """`changectl ci` for that head; the pull request is there by then."""
        self.runs += 1
        if 7 not in self.forge.pulls:
            self.forge.pull(7, commits=[self.forge.commit("ana", sha=head)])
        self.forge.pulls[7].head = head
        repositories = {"id": 1}, {"id": 2 if fork else 1}
        pull = {"number": 7, "base": {"sha": self.request.base, "repo": repositories[0]}}
        event = {"pull_request": {**pull, "head": {"sha": head, "repo": repositories[1]}}}
        (self.folder / "event.json").write_text(json.dumps(event))
        given = {
            "GITHUB_ACTIONS": "true",
            "GITHUB_REPOSITORY": self.forge.repository,
            "GITHUB_API_URL": self.forge.api,
            "GITHUB_EVENT_NAME": "pull_request",
            "GITHUB_EVENT_PATH": str(self.folder / "event.json"),
            "GITHUB_RUN_ID": "1",
            "GITHUB_RUN_NUMBER": str(self.runs),
            "GITHUB_RUN_ATTEMPT": "1",
            "GITHUB_STEP_SUMMARY": str(self.folder / "summary.md"),
            "GITHUB_TOKEN": self.token,
            **env,
        }
        for name, value in given.items():
            self.request.patch.setenv(name, value)
        return self.request.type("ci", *words)

    @property
    def comments(self) -> list[str]:
        return [each.body for each in self.forge.comments]

    @property
    def summary(self) -> str:
        return (self.folder / "summary.md").read_text()


@pytest.fixture
def job(place: Place, tmp_path: Path) -> Any:
    with FakeGitHub() as forge:
        yield Job(place(), forge, tmp_path)


def test_one_comment_is_kept_while_the_branch_goes_on(job: Job) -> None:
    first = job.request.head({PATH: PLAN})
    ended = job.run(first, "--no-preview")
    assert ended.status == 0
    [said] = job.comments
    assert "### Raise the idle timeout to 120 s" in said
    assert "Comment: http" in ended.out
    second = job.request.head({PATH: PLAN.replace("120 s", "150 s")})
    job.run(second, "--no-preview")
    [anew] = job.comments
    assert "### Raise the idle timeout to 150 s" in anew
    job.run(first, "--no-preview")  # somebody starts the old job again
    job.forge.pulls[7].head = second
    job.run(job.request.head({"x": "y"}), "--no-preview")
    [gone] = job.comments
    assert "## changectl: no plan is changed here" in gone
    assert (mark_of(said), mark_of(anew), mark_of(gone)) != (None, None, None)


def test_a_request_without_plans_gets_no_comment(job: Job) -> None:
    assert job.run(job.request.head({"x": "y"})).status == 0
    assert job.comments == []


def test_mistakes_are_annotated_and_whatever_a_plan_says_is_guarded(job: Job) -> None:
    text = 'plan: 1\n"::error::x": 1\n"##[add-matcher]x": "::set-output name=a::b"\n'
    ended = job.run(job.request.head({"plans/a.yaml": text}), "--no-preview")
    assert ended.status == 3
    lines = ended.out.splitlines()
    opened = next(n for n, line in enumerate(lines) if line.startswith("::stop-commands::"))
    token = lines[opened].removeprefix("::stop-commands::")
    closed = lines.index(f"::{token}::")
    assert opened == 0
    annotations = lines[closed + 1 :]
    assert annotations
    assert all(line.startswith(("::error file=plans/a.yaml,", "::notice title=changectl::")) for line in annotations)
    assert sum(line.startswith("::error") for line in annotations) <= 10
    assert not any(line.startswith("::") for line in lines[opened + 1 : closed])
    assert "mistakes in 1 plan" in job.summary
    assert "::" not in {line[:2] for line in job.summary.splitlines()}
    [said] = job.comments
    assert "mistakes in 1 plan" in said


def test_json_stays_json_in_a_job(job: Job) -> None:
    ended = job.run(job.request.head({PATH: PLAN, "plans/a.yaml": "x: 1"}), "--no-preview", "--json")
    found = json.loads(ended.out)
    assert (ended.status, found["status"], bool(found["comment"]["url"])) == (3, 3, True)
    assert ended.err.startswith("::stop-commands::")
    assert "::error file=plans/a.yaml" in ended.err


def test_a_fork_gets_no_preview_and_a_token_that_may_not_write_hides_nothing(job: Job) -> None:
    job.forge.person("eve", permission="read")
    job.token = ""
    ended = job.run(job.request.head({PATH: PLAN}), fork=True)
    assert ended.status == 0
    assert "not previewed: it comes from a fork, to which nothing of production is shown" in ended.out
    assert "No comment was written: the job has no token for github" in ended.out
    assert "it comes from a fork" in job.summary
    assert job.comments == []


def test_a_job_that_may_not_ask_the_remote_asks_its_forge_for_the_default_branch(job: Job) -> None:
    """As actions/checkout leaves it: every branch is there, and neither the name of the default one nor a password."""
    head = job.request.head({PATH: PLAN})
    git(job.request.branches.clone, "remote", "set-head", "origin", "--delete")
    job.request.branches.bare.rename(job.request.branches.folder / "gone.git")
    ended = job.run(head, "--no-preview")
    assert ended.status == 0
    assert "could not be found out" not in ended.out
    assert "1 person, as its risk is medium" in job.comments[0]


def test_a_forge_that_refuses_changes_no_status(job: Job) -> None:
    head = job.request.head({PATH: PLAN, "plans/a.yaml": "x: 1"})
    job.token = "ghp_" + "0" * 36
    ended = job.run(head, "--no-preview")
    assert ended.status == 3
    assert "No comment was written: " in ended.out
    assert job.token not in ended.out + ended.err + job.summary
    job.forge.close()
    assert job.run(head, "--no-preview").status == 3


def test_a_summary_that_cannot_be_written_is_a_warning(job: Job) -> None:
    ended = job.run(job.request.head({PATH: PLAN}), "--no-preview", GITHUB_STEP_SUMMARY="/nowhere/summary.md")
    assert ended.status == 0
    assert "the summary cannot be written: No such file or directory" in ended.err


@pytest.mark.parametrize(
    "event", ["", "nonsense", "[]", '{"pull_request": 7}', '{"pull_request": {"number": "7; rm"}}']
)
def test_a_job_that_says_nonsense_of_itself_is_said_and_all_else_is_done(job: Job, event: str, tmp_path: Path) -> None:
    head = job.request.head({PATH: PLAN})
    job.run(head, "--no-preview")
    (tmp_path / "event.json").write_text(event)
    ended = job.request.ci(head, "--no-preview", "--json")
    found = json.loads(ended.out[ended.out.index("{") :])
    assert (ended.status, [plan["change"] for plan in found["plans"]]) == (0, [ID])
    assert found["notes"], found


def test_the_comment_alone_can_be_written(job: Job) -> None:
    head = job.request.head({PATH: PLAN})
    job.run(head, "--no-preview")
    job.forge.comments.clear()
    assert job.request.type("ci", "comment", "--no-preview").status == 0
    assert len(job.comments) == 1
