"""The demo as a person sees it: the story in its order, no server and no folder left, wherever and however it ends."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

DEMO = (sys.executable, "-m", "changectl", "demo")
TOLD = (
    "1. A change that works",
    "ana$ cat plans/2026-11-24-raise-alb-timeout.yaml",
    "ana$ changectl check",
    "1 plan checked, none wrong.",
    "ana$ changectl propose 2026-11-24-raise-alb-timeout",
    "Approved by Ben Okoro <ben@unicorn.example>.",
    "ana$ changectl apply 2026-11-24-raise-alb-timeout --confirm prod",
    "Production is as intended",
    "2. A change that fails, and goes back by itself",
    "ana$ changectl apply 2026-11-25-let-reporting-read-bookings --confirm prod",
    "Production is as before",
    "(exit status 10)",
    "3. A change that is refused, since production moved",
    "put_parameter(Name=",
    "ana$ changectl apply 2026-11-26-give-checkout-longer --confirm prod",
    "Production is untouched.",
    "(exit status 6)",
    "ben$ changectl log",
    "ben$ changectl show 2026-11-25-let-reporting-read-bookings",
    "ben$ git log",
    "ben$ git show origin/changectl/register:changes/",
    '"type":"check-failed"',
    "load-balancer rentals idle_timeout.timeout_seconds: 60 → 120",
    "parameter /rentals/checkout/timeout: 30 → 90",
    "What to try next",
    "changectl sandbox start",
)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Path]:
    """Where temporary folders are made, with a space in its name. Nothing started from there is left running."""
    folder = tmp_path / "a place"
    folder.mkdir()
    yield folder
    assert list(_running_in(folder)) == []


def _running_in(folder: Path) -> Iterator[str]:
    listed = subprocess.run(("ps", "-eo", "pid=,args="), capture_output=True, text=True, check=True).stdout
    return (each for each in listed.splitlines() if str(folder) in each)


def _environment(place: Path, **more: str) -> Mapping[str, str]:
    """As hostile as a caller's may be: a profile that does not exist, and an identity that must not be used."""
    alien = {"AWS_PROFILE": "nowhere", "GIT_AUTHOR_NAME": "Somebody Else", "AWS_ENDPOINT_URL": "http://127.0.0.1:9"}
    return {**os.environ, **alien, "TMPDIR": str(place), "NO_COLOR": "1", "COLUMNS": "80", **more}


def test_the_story_is_told_in_its_order_and_leaves_nothing(place: Path) -> None:
    done = subprocess.run(DEMO, env=_environment(place), cwd=place, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr
    at = 0
    for each in TOLD:
        assert each in done.stdout[at:], each
        at = done.stdout.index(each, at)
    assert done.stderr == ""
    assert "\x1b" not in done.stdout
    assert "Somebody Else" not in done.stdout
    assert list(place.iterdir()) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP], ids=lambda number: number.name)
def test_a_signal_ends_it_and_leaves_nothing(place: Path, number: signal.Signals) -> None:
    with subprocess.Popen(
        DEMO, env=_environment(place), cwd=place, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as demo:
        assert demo.stdout
        next(line for line in demo.stdout if "changectl propose" in line)
        demo.send_signal(number)
        demo.stdout.read()
        assert demo.wait(30) == 128 + number
    assert list(place.iterdir()) == []


def test_the_folder_is_kept_where_that_is_asked_for(place: Path) -> None:
    done = subprocess.run((*DEMO, "--keep"), env=_environment(place), capture_output=True, text=True, check=False)
    (folder,) = place.iterdir()

    log = ("git", "-C", str(folder / "ben"), "log", "--format=%s", "origin/changectl/register")
    register = subprocess.run(log, capture_output=True, text=True, check=True).stdout

    assert done.returncode == 0
    assert f"The folder is kept: {folder}" in done.stdout
    assert "2026-11-24-raise-alb-timeout: closed applied" in register


def test_a_step_that_ends_otherwise_is_named(place: Path) -> None:
    tools = place.parent / "tools"
    tools.mkdir()
    broken = tools / "cat"
    broken.write_text("#!/bin/sh\nexit 7\n")
    broken.chmod(0o755)
    path = f"{tools}{os.pathsep}{os.environ['PATH']}"

    done = subprocess.run(DEMO, env=_environment(place, PATH=path), capture_output=True, text=True, check=False)

    assert done.returncode == 1
    assert "`cat plans/2026-11-24-raise-alb-timeout.yaml` ended with 7, and the story says 0" in done.stderr
    assert list(place.iterdir()) == []
