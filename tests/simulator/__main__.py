"""`python -m tests.simulator`: what was disturbed, how often, and what broke. `--long` goes as far as is worth while."""

import argparse
import json
import os
import sys
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from itertools import groupby
from pathlib import Path

from tests.simulator.explore import Coverage
from tests.simulator.jobs import Part, Swept, done, parts
from tests.simulator.scenarios import NAMED, SCENARIOS
from tests.simulator.seeds import told
from tests.simulator.sweeps import SWEEPS, Sweep


@dataclass
class Row:
    """A line of the table."""

    sweep: str
    says: str
    scenarios: int
    lives: int
    histories: int
    by_two_crashes: int
    overwritten_in_the_window: int
    broken: int
    seconds: float
    histories_a_second: int


def main() -> int:
    """0 where nothing broke."""
    asked = _asked()
    if asked.seed is not None:
        history = told(asked.seed)
        print("\n".join(history.lines))
        return 1 if history.found else 0
    sweeps = [sweep for sweep in SWEEPS if asked.sweep in ("", sweep.name)]
    rows = []
    all_done = done([part for sweep in sweeps for part in _parts(sweep, asked)], asked.jobs)
    broken = list[dict[str, str | int]]()
    for name, those in groupby(all_done, lambda swept: swept.part.sweep):
        rows.append(_row(name, those, broken, aloud=asked.long))
        print(_line(rows[-1]), flush=True)
    total = Row("all", "", len(SCENARIOS), *(sum(getattr(r, name) for r in rows) for name in _SUMS), 0)
    total.histories_a_second = round(total.histories / max(total.seconds, 0.001))
    print(_line(total))
    if asked.json:
        form = {"form": "long" if asked.long else "short"}
        document = {"rows": [{**asdict(row), **form} for row in (*rows, total)], "broken": broken}
        Path(asked.json).write_text(json.dumps(document, indent=1) + "\n")
    return 1 if broken else 0


_SUMS = ("lives", "histories", "by_two_crashes", "overwritten_in_the_window", "broken", "seconds")


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.simulator", description=__doc__)
    parser.add_argument("--long", action="store_true", help="every crash, fault, stranger; hours")
    parser.add_argument("--seed", type=int, help="tell the history of one seed, line by line")
    parser.add_argument("--sweep", default="", help="this one only: " + ", ".join(sweep.name for sweep in SWEEPS))
    parser.add_argument("--scenario", default="", help="this one only, every start", choices=["", *NAMED])
    parser.add_argument("--jobs", type=int, default=1, help="so many processes; 1 unless said")
    parser.add_argument("--tell", action="store_true", help="tell the history of everything that broke")
    parser.add_argument("--json", default="", help="write the figures here as well")
    return parser.parse_args()


def _parts(sweep: Sweep, asked: argparse.Namespace) -> list[Part]:
    extent = sweep.long if asked.long or asked.scenario else sweep.short
    return parts(sweep.name, extent, asked.scenario, tell=asked.tell)


def _row(name: str, those: Iterable[Swept], broken: list[dict[str, str | int]], *, aloud: bool) -> Row:
    """What all parts of a sweep come to; what broke is said at once."""
    total, scenarios, seconds, bad = Coverage(), set[str](), 0.0, len(broken)
    for swept in those:
        total.add(swept.coverage)
        scenarios |= swept.scenarios
        seconds += swept.seconds
        if aloud:
            about = f"{swept.part.scenario or swept.part.seeds}: {swept.coverage.covered:,} histories"
            print(f"  {name}, {about}, {len(swept.broken)} broken, {swept.seconds:.0f} s", file=sys.stderr, flush=True)
        for (scenario, number), what in swept.broken.items():
            print(
                f"BROKEN {number} in {name!r}, {scenario!r}: {what}\n{swept.lines.get((scenario, number), '')}".rstrip()
            )
            broken.append({"sweep": name, "scenario": scenario, "invariant": number, "what": what})
    says = next(sweep.says for sweep in SWEEPS if sweep.name == name)
    return Row(
        name, says, len(scenarios), total.runs, total.covered, total.twice, total.overwritten,
        len(broken) - bad, round(seconds, 1), round(total.covered / max(seconds, 0.001)),
    )  # fmt: skip


def _line(row: Row) -> str:
    return (
        f"{row.sweep:24} {row.scenarios:3} scenarios {row.lives:8,} lives {row.histories:11,} histories "
        f"{row.overwritten_in_the_window:6,} in the window {row.broken:4} broken {row.seconds:8.1f} s "
        f"{row.histories_a_second:8,}/s"
    )


if __name__ == "__main__":
    if os.environ.get("PYTHONHASHSEED") != "0":  # sets have one order then, and a seed one history
        os.execve(
            sys.executable,
            [sys.executable, "-m", "tests.simulator", *sys.argv[1:]],
            {**os.environ, "PYTHONHASHSEED": "0"},
        )
    raise SystemExit(main())
