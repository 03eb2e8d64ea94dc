"""What checking a plan costs: `python -m tests.bench.check`, beside Python's best YAML reader on the same files.

The goal: 1,000 plans in the time of one start and 5 ms for each.
"""

import tempfile
from pathlib import Path

from tests.bench.place import place
from tests.bench.timed import CHANGECTL, PYTHON, Runner, side_by_side

ROUNDS, MANY, GOAL = 5, 1_000, 5.0
PLANS = sorted((Path(__file__).parents[2] / "plans").glob("*.yaml"))
LOAD = """
import sys, yaml
from pathlib import Path
for path in sorted(Path("plans").iterdir()):
    yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader)
"""
TYPOS = (("steps:", "stesp:"), ("risk: ", "risk: L"), ("rationale:", "rational:"))


def runners(folder: Path) -> list[Runner]:
    """One plan, a thousand that are right, a thousand with three mistakes each; and PyYAML on the same thousand."""
    places = {name: place(folder / name) for name in ("one", "many", "wrong")}
    texts = [path.read_text() for path in PLANS]
    places["one"].plan("2026-11-23-plan-0000", texts[0])
    for number in range(MANY):
        text = texts[number % len(texts)]
        places["many"].plan(f"2026-11-23-plan-{number:04}", text)
        for typo in TYPOS:
            text = text.replace(*typo)
        places["wrong"].plan(f"2026-11-23-plan-{number:04}", text)
    one, many, wrong = ((it.work, it.env) for it in places.values())
    return [
        Runner("check, 1 plan", (CHANGECTL, "check"), *one),
        Runner(f"check, {MANY:,} plans", (CHANGECTL, "check"), *many),
        Runner(f"check, {MANY:,} wrong plans", (CHANGECTL, "check"), *wrong, status=3),
        Runner("PyYAML's load, 1 plan", (PYTHON, "-c", LOAD), *one),
        Runner(f"PyYAML's load, {MANY:,} plans", (PYTHON, "-c", LOAD), *many),
    ]


def main() -> None:
    """Print the table: `ms a plan` is what each plan adds to the time for one."""
    with tempfile.TemporaryDirectory() as name:
        times = side_by_side(runners(Path(name)), ROUNDS)
    print(f"{'check':<32}{'ms':>8}{'CPU ms':>8}{'ms a plan':>11}{f'of {GOAL:g} ms':>10}{'x PyYAML':>10}")
    starts = {name.partition(",")[0]: it.wall for name, it in times.items() if name.endswith(" 1 plan")}
    each = {
        name: (it.wall - starts[name.partition(",")[0]]) / (MANY - 1)
        for name, it in times.items()
        if not name.endswith(" 1 plan")
    }
    floor = next(ms for name, ms in each.items() if name.startswith("PyYAML"))
    for name, it in times.items():
        ms = each.get(name)
        more = f"{ms:>11.2f}{ms / GOAL:>9.0%}{ms / floor:>9.1f}x" if ms is not None else ""
        print(f"{name:<32}{it.wall:>8.0f}{it.cpu:>8.0f}{more}")


if __name__ == "__main__":
    main()
