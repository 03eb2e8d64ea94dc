"""Writes what the docs say of the program from the program itself. `--check`: changes nothing, and fails where it would.

python -m tests.docs.generate [--check]
"""

import sys
from collections.abc import Mapping
from pathlib import Path

from tests.docs.blocks import filled

ROOT = Path(__file__).resolve().parents[2]


def pages() -> tuple[Path, ...]:
    """Every page of the docs."""
    return (*sorted(ROOT.glob("*.md")), *sorted(ROOT.glob("docs/**/*.md")))


def stale() -> Mapping[Path, str]:
    """The pages that do not say what the program does, with what they should say."""
    should = {path: filled(path.read_text("utf-8")) for path in pages()}
    return {path: content for path, content in should.items() if content != path.read_text("utf-8")}


def main() -> int:
    """Write what is stale, or only name it."""
    found = stale()
    names = " ".join(str(path.relative_to(ROOT)) for path in found)
    if "--check" in sys.argv:
        print(f"stale: {names}; run: python -m tests.docs.generate" if found else "the docs are fresh")
        return 1 if found else 0
    for path, content in found.items():
        path.write_text(content, "utf-8")
    print(f"wrote {names or 'nothing'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
