"""Types the commands of the tutorial and of the README, and writes down what the terminal shows.

python -m tests.docs.record
"""

from pathlib import Path
from tempfile import TemporaryDirectory

from tests.docs.generate import ROOT
from tests.docs.session import masked, played

PAGES = (ROOT / "README.md", ROOT / "docs" / "tutorial.md", ROOT / "docs" / "how-to" / "when-it-stops.md")


def main() -> None:
    """Write the pages that show something else now."""
    for path in PAGES:
        with TemporaryDirectory() as home:
            before = path.read_text("utf-8")
            after = played(before, Path(home))
        if masked(before) != masked(after):
            path.write_text(after, "utf-8")
            print(f"wrote {path.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
