"""`changectl ci` as a job of GitLab CI, against GitLab on loopback: one note, and no word to a runner that obeys none."""

from pathlib import Path

from tests.ci.conftest import PLAN, Place
from tests.forges.fake_gitlab import FakeGitLab


def test_one_note_is_kept_while_the_branch_goes_on(place: Place, tmp_path: Path) -> None:
    request = place()
    request.patch.setattr("changectl.cli.ci.sleep", lambda _: None)
    with FakeGitLab() as forge:
        token = forge.signed_in("changectl-bot").token
        for number, title in enumerate(("120 s", "150 s"), 1):
            head = request.head({"plans/x.yaml": PLAN.replace("120 s", title), "plans/wrong.yaml": "x: 1"})
            if number == 1:
                forge.merge_request(7, branch="change/x", author="ana", commits=[forge.commit("ana", sha=head)])
            else:
                forge.update(7, forge.commit("ana", sha=head))
            job = {
                "GITLAB_CI": "true",
                "CI_PROJECT_PATH": forge.project,
                "CI_API_V4_URL": forge.api,
                "CI_MERGE_REQUEST_IID": "7",
                "CI_MERGE_REQUEST_PROJECT_PATH": forge.project,
                "CI_MERGE_REQUEST_PROJECT_ID": "5",
                "CI_MERGE_REQUEST_SOURCE_PROJECT_ID": "5",
                "CI_MERGE_REQUEST_DIFF_BASE_SHA": request.base,
                "CI_COMMIT_SHA": head,
                "CI_PIPELINE_IID": str(number),
                "CI_JOB_ID": "1",
                "GITLAB_TOKEN": token,
            }
            for name, value in job.items():
                request.patch.setenv(name, value)
            ended = request.type("ci", "--no-preview")
            assert (ended.status, "::" in ended.out.replace("://", "")) == (3, False), ended
            [note] = [each.body for each in forge.notes]
            assert f"### Raise the idle timeout to {title}" in note
            assert not any(line.startswith("/") for line in note.splitlines())
