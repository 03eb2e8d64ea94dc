"""A stage for one change: production in an emulator, a proxy before it, a bare remote, a clone with its plan."""

import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from emulators import ACCOUNT, REGION, Emulator

from tests.faults.proxy import Proxy
from tests.kill.production import Facts, Production, made
from tests.kill.running import Ended, Running, Starter
from tests.kill.scenarios import Scenario

CHANGE = "drill"
LOCKS = "refs/changectl/locks"

SETTINGS = (
    ("clone", "user.name", "Ana"),
    ("clone", "user.email", "ana@example.com"),
    ("remote.git", "receive.autogc", "false"),  # two processes for each push
)
CONFIGURATION = """\
[env.sandbox]
account = "{account}"
regions = ["{region}"]
production = false
endpoint = "{endpoint}"
approvals = {{low = 0, medium = 0, high = 0}}
"""


@dataclass(frozen=True)
class Stage:
    """One repository with its remote, in front of one production."""

    folder: Path
    production: Production
    proxy: Proxy
    starter: Starter
    before: Facts

    @property
    def clone(self) -> Path:
        """Where the operator works."""
        return self.folder / "clone"

    @property
    def bare(self) -> Path:
        """The team's remote."""
        return self.folder / "remote.git"

    def remote_lives_on(self) -> None:
        """The remote is another machine: its git is not killed with ours, and lets go of what it held. Here it was killed."""
        for left in self.bare.rglob("*.lock"):
            left.unlink(missing_ok=True)

    @property
    def journals(self) -> Path:
        """Where this machine keeps what is its own."""
        return self.folder / "state"

    def environment(self) -> dict[str, str]:
        """What a command of this operator sees."""
        return {**os.environ, "XDG_STATE_HOME": str(self.journals)}

    def start(self, *words: str, fresh: bool = False, **arranged: Any) -> Running:
        """The real command: a fork of the warm process, or started afresh, when nothing can be arranged in it."""
        if fresh:
            assert not arranged
            return self.starter.fresh(words, self.clone, self.environment())
        return self.starter.warm(words, self.clone, self.environment(), arranged)

    def run(self, *words: str, **arranged: Any) -> Ended:
        """The same, to its end."""
        return self.start(*words, **arranged).ended()

    def held(self) -> list[str]:
        """Locks that the remote says are held, read with git's plumbing alone."""
        oids = git(self.bare, "for-each-ref", "--format=%(objectname)", LOCKS)
        shown = git(self.bare, "cat-file", "--batch", said=oids)
        locks = [json.loads(line) for line in shown.splitlines() if line.startswith("{")]
        assert len(locks) == len(oids.split())
        return [lock["name"] for lock in locks if lock["state"] != "free"]


class Stages:
    """Makes stages, one after the other, on one emulator: production is mended, not made anew, and git is copied."""

    def __init__(self, folder: Path, emulator: Emulator, proxy: Proxy, starter: Starter) -> None:
        self.folder, self._emulator, self._proxy, self._starter = folder, emulator, proxy, starter
        self._production: Production | None = None
        self._before: Facts = {}
        self._whole = False

    def stage(self, scenario: Scenario) -> Stage:
        """A new one; whatever the last one was is gone."""
        self._proxy.play()
        production = self._mended()
        template = self.folder / f"template-{scenario.name}"
        if not template.exists():
            _write(template, self._proxy.endpoint, scenario.plan(production.ids))
        folder = self.folder / "stage"
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(template, folder, symlinks=True)
        return Stage(folder, production, self._proxy, self._starter, self._before)

    def left(self, production: Facts) -> None:
        """What a try left, as it was read: where that is as before, nothing is to be mended."""
        self._whole = production == self._before

    def _mended(self) -> Production:
        production = self._production
        if production is None or not (self._whole or production.mend(self._before)):
            self._emulator.reset()
            production = self._production = made(_clients(self._emulator))
            self._before = production.read()
            for template in self.folder.glob("template-*"):
                shutil.rmtree(template)
        self._whole = False
        return production


def git(folder: Path, *args: str, said: str = "") -> str:
    """Plain git, as a person would type it."""
    done = subprocess.run(["git", "-C", str(folder), *args], capture_output=True, text=True, input=said)
    assert done.returncode == 0, done.stderr
    return done.stdout


def _clients(emulator: Emulator) -> Any:
    made: dict[str, Any] = {}

    def client(service: str) -> Any:
        if service not in made:
            made[service] = emulator.client(service)
        return made[service]

    return client


def _write(folder: Path, endpoint: str, plan: str) -> None:
    """A clone with a plan that is pushed; the remote's path is relative, so that both can be copied."""
    folder.mkdir(parents=True)
    bare, clone = folder / "remote.git", folder / "clone"
    git(folder, "init", "--quiet", "--bare", str(bare))
    git(folder, "init", "--quiet", "-b", "main", str(clone))
    for place, name, value in SETTINGS:
        git(folder / place, "config", name, value)
    git(clone, "remote", "add", "origin", "../remote.git")
    (clone / "plans").mkdir()
    (clone / "plans" / f"{CHANGE}.yaml").write_text(plan)
    configuration = CONFIGURATION.format(account=ACCOUNT, region=REGION, endpoint=endpoint)
    (clone / "changectl.toml").write_text(configuration)
    git(clone, "add", ".")
    git(clone, "commit", "--quiet", "-m", "Plan")
    git(clone, "push", "--quiet", "origin", "main")
    for hooks in (bare / "hooks", clone / ".git" / "hooks"):  # samples, 60 kB to copy each time
        shutil.rmtree(hooks)
        hooks.mkdir()
