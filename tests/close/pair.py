"""Ana and Ben, a machine each, around one bare remote; commands are typed in this process."""

import io
import json
import shutil
import subprocess
from collections.abc import Mapping
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from emulators import ACCOUNT, REGION

from changectl.cli import options
from changectl.cli.main import run
from changectl.cli.state import repository_state
from changectl.model import events as e
from changectl.model.entry import Entry
from changectl.model.resource import FacetRef, Ref
from changectl.register.log import Register, register_of
from changectl.register.repository import repository

CHANGE = "2026-11-23-tags"
ANA, BEN = "Ana <ana@example.com>", "Ben <ben@example.com>"
TABLE = Ref("table", ("bookings",), REGION)
TAGS = FacetRef(TABLE, "tags")
CONFIGURATION = """\
[env.prod]
account = "{account}"
regions = ["{region}"]
endpoint = "{endpoint}"
approvals = {{low = 0, medium = 1, high = 2}}
"""
PLAN: Mapping[str, Any] = {
    "plan": 1,
    "title": "Tag the bookings",
    "rationale": "Nobody knows whose they are.",
    "risk": "low",
    "env": "prod",
    "comms": "none, it is a drill",
    "steps": [{"name": "tag", "set": "table/bookings", "change": {"tags": {"Trial": "office"}}}],
    "test": [{"command": ["test", "-d", "."]}],
    "back_out": "snapshot",
}


@dataclass(frozen=True)
class Said:
    """How a command ended, and everything it wrote."""

    status: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        return json.loads(self.out)


@dataclass(frozen=True)
class Person:
    """Somebody with a clone and a machine of their own."""

    folder: Path
    machine: Path

    @property
    def register(self) -> Register:
        return register_of(repository(self.folder))

    def types(self, *words: str, status: int = 0) -> Said:
        """Type a command, and assert its status."""
        out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", newline="\n", write_through=True) for _ in "oe")
        with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
            patch.chdir(self.folder)
            patch.setenv("XDG_STATE_HOME", str(self.machine))
            patch.setattr(options, "_color", "auto")
            ended = run(words)
        said = Said(ended, *(each.buffer.getvalue().decode() for each in (out, err)))  # type: ignore[attr-defined]
        assert said.status == status, said
        return said

    def writes(self, change: str = CHANGE, **members: Any) -> None:
        """Write a plan. JSON is YAML."""
        plans = self.folder / "plans"
        plans.mkdir(exist_ok=True)
        (plans / f"{change}.yaml").write_text(json.dumps({**PLAN, **members}))

    def applies(self, change: str = CHANGE, status: int = 0) -> Said:
        return self.types("apply", change, "--confirm", "prod", status=status)

    def shows(self, change: str = CHANGE) -> str:
        return self.types("show", change, "--fetch").out


@dataclass(frozen=True)
class Pair:
    """Both, and what lies between them."""

    ana: Person
    ben: Person
    bare: Path
    dynamodb: Any

    def tag(self, **tags: str) -> None:
        """Somebody tags the table by hand."""
        arn = self.dynamodb.describe_table(TableName="bookings")["Table"]["TableArn"]
        self.dynamodb.tag_resource(ResourceArn=arn, Tags=[{"Key": k, "Value": v} for k, v in tags.items()])

    def tags(self) -> dict[str, str]:
        arn = self.dynamodb.describe_table(TableName="bookings")["Table"]["TableArn"]
        return {tag["Key"]: tag["Value"] for tag in self.dynamodb.list_tags_of_resource(ResourceArn=arn)["Tags"]}

    def stick(self) -> None:
        """Ana applies, a stranger comes, and the way back needs an operator."""
        self.ana.writes()
        self.ana.applies()
        self.tag(Trial="strangers")
        end = self.ana.types("rollback", CHANGE, status=11).out
        assert f'changectl close {CHANGE} --accept --why "…"' in end

    def held(self) -> list[str]:
        """Names of locks that are held, as the remote's commits say."""
        oids = git(self.bare, "for-each-ref", "--format=%(objectname)", "refs/changectl/locks/").split()
        said = [json.loads(git(self.bare, "log", "-1", "--format=%B", oid)) for oid in oids]
        return sorted(lock["name"] for lock in said if lock["state"] == "held")

    def decision(self, change: str = CHANGE) -> str:
        """decision.md on the remote."""
        paths = git(self.bare, "ls-tree", "-r", "--name-only", "changectl/register").splitlines()
        [path] = [path for path in paths if path.endswith(f"/{change}/decision.md")]
        return git(self.bare, "show", f"changectl/register:{path}")

    def events(self, change: str = CHANGE) -> list[str]:
        """Types of a change's events on the remote, proven to be a chain."""
        self.ben.register.fetch()
        self.ben.register.verify(change)
        return [type(one.entry.event).__name__ for one in self.ben.register.read(change)]

    def unplugs(self) -> None:
        self.bare.rename(self.bare.with_name("unplugged.git"))

    def plugs(self) -> None:
        self.bare.with_name("unplugged.git").rename(self.bare)


def in_folder(folder: Path, dynamodb: Any) -> Pair:
    """The pair whose clones lie in a folder."""
    ana, ben = (Person(folder / name, folder / f"{name}s-machine") for name in ("ana", "ben"))
    return Pair(ana, ben, folder / "remote.git", dynamodb)


def make(folder: Path, endpoint: str, dynamodb: Any) -> Pair:
    """A new pair, with what they agreed on already."""
    pair = in_folder(folder, dynamodb)
    git(folder, "init", "-q", "--template=", "--bare", "-b", "main", str(pair.bare))
    for person in (pair.ana, pair.ben):
        name = person.folder.name
        git(folder, "clone", "-q", "--template=", f"file://{pair.bare}", name)
        git(person.folder, "config", "user.name", name.title())
        git(person.folder, "config", "user.email", f"{name}@example.com")
        if person == pair.ana:
            configure(person.folder, CONFIGURATION.format(account=ACCOUNT, region=REGION, endpoint=endpoint))
    return pair


def copied(shelf: Path, folder: Path, dynamodb: Any) -> Pair:
    """The pair on the shelf, moved to a folder of its own: machines know a repository by where it lies."""
    pair = in_folder(folder, dynamodb)
    shutil.copytree(shelf, folder, dirs_exist_ok=True)
    for person in (pair.ana, pair.ben):
        git(person.folder, "config", "remote.origin.url", f"file://{pair.bare}")
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("XDG_STATE_HOME", str(person.machine))
            was, now = (repository_state(where / person.folder.name / ".git") for where in (shelf, folder))
        if was.exists():
            was.rename(now)
    return pair


def configure(clone: Path, content: str) -> None:
    """Agree on changectl.toml."""
    (clone / "changectl.toml").write_text(content)
    git(clone, "add", "changectl.toml")
    git(clone, "commit", "-q", "-m", "Rules")
    git(clone, "push", "-q", "origin", "HEAD:main")
    git(clone, "remote", "set-head", "origin", "main")


def git(folder: Path, *args: str) -> str:
    """Plain git, as a person would type it."""
    done = subprocess.run(["git", "-C", str(folder), *args], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


# Changes that nobody has conducted here


def entry(second: int, event: e.Event, by: str = ANA, attempt: int = 1, change: str = CHANGE) -> Entry:
    at = f"2026-11-23T03:{second // 60:02}:{second % 60:02}.000000Z"
    return Entry(change, attempt, at, by, "anas-laptop", f"nonce-{second}-{by}-{attempt}", event)


def proposed(**members: Any) -> e.Proposed:
    given = e.Proposed(
        "sha256:p", "sha256:v", "Tag the bookings", "Nobody knows whose they are.", "prod", "low", ACCOUNT, REGION,
        "", (), (), "exact", (ANA,),
    )  # fmt: skip
    return replace(given, **members)


def begun(**members: Any) -> e.Begun:
    given = e.Begun(
        "sha256:p", "sha256:v", "Tag the bookings", "prod", ACCOUNT, REGION, "", (), "sha256:s", (TAGS,), (), "0"
    )
    return replace(given, **members)


CALL = e.CallStarted(0, "forward", "tag", "dynamodb", "TagResource", REGION, {}, (TAGS,))
BEGINNING = (proposed(), e.SnapshotTaken("sha256:s", (TAGS,)), begun(), CALL)
FAILED = (
    *BEGINNING,
    e.CheckFailed("after", 0, "up", "is down"),
    e.RollbackWanted("the check up failed"),
    e.RestoreProven(),
    e.Closed("rolled-back", "the check up failed"),
)
EMERGENCY = (proposed(emergency="INC-7"), BEGINNING[1], begun(emergency="INC-7"), CALL, e.Closed("applied"))
STUCK = (*BEGINNING, e.FacetLeft(TAGS, "someone else changed it", True, "rentals", "office", "strangers"))
OPERATOR = (*STUCK, e.OperatorNeeded("not everything is back", (TAGS,)))


def story(*events: e.Event, change: str = CHANGE) -> tuple[Entry, ...]:
    """A change that Ana conducted, an event every ten seconds."""
    return tuple(entry(10 * n, event, change=change) for n, event in enumerate(events))
