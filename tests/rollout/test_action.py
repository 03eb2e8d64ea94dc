"""The composite action's own scripts, run as a runner runs them: hostile inputs are refused, nothing of the branch is run."""

import base64
import json
import os
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
import yaml
from emulators import REPOSITORY as ROOT

FOLDER = ROOT / ".github" / "actions" / "changectl"
STEPS = {step["name"]: step for step in yaml.safe_load((FOLDER / "action.yml").read_text())["runs"]["steps"]}
ROLE = "arn:aws:iam::123456789012:role/changectl-read-prod"
GOOD = {"DIRECTORY": ".", "ROLE": ROLE, "REGION": "ap-southeast-2", "GITHUB_EVENT_NAME": "pull_request"}


def ran(step: str, cwd: Path, **env: str) -> subprocess.CompletedProcess[str]:
    """A step's script, by the command that GitHub documents for `shell: bash`."""
    command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", STEPS[step]["run"]]
    return subprocess.run(
        command, cwd=cwd, env={"PATH": os.environ["PATH"], **env}, capture_output=True, text=True, timeout=30
    )


@pytest.mark.parametrize(
    "good",
    [
        {},
        {"DIRECTORY": "ops/changes"},
        {"ROLE": "", "REGION": ""},
        {"ROLE": "arn:aws-cn:iam::123456789012:role/team/reads", "REGION": "cn-north-1"},
        {"REGION": "us-gov-west-1"},
    ],
)
def test_inputs_that_make_sense_pass(tmp_path: Path, good: dict[str, str]) -> None:
    done = ran("Look at the inputs", tmp_path, **{**GOOD, **good})
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize(
    "bad",
    [
        {"DIRECTORY": "../elsewhere"},
        {"DIRECTORY": "plans/../../x"},
        {"DIRECTORY": "/etc"},
        {"DIRECTORY": "-rf"},
        {"DIRECTORY": "$(touch canary)"},
        {"DIRECTORY": "a\nb"},
        {"DIRECTORY": ""},
        {"ROLE": "changectl-read"},
        {"ROLE": f"{ROLE};touch canary"},
        {"ROLE": f"{ROLE}\nAWS_PROFILE=x"},
        {"REGION": ""},
        {"REGION": "eu-west-1`touch canary`"},
        {"GITHUB_EVENT_NAME": "pull_request_target"},
    ],
)
def test_inputs_that_do_not_are_refused_and_run_nothing(tmp_path: Path, bad: dict[str, str]) -> None:
    done = ran("Look at the inputs", tmp_path, **{**GOOD, **bad})
    assert done.returncode == 2
    assert done.stdout.startswith("::error title=changectl::")
    assert list(tmp_path.iterdir()) == []


# The review itself

PROGRAM = """\
#!/bin/sh
echo "$@ in $(pwd), role ${AWS_ROLE_ARN:-none}, by ${AWS_WEB_IDENTITY_TOKEN_FILE:-nothing}"
git config --get-urlmatch http.extraheader https://github.com/unicorn/rentals
git config --get-urlmatch http.extraheader https://evil.example/unicorn/rentals || true
"""
LENT = base64.b64encode(b"x-access-token:ghs_token").decode()
HEADER = f"AUTHORIZATION: basic {LENT}"


@pytest.fixture
def runner(tmp_path: Path) -> dict[str, str]:
    """A workspace with a checkout, and where changectl would be a program that says where it is and as whom."""
    workspace, temp = tmp_path / "workspace", tmp_path / "temp"
    subprocess.run(["git", "init", "-q", str(workspace)], check=True)
    (temp / "changectl" / "bin").mkdir(parents=True)
    program = temp / "changectl" / "bin" / "changectl"
    program.write_text(PROGRAM)
    program.chmod(0o755)
    (temp / "changectl" / "bin" / "python").symlink_to(sys.executable)
    for name in ("pip.py", "json.py", "os.py"):
        (workspace / name).write_text(f"open({str(tmp_path / 'canary')!r}, 'w')\n")
    return {
        "GITHUB_WORKSPACE": str(workspace),
        "RUNNER_TEMP": str(temp),
        "GITHUB_ACTION_PATH": str(FOLDER),
        "GITHUB_RUN_ID": "7",
        "DIRECTORY": ".",
        "DEFAULT_BRANCH": "main",
        "ROLE": ROLE,
        "AWS_REGION": "ap-southeast-2",
        "GITHUB_TOKEN": "ghs_token",
        "GITHUB_SERVER_URL": "https://github.com",
        "PYTHONSAFEPATH": "1",
    }


@pytest.fixture
def issuer() -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Where GitHub gives out identities: its URL, and what was asked of it."""
    asked: list[tuple[str, str]] = []

    class Issuer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append((self.path, self.headers["Authorization"]))
            body = json.dumps({"value": "identity-of-the-job"}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Issuer) as server:
        server.socket.settimeout(1)  # a caller that is gone before accept is no reason to wait for the next
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/token?api-version=2.0", asked
        server.shutdown()


def test_the_job_becomes_the_role_by_its_own_identity(
    runner: dict[str, str], issuer: tuple[str, list[tuple[str, str]]]
) -> None:
    url, asked = issuer
    temp = Path(runner["RUNNER_TEMP"])
    given = {"ACTIONS_ID_TOKEN_REQUEST_URL": url, "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "token-of-the-job"}
    done = ran("Review", temp, **runner, **given)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        f"::add-mask::{LENT}",
        f"ci in {runner['GITHUB_WORKSPACE']}, role {ROLE}, by {temp}/identity",
        HEADER,
    ]
    assert asked == [("/token?api-version=2.0&audience=sts.amazonaws.com", "bearer token-of-the-job")]
    assert (temp / "identity").read_text() == "identity-of-the-job"
    assert stat.S_IMODE((temp / "identity").stat().st_mode) == 0o600
    assert not (temp.parent / "canary").exists()


def test_a_fork_has_no_identity_and_its_plans_are_checked_all_the_same(runner: dict[str, str]) -> None:
    done = ran("Review", Path(runner["RUNNER_TEMP"]), **runner)
    notice, _, said, _ = done.stdout.splitlines()
    assert notice.startswith("::notice title=changectl::this job has no identity")
    assert said == f"ci in {runner['GITHUB_WORKSPACE']}, role none, by nothing"
    assert (done.returncode, done.stderr) == (0, "")


def test_no_token_stays_in_the_checkout(runner: dict[str, str]) -> None:
    ran("Review", Path(runner["RUNNER_TEMP"]), **runner)
    kept = Path(runner["GITHUB_WORKSPACE"], ".git", "config").read_text()
    assert ("ghs_token" in kept, LENT in kept) == (False, False)


def test_the_default_branch_is_known_afterwards(runner: dict[str, str]) -> None:
    ran("Review", Path(runner["RUNNER_TEMP"]), **{**runner, "ROLE": "", "DEFAULT_BRANCH": "trunk"})
    head = Path(runner["GITHUB_WORKSPACE"], ".git", "refs", "remotes", "origin", "HEAD")
    assert head.read_text() == "ref: refs/remotes/origin/trunk\n"


def test_python_is_isolated_wherever_it_is_started() -> None:
    lines = [line for step in STEPS.values() for line in step.get("run", "").splitlines()]
    started = [line for line in lines if "python" in line.lower()]
    assert len(started) == 3
    assert [line for line in started if " -I " not in line] == []


def test_the_action_installs_from_its_own_checkout() -> None:
    assert '"$GITHUB_ACTION_PATH/../../.."' in STEPS["Install changectl as this action's own repository has it"]["run"]
    assert (FOLDER / ".." / ".." / ".." / "pyproject.toml").is_file()
