"""What `docs/how-tested.md` says of the last long runs: read from `tests/figures/`, where those runs wrote it."""

import json
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from changectl.model.invariants import TABLE

FIGURES = Path(__file__).resolve().parents[1] / "figures"


def figures(name: str) -> Any:
    """The document of one run; None where it has not been made."""
    path = FIGURES / f"{name}.json"
    return json.loads(path.read_text("utf-8")) if path.exists() else None


def promises(table: Callable[..., str]) -> str:
    """The invariants, numbered."""
    return table(("", "promise"), [(str(each.number), each.sentence) for each in TABLE])


def simulated(table: Callable[..., str]) -> str:
    """What the simulator covered, sweep by sweep."""
    found = figures("simulator")
    if found is None:
        return "The long form has not been recorded."
    rows = [
        (
            *(row["sweep"], row["says"], row["form"], str(row["scenarios"])),
            *(f"{row['lives']:,}", f"{row['histories']:,}", str(row["broken"])),
        )
        for row in found["rows"]
    ]
    counted = table(("sweep", "what is disturbed", "form", "scenarios", "runs", "histories", "broken"), rows)
    window = sum(row["overwritten_in_the_window"] for row in found["rows"] if row["sweep"] != "all")
    rate = next(row["histories_a_second"] for row in found["rows"] if row["sweep"] == "all")
    return (
        f"{counted}\n\nA run is the engine from a state to the end; a history is a way to that run, and several lead to the same "
        f"state, which is then run once. {rate:,} histories a second on one core. In {window:,} of them a stranger's value was "
        "written over in the moment between our last look and the arrival of our call, where AWS has no compare-and-set."
    )


def killed(table: Callable[..., str]) -> str:
    """What the real command lived through."""
    found = figures("kills")
    if found is None:
        return "The long form has not been recorded."
    faults, verbs = Counter[str](), Counter[str]()
    for row in found["rows"]:
        faults[row["fault"]] += row["times"]
        verbs[row["verb"]] += row["times"]
    signals = table(("signal", "times"), [(name, f"{n:,}") for name, n in Counter(found["signals"]).most_common()])
    said = ", ".join(f"{name} {n:,}" for name, n in faults.most_common() if name != "none")
    who = ", ".join(f"`{name}` {n:,}" for name, n in verbs.most_common())
    return f"{signals}\n\nWhile it was to {who}. Faults of AWS meanwhile: {said}. Every one ended whole."


def exact(table: Callable[..., str]) -> str:
    """How many generated states of each kind went back."""
    found = figures("exactness")
    return "The long form has not been recorded." if found is None else _counted(table, found, "kind")


def disk(table: Callable[..., str]) -> str:
    """What was done to journals."""
    found = figures("disk")
    return "The long form has not been recorded." if found is None else _counted(table, found, "what")


def mutants(table: Callable[..., str]) -> str:
    """How many mutants were killed."""
    found = figures("mutants")
    if found is None:
        return "The long form has not been recorded."
    rows = [
        (part, *(f"{counted.get(name, 0):,}" for name in ("total", "tried", "killed")))
        for part, counted in found.items()
    ]
    return table(("mutants", "there are", "tried", "killed"), rows)


def _counted(table: Callable[..., str], found: Mapping[str, Mapping[str, Any]], what: str) -> str:
    names = list(dict.fromkeys(name for counted in found.values() for name in counted))
    rows = [(each, *(_said(counted.get(name, "")) for name in names)) for each, counted in found.items()]
    return table((what, *names), rows)


def _said(value: Any) -> str:
    return f"{value:,}" if isinstance(value, int) else str(value)
