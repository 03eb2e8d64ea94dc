"""The changes that are known here without asking anybody: plan files, and the index as it was left."""

import re
import sqlite3
from collections.abc import Iterable
from pathlib import Path

from changectl.cli.state import repository_state
from changectl.planfile.find import find_plans
from changectl.register.repository import shared_folder

MOST = 500

_BRANCH = re.compile(r" refs/(?:heads|remotes/[^/\n]+)/change/([^/\n]+)$", re.MULTILINE)

_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")  # nothing that a shell or a path would read otherwise


def known_changes(root: Path) -> tuple[str, ...]:
    """Ids of plans, proposals and recorded changes, the latest first. Builds nothing, fetches nothing, raises nothing."""
    shared = shared_folder(root)
    recorded = tuple(_recorded(shared)) if shared else ()
    plans = sorted({*find_plans(root), *(_proposed(shared) if shared else ())} - {*recorded}, reverse=True)
    return tuple(change for change in (*plans, *recorded) if _PLAIN.fullmatch(change))


def _recorded(shared: Path) -> Iterable[str]:
    index = repository_state(shared) / "index.sqlite3"
    try:
        if not index.is_file():
            return ()
        connection = sqlite3.connect(f"{index.as_uri()}?mode=ro", uri=True, timeout=0.2)
        try:
            rows = connection.execute(
                "SELECT id FROM changes ORDER BY last_at DESC, id DESC LIMIT ?", (MOST,)
            ).fetchall()
        finally:
            connection.close()
    except (sqlite3.Error, OSError, ValueError):
        return ()
    return tuple(str(row[0]) for row in rows)


def _proposed(shared: Path) -> Iterable[str]:
    """The branches change/<id>, ours and those that were fetched, read as git's files."""
    try:
        packed = (shared / "packed-refs").read_text(encoding="utf-8", errors="replace")
    except OSError:
        packed = ""
    loose = (*shared.glob("refs/heads/change/*"), *shared.glob("refs/remotes/*/change/*"))
    return (*_BRANCH.findall(packed), *(path.name for path in loose))
