"""A team on GitLab: the job that reviews plans, who owns what, and what a merge request says."""

from changectl.cli.setup.files import File, Need
from changectl.cli.setup.github import TEMPLATE
from changectl.cli.setup.owners import owners_file
from changectl.cli.setup.wanted import Wanted

JOB = """\
# Checks the plans of a merge request, previews them, and tells its reviewers what they would do: one comment.
# GITLAB_TOKEN: a masked variable, a project access token that may comment (role Reporter, scope api).
# CHANGECTL_READ_ROLE: the ARN of the role that reads AWS; without it nothing is previewed.
changectl:
  stage: test
  image: python:3.13
  interruptible: true
  timeout: 15 minutes
  rules:
    - if: $CI_PIPELINE_SOURCE == "merge_request_event"
      changes:
        - "<<folder>>plans/**/*"
        - "<<folder>>changectl.toml"
  id_tokens:
    CHANGECTL_AWS_TOKEN:
      aud: <<audience>>
  variables:
    GIT_DEPTH: "0" # the register, and what was approved, are other branches
    AWS_REGION: <<region>>
    PYTHONSAFEPATH: "1" # no module of the merge request is ever imported
  before_script:
    - cd /
    - python -m venv /opt/changectl
    - /opt/changectl/bin/pip install --quiet "<<requirement>>"
    - umask 077 && printf '%s' "$CHANGECTL_AWS_TOKEN" > /opt/aws-token
  script:
    - git -C "$CI_PROJECT_DIR" symbolic-ref refs/remotes/origin/HEAD "refs/remotes/origin/$CI_DEFAULT_BRANCH"
    - cd "$CI_PROJECT_DIR/<<directory>>"
    - >-
      if [ -n "$CHANGECTL_READ_ROLE" ]; then
      export AWS_ROLE_ARN="$CHANGECTL_READ_ROLE" AWS_WEB_IDENTITY_TOKEN_FILE=/opt/aws-token;
      export AWS_ROLE_SESSION_NAME="changectl-$CI_JOB_ID";
      fi
    - /opt/changectl/bin/changectl check --format gitlab > "$CI_PROJECT_DIR/gl-code-quality-report.json" || true
    - /opt/changectl/bin/changectl ci
  artifacts:
    when: always
    reports:
      codequality: gl-code-quality-report.json
"""

INCLUDED = "- local: .gitlab/changectl.yml"
MAIN = f"include:\n  {INCLUDED}\n"


def gitlab_files(wanted: Wanted) -> tuple[File, ...]:
    """Every file, by its path below the repository's root."""
    return (
        File(".gitlab/changectl.yml", job(wanted)),
        File(".gitlab-ci.yml", MAIN, (), (Need(".gitlab/changectl.yml", INCLUDED),)),
        owners_file(wanted, ".gitlab/CODEOWNERS", ("/.gitlab/", "/.gitlab-ci.yml")),
        File(".gitlab/merge_request_templates/Default.md", TEMPLATE),
    )


def job(wanted: Wanted) -> str:
    """The job's text."""
    region = wanted.production[0].regions[0] if wanted.production else wanted.envs[0].regions[0]
    return filled(wanted.folder, f"https://{wanted.home.host}", wanted.source.requirement, region)


def filled(folder: str, audience: str, requirement: str, region: str) -> str:
    """The same for these; each may be a variable of GitLab's, as in the template that others include."""
    directory = folder.rstrip("/") or "."
    values = {
        "folder": folder,
        "directory": directory,
        "audience": audience,
        "requirement": requirement,
        "region": region,
    }
    text = JOB
    for name, value in values.items():
        text = text.replace(f"<<{name}>>", value)
    return text


def gitlab_next(wanted: Wanted) -> tuple[str, ...]:
    """What a person has to do on GitLab, each in a line."""
    web = f"https://{wanted.home.host}/{wanted.home.repository}"
    return (
        f"protect {wanted.branch}: {web}/-/settings/repository (nobody pushes; code owners approve; no force push)",
        f"require 1 approval, and remove approvals when commits are added: {web}/-/settings/merge_requests",
        f"make a project access token that may comment, as the masked variable GITLAB_TOKEN: {web}/-/settings/ci_cd",
    )
