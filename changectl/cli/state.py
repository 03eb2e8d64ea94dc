"""Where this machine keeps what is its own: journals, snapshots, the index, the sandbox. XDG base directories."""

import hashlib
import os
from pathlib import Path


def state_home() -> Path:
    """`$XDG_STATE_HOME/changectl`, by default `~/.local/state/changectl`."""
    home = os.environ.get("XDG_STATE_HOME", "")
    return (Path(home) if Path(home).is_absolute() else Path.home() / ".local" / "state") / "changectl"


def cache_home() -> Path:
    """`$XDG_CACHE_HOME/changectl`, by default `~/.cache/changectl`."""
    home = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(home) if Path(home).is_absolute() else Path.home() / ".cache") / "changectl"


def repository_state(shared: Path) -> Path:
    """The state of one repository, known by where it lies; its work trees share it."""
    name = hashlib.sha256(str(shared.resolve()).encode()).hexdigest()[:16]
    return state_home() / "repositories" / name
