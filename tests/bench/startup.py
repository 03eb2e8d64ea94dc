"""How soon a command answers: `python -m tests.bench.startup`, beside Python itself, a program of typer, and `aws`."""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.bench.place import place
from tests.bench.timed import CHANGECTL, PYTHON, Runner, Took, side_by_side

ROUNDS = 9
BARE, HELLO, AWS = "python -c pass", "hello world of typer", "aws --version"
HELLO_WORLD = """\
import typer

def hello() -> None:
    print("hello")

typer.run(hello)
"""
PLAN = "2026-11-23-idle-timeout"
WHOLE_PLAN = """\
plan: 1
title: Raise the timeout
rationale: Checkouts are cut off.
risk: low
env: trial
comms: none, it is a trial
steps:
  - name: Raise it
    set: load-balancer/rentals
    change: {attributes: {idle_timeout.timeout_seconds: {from: "60", to: "120"}}}
test:
  - http: https://rentals.example.com/health
back_out: snapshot
"""
VERBS: Mapping[str, Sequence[str]] = {
    "--version": ("--version",),
    "--help": ("--help",),
    "check": ("check", PLAN),
    "log": ("log",),
    "show": ("show", PLAN),
}


def runners(folder: Path) -> list[Runner]:
    """The verbs, in a repository whose register knows one proposed change, and those they are compared with."""
    here = place(folder)
    here.plan(PLAN, WHOLE_PLAN)
    proposed(here.work, here.env)
    (folder / "hello.py").write_text(HELLO_WORLD)
    found = [Runner(name, (CHANGECTL, *argv), here.work, here.env) for name, argv in VERBS.items()]
    others = [Runner(BARE, (PYTHON, "-c", "pass"), here.work, here.env)]
    others += [Runner(HELLO, (PYTHON, str(folder / "hello.py")), here.work, here.env)]
    if aws := real_aws():
        others += [Runner(AWS, (aws, "--version"), here.work, here.env)]
    return [*others, *found]


def proposed(work: Path, env: Mapping[str, str]) -> None:
    """A change in the register, put there without asking any AWS."""
    code = f"""
from pathlib import Path
from changectl.model import events as e
from changectl.model.entry import Entry
from changectl.register.log import register_of
from changectl.register.repository import repository
shown = (e.Shown("load-balancer/rentals attributes", "idle_timeout.timeout_seconds", "60", "120"),)
event = e.Proposed("p", "v", "Raise it", "Why", "trial", "low", "1", "ap", "ana", (), shown, "exact", ("ana",))
entry = Entry("{PLAN}", 1, "2026-11-23T00:00:00.0Z", "ana", "h", "1", event)
register_of(repository(Path("."))).append((entry,))
"""
    subprocess.run([PYTHON, "-c", code], cwd=work, env=dict(env), check=True)


def real_aws() -> str | None:
    """`aws` itself: a shim of a version manager in front of it would make it slower than it is."""
    found = shutil.which("aws")
    if found and "shims" in Path(found).parts and shutil.which("pyenv"):
        found = subprocess.run(["pyenv", "which", "aws"], capture_output=True, text=True).stdout.strip() or found
    return found


def measured() -> tuple[Mapping[str, Took], bool]:
    """Medians by name, and whether `aws` was there."""
    with tempfile.TemporaryDirectory() as name:
        every = runners(Path(name))
        return side_by_side(every, ROUNDS), any(runner.name == AWS for runner in every)


def main() -> None:
    """Print the table."""
    times, has_aws = measured()
    if not has_aws:
        print("!! `aws` is not on the PATH: the comparison that counts was NOT made", file=sys.stderr)
    print(f"{'start-up':<24}{'ms':>8}{'CPU ms':>8}{'x python':>10}{'x typer':>9}{'aws is x slower':>17}")
    for name, it in times.items():
        slower = f"{times[AWS].cpu / it.cpu:>16.1f}x" if has_aws else f"{'?':>17}"
        print(
            f"{name:<24}{it.wall:>8.0f}{it.cpu:>8.0f}{it.cpu / times[BARE].cpu:>9.1f}x"
            f"{it.cpu / times[HELLO].cpu:>8.1f}x{slower}"
        )


if __name__ == "__main__":
    main()
