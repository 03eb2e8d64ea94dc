"""The user's editor, found as git finds it, started without a shell."""

import os
import shlex
import signal
import subprocess
from pathlib import Path

from changectl.errors import WrongUsage


def edited(path: Path, root: Path) -> None:
    """Open a file and wait until the editor is closed. Raises WrongUsage where that failed; the file is there."""
    words = argv(root)
    hint = f"what you wrote is there: {path}"
    try:
        process = subprocess.Popen([*words, str(path)])
    except OSError as why:
        raise WrongUsage(f"the editor {words[0]} cannot be started: {why.strerror}", hint) from why
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C in the editor is the editor's
    try:
        status = process.wait()
    finally:
        signal.signal(signal.SIGINT, before)
    if status:
        raise WrongUsage(f"the editor {words[0]} ended with {status}", hint)


def argv(root: Path) -> list[str]:
    """`$VISUAL`, `$EDITOR`, or what git would take. Raises WrongUsage where the quotes are uneven."""
    words = os.environ.get("VISUAL") or os.environ.get("EDITOR") or _of_git(root) or "vi"
    try:
        return shlex.split(words) or ["vi"]
    except ValueError as why:
        raise WrongUsage(f"the editor {words!r} cannot be split into words", "export EDITOR=vi") from why


def _of_git(root: Path) -> str:
    from changectl.register.git import ask

    answer = ask(root, "var", "GIT_EDITOR")
    return answer.out.decode(errors="replace").strip() if answer.good else ""
