"""`python -m tests.simulator`: what was disturbed, how often, and what broke. `--long` goes as far as is worth while."""

import argparse
import json
import os
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.simulator.explore import Coverage, Finding
from tests.simulator.history import at_its_end
from tests.simulator.known import KNOWN
from tests.simulator.scenarios import NAMED, SCENARIOS
from tests.simulator.seeds import told
from tests.simulator.state import JOURNALS
from tests.simulator.sweeps import SWEEPS, Sweep, swept
from tests.simulator.world import Life


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
    """0 where nothing broke but what is known."""
    asked = _asked()
    if asked.seed is not None:
        history = told(asked.seed)
        print("\n".join(history.lines))
        return 1 if history.found else 0
    rows, found = [], dict[tuple[str, str, int], Finding]()
    for sweep in SWEEPS:
        if asked.sweep in ("", sweep.name):
            rows.append(_swept(sweep, found, long=asked.long, only=asked.scenario))
            print(_line(rows[-1]), flush=True)
    total = Row("all", "", len(SCENARIOS), *(sum(getattr(r, name) for r in rows) for name in _SUMS), 0)
    total.histories_a_second = round(total.histories / max(total.seconds, 0.001))
    print(_line(total))
    for (sweep, scenario, number), finding in found.items():
        known = f" (known: {KNOWN[sweep, scenario, number]})" if (sweep, scenario, number) in KNOWN else ""
        print(f"BROKEN {number} in {sweep!r}, {scenario!r}: {finding.broken.what}{known}")
        if asked.tell:
            _tell(scenario, finding)
    if asked.json:
        Path(asked.json).write_text(json.dumps(_document(rows, total, found, long=asked.long), indent=1) + "\n")
    return 1 if found.keys() - KNOWN.keys() else 0


_SUMS = ("lives", "histories", "by_two_crashes", "overwritten_in_the_window", "broken", "seconds")


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.simulator", description=__doc__)
    parser.add_argument("--long", action="store_true", help="every crash, fault, stranger; hours")
    parser.add_argument("--seed", type=int, help="tell the history of one seed, line by line")
    parser.add_argument("--sweep", default="", help="this one only: " + ", ".join(sweep.name for sweep in SWEEPS))
    parser.add_argument("--scenario", default="", help="this one only, every start", choices=["", *NAMED])
    parser.add_argument("--tell", action="store_true", help="tell the history of everything that broke")
    parser.add_argument("--json", default="", help="write the figures here as well")
    return parser.parse_args()


def _swept(sweep: Sweep, found: dict[tuple[str, str, int], Finding], *, long: bool, only: str) -> Row:
    total, scenarios, began = Coverage(), set(), time.process_time()
    for scenario, coverage in swept(sweep, sweep.long if long or only else sweep.short, only):
        scenarios.add(scenario.name)
        total.add(coverage)
        if long and not sweep.long.seeds:
            print(f"  {scenario.name}: {coverage.covered:,} histories, {len(coverage.found)} broken", file=sys.stderr)
    found.update({(sweep.name, *key): finding for key, finding in total.found.items()})
    seconds = time.process_time() - began
    return Row(
        sweep.name, sweep.says, len(scenarios), total.runs, total.covered, total.twice, total.overwritten,
        len(total.found), round(seconds, 1), round(total.covered / max(seconds, 0.001)),
    )  # fmt: skip


def _line(row: Row) -> str:
    return (
        f"{row.sweep:24} {row.scenarios:3} scenarios {row.lives:8,} lives {row.histories:11,} histories "
        f"{row.overwritten_in_the_window:6,} in the window {row.broken:4} broken {row.seconds:8.1f} s "
        f"{row.histories_a_second:8,}/s"
    )


def _tell(scenario: str, finding: Finding) -> None:
    if scenario.startswith("seed "):
        print("\n".join(told(int(scenario.removeprefix("seed "))).lines))
        return
    state = finding.before.copy()
    print("\n".join(f"          {event}" for event in JOURNALS.items(state.journal)))
    print(f"  --- from here undisturbed, but for {state.disturbance}; production is {state.aws.key()}")
    life = Life(state)
    life.told = lambda what: print(f"  {state.aws.seconds:7.1f} {what}")
    at_its_end(life, NAMED[scenario].plan)


def _document(rows: list[Row], total: Row, found: dict[tuple[str, str, int], Finding], *, long: bool) -> object:
    return {
        "rows": [{**asdict(row), "form": "long" if long else "short"} for row in (*rows, total)],
        "broken": [
            {"sweep": sweep, "scenario": scenario, "invariant": number, "what": finding.broken.what,
             "known": KNOWN.get((sweep, scenario, number), "")}
            for (sweep, scenario, number), finding in found.items()
        ],
    }  # fmt: skip


if __name__ == "__main__":
    if os.environ.get("PYTHONHASHSEED") != "0":  # sets have one order then, and a seed one history
        os.execve(
            sys.executable,
            [sys.executable, "-m", "tests.simulator", *sys.argv[1:]],
            {**os.environ, "PYTHONHASHSEED": "0"},
        )
    raise SystemExit(main())
