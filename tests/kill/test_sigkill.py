"""The real command, killed at any moment, against a real HTTP AWS and a real git remote: it ends whole.

`CHANGECTL_KILLS` says how often in all, `CHANGECTL_KILL_SEED` repeats a run, `CHANGECTL_KILL_TRY` the one try whose name
a failure printed.
"""

import os
import secrets
from collections.abc import Callable, Iterator

import pytest
from emulators import Emulator

from tests.faults.proxy import standing_before
from tests.kill.running import starting
from tests.kill.stage import Stages
from tests.kill.story import Told, try_once

KILLS = int(os.environ.get("CHANGECTL_KILLS", "300"))
SEED = os.environ.get("CHANGECTL_KILL_SEED", secrets.token_hex(4))
ROUNDS = 10


@pytest.fixture(scope="module")
def stages(moto: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stages]:
    """One after the other, in front of this worker's moto server."""
    folder = tmp_path_factory.mktemp("kills")
    with standing_before(moto) as proxy, starting(folder / "runs", proxy.endpoint) as starter:
        yield Stages(folder, Emulator("moto", moto), proxy, starter)


@pytest.mark.parametrize("number", range(ROUNDS))
def test_killed_at_any_moment_it_ends_whole(
    number: int, stages: Stages, monkeypatch: pytest.MonkeyPatch, record_property: Callable[[str, object], None]
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(stages.folder / "stage" / "state"))
    wanted = KILLS // ROUNDS + (number < KILLS % ROUNDS)
    counted = Told()
    tries = 0
    while counted.kills < wanted:
        told = Told()
        try:
            try_once(stages, f"{SEED}-{number}-{tries}", told)
        except BaseException:
            print(f"CHANGECTL_KILL_TRY={SEED}-{number}-{tries}")
            print("\n".join(told.lines))
            raise
        counted.counts += told.counts
        tries += 1
    record_property("kills", {"seed": SEED, "tries": tries, "counts": sorted(counted.counts.items())})
