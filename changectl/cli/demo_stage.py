"""Where the demo plays: a temporary folder with a remote, a clone for each person, and a pretend AWS; gone at the end."""

import os
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import field
from pathlib import Path
from types import FrameType

import typer

from changectl.aws.sandbox import by_hand, compare, server, unicorn
from changectl.aws.sandbox.record import Sandbox
from changectl.model.frozen import dataclass

PEOPLE = {"ana": "Ana Rangi <ana@unicorn.example>", "ben": "Ben Okoro <ben@unicorn.example>"}
KEPT = ("PATH", "LANG", "LANGUAGE", "TERM", "COLORTERM", "NO_COLOR", "COLUMNS", "LINES", "TMPDIR", "TZ", "VIRTUAL_ENV")
KEPT_LIKE = ("LC_", "PYTHON", "LD_", "DYLD_")
"""All that the commands see of the caller's environment: no account, identity, proxy or configuration of theirs."""

SHIPPED = Path(__file__).parent.parent / "aws" / "sandbox" / "plans"
CHECKED_OUT = Path(__file__).parent.parent.parent / "plans"
"""Plans lie beside the sandbox in a wheel, and at the top of a checkout."""

CONFIGURATION = """\
[env.prod]
account = "{account}"
regions = ["{region}"]
endpoint = "{endpoint}"
approvals = {{low = 1, medium = 1, high = 2}}

[review]
by = "identity"
"""


@dataclass(frozen=True, slots=True)
class Stage:
    """The folder, what the commands in it see, and what AWS was like before the first."""

    folder: Path
    sandbox: Sandbox
    color: str
    before: compare.Settings = field(hash=False)

    @property
    def compared(self) -> int:
        """How many settings were read before."""
        return len(self.before)

    def run(self, who: str, words: str) -> int:
        """Run a command as one of the people, in their clone; it writes to our own stdout. Its exit status."""
        program, *rest = shlex.split(words)
        own = [sys.executable, "-m", "changectl", "--color", self.color]
        argv = [*own, *rest] if program == "changectl" else [program, *rest]
        environment = _environment(self.folder, self.sandbox, who)
        folder = self.folder / who
        return subprocess.run(
            argv, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stderr=subprocess.STDOUT, check=False
        ).returncode

    def write_plan(self, who: str, plan: str) -> None:
        """Put the plan into somebody's work tree."""
        home = SHIPPED if SHIPPED.is_dir() else CHECKED_OUT
        to = self.folder / who / "plans"
        to.mkdir(exist_ok=True)
        shutil.copy(home / f"{plan}.yaml", to)

    def event(self, who: str, change: str, event: str) -> str:
        """Where git has the first event of that name of a change: `revision:path`."""
        register = "origin/changectl/register"
        listed = ("git", "-C", str(self.folder / who), "ls-tree", "-r", "--name-only", register)
        paths = subprocess.run(listed, capture_output=True, text=True, check=True).stdout.splitlines()
        return f"{register}:{next(path for path in paths if f'/{change}/' in path and f'-{event}-' in path)}"

    def change_by_hand(self, name: str, value: str) -> str:
        """Change a parameter past changectl; the call, as it would be typed."""
        by_hand.change_parameter(self.sandbox.endpoint, self.sandbox.region, name, value)
        return f'boto3.client("ssm").put_parameter(Name="{name}", Value="{value}", Overwrite=True)'

    def differences(self) -> tuple[tuple[str, str, str], ...]:
        """What is otherwise in AWS now than before: (setting, was, is)."""
        return compare.differing(self.before, compare.settings(self.sandbox.endpoint, self.sandbox.region))


@contextmanager
def stage(*, keep: bool, color: str) -> Iterator[Stage]:
    """The stage, and nothing left of it afterwards, however it ends; with `keep`, the folder."""
    folder = Path(tempfile.mkdtemp(prefix="changectl-demo-")).resolve()
    state = folder / "state" / "changectl" / "sandbox"
    try:
        with _ended_by_signals():
            yield _built(folder, state, color)
    finally:
        with _undisturbed():
            server.stop(state)
            if not keep:
                shutil.rmtree(folder, ignore_errors=True)


def _built(folder: Path, state: Path, color: str) -> Stage:
    sandbox = server.start(state)
    with ThreadPoolExecutor(1) as pool:
        filled = pool.submit(unicorn.populate, sandbox.endpoint, sandbox.region)
        _repositories(folder, sandbox, color)
        filled.result()
    return Stage(folder, sandbox, color, compare.settings(sandbox.endpoint, sandbox.region))


def _repositories(folder: Path, sandbox: Sandbox, color: str) -> None:
    paint = {"auto": "never" if os.environ.get("NO_COLOR") else "auto"}.get(color, color)
    (folder / "gitconfig").write_text(f"[init]\ndefaultBranch = main\n[core]\npager = cat\n[color]\nui = {paint}\n")
    ana = folder / "ana"
    ana.mkdir()
    filled = CONFIGURATION.format(account=sandbox.account, region=sandbox.region, endpoint=sandbox.endpoint)
    (ana / "changectl.toml").write_text(filled, encoding="utf-8")
    for command in (
        "git init --quiet --bare ../rentals.git",
        "git init --quiet",
        "git remote add origin ../rentals.git",
        "git add changectl.toml",
        "git commit --quiet --message 'Who may change what'",
        "git push --quiet --set-upstream origin main",
        "git clone --quiet ../rentals.git ../ben",
    ):
        subprocess.run(shlex.split(command), cwd=ana, env=_environment(folder, sandbox, "ana"), check=True)


def _environment(folder: Path, sandbox: Sandbox, who: str) -> Mapping[str, str]:
    name, _, email = PEOPLE[who].rstrip(">").partition(" <")
    kept = {key: value for key, value in os.environ.items() if key in KEPT or key.startswith(KEPT_LIKE)}
    return {
        **kept,
        **server.environment(sandbox),
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "HOME": str(folder / "home"),
        "XDG_STATE_HOME": str(folder / "state"),
        "XDG_CACHE_HOME": str(folder / "cache"),
        "XDG_CONFIG_HOME": str(folder / "config"),
        "GIT_CONFIG_GLOBAL": str(folder / "gitconfig"),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_TERMINAL_PROMPT": "0",
        **{
            f"GIT_{role}_{part}": value
            for role in ("AUTHOR", "COMMITTER")
            for part, value in (("NAME", name), ("EMAIL", email))
        },
    }


@contextmanager
def _ended_by_signals() -> Iterator[None]:
    """SIGTERM and SIGHUP end the story as Ctrl-C does, so that it is cleared away."""

    def come(number: int, _: FrameType | None) -> None:
        raise typer.Exit(128 + number)

    before = {number: signal.signal(number, come) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _undisturbed() -> Iterator[None]:
    """A second Ctrl-C does not keep the server from being stopped."""
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, signal.SIG_IGN) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
