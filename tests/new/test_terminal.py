"""`changectl new` at a terminal: one or two questions, the editor, and then what is still wrong."""

import os
import pty
import re
import select
import subprocess
import sys
import time
from pathlib import Path

import pytest
from new.conftest import Desk

from changectl.cli.authoring import editor
from changectl.errors import WrongUsage

PATIENCE = 30.0
EDITOR = """\
import pathlib, sys
path = pathlib.Path(sys.argv[-1])
assert sys.argv[1:-1] == ["--wait", "two words"], sys.argv
text = path.read_text()
for gap, words in (("<why, and why now>", "Because checkouts are cut off."), ("<who should know>", "stables")):
    assert gap in text
    text = text.replace(gap, words)
path.write_text(text)
"""


class Terminal:
    """A command with a terminal of its own; what is typed, and all that it has shown."""

    def __init__(self, *words: str, **more: str) -> None:
        self.ours, theirs = pty.openpty()
        environment = {**os.environ, "TERM": "dumb", "COLUMNS": "100", **more}
        argv = [sys.executable, "-m", "changectl", *words]
        self.process = subprocess.Popen(
            argv,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env=environment,
            start_new_session=True,
            preexec_fn=_controlling,  # noqa: PLW1509 - no thread is running
        )
        os.close(theirs)
        self.shown = ""

    def waits_for(self, words: str) -> None:
        """Until this is shown."""
        until = time.monotonic() + PATIENCE
        while words not in self.shown:
            assert select.select([self.ours], [], [], max(until - time.monotonic(), 0))[0], self.shown
            self.shown += os.read(self.ours, 4096).decode(errors="replace")

    def types(self, text: str) -> None:
        os.write(self.ours, text.encode())

    def ends(self) -> int:
        """With all that it shows; a terminal that nobody holds any more ends in an error."""
        try:
            while chunk := os.read(self.ours, 4096):
                self.shown += chunk.decode(errors="replace")
        except OSError:
            pass
        os.close(self.ours)
        self.shown = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", self.shown).replace("\r\n", "\n")
        return self.process.wait(PATIENCE)


def _controlling() -> None:
    import fcntl
    import signal
    import termios

    signal.signal(signal.SIGINT, signal.SIG_DFL)  # a background job's is ignored, and so would its children's be
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def an_editor(folder: Path, content: str = EDITOR) -> str:
    path = folder / "an editor.py"
    path.write_text(content)
    return f"{sys.executable} '{path}' --wait 'two words'"


def test_it_asks_for_what_is_missing_opens_the_editor_and_says_what_is_left(desk: Desk, tmp_path: Path) -> None:
    desk.configures('[env.prod]\naccount = "123456789012"\nregions = ["us-east-1"]\n')
    terminal = Terminal("new", "--id", "mine", VISUAL=an_editor(tmp_path), EDITOR="false")
    terminal.waits_for("What becomes what")
    terminal.types("Move the stables\n")
    terminal.waits_for("Which env (prod, sandbox)")
    terminal.types("sandbox\n")
    assert terminal.ends() == 0
    text = desk.reads("mine")
    assert "\ntitle: Move the stables\n" in text
    assert "\nenv: sandbox\n" in text
    assert "\nrationale: Because checkouts are cut off.\n" in text
    assert "error CHG117: to be filled in: what they may notice, and when" in terminal.shown
    assert "to be filled in: why" not in terminal.shown
    assert terminal.shown.endswith("Next: changectl check mine\n")


def test_where_the_env_is_clear_it_asks_for_the_resource(desk: Desk) -> None:
    terminal = Terminal("new", "Give checkout 45 s", "--id", "mine", EDITOR="true", VISUAL="")
    terminal.waits_for("Which resource, as in parameter/rentals/limit (Enter: none)")
    terminal.types("parametr/rentals/checkout/timeout\n")
    assert terminal.ends() == 2
    assert "did you mean parameter?" in terminal.shown
    assert "What becomes what" not in terminal.shown
    assert desk.files() == ["changectl.toml"]


def test_ctrl_c_at_a_question_leaves_nothing(desk: Desk) -> None:
    terminal = Terminal("new", "--id", "mine")
    terminal.waits_for("What becomes what")
    terminal.types("\x03")
    assert terminal.ends() == 130
    assert terminal.shown.endswith("^C\n")  # what the shell says next stands on a line of its own
    assert desk.files() == ["changectl.toml"]


def test_with_no_input_it_asks_nothing_and_opens_nothing(desk: Desk) -> None:
    assert Terminal("new", "x", "--id", "x", "--no-input", EDITOR="false").ends() == 0
    assert desk.files() == [".changectl/plan.schema.json", "changectl.toml", "plans/x.yaml"]


def test_an_editor_that_fails_is_said_and_the_plan_is_there(desk: Desk) -> None:
    terminal = Terminal("new", "x", "--id", "x", EDITOR="false", VISUAL="")
    terminal.waits_for("Which resource")
    terminal.types("\n")
    assert terminal.ends() == 2
    assert "the editor false ended with 1" in terminal.shown
    assert "what you wrote is there: " in terminal.shown
    assert "plans/x.yaml" in desk.files()


@pytest.mark.parametrize(
    ("variables", "git", "argv"),
    [
        ({"VISUAL": "code --wait", "EDITOR": "vim"}, "nano", ["code", "--wait"]),
        ({"EDITOR": "vim -c 'set tw=0'"}, "nano", ["vim", "-c", "set tw=0"]),
        ({}, "nano -w", ["nano", "-w"]),
        ({"EDITOR": "$(touch canary)"}, "nano", ["$(touch", "canary)"]),
        ({"EDITOR": "  "}, "nano", ["vi"]),
    ],
)
def test_the_editor_is_found_as_git_finds_it_and_no_shell_reads_it(
    desk: Desk, variables: dict[str, str], git: str, argv: list[str]
) -> None:
    for name in ("VISUAL", "EDITOR", "GIT_EDITOR"):
        desk.patch.delenv(name, raising=False)
    for name, value in variables.items():
        desk.patch.setenv(name, value)
    desk.git("config", "core.editor", git)
    assert editor.argv(desk.root) == argv


def test_an_editor_that_is_not_there_or_cannot_be_read_is_said(desk: Desk) -> None:
    desk.patch.setenv("VISUAL", "no-such-editor")
    with pytest.raises(WrongUsage, match="the editor no-such-editor cannot be started: No such file or directory"):
        editor.edited(desk.root / "changectl.toml", desk.root)
    desk.patch.setenv("VISUAL", "vim 'open")
    with pytest.raises(WrongUsage, match="cannot be split into words"):
        editor.edited(desk.root / "changectl.toml", desk.root)
