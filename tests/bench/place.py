"""Where a benchmark runs: a repository with a bare remote beside it, a home of its own, and the plan that fails its test."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

CONFIGURATION = """\
[env.trial]
account = "123456789012"
regions = ["ap-southeast-2"]
production = false
endpoint = "{endpoint}"
approvals = {{low = 0, medium = 0, high = 0}}
"""

PLAN = """\
plan: 1
title: Let the new office in
rationale: The office has moved.
risk: low
env: trial
comms: none, it is a trial
steps:
  - name: Let the new office in
    set: security-group/web
    change: {ingress: {add: [{protocol: tcp, port: 8443, cidr: 203.0.113.0/24}]}}
test:
  - facet: security-group/web ingress
    contains: [{protocol: tcp, port: 9443, cidr: 203.0.113.0/24}]
back_out: snapshot
"""


@dataclass(frozen=True, slots=True)
class Place:
    """A repository whose remote is a bare one on the same disk."""

    work: Path
    env: dict[str, str]

    def plan(self, name: str, content: str = PLAN) -> None:
        """Write a plan."""
        (self.work / "plans" / f"{name}.yaml").write_text(content)


def place(folder: Path, endpoint: str = "http://127.0.0.1:9") -> Place:
    """Make one."""
    work, remote, home = folder / "work", folder / "remote.git", folder / "home"
    home.mkdir(parents=True)
    env = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "XDG_CACHE_HOME": str(home / ".cache"),
        "GIT_CONFIG_GLOBAL": str(home / ".gitconfig"),
        "GIT_CONFIG_NOSYSTEM": "1",
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_DEFAULT_REGION": "ap-southeast-2",
    }
    (home / ".gitconfig").write_text(
        "[user]\n\tname = Ana\n\temail = ana@example.com\n[init]\n\tdefaultBranch = main\n"
    )

    def git(*args: str) -> None:
        subprocess.run(["git", *args], check=True, env=env, capture_output=True)

    git("init", "-q", "--bare", str(remote))
    git("init", "-q", str(work))
    git("-C", str(work), "remote", "add", "origin", str(remote))
    (work / "plans").mkdir()
    (work / "changectl.toml").write_text(CONFIGURATION.format(endpoint=endpoint))
    git("-C", str(work), "add", ".")
    git("-C", str(work), "commit", "-q", "-m", "begin")
    git("-C", str(work), "push", "-q", "origin", "main")
    return Place(work, env)
