"""Every benchmark, one table after the other: `python -m tests.bench`."""

import subprocess
import sys

EACH = ("startup", "check", "first", "peers", "step", "hold", "register")


def main() -> None:
    """Run each in a process of its own."""
    for name in EACH:
        print(f"\n--- {name}", flush=True)
        subprocess.run([sys.executable, "-m", f"tests.bench.{name}"], check=True)


if __name__ == "__main__":
    main()
