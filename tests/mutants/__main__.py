"""`python -m tests.mutants`: what survives when one thing in the engine is made otherwise, and whether that was judged."""

import argparse
import json
import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from tests.mutants.judged import JUDGED, Judged
from tests.mutants.listed import LISTED
from tests.mutants.mutant import PRODUCT, Mutant
from tests.mutants.operators import mutants_of
from tests.mutants.tried import FILES, Trial, Tried, document, lines_of, parts


def main() -> int:
    """0 where every mutant that was tried is killed or judged to be none."""
    asked = _asked()
    if asked.listed:
        return _listed(asked.json)
    files = [file for file in FILES if not asked.file or asked.file in file]
    if asked.since:
        files = [file for file in files if file in _changed(asked.since)]
    every = [mutant for file in files for mutant in mutants_of(file)]
    chosen = random.Random(asked.seed).sample(every, min(asked.sample or len(every), len(every)))
    chosen.sort(key=lambda mutant: (mutant.file, mutant.at))
    print(f"{len(every):,} mutants in {len(files)} files, {len(chosen):,} of them are tried", flush=True)
    known, tried = _judgements(), list[Tried]()
    trial, began = Trial(parts(), asked.seconds), time.monotonic()
    for mutant in chosen:
        tried.append(trial.of(mutant))
        if not tried[-1].by:
            print(_survivor(mutant, known), flush=True)
        if asked.json:
            Path(asked.json).write_text(json.dumps(document(tried), indent=1) + "\n")
    _table(tried, known)
    print(f"{time.monotonic() - began:.0f} s")
    _figures("by the tool", _counted(tried, known, len(every)))
    return int(any(not each.by and _is(each.mutant, known) in ("", "missed") for each in tried))


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("--listed", action="store_true", help="the mutants made by hand instead, all of them")
    parser.add_argument("--file", default="", help="only files whose name has this in it")
    parser.add_argument("--since", default="", help="only files that differ from this revision")
    parser.add_argument("--sample", type=int, default=0, help="so many, drawn by chance")
    parser.add_argument("--seed", type=int, default=0, help="which chance")
    parser.add_argument(
        "--seconds", type=float, default=0, help="of the simulator for each, the cheapest parts; all of it if not given"
    )
    parser.add_argument("--json", default="", help="write each mutant and what became of it here")
    return parser.parse_args()


def _changed(since: str) -> set[str]:
    command = ["git", "diff", "--name-only", since, "--", "changectl"]
    names = subprocess.run(command, cwd=PRODUCT.parent, capture_output=True, text=True, check=True).stdout.split()
    return {name.removeprefix("changectl/") for name in names}


def _judgements() -> dict[tuple[str, str, str], Judged]:
    return {(each.file, each.old, each.new): each for each in JUDGED}


def _is(mutant: Mutant, known: dict[tuple[str, str, str], Judged]) -> str:
    _, old, new = lines_of(mutant)
    found = known.get((mutant.file, old, new))
    return found.is_ if found else ""


def _survivor(mutant: Mutant, known: dict[tuple[str, str, str], Judged]) -> str:
    line, old, new = lines_of(mutant)
    found = known.get((mutant.file, old, new))
    judged = f"    {found.is_}: {found.why}" if found else "    not judged"
    return f"SURVIVED {mutant.file}:{line}\n  - {old}\n  + {new}\n{judged}"


def _counted(tried: Sequence[Tried], known: dict[tuple[str, str, str], Judged], total: int) -> dict[str, object]:
    survivors = [each.mutant for each in tried if not each.by]
    judged = [found for mutant in survivors if (found := known.get((mutant.file, *lines_of(mutant)[1:])))]
    none = [asdict(each) for each in judged if each.is_ != "missed"]
    return {
        "total": total,
        "tried": len(tried),
        "killed": len(tried) - len(survivors),
        "equivalent": len(none),
        "missed": len(survivors) - len(none),
        "reasons": none,
    }


def _table(tried: Sequence[Tried], known: dict[tuple[str, str, str], Judged]) -> None:
    print(f"{'file':28} {'tried':>6} {'killed':>7} {'judged':>7} {'open':>5}")
    for file in (*dict.fromkeys(each.mutant.file for each in tried), ""):
        some = [each for each in tried if file in ("", each.mutant.file)]
        survivors = [each.mutant for each in some if not each.by]
        still = [mutant for mutant in survivors if _is(mutant, known) in ("", "missed")]
        row = (len(some), len(some) - len(survivors), len(survivors) - len(still), len(still))
        print(f"{file or 'all':28} {row[0]:6} {row[1]:7} {row[2]:7} {row[3]:5}")
    for who, many in Counter(each.by.partition(":")[0] for each in tried if each.by).most_common():
        print(f"  {many:5} killed by {who}")


def _listed(to: str) -> int:
    tried = []
    for each in LISTED:
        by, why = each.tried()
        tried.append(Tried(each.mutant, by, why))
        print(f"{'killed by ' + by if by else 'SURVIVED':48} {each.says}", flush=True)
    killed = sum(bool(each.by) for each in tried)
    print(f"{len(tried)} mutants, {killed} killed")
    _figures("by hand", {"total": len(tried), "tried": len(tried), "killed": killed, "missed": len(tried) - killed})
    if to:
        Path(to).write_text(json.dumps(document(tried), indent=1) + "\n")
    return int(killed < len(tried))


def _figures(part: str, counted: dict[str, object]) -> None:
    """Into `mutants.json` of the folder that CHANGECTL_FIGURES names, beside what is there of the other part."""
    if folder := os.environ.get("CHANGECTL_FIGURES"):
        place = Path(folder) / "mutants.json"
        before = json.loads(place.read_text()) if place.exists() else {}
        place.write_text(json.dumps({**before, part: counted}, indent=1) + "\n")


if __name__ == "__main__":
    if os.environ.get("PYTHONHASHSEED") != "0":  # sets have one order then, as in the simulator
        os.execve(
            sys.executable,
            [sys.executable, "-m", "tests.mutants", *sys.argv[1:]],
            {**os.environ, "PYTHONHASHSEED": "0"},
        )
    raise SystemExit(main())
