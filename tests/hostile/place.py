"""One repository with a plan on an AWS of one table: where hostile input is tried."""

import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from emulators import ACCOUNT, REGION

from changectl.cli import options
from changectl.cli.main import run

COMMAND = Path(sys.executable).with_name("changectl")
CHANGE = "label"
CONFIGURATION = """\
[env.sandbox]
account = "{account}"
regions = ["{region}"]
production = false
endpoint = "{endpoint}"
approvals = {{low = 0, medium = 0, high = 0}}
"""
PLAN: Mapping[str, Any] = {
    "plan": 1,
    "title": "Label the table",
    "rationale": "Nobody knows whose it is.",
    "risk": "low",
    "env": "sandbox",
    "comms": "none, it is a drill",
    "steps": [{"name": "label", "set": "table/bookings", "change": {"tags": {"add": {"Trial": "yes"}}}}],
    "test": {"none": "it is a drill"},
    "back_out": "snapshot",
}


@dataclass(frozen=True)
class Ended:
    """How a command ended, and everything it wrote."""

    status: int
    out: str
    err: str = ""

    @property
    def said(self) -> str:
        return self.out + self.err

    @property
    def document(self) -> Any:
        return json.loads(self.out)


@dataclass(frozen=True)
class Place:
    """A folder with a bare remote and a clone; commands typed there; and what AWS holds."""

    folder: Path
    endpoint: str
    dynamodb: Any
    captured: pytest.CaptureFixture[str]
    patch: pytest.MonkeyPatch
    found: list[Any] = field(default_factory=list)

    @property
    def clone(self) -> Path:
        return self.folder / "clone"

    @property
    def bare(self) -> Path:
        return self.folder / "remote.git"

    @property
    def canary(self) -> Path:
        """What appears only if somebody's text is run."""
        return self.folder / "canary"

    def type(self, *words: str) -> Ended:
        """Type a command, in this process."""
        self.captured.readouterr()
        self.patch.setattr(options, "_color", "auto")  # as every new process has it
        status = run(words)
        return Ended(status, *self.captured.readouterr())

    def start(self, *words: str, **given: Any) -> Ended:
        """The same as a process of its own."""
        given = {"capture_output": True, "stdin": subprocess.DEVNULL, **given}
        done = subprocess.run([str(COMMAND), *words], cwd=self.clone, timeout=60, **given)
        return Ended(done.returncode, (done.stdout or b"").decode(), (done.stderr or b"").decode())

    def plan(self, change: str = CHANGE, **members: Any) -> None:
        """Write a plan. JSON is YAML."""
        (self.clone / "plans" / f"{change}.yaml").write_text(json.dumps({**PLAN, **members}, indent=1))

    def configure(self, content: str) -> None:
        """Write changectl.toml, and push it as what the team has agreed to."""
        (self.clone / "changectl.toml").write_text(content)
        git(self.clone, "commit", "--quiet", "-am", "Configure")
        git(self.clone, "push", "--quiet", "origin", "main")

    def configuration(self, **members: str) -> str:
        return CONFIGURATION.format(**{"account": ACCOUNT, "region": REGION, "endpoint": self.endpoint, **members})

    def production(self) -> Any:
        """What plain boto3 reads."""
        table = self.dynamodb.describe_table(TableName="bookings")["Table"]
        tags = self.dynamodb.list_tags_of_resource(ResourceArn=table["TableArn"])["Tags"]
        return table, {tag["Key"]: tag["Value"] for tag in tags}

    def tag(self, **tags: str) -> None:
        """Somebody labels the table."""
        arn = self.production()[0]["TableArn"]
        self.dynamodb.tag_resource(ResourceArn=arn, Tags=[{"Key": k, "Value": v} for k, v in tags.items()])


def make(folder: Path, endpoint: str, clients: Callable[[str], Any], captured: Any, patch: pytest.MonkeyPatch) -> Place:
    """A place with one plan that would work, and the feet in it."""
    place = Place(folder, endpoint, clients("dynamodb"), captured, patch)
    place.dynamodb.create_table(
        TableName="bookings",
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
        Tags=[{"Key": "Team", "Value": "rentals"}],
    )
    git(folder, "init", "--quiet", "--bare", str(place.bare))
    git(folder, "init", "--quiet", "-b", "main", str(place.clone))
    for name, value in (("user.name", "Ana"), ("user.email", "ana@example.com")):
        git(place.clone, "config", name, value)
    git(place.clone, "remote", "add", "origin", f"file://{place.bare}")
    (place.clone / "plans").mkdir()
    place.plan()
    (place.clone / "changectl.toml").write_text(place.configuration())
    git(place.clone, "add", ".")
    git(place.clone, "commit", "--quiet", "-m", "Plan")
    git(place.clone, "push", "--quiet", "origin", "main")
    git(place.clone, "remote", "set-head", "origin", "main")
    patch.chdir(place.clone)
    return place


def git(folder: Path, *args: str) -> str:
    """Plain git, as a person would type it."""
    done = subprocess.run(["git", "-C", str(folder), *args], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()
