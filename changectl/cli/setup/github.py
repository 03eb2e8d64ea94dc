"""A team on GitHub: the workflow that reviews plans, who owns what, and what a pull request says."""

from changectl.cli.setup.files import File
from changectl.cli.setup.owners import owners_file
from changectl.cli.setup.wanted import Wanted

WORKFLOW = """\
# Checks the plans of a pull request, previews them, and tells its reviewers what they would do: one comment.
# Nothing of the pull request is run: not its scripts, not its run steps, not its configuration.
name: changectl

on:
  pull_request: # never pull_request_target, which would lend a stranger's branch our rights
    paths:
      - "<<folder>>plans/**"
      - "<<folder>>changectl.toml"

permissions: {}

concurrency: # a newer push cancels what an older one started
  group: changectl-${{ github.event.pull_request.number }}
  cancel-in-progress: true

jobs:
  review:
    runs-on: ubuntu-latest
    timeout-minutes: 15
    permissions:
      contents: read
      pull-requests: write # the comment
      id-token: write # becomes the role that reads AWS; nothing, where the variable below is not set
    steps:
      - uses: actions/checkout@08c6903cd8c0fde910a37f88322edcfb5dd907a8 # v5.0.0
        with:
          ref: ${{ github.event.pull_request.head.sha }}
          fetch-depth: 0 # the register, and what was approved, are other branches
          persist-credentials: false
      - uses: <<action>>
        with:
          directory: <<directory>>
          role: ${{ vars.CHANGECTL_READ_ROLE }}
          region: <<region>>
"""

TEMPLATE = """\
<!-- A plan? Its own rationale, comms, test and back-out are read here; changectl's comment below shows what it would do. -->

- [ ] The rationale says why now, and what happens if we do not
- [ ] The test would fail if the change did not work
- [ ] The back-out was thought through, and what cannot be undone is said
- [ ] Whoever notices it is told: before, and after
"""


def github_files(wanted: Wanted) -> tuple[File, ...]:
    """Every file, by its path below the repository's root."""
    return (
        File(".github/workflows/changectl.yml", workflow(wanted), (".github/workflows/changectl.yaml",)),
        owners_file(wanted, ".github/CODEOWNERS", ("/.github/",)),
        File(
            ".github/pull_request_template.md",
            TEMPLATE,
            ("pull_request_template.md", "docs/pull_request_template.md", ".github/PULL_REQUEST_TEMPLATE"),
        ),
    )


def workflow(wanted: Wanted) -> str:
    """The workflow's text."""
    source = wanted.source
    region = wanted.production[0].regions[0] if wanted.production else wanted.envs[0].regions[0]
    values = {
        "folder": wanted.folder,
        "directory": wanted.folder.rstrip("/") or ".",
        "action": f"{source.repository}/.github/actions/changectl@{source.ref}",
        "region": region,
    }
    text = WORKFLOW
    for name, value in values.items():
        text = text.replace(f"<<{name}>>", value)
    return text


def github_next(wanted: Wanted) -> tuple[str, ...]:
    """What a person has to do on GitHub, each in a line."""
    home, web = wanted.home, f"https://{wanted.home.host}/{wanted.home.repository}"
    protect = (
        "require a pull request with 1 approval, from code owners; dismiss stale approvals; "
        "require approval of the most recent push"
    )
    return (
        f"protect {wanted.branch}: {web}/settings/branches ({protect})",
        f"make sure that {' '.join(wanted.owners)} may write to {home.repository}: owners who may not are ignored",
    )
