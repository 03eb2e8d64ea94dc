"""Writes what the docs say of the program from the program itself. `--check`: changes nothing, and fails where it would.

python -m tests.docs.generate [--check]
"""

import sys
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def pages() -> Mapping[Path, str]:
    """Every generated page with what it should say."""
    return {}


def stale() -> list[Path]:
    """The pages that do not say what the program does."""
    return [path for path, content in pages().items() if not path.exists() or path.read_text("utf-8") != content]


def main() -> int:
    """Write what is stale, or only name it."""
    found = stale()
    names = " ".join(str(path.relative_to(ROOT)) for path in found)
    if "--check" in sys.argv:
        print(f"stale: {names}; run: python -m tests.docs.generate" if found else "the docs are fresh")
        return 1 if found else 0
    for path, content in pages().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, "utf-8")
    print(f"wrote {names or 'nothing'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
