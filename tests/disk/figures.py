"""How long the tests of the disk are, and where they count what they proved."""

import json
import os
from pathlib import Path

LONG = bool(os.environ.get("CHANGECTL_DISK"))
"""Every byte, every boundary, and ten times the chances."""

SEED = int(os.environ.get("CHANGECTL_SEED", "7"))


def counted(test: str, **figures: int) -> None:
    """Add to `disk.json` in the folder that `CHANGECTL_FIGURES` names, where it does."""
    if not (folder := os.environ.get("CHANGECTL_FIGURES", "")):
        return
    path = Path(folder) / "disk.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    known = json.loads(path.read_text()) if path.exists() else {}
    known[test] = {**figures, "seed": SEED}
    path.write_text(json.dumps(known, indent=2, sort_keys=True) + "\n")
