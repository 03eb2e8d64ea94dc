"""Hostile pull requests: each is refused or shown harmlessly, and not a byte of it is run."""

import contextlib
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from emulators import ACCOUNT, REGION

from changectl.cli import options
from changectl.cli.main import run
from changectl.views.comment import MOST
from tests.ci.branches import Branches, Entry, git, made
from tests.ci.conftest import CONFIGURATION
from tests.ci.hostile_requests import ATTACKER, CANARY, REQUESTS, Hostile
from tests.ci.test_markdown import Rendered, outside_code

TRAPS = (
    "sh",
    "bash",
    "touch",
    "curl",
    "ssh",
    "ssh-keygen",
    "gh",
    "aws",
    "python",
    "python3",
    "less",
    "vi",
    "cat",
    "env",
)


class Listener:
    """A server that says no to everybody, and counts who came."""

    def __init__(self) -> None:
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.came = 0
        threading.Thread(target=self._serve, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.socket.getsockname()[1]}"

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            self.came += 1
            threading.Thread(target=self._refuse, args=(connection,), daemon=True).start()

    def _refuse(self, connection: socket.socket) -> None:
        """In a thread of its own: whoever connects and says nothing, or hangs up, keeps nobody else waiting."""
        body = b"<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>"
        head = b"HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(body)
        with connection, contextlib.suppress(ConnectionError):
            connection.recv(65536)
            connection.sendall(head + body)


@dataclass(frozen=True)
class Scene:
    """A runner's clone with every hostile branch in it, a production that says no, and a server of theirs."""

    branches: Branches
    base: str
    canary: Path
    production: Listener
    attacker: Listener
    traps: Path
    heads: Mapping[str, str] = field(default_factory=dict)


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    folder = tmp_path_factory.mktemp("hostile")
    canary, production, attacker = folder / "canary", Listener(), Listener()
    toml = CONFIGURATION.format(account=ACCOUNT, region=REGION, endpoint=production.url)
    branches, base = made(folder, {"changectl.toml": toml, "README.md": "rentals"})
    scene = Scene(branches, base, canary, production, attacker, _traps(folder / "bin", canary))
    heads = {}
    for number, each in enumerate(REQUESTS):
        files = {path: _filled(scene, entry) for path, entry in each.files.items()}
        given = {"ref": f"refs/heads/h/{number}", "who": each.who, "message": each.message}
        heads[each.name] = branches.commit("" if each.orphan else base, files, fetched=False, **given)
    git(branches.clone, "fetch", "-q", "origin", "+refs/heads/h/*:refs/h/*")
    yield Scene(branches, base, canary, production, attacker, scene.traps, heads)
    for listener in (production, attacker):
        listener.socket.close()


def _filled(scene: Scene, entry: Entry | bytes | str | None) -> Entry | bytes | str | None:
    def fill(text: str) -> str:
        return text.replace(CANARY, str(scene.canary)).replace(ATTACKER, scene.attacker.url)

    match entry:
        case Entry(content, mode):
            return Entry(fill(content.decode(errors="surrogateescape")).encode(errors="surrogateescape"), mode)
        case str():
            return fill(entry)
        case _:
            return entry


def _traps(folder: Path, canary: Path) -> Path:
    """A PATH with git and nothing else that does not give itself away."""
    folder.mkdir()
    (folder / "git").symlink_to(shutil.which("git") or "")
    for name in TRAPS:
        trap = folder / name
        trap.write_text(f"#!/bin/sh\necho {name} >> {canary}\n")
        trap.chmod(0o755)
    return folder


@dataclass(frozen=True)
class Seen:
    """What a run said, and where."""

    status: int
    out: str
    err: str
    summary: str


Job = Callable[..., Seen]


@pytest.fixture
def job(scene: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Job:
    """Runs `changectl ci` in a job for the commit of a request."""

    def ran(each: Hostile, where: Path | None = None, *words: str) -> Seen:
        monkeypatch.chdir(where or scene.branches.clone)
        monkeypatch.setattr(options, "_color", "auto")
        event = {"GITHUB_EVENT_NAME": "push", "GITHUB_SHA": scene.heads[each.name]}
        (tmp_path / "event.json").write_text(json.dumps({"before": scene.base, "after": scene.heads[each.name]}))
        given = {
            "PATH": str(scene.traps),
            "GITHUB_ACTIONS": "true",
            "GITHUB_REPOSITORY": "unicorn/rentals",
            "GITHUB_RUN_ID": "1",
            "GITHUB_RUN_NUMBER": "1",
            "GITHUB_RUN_ATTEMPT": "1",
            "GITHUB_EVENT_PATH": str(tmp_path / "event.json"),
            "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md"),
            "GITHUB_TOKEN": "ghp_0123456789",
            "EDITOR": "vi",
            "PAGER": "less",
            **event,
            **each.env,
        }
        for name, value in given.items():
            monkeypatch.setenv(name, value)
        capsys.readouterr()
        status = run(["ci", *words, *(() if each.preview else ("--no-preview",))])
        summary = tmp_path / "summary.md"
        return Seen(status, *capsys.readouterr(), summary.read_text() if summary.exists() else "")

    return ran


@pytest.mark.parametrize("each", REQUESTS, ids=[each.name for each in REQUESTS])
def test_it_is_refused_or_shown_and_not_a_byte_of_it_is_run(each: Hostile, scene: Scene, job: Job) -> None:
    if each.checked_out:
        git(scene.branches.clone, "checkout", "-q", "--force", "--detach", scene.heads[each.name])
    refs = git(scene.branches.clone, "for-each-ref", "refs/heads", "refs/remotes", "refs/h")
    seen = job(each)
    everything = seen.out + seen.err + seen.summary
    assert seen.status == each.status, everything[-3000:]
    assert [words for words in each.says if words not in seen.out + seen.err] == []
    assert [words for words in each.shows if words not in seen.summary] == []
    assert [words for words in each.never if words in everything] == []
    assert not scene.canary.exists(), scene.canary.read_text()
    assert scene.attacker.came == 0
    assert (scene.production.came > 0) == (each.preview and each.status == 4), everything[-3000:]
    scene.production.came = 0
    assert "\x1b" not in everything
    assert git(scene.branches.clone, "for-each-ref", "refs/heads", "refs/remotes", "refs/h") == refs
    _is_obeyed_by_nobody(seen)


def _is_obeyed_by_nobody(seen: Seen) -> None:
    """Between the guards nothing matters; behind them stand annotations alone. The summary renders as it should."""
    lines = seen.out.split("\n")
    assert lines[0].startswith("::stop-commands::")
    token = lines[0].removeprefix("::stop-commands::")
    if seen.summary:
        behind = lines[lines.index(f"::{token}::") + 1 : -1]
        assert all(re.match(r"::(error|warning|notice) ", line) for line in behind)
    assert len(seen.summary) < MOST * 15
    assert not re.search(r"(?m)^\s*(::|/)", seen.summary)
    page = Rendered(seen.summary)
    known = {"h2", "h3", "p", "ul", "li", "code", "pre", "strong", "details", "summary", "b", "sub", "!--"}
    assert set(page.tags) <= known
    assert page.tags.count("h2") == (1 if seen.summary else 0)
    said = outside_code(seen.summary)
    assert not re.search(r"@\w|#\d|:[a-z+-][\w+-]*:|://|www\.|##\[", said), said


def test_names_of_any_bytes_are_one_document_that_nobody_obeys(scene: Scene, job: Job) -> None:
    each = next(each for each in REQUESTS if each.name.startswith("names that"))
    seen = job(each, None, "--json")
    paths = [plan["path"] for plan in json.loads(seen.out)["plans"]]
    assert (seen.status, sorted(paths)) == (3, sorted(each.files))
    assert not any(char in seen.out for char in "\x1b\u202e\udcff")


def test_what_lies_in_the_work_tree_is_not_imported(scene: Scene, tmp_path: Path) -> None:
    """The same as a process of its own: `changectl` as a runner types it, in a tree full of modules with our names."""
    name = next(name for name in scene.heads if name.startswith("modules"))
    git(scene.branches.clone, "checkout", "-q", "--force", "--detach", scene.heads[name])
    command = Path(sys.executable).with_name("changectl")
    environment = {**os.environ, "PATH": str(scene.traps), "HOME": str(tmp_path)}
    words = [str(command), "ci", "--base", scene.base, "--head", scene.heads[name], "--no-preview"]
    ran = subprocess.run(words, cwd=scene.branches.clone, env=environment, capture_output=True, text=True, timeout=60)
    assert (ran.returncode, scene.canary.exists()) == (0, False), ran.stderr


REFS = (
    "refs/heads/HEAD",
    "refs/heads/origin/main",
    "refs/heads/refs/remotes/origin/main",
    "refs/heads/-x",
    "refs/tags/main",
    "refs/tags/origin/main",
    "refs/tags/HEAD",
)


def test_branches_with_the_names_of_others_bring_no_rules(scene: Scene, job: Job, tmp_path: Path) -> None:
    """Whatever a branch or a tag is called, the rules are those of the remote's default branch."""
    each = next(each for each in REQUESTS if each.name == "no approvals")
    for ref in REFS:
        git(scene.branches.bare, "update-ref", ref, scene.heads[each.name])
    git(tmp_path, "clone", "-q", f"file://{scene.branches.bare}", "clone")
    git(
        tmp_path / "clone",
        "fetch",
        "-q",
        "--tags",
        "origin",
        "+refs/heads/*:refs/remotes/origin/*",
        "+refs/heads/h/*:refs/h/*",
    )
    for ref in REFS:
        git(scene.branches.bare, "update-ref", "-d", ref)
    seen = job(each, tmp_path / "clone")
    assert seen.status == 0
    assert "1 person, as its risk is medium" in seen.summary
