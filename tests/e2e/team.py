"""Ana and Ben, a machine each, around one bare remote; they type the real command, and plain git."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import dedent, indent
from typing import Any

from emulators import ACCOUNT, REGION, Emulator

from tests.warm import command

PATIENCE = 60.0  # seconds: no command here takes three
REGISTER = "changectl/register"

CONFIGURATION = """\
[env.prod]
account = "{account}"
regions = ["{region}"]
endpoint = "{endpoint}"
approvals = {{low = 0, medium = 1, high = 2}}
[review]
by = "{by}"
"""


@dataclass(frozen=True, slots=True)
class Ran:
    """How a command ended and what it said."""

    status: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """The one JSON document on stdout."""
        return json.loads(self.out)

    @property
    def said(self) -> str:
        """Both streams, to look for words in."""
        return self.out + self.err


@dataclass(frozen=True)
class Running:
    """A command that goes on."""

    process: subprocess.Popen[str]

    def says(self, words: str) -> None:
        """Wait until a line on stderr has these words."""
        assert self.process.stderr is not None
        for line in self.process.stderr:
            if words in line:
                return
        raise AssertionError(f"it ended without saying {words!r}")

    def send(self, number: signal.Signals) -> None:
        """Send it a signal."""
        self.process.send_signal(number)

    def ended(self) -> Ran:
        """Wait for its end."""
        out, err = self.process.communicate(timeout=PATIENCE)
        return Ran(self.process.returncode, out, err)


@dataclass(frozen=True)
class Person:
    """Somebody with a clone and a machine of their own."""

    name: str
    folder: Path
    machine: Path
    env: Mapping[str, str] = field(default_factory=dict)

    def types(self, *args: str, status: int | None = 0, env: Mapping[str, str] | None = None) -> Ran:
        """Run `changectl …`, and assert its status unless that is None."""
        done = command.ran(args, self.folder, self._environment(env), PATIENCE)
        ran = Ran(done.returncode, done.stdout, done.stderr)
        assert status is None or ran.status == status, f"{args}: {ran.status}\n{ran.out}\n{ran.err}"
        return ran

    def starts(self, *args: str, env: Mapping[str, str] | None = None) -> Running:
        """Start `changectl …` and let it go on."""
        process = subprocess.Popen(
            [sys.executable, "-m", "changectl", *args],
            cwd=self.folder,
            env=self._environment(env),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        return Running(process)

    def applies(self, change: str, *flags: str, status: int | None = 0, env: Mapping[str, str] | None = None) -> Ran:
        """`changectl apply`, confirmed."""
        return self.types("apply", change, "--confirm", "prod", *flags, status=status, env=env)

    def git(self, *args: str) -> str:
        """Plain git in the clone."""
        return git(self.folder, *args, env=self._environment(None))

    def writes(self, change: str, text: str) -> Path:
        """Put a plan into plans/."""
        path = self.folder / "plans" / f"{change}.yaml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        return path

    def fetches(self, change: str) -> None:
        """Bring a proposed plan into the work tree, without checking anything out."""
        self.git("fetch", "--quiet", "origin", f"change/{change}")
        self.writes(change, self.git("show", f"FETCH_HEAD:plans/{change}.yaml") + "\n")

    def kept(self) -> list[Path]:
        """Every file that changectl keeps on this machine."""
        return sorted(path for path in (self.machine / "state").rglob("*") if path.is_file())

    def _environment(self, more: Mapping[str, str] | None) -> dict[str, str]:
        own = {
            "HOME": str(self.machine),
            "XDG_STATE_HOME": str(self.machine / "state"),
            "XDG_CONFIG_HOME": str(self.machine / "config"),
            "GIT_CONFIG_GLOBAL": str(self.machine / "gitconfig"),
            "COLUMNS": "40",
            **self.env,
        }
        return {**os.environ, **own, **(more or {})}


@dataclass(frozen=True)
class Team:
    """A bare remote with changectl.toml on its default branch, and everybody's clone of it."""

    folder: Path
    emulator: Emulator
    env: Mapping[str, str] = field(default_factory=dict)

    @property
    def bare(self) -> Path:
        return self.folder / "remote.git"

    @property
    def ana(self) -> Person:
        return self.person("ana")

    @property
    def ben(self) -> Person:
        return self.person("ben")

    def person(self, name: str) -> Person:
        """Somebody on the team; with a clone from the first time that they are asked for."""
        person = Person(name, self.folder / name, self.folder / f"{name}s-machine", self.env)
        if not person.folder.exists():
            person.machine.mkdir()
            who = f"[user]\nname = {name.title()}\nemail = {name}@example.com\n[init]\ndefaultBranch = main\n"
            (person.machine / "gitconfig").write_text(who)
            git(self.folder, "clone", "-q", f"file://{self.bare}", name, env=person._environment(None))
        return person

    def configures(self, more: str = "", by: str = "identity") -> None:
        """Agree on changectl.toml, by pushing it to the default branch."""
        where = {"account": ACCOUNT, "region": REGION, "endpoint": self.emulator.endpoint, "by": by}
        (self.ana.folder / "changectl.toml").write_text(CONFIGURATION.format(**where) + more)
        self.ana.git("add", "changectl.toml")
        self.ana.git("commit", "-q", "-m", "Rules for production")
        self.ana.git("push", "-q", "origin", "HEAD:main")

    def unplugs(self) -> None:
        """The remote goes away."""
        self.bare.rename(self.folder / "unplugged.git")

    def plugs(self) -> None:
        """It is there again."""
        (self.folder / "unplugged.git").rename(self.bare)

    def locks(self) -> dict[str, Mapping[str, Any]]:
        """Who holds what, as the remote's lock commits say, by ref."""
        refs = git(self.bare, "for-each-ref", "--format=%(refname)", "refs/changectl/locks/").split()
        said = {ref: json.loads(git(self.bare, "log", "-1", "--format=%B", ref)) for ref in refs}
        return {ref: lock for ref, lock in said.items() if lock["state"] == "held"}

    def register(self) -> dict[str, bytes]:
        """Every file of the register on the remote."""
        paths = git(self.bare, "ls-tree", "-r", "--name-only", REGISTER).splitlines()
        return {path: blob(self.bare, f"{REGISTER}:{path}") for path in paths}


def made(folder: Path, emulator: Emulator, env: Mapping[str, str]) -> Team:
    """A new team."""
    team = Team(folder, emulator, env)
    git(folder, "init", "-q", "--bare", "-b", "main", str(team.bare))
    team.configures()
    return team


def plan(steps: str, *, test: str = "", risk: str = "low", back_out: str = "snapshot") -> str:
    """A plan's text around its steps. Without a test, one that passes."""
    head = f"plan: 1\ntitle: Give the bookings room\nrationale: Weekends fill up (INC-7).\nrisk: {risk}\nenv: prod\n"
    tested = _block(test or "- command: [test, -d, /]")
    return f"{head}comms: Nobody notices.\nsteps:\n{_block(steps)}test:\n{tested}back_out: {back_out}\n"


def git(folder: Path, *args: str, env: Mapping[str, str] | None = None) -> str:
    """Plain git, as a person would type it."""
    done = subprocess.run(["git", "-C", str(folder), *args], capture_output=True, env=env)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode().strip()


def blob(folder: Path, name: str) -> bytes:
    """The bytes of an object."""
    done = subprocess.run(["git", "-C", str(folder), "cat-file", "blob", name], capture_output=True, check=True)
    return done.stdout


def soon(true: Callable[[], bool]) -> None:
    """Wait until the answer is yes."""
    until = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < until, "that never became true"
        time.sleep(0.02)


def _block(text: str) -> str:
    return indent(dedent(text).strip("\n") + "\n", "  ")
