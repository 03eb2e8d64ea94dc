"""From an empty repository to a reviewed, applied change: `python -m tests.bench.first`. What each command takes by itself.

A pretend AWS and a pretend GitHub on loopback, a bare remote on the same disk. What a person takes to read, to think and
to type is not measured.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from forges.fake_github import FakeGitHub

from changectl.aws.sandbox import server, unicorn
from changectl.aws.sandbox.record import ACCOUNT
from tests.bench.timed import CHANGECTL

CHANGE, REGION = "2026-11-26-longer-checkouts", "ap-southeast-2"
ANSWERS = {
    "<why, and why now>": "Checkouts that take longer than a minute are cut off, three times this week (INC-42).",
    "<who should know>": "Support and everybody on call",
    "<what they may notice, and when>": "Nothing; long checkouts survive from now on.",
    "<new value>": '"120"',
    "<an alarm that goes off when customers suffer>": "rentals-5xx",
}
SETTING = "load-balancer/rentals:attributes.idle_timeout.timeout_seconds"


class Desk:
    """Where the commands are typed, one after the other, and timed."""

    def __init__(self, folder: Path, more: dict[str, str]) -> None:
        self.work, home = folder / "work", folder / "home"
        home.mkdir()
        who = "[user]\nname = Ana\nemail = ana@unicorn.example\n[init]\ndefaultBranch = main\n"
        (home / ".gitconfig").write_text(who)
        self.env = {"PATH": os.environ["PATH"], "HOME": str(home), "GIT_CONFIG_NOSYSTEM": "1", **more}
        self.took: list[tuple[str, float]] = []
        subprocess.run(["git", "init", "-q", "--bare", "-b", "main", str(folder / "remote.git")], check=True)
        subprocess.run(["git", "init", "-q", "-b", "main", str(self.work)], check=True, env=self.env)

    def types(self, *argv: str, status: int = 0) -> None:
        """Run it, and remember how long it took."""
        program = CHANGECTL if argv[0] == "changectl" else argv[0]
        began = time.perf_counter()
        done = subprocess.run(
            [program, *argv[1:]], cwd=self.work, env=self.env, stdin=subprocess.DEVNULL, capture_output=True, text=True
        )
        self.took.append((" ".join(argv), (time.perf_counter() - began) * 1000))
        assert done.returncode == status, f"{argv}: {done.returncode}\n{done.stdout}{done.stderr}"

    def edits(self, path: str, change: Callable[[str], str]) -> None:
        file = self.work / path
        file.write_text(change(file.read_text()))


def filled(text: str) -> str:
    """The plan with every gap filled in."""
    for gap, words in ANSWERS.items():
        assert gap in text, gap
        text = text.replace(gap, words)
    return text


def changed(desk: Desk, forge: FakeGitHub, endpoint: str) -> None:
    """The way, from nothing to a change that was applied and taken back."""
    uses = f"unicorn/changectl@{'0' * 40}"
    desk.types("git", "remote", "add", "origin", "../remote.git")
    where = ("--account", ACCOUNT, "--region", REGION, "--repository", "unicorn/rentals", "--uses", uses)
    desk.types("changectl", "init", "--github", *where)
    desk.edits("changectl.toml", lambda text: text.replace("regions", f'endpoint = "{endpoint}"\nregions'))
    desk.edits("changectl.toml", lambda text: text.replace("repository", f'api = "{forge.api}"\nrepository'))
    desk.types("git", "add", ".")
    desk.types("git", "commit", "-q", "-m", "Set up changectl")
    desk.types("git", "push", "-q", "-u", "origin", "main")
    desk.types("changectl", "doctor", "--github", status=5)  # the pretend branch is not protected, and it says so
    desk.types("changectl", "new", "Let checkouts last two minutes", "--id", CHANGE, "--affects", SETTING, "--no-edit")
    desk.edits(f"plans/{CHANGE}.yaml", filled)
    desk.types("changectl", "check")
    desk.types("changectl", "ci", "comment", "--dry-run", CHANGE)
    desk.types("changectl", "propose", CHANGE)
    commits = forge.take(desk.work, f"main..change/{CHANGE}")
    forge.pull(1, branch=f"change/{CHANGE}", author="ana", commits=commits)
    desk.types("changectl", "apply", CHANGE, "--confirm", "prod", status=5)  # nobody has reviewed it
    forge.pulls[1].reviews.append(forge.review("ben", commit=commits[-1]))
    desk.types("changectl", "apply", CHANGE, "--confirm", "prod")
    desk.types("changectl", "show", CHANGE)
    desk.types("changectl", "rollback", CHANGE, "--why", "Just trying")


def main() -> None:
    """Print what each command took."""
    with tempfile.TemporaryDirectory() as name, FakeGitHub() as forge:
        folder = Path(name)
        sandbox = server.start(folder / "sandbox")
        try:
            unicorn.populate(sandbox.endpoint, REGION)
            token = {"GH_TOKEN": forge.signed_in("ana").token}
            desk = Desk(folder, {**server.environment(sandbox), **token})
            changed(desk, forge, sandbox.endpoint)
        finally:
            server.stop(folder / "sandbox")
    print(f"{'first change':<64}{'ms':>8}")
    for words, took in desk.took:
        print(f"{words if len(words) < 62 else words[:60] + '…':<64}{took:>8.0f}")
    print(f"{'all of it':<64}{sum(took for _, took in desk.took):>8.0f}")


if __name__ == "__main__":
    main()
