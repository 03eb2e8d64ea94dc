"""The changes that are known here without asking anybody: plan files, and the index as it was left."""

import re
import sqlite3
from collections.abc import Iterable
from pathlib import Path

from changectl.cli.state import repository_state
from changectl.planfile.find import find_plans
from changectl.register.repository import shared_folder

MOST = 500

_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")  # nothing that a shell or a path would read otherwise


def known_changes(root: Path) -> tuple[str, ...]:
    """Ids of plans and of recorded changes, the latest first. Builds nothing, fetches nothing, raises nothing."""
    recorded = tuple(_recorded(root))
    plans = sorted((plan for plan in find_plans(root) if plan not in recorded), reverse=True)
    return tuple(change for change in (*plans, *recorded) if _PLAIN.fullmatch(change))


def _recorded(root: Path) -> Iterable[str]:
    try:
        shared = shared_folder(root)
        index = repository_state(shared) / "index.sqlite3" if shared else None
        if index is None or not index.is_file():
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
