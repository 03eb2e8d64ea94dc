"""A stage for one change: production in a moto server, a bare remote, a clone with plans, and the real command."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from emulators import ACCOUNT, REGION

COMMAND = Path(sys.executable).with_name("changectl")
LOCKS = "refs/changectl/locks"
PATIENCE = 90.0
"""Seconds that a command may take before it counts as hanging."""

CONFIGURATION = """\
[env.sandbox]
account = "{account}"
regions = ["{region}"]
production = false
endpoint = "{endpoint}"
approvals = {{low = 0, medium = 0, high = 0}}
"""

PLAN = """\
plan: 1
title: Longer checkouts
rationale: Checkouts are cut off.
risk: low
env: sandbox
comms: none, it is a drill
steps:
  - {{name: raise, set: load-balancer/rentals, change: {{attributes: {{idle_timeout.timeout_seconds: {{to: "120"}}}}}}}}
  - {{name: label, set: table/bookings, change: {{tags: {{add: {{Trial: "yes"}}, remove: [Team]}}}}}}
{more}
test: {test}
back_out: snapshot
"""

MORE = """\
  - {name: expire, set: table/bookings, change: {ttl: {to: expires}}}
  - {name: note, set: load-balancer/rentals, change: {tags: {add: {Trial: "yes"}}}}
  - {name: lower, set: load-balancer/rentals, change: {attributes: {idle_timeout.timeout_seconds: {to: "90"}}}}
"""


@dataclass(frozen=True)
class Scenario:
    """A plan, and how it ends when nothing disturbs it."""

    name: str
    more: bool
    test: str
    status: int

    def plan(self) -> str:
        return PLAN.format(more=MORE if self.more else "", test=self.test)

    def target(self, before: Any) -> Any:
        """What production is once every step is done."""
        after = {
            **before,
            "attributes": {**before["attributes"], "idle_timeout.timeout_seconds": "90" if self.more else "120"},
            "tags": {"Trial": "yes"},
        }
        if self.more:
            after["balancer tags"] = {**before["balancer tags"], "Trial": "yes"}
            after["expiry"] = "expires"
        return after


GOOD = Scenario("good", False, "[{command: [sleep, '0.1']}]", 0)
LONG = Scenario("long", True, "{none: it is a drill}", 0)
FAILING = Scenario("failing", True, "[{command: ['false']}]", 10)
SCENARIOS = (GOOD, LONG, FAILING)


@dataclass(frozen=True)
class Ended:
    """How a command ended: its status, its document, and everything it wrote."""

    status: int
    out: str
    err: str

    @property
    def production(self) -> str:
        return str(self.document["production"])

    @property
    def document(self) -> Any:
        return json.loads(self.out)


@dataclass(frozen=True)
class Stage:
    """One repository with its remote, on one emptied AWS."""

    folder: Path
    clients: Callable[[str], Any]

    @property
    def clone(self) -> Path:
        return self.folder / "clone"

    @property
    def bare(self) -> Path:
        return self.folder / "remote.git"

    def start(self, *args: str) -> subprocess.Popen[str]:
        """The real command, in a session of its own."""
        return subprocess.Popen(
            [str(COMMAND), *args], cwd=self.clone, env=self.environment(), stdin=subprocess.DEVNULL, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
        )  # fmt: skip

    def run(self, *args: str) -> Ended:
        """The same, to its end."""
        return ended(self.start(*args))

    def environment(self) -> dict[str, str]:
        return {**os.environ, "XDG_STATE_HOME": str(self.folder / "state")}

    def production(self) -> Any:
        """What plain boto3 reads of everything that the plans touch, and of what is beside it."""
        elbv2, dynamodb = self.clients("elbv2"), self.clients("dynamodb")
        balancer = elbv2.describe_load_balancers(Names=["rentals"])["LoadBalancers"][0]
        arn = balancer["LoadBalancerArn"]
        table = dynamodb.describe_table(TableName="bookings")["Table"]
        tags = dynamodb.list_tags_of_resource(ResourceArn=table["TableArn"])["Tags"]
        attributes = elbv2.describe_load_balancer_attributes(LoadBalancerArn=arn)["Attributes"]
        balancer_tags = elbv2.describe_tags(ResourceArns=[arn])["TagDescriptions"][0]["Tags"]
        expiry = dynamodb.describe_time_to_live(TableName="bookings")["TimeToLiveDescription"]
        return {
            "balancer": balancer,
            "attributes": {each["Key"]: each["Value"] for each in attributes},
            "balancer tags": {each["Key"]: each["Value"] for each in balancer_tags},
            "table": table,
            "tags": {each["Key"]: each["Value"] for each in tags},
            # AWS names the attribute while it is enabled only, moto for ever.
            "expiry": expiry.get("AttributeName") if expiry["TimeToLiveStatus"] == "ENABLED" else None,
        }

    def held(self) -> list[str]:
        """Locks that the remote says are held, read with git's plumbing alone."""
        oids = git(self.bare, "for-each-ref", "--format=%(objectname)", LOCKS).split()
        said = [json.loads(git(self.bare, "cat-file", "commit", oid).partition("\n\n")[2]) for oid in oids]
        return [lock["name"] for lock in said if lock["state"] != "free"]


def set_up(folder: Path, endpoint: str, clients: Callable[[str], Any], scenario: Scenario, change: str) -> Stage:
    """A new stage in an empty folder, with the plan of a scenario pushed."""
    stage = Stage(folder, clients)
    shutil.rmtree(folder, ignore_errors=True)
    git(folder.parent, "init", "--quiet", "--bare", str(stage.bare))
    git(folder.parent, "init", "--quiet", "-b", "main", str(stage.clone))
    for name, value in (("user.name", "Ana"), ("user.email", "ana@example.com")):
        git(stage.clone, "config", name, value)
    git(stage.clone, "remote", "add", "origin", f"file://{stage.bare}")
    (stage.clone / "plans").mkdir()
    (stage.clone / "plans" / f"{change}.yaml").write_text(scenario.plan())
    configuration = CONFIGURATION.format(account=ACCOUNT, region=REGION, endpoint=endpoint)
    (stage.clone / "changectl.toml").write_text(configuration)
    git(stage.clone, "add", ".")
    git(stage.clone, "commit", "--quiet", "-m", "Plan")
    git(stage.clone, "push", "--quiet", "origin", "main")
    return stage


def git(folder: Path, *args: str) -> str:
    """Plain git, as a person would type it."""
    done = subprocess.run(["git", "-C", str(folder), *args], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def ended(process: subprocess.Popen[str]) -> Ended:
    """Wait for its end."""
    out, err = process.communicate(timeout=PATIENCE)
    return Ended(process.returncode, out, err)


def killed(process: subprocess.Popen[str], after: float, chance: random.Random) -> Ended:
    """Let it live so long, then kill it: the process group alone, or with every program that it has started.

    The first is what `kill -9` does, and a git that it started goes on for a while. The second is a machine that dies.
    The far end of a git connection is another machine, and sees its connection close.
    """
    deadline = time.monotonic() + after
    while process.poll() is None and time.monotonic() < deadline:
        time.sleep(min(0.005, max(0.0, deadline - time.monotonic())))
    if process.poll() is None:
        doomed = [process.pid]
        if chance.random() < 0.5:
            os.killpg(process.pid, signal.SIGSTOP)
            doomed += _started_by(process.pid)
        for pid in doomed:
            _kill(pid)
    return ended(process)


def _kill(pid: int) -> None:
    with suppress(ProcessLookupError):
        (os.killpg if os.getpgid(pid) == pid else os.kill)(pid, signal.SIGKILL)


def _started_by(pid: int) -> list[int]:
    found = []
    for child in _children(pid):
        words = _command_line(child)
        if not any(name in words for name in ("receive-pack", "upload-pack")):
            found += [child, *_started_by(child)]
    return found


def _children(pid: int) -> list[int]:
    listed = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True).stdout
    return [int(word) for word in listed.split()]


def _command_line(pid: int) -> str:
    return subprocess.run(["ps", "-o", "args=", "-p", str(pid)], capture_output=True, text=True).stdout
