"""The stages of this worker, what is counted on them, and the figures at the end of the run."""

import json
import os
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from emulators import Emulator

from tests.faults.proxy import standing_before
from tests.kill.counted import Counted
from tests.kill.running import starting
from tests.kill.stage import Stages


@pytest.fixture(scope="session")
def all_stages(moto: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stages]:
    """One after the other, in front of this worker's moto server."""
    folder = tmp_path_factory.mktemp("kills")
    with standing_before(moto) as proxy, starting(folder / "runs", proxy.endpoint) as starter:
        yield Stages(folder, Emulator("moto", moto), proxy, starter)


@pytest.fixture
def stages(all_stages: Stages, monkeypatch: pytest.MonkeyPatch) -> Stages:
    """The same, whose journals this process reads as well."""
    monkeypatch.setenv("XDG_STATE_HOME", str(all_stages.folder / "stage" / "state"))
    return all_stages


@pytest.fixture
def counted(record_property: Callable[[str, object], None]) -> Iterator[Counted]:
    """To be counted."""
    counted = Counted()
    yield counted
    record_property("kills", [[*key, n] for key, n in sorted(counted.counts.items())])


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """One line of figures, and the same to `kills.json` in the folder that `CHANGECTL_FIGURES` names."""
    reports = [
        report for some in terminalreporter.stats.values() for report in some if hasattr(report, "user_properties")
    ]
    found = [rows for report in reports for name, rows in report.user_properties if name == "kills"]
    if not found:
        return
    counts: Counter[tuple[str, str, str]] = Counter()
    for *key, n in (row for rows in found for row in rows):
        counts[tuple(key)] += n
    by_sign = Counter[str]()
    for (sign, _, _), n in counts.items():
        by_sign[sign] += n
    faults = sorted({fault for _, _, fault in counts} - {"none"})
    said = ", ".join(f"{n} {sign}" for sign, n in by_sign.most_common())
    terminalreporter.line(
        f"signals after which every change ended whole: {said}; with faults of AWS: {', '.join(faults)}"
    )
    if folder := os.environ.get("CHANGECTL_FIGURES"):
        rows = [
            dict(zip(("signal", "verb", "fault", "times"), (*key, n), strict=True)) for key, n in sorted(counts.items())
        ]
        Path(folder).mkdir(parents=True, exist_ok=True)
        Path(folder, "kills.json").write_text(json.dumps({"signals": by_sign, "rows": rows}, indent=2) + "\n")
