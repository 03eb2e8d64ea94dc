"""The journal survives a crash at every byte, and tells damage from a crash."""

import errno
import os
import resource
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from changectl.errors import CannotRecord, InProgress, NotFound, RegisterUnsound, WrongUsage
from changectl.model import events as e
from changectl.model.entry import Entry
from changectl.register import disk
from changectl.register.journal import Journals, Unfinished, unpublished
from changectl.register.lines import line_of, read_lines
from register.team import entry

CHANGE = "2026-11-23-alb-idle-timeout"


def written(state: Path, entries: Sequence[Entry]) -> Path:
    """A journal left as a killed process leaves it, with its room still in it."""
    journal = Journals(state).create(CHANGE, 1)
    for one in entries:
        journal.append(one)
    os.close(journal._lines.descriptor)
    return journal.folder / "journal.jsonl"


def some(count: int) -> list[Entry]:
    return [entry(CHANGE, n) for n in range(count)]


def test_what_was_recorded_is_read_again(tmp_path: Path) -> None:
    written(tmp_path, some(3))
    with Journals(tmp_path).open(CHANGE, 1) as journal:
        assert journal.recovered == tuple(some(3))
        journal.append(entry(CHANGE, 3))
    assert Journals(tmp_path).read(CHANGE, 1) == tuple(some(4))


def test_a_closed_journal_is_plain_lines(tmp_path: Path) -> None:
    with Journals(tmp_path).create(CHANGE, 1) as journal:
        journal.append(entry(CHANGE, 0))
    assert (journal.folder / "journal.jsonl").read_bytes().endswith(b"}\n")


def test_only_the_owner_can_read_it(tmp_path: Path) -> None:
    path = written(tmp_path / "state", some(1))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    for folder in (path.parent, path.parent.parent, path.parent.parent.parent, tmp_path / "state"):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


@pytest.mark.parametrize("zeros", [True, False], ids=["with room", "without room"])
def test_torn_at_every_byte_it_keeps_every_whole_event_and_goes_on(tmp_path: Path, zeros: bool) -> None:
    path = written(tmp_path, some(4))
    content = path.read_bytes().rstrip(b"\0")
    for cut in range(len(content) + 1):
        torn = content[:cut] + bytes(700 if zeros else 0)
        whole = content[:cut].count(b"\n")
        assert len(read_lines(torn, "journal").values) == whole
        if cut % 17:  # on a disk at every 17th byte: a sync takes its time
            continue
        path.write_bytes(torn)
        with Journals(tmp_path).open(CHANGE, 1) as journal:
            assert journal.recovered == tuple(some(whole))
            journal.append(entry(CHANGE, 77))
        assert Journals(tmp_path).read(CHANGE, 1) == (*some(whole), entry(CHANGE, 77))


def test_the_rest_of_a_long_torn_line_does_not_stay_behind_a_short_one(tmp_path: Path) -> None:
    path = written(tmp_path, [*some(1), entry(CHANGE, 1, e.StepFailed("s", "x" * 3000))])
    path.write_bytes(path.read_bytes().rstrip(b"\0\n"))
    for n in (2, 3):
        journal = Journals(tmp_path).open(CHANGE, 1)
        assert path.read_bytes().endswith(b"}\n")  # cut already, and durably so, before anything is done
        journal.append(entry(CHANGE, n))
        os.close(journal._lines.descriptor)
    assert Journals(tmp_path).open(CHANGE, 1).recovered == (*some(1), entry(CHANGE, 2), entry(CHANGE, 3))


def test_whole_sectors_that_never_reached_the_disk_are_a_torn_end(tmp_path: Path) -> None:
    path = written(tmp_path, [*some(1), entry(CHANGE, 1, e.StepFailed("s", "x" * 3000))])
    content = bytearray(path.read_bytes())
    for sector in (0x200, 0x400, 0x600):
        torn = content[:]
        torn[sector : sector + 512] = bytes(512)
        start = bytes(content).index(b"\n") + 1
        if sector < start:
            continue
        path.write_bytes(torn)
        with Journals(tmp_path).open(CHANGE, 1) as journal:
            assert journal.recovered == tuple(some(1))


def test_every_single_bit_flip_in_what_was_recorded_is_damage() -> None:
    content = b"".join(line_of({"n": n, "text": "a@ b*J \u2028"}) for n in range(3)) + bytes(600)
    end = len(content.rstrip(b"\0"))
    for at in range(end):
        for bit in range(8):
            flipped = bytearray(content)
            flipped[at] ^= 1 << bit
            with pytest.raises(RegisterUnsound):
                read_lines(bytes(flipped), "journal")


def test_damage_before_a_torn_line_is_damage() -> None:
    one, two, three = (line_of({"n": n}) for n in range(3))
    with pytest.raises(RegisterUnsound):
        read_lines(one + two.replace(b"1", b"2") + three[:-5], "journal")


@pytest.mark.parametrize(("start", "stop", "torn"), [(512, 1024, True), (512, 1020, False), (520, 1024, False)])
def test_zeros_are_a_torn_end_only_where_they_are_whole_sectors(start: int, stop: int, torn: bool) -> None:
    content = bytearray(line_of({"n": 1}) + line_of({"text": "x" * 2000}))
    content[start:stop] = bytes(stop - start)
    if torn:
        assert len(read_lines(bytes(content), "journal").values) == 1
        return
    with pytest.raises(RegisterUnsound):
        read_lines(bytes(content), "journal")


def test_a_bit_flip_in_the_room_loses_nothing() -> None:
    content = line_of({"n": 1}) + bytes(64)
    for at in range(len(content) - 64, len(content)):
        for bit in range(8):
            flipped = bytearray(content)
            flipped[at] ^= 1 << bit
            try:
                found = read_lines(bytes(flipped), "journal").values
            except RegisterUnsound:
                continue
            assert found == ((0, {"n": 1}),)


def test_damage_names_file_and_line_and_leaves_the_file_alone(tmp_path: Path) -> None:
    path = written(tmp_path, some(3))
    content = path.read_bytes().replace(b"step-1", b"step-7")
    path.write_bytes(content)
    with pytest.raises(RegisterUnsound) as found:
        Journals(tmp_path).open(CHANGE, 1)
    assert (found.value.facts["place"], found.value.facts["line"]) == (str(path), 2)
    assert path.read_bytes() == content


def test_a_line_edited_by_hand_with_its_checksum_is_damage(tmp_path: Path) -> None:
    from changectl.model.codec import entry_json

    path = written(tmp_path, some(1))
    path.write_bytes(line_of({**entry_json(entry(CHANGE, 0)), "by": "eve"}))
    with pytest.raises(RegisterUnsound, match="edited"):
        Journals(tmp_path).open(CHANGE, 1)


# Durability


class Syncs:
    """Every write and sync, in order."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.calls: list[str] = []
        flush, write = disk.flush, disk.write_at
        monkeypatch.setattr(disk, "flush", lambda d: (self.calls.append("sync"), flush(d))[1])
        monkeypatch.setattr(disk, "write_at", lambda d, c, o: (self.calls.append("write"), write(d, c, o))[1])

    def of(self, act: Callable[[], object]) -> list[str]:
        self.calls.clear()
        act()
        return list(self.calls)


def test_an_event_is_synced_before_append_returns_and_a_lesser_one_with_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = Journals(tmp_path).create(CHANGE, 1)
    syncs = Syncs(monkeypatch)
    assert syncs.of(lambda: journal.append(entry(CHANGE, 0))) == ["write", "sync"]
    assert syncs.of(lambda: journal.append(entry(CHANGE, 1), durable=False)) == ["write"]
    assert syncs.of(lambda: journal.append(entry(CHANGE, 2))) == ["write", "sync"]


def test_file_and_folders_are_synced_at_creation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[str] = []
    flush = disk.flush
    monkeypatch.setattr(
        disk, "flush", lambda d: (synced.append(str(Path(f"/proc/self/fd/{d}").readlink())), flush(d))[1]
    )
    journal = Journals(tmp_path).create(CHANGE, 1)
    folder = journal.folder
    assert synced == [str(f) for f in (tmp_path, folder.parent.parent, folder.parent, folder / "journal.jsonl", folder)]


def test_recovery_syncs_what_it_read_before_anyone_acts_on_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(tmp_path, some(1))
    syncs = Syncs(monkeypatch)
    assert syncs.of(lambda: Journals(tmp_path).open(CHANGE, 1)) == ["sync"]


def test_a_killed_process_has_every_event_it_was_told_is_recorded(tmp_path: Path) -> None:
    writer = """
import sys
from pathlib import Path
from register.team import entry
from changectl.register.journal import Journals
journal = Journals(Path(sys.argv[1])).create("c", 1)
for n in range(100_000):
    journal.append(entry("c", n))
    print(n, flush=True)
"""
    for turn in range(5):
        state = tmp_path / str(turn)
        with subprocess.Popen([sys.executable, "-c", writer, str(state)], stdout=subprocess.PIPE, env=_path()) as child:
            assert child.stdout is not None
            child.stdout.readline()
            time.sleep(0.01 * turn)
            os.kill(child.pid, signal.SIGKILL)
            told = len(child.stdout.read().splitlines()) + 1
        with Journals(state).open("c", 1) as journal:
            assert told <= len(journal.recovered) <= told + 1
            assert journal.recovered == tuple(entry("c", n) for n in range(len(journal.recovered)))


def _path() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}


# Faults of the disk


def failing(code: int) -> Callable[..., int]:
    def fail(*_: object, **__: object) -> int:
        raise OSError(code, os.strerror(code))

    return fail


def test_a_full_disk_strikes_before_anything_is_begun(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "pwrite", failing(errno.ENOSPC))
    with pytest.raises(CannotRecord, match="No space left on device") as full:
        Journals(tmp_path).create(CHANGE, 1)
    assert "df -h" in full.value.hint
    monkeypatch.undo()
    Journals(tmp_path).create(CHANGE, 1).close()


def test_a_real_limit_of_the_kernel_is_told_and_spoils_nothing(tmp_path: Path) -> None:
    journal = Journals(tmp_path).create(CHANGE, 1)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    journal.append(entry(CHANGE, 0))
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (disk.ROOM + 4096, hard))
        journal.append(entry(CHANGE, 1))
        with pytest.raises(CannotRecord, match="File too large"):
            journal.append(entry(CHANGE, 2, e.StepFailed("s", "x" * disk.ROOM)))
        journal.append(entry(CHANGE, 3))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    os.close(journal._lines.descriptor)
    assert Journals(tmp_path).open(CHANGE, 1).recovered == (entry(CHANGE, 0), entry(CHANGE, 1), entry(CHANGE, 3))


@pytest.mark.parametrize(("call", "code"), [("pwrite", errno.EIO), ("fsync", errno.EIO), ("fsync", errno.ENOSPC)])
def test_after_a_failed_write_or_sync_nothing_more_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str, code: int
) -> None:
    journal = Journals(tmp_path).create(CHANGE, 1)
    journal.append(entry(CHANGE, 0))
    with monkeypatch.context() as patch:
        patch.setattr(os, call, failing(code))
        with pytest.raises(CannotRecord):
            journal.append(entry(CHANGE, 1))
    with pytest.raises(
        CannotRecord, match=os.strerror(code)
    ):  # a page that failed to sync may be gone by the next sync
        journal.append(entry(CHANGE, 2))
    journal.close()
    assert Journals(tmp_path).read(CHANGE, 1)[0] == entry(CHANGE, 0)


def test_short_writes_are_carried_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pwrite = os.pwrite
    journal = Journals(tmp_path).create(CHANGE, 1)
    monkeypatch.setattr(os, "pwrite", lambda d, c, o: pwrite(d, bytes(c)[:7], o))
    journal.append(entry(CHANGE, 0))
    assert Journals(tmp_path).read(CHANGE, 1) == (entry(CHANGE, 0),)


def test_a_state_folder_that_cannot_be_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for state in (tmp_path / "file", tmp_path / "file/deeper", Path("/proc/changectl")):
        with pytest.raises(CannotRecord):
            Journals(state).create(CHANGE, 1)


def test_an_event_too_big_for_the_register_is_refused_here_already(tmp_path: Path) -> None:
    with Journals(tmp_path).create(CHANGE, 1) as journal:
        with pytest.raises(CannotRecord, match="1,048,576"):
            journal.append(entry(CHANGE, 0, e.StepFailed("s", "x" * 1_100_000)))
        journal.append(entry(CHANGE, 1))
    assert Journals(tmp_path).read(CHANGE, 1) == (entry(CHANGE, 1),)


def test_an_event_of_another_attempt_does_not_belong_here(tmp_path: Path) -> None:
    with Journals(tmp_path).create(CHANGE, 1) as journal:
        for stranger in (entry("other", 0), entry(CHANGE, 0, attempt=2)):
            with pytest.raises(ValueError, match="another attempt"):
                journal.append(stranger)


# Who has it, and what is open


def test_two_processes_never_conduct_the_same_attempt(tmp_path: Path) -> None:
    holder = """
import sys, socket
from pathlib import Path
from changectl.register.journal import Journals
journal = Journals(Path(sys.argv[1])).create("c", 1)
print(flush=True)
sys.stdin.read()
"""
    with subprocess.Popen(
        [sys.executable, "-c", holder, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=_path()
    ) as child:
        assert child.stdout is not None
        child.stdout.readline()
        with pytest.raises(InProgress, match=f"process {child.pid} on ") as refused:
            Journals(tmp_path).open("c", 1)
        with pytest.raises(InProgress, match="already"):
            Journals(tmp_path).create("c", 1)
        os.kill(child.pid, signal.SIGKILL)
    assert refused.value.hint == "changectl status c"
    Journals(tmp_path).open("c", 1).close()


def test_attempts_are_counted_and_a_missing_one_is_not_found(tmp_path: Path) -> None:
    journals = Journals(tmp_path)
    assert (journals.attempts(CHANGE), journals.latest(CHANGE)) == ((), None)
    for attempt in (2, 10, 1):
        journals.create(CHANGE, attempt).close()
    assert (journals.attempts(CHANGE), journals.latest(CHANGE)) == ((1, 2, 10), 10)
    for ask in (journals.open, journals.read):
        with pytest.raises(NotFound):
            ask(CHANGE, 3)


def test_open_changes_are_those_without_an_end_or_not_published(tmp_path: Path) -> None:
    journals = Journals(tmp_path)
    stories = {
        "begun": [e.StepStarted("s")],
        "closed": [e.Closed("applied")],
        "empty": [],
        "published": [e.Closed("applied"), e.Published("tip")],
        "running": [e.StepStarted("s"), e.Published("tip")],
    }
    assert journals.open_changes() == ()
    for change, events in stories.items():
        with journals.create(change, 1) as journal:
            for n, event in enumerate(events):
                journal.append(entry(change, n, event))
    assert journals.open_changes() == (
        Unfinished("begun", 1, False),
        Unfinished("closed", 1, True),
        Unfinished("empty", 1, False),
        Unfinished("running", 1, False),
    )


def test_a_note_after_the_end_opens_it_again_until_published(tmp_path: Path) -> None:
    journals = Journals(tmp_path)
    with journals.create("c", 1) as journal:
        journal.append(entry("c", 0, e.Closed("applied")))
        journal.append(entry("c", 1, e.Published("tip")))
    with journals.open("c", 1) as journal:
        journal.append(entry("c", 2, e.StepStarted("note")))
    assert journals.open_changes() == (Unfinished("c", 1, True),)


def test_a_damaged_journal_does_not_hide_the_others(tmp_path: Path) -> None:
    path = written(tmp_path, some(2))
    path.write_bytes(path.read_bytes().replace(b"step-0", b"step-7"))
    Journals(tmp_path).create("other", 1).close()
    damaged, other = Journals(tmp_path).open_changes()
    assert (damaged.change, damaged.damage, other) == (
        CHANGE,
        f"{path} is damaged in line 1",
        Unfinished("other", 1, False),
    )


def test_unpublished_is_what_came_after_the_last_acknowledgement() -> None:
    published = [entry(CHANGE, n, e.Published("tip")) for n in (2, 4)]
    assert unpublished([*some(2), published[0], entry(CHANGE, 3)]) == (entry(CHANGE, 3),)
    assert (unpublished([*some(2), published[1]]), unpublished(some(2))) == ((), tuple(some(2)))


@pytest.mark.parametrize("change", ["../x", "a/../../b", "/etc", "", ".", "..", "a\0b", "-rf"])
def test_a_hostile_id_never_leaves_the_state_folder(tmp_path: Path, change: str) -> None:
    for act in (lambda: Journals(tmp_path).create(change, 1), lambda: Journals(tmp_path).attempts(change)):
        with pytest.raises(WrongUsage):
            act()
    assert list(tmp_path.iterdir()) == []


def test_who_conducts_it_need_not_be_written_down_beside_it(tmp_path: Path) -> None:
    with Journals(tmp_path).create(CHANGE, 1) as journal:
        journal.append(entry(CHANGE, 0))
    (journal.folder / "holder").unlink()
    (journal.folder / "holder").mkdir()
    with Journals(tmp_path).open(CHANGE, 1) as again:
        again.append(entry(CHANGE, 1))
    assert len(Journals(tmp_path).read(CHANGE, 1)) == 2


def ended(tmp_path: Path) -> Path:
    """The folder of an attempt that has ended, and of which the team was told."""
    with Journals(tmp_path).create(CHANGE, 1) as journal:
        for n, event in enumerate((e.Closed("applied"), e.Published("c0ffee"))):
            journal.append(entry(CHANGE, n, event))
    return journal.folder


def test_an_ended_attempt_that_was_merely_opened_is_not_looked_at_again(tmp_path: Path) -> None:
    mark = ended(tmp_path) / "ended"
    Journals(tmp_path).open(CHANGE, 1).close()
    assert mark.exists()


@pytest.mark.parametrize("call", ["ftruncate", "touch"])
def test_no_disk_that_fails_at_the_close_hides_how_it_ended(
    tmp_path: Path, call: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended(tmp_path)
    journal = Journals(tmp_path).open(CHANGE, 1)
    with monkeypatch.context() as patch:
        if call == "ftruncate":
            patch.setattr(os, "ftruncate", failing(errno.EIO))
        else:
            patch.setattr(Path, "touch", failing(errno.ENOSPC))
        journal.close()
    assert Journals(tmp_path).read(CHANGE, 1) == journal.recovered


def test_of_an_attempt_without_a_journal_nobody_says_that_no_process_holds_it(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        Journals(tmp_path).held_by("2026-11-23-tag", 1)
