"""Plays a page: writes its files, types its commands in order, and gives the page with what the terminal showed.

`<!-- file: PATH -->` before a fence: that file. A fence of `console`: commands after `$ `, each followed by what it
prints. `<!-- run: COMMAND -->`: typed without being shown. Everything happens in a folder and a home of its own.
"""

import os
import re
import socket
import subprocess
import sys
from pathlib import Path

PART = re.compile(
    r"<!-- file: (?P<path>\S+) -->\n```[^\n]*\n(?P<content>.*?)```\n"
    r"|<!-- run: (?P<hidden>.*?) -->\n"
    r"|```console\n(?P<console>.*?)```\n",
    re.DOTALL,
)
LAPTOP = "anas-laptop"
"""What this machine is called in a page."""

IDENTITY = "[user]\n\tname = Ana\n\temail = ana@example.com\n[init]\n\tdefaultBranch = main\n"


def played(page: str, home: Path) -> str:
    """The page with fresh output. `home`: an empty folder."""
    (home / ".gitconfig").write_text(IDENTITY)
    (home / "work").mkdir()
    shell = subprocess.Popen(
        ["bash", "--noprofile", "--norc"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=home / "work",
        env=_environment(home),
    )
    try:
        return PART.sub(lambda part: _part(part, shell, home), page)
    finally:
        _typed(shell, "changectl sandbox stop")
        shell.communicate("exit\n", timeout=30)


def masked(page: str) -> str:
    """The page without what differs from one run to the next: times, digests, ids, ports, folders."""
    page = re.sub(r"\d{4}([-/])\d\d\1\d\d([ T]\d\d:\d\d(:\d\d(\.\d+)?)?Z?)?", "DATE", page)
    page = re.sub(r"\b\d\d:\d\d:\d\d\b", "TIME", page)
    page = re.sub(r"127\.0\.0\.1:\d+", "ENDPOINT", page)
    return re.sub(r"\b(?=[0-9a-f]*\d)[0-9a-f]{7,64}\b", "DIGEST", page)


def _environment(home: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "GIT_", "XDG_"))}
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return {**kept, "HOME": str(home), "PATH": path, "COLUMNS": "80", "TERM": "dumb", "GIT_CONFIG_NOSYSTEM": "1"}


def _part(part: re.Match[str], shell: "subprocess.Popen[str]", home: Path) -> str:
    if part["path"]:
        path = home / "work" / _typed(shell, "pwd").strip() / part["path"]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(part["content"])
        return part[0]
    if part["hidden"]:
        _typed(shell, part["hidden"])
        return part[0]
    commands = re.findall(r"^\$ (.*)$", part["console"], re.MULTILINE)
    shown = "".join(f"$ {command}\n{_typed(shell, command)}" for command in commands)
    here = re.compile(rf"(\bon |--gone ){re.escape(socket.gethostname())}\b")
    shown = here.sub(rf"\g<1>{LAPTOP}", shown)
    return f"```console\n{shown}```\n"


def _typed(shell: "subprocess.Popen[str]", command: str) -> str:
    """What a command printed, in the order in which it did."""
    assert shell.stdin
    assert shell.stdout
    end = "-- end of what it printed --"
    shell.stdin.write(f"{command}\nstatus=$?; printf '\\n%s\\n' '{end}'; (exit $status)\n")
    shell.stdin.flush()
    lines: list[str] = []
    while (line := shell.stdout.readline()) and line != f"{end}\n":
        lines.append(line)
    assert line, f"the shell ended after: {command}\n{''.join(lines)}"
    return "".join(lines)[:-1]
