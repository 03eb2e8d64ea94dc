"""The journal: every sync, what is cut after a crash, what is damage, who may write."""

from tests.mutants.listed.entry import Listed, mutant

_DISK, _LINES, _JOURNAL, _VAULT, _TAKE = (
    f"register/{name}.py" for name in ("disk", "lines", "journal", "vault", "conducted")
)
_HOW = "tests/register/test_journal.py"
_BODIES = "tests/register/test_vault.py"

DISK = (
    Listed(
        "An event is not synced before it counts as recorded",
        mutant(_DISK, "            if durable:\n                flush(self.descriptor)\n", ""),
        (f"{_HOW}::test_an_event_is_synced_before_append_returns_and_a_lesser_one_with_the_next",),
    ),
    Listed(
        "A new journal is not synced",
        mutant(_DISK, "        fill(descriptor, 0, ROOM)\n        flush(descriptor)\n", "        fill(descriptor, 0, ROOM)\n"),
        (f"{_HOW}::test_file_and_folders_are_synced_at_creation",),
    ),
    Listed(
        "The name of a new journal is not synced",
        mutant(_DISK, "        flush(descriptor)\n        sync_folder(path.parent)\n", "        flush(descriptor)\n"),
        (f"{_HOW}::test_file_and_folders_are_synced_at_creation",),
    ),
    Listed(
        "The names of new folders are not synced",
        mutant(_DISK, "    path.mkdir(mode=0o700, exist_ok=True)\n    sync_folder(path.parent)\n",
               "    path.mkdir(mode=0o700, exist_ok=True)\n"),
        (f"{_HOW}::test_file_and_folders_are_synced_at_creation",),
    ),
    Listed(
        "Syncing a folder does nothing",
        mutant(_DISK, "    try:\n        flush(descriptor)\n    finally:", "    try:\n        pass\n    finally:"),
        (f"{_HOW}::test_file_and_folders_are_synced_at_creation",),
    ),
    Listed(
        "Recovery acts on what it read and cut, which may be in memory only",
        mutant(_DISK, "        os.ftruncate(lines.descriptor, whole.end)\n        flush(lines.descriptor)\n",
               "        os.ftruncate(lines.descriptor, whole.end)\n"),
        (f"{_HOW}::test_recovery_syncs_what_it_read_before_anyone_acts_on_it",),
    ),
    Listed(
        "A torn end is not cut",
        mutant(_DISK, "        os.ftruncate(lines.descriptor, whole.end)\n        flush", "        flush"),
        (_HOW,),
    ),
    Listed(
        "Room is made when it is needed, in the middle of a change",
        mutant(_DISK, "        fill(descriptor, 0, ROOM)\n", ""),
        (f"{_HOW}::test_a_full_disk_strikes_before_anything_is_begun", _HOW),
    ),
    Listed(
        "After a failed write it goes on as if nothing had been",
        mutant(_DISK, "        if self.broken:\n            raise cannot_record(self.path, self.broken)\n", ""),
        (f"{_HOW}::test_after_a_failed_write_or_sync_nothing_more_is_taken",),
    ),
    Listed(
        "A short write is a whole one",
        mutant(_DISK, "        view, offset = view[written:], offset + written", "        view = view[len(view):]"),
        (f"{_HOW}::test_short_writes_are_carried_on",),
    ),
    Listed(
        "A journal that is there is written over",
        mutant(_DISK, "os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC", "os.O_RDWR | os.O_CREAT | os.O_CLOEXEC"),
        (_HOW,),
    ),
    Listed(
        "Everybody can read the journal",
        mutant(_DISK, "0o600)", "0o644)"),
        (f"{_HOW}::test_only_the_owner_can_read_it", f"{_BODIES}::test_only_the_owner_can_read_it"),
    ),
    Listed(
        "A lesser event says that it was durable",
        mutant(_DISK, "self.durable = self.count if durable else self.durable", "self.durable = self.count"),
        (_HOW,),
    ),
    Listed(
        "The checksum of a line is not looked at",
        mutant(_LINES, "if found is not None and int(found[1], 16) == zlib.crc32(found[2]) else None",
               "if found is not None else None"),
        (f"{_HOW}::test_every_single_bit_flip_in_what_was_recorded_is_damage",),
    ),
    Listed(
        "Damage is cut as if it were a torn end",
        mutant(_LINES, "    if not _is_torn(content[at:], at, len(values)):\n", "    if False:\n"),
        (f"{_HOW}::test_every_single_bit_flip_in_what_was_recorded_is_damage",),
    ),
    Listed(
        "A torn end is damage",
        mutant(_LINES, "    if not _is_torn(content[at:], at, len(values)):\n", "    if content[at:].strip(b'\\0'):\n"),
        (_HOW,),
    ),
    Listed(
        "A broken line before one that says it was durable is cut",
        mutant(_LINES, "        if said is not None and said > number:\n            return False\n", ""),
        (_HOW,),
    ),
    Listed(
        "Zeros anywhere are a torn end, not whole sectors only",
        mutant(_LINES, "return bool(holes) and all(", "return bool(holes) or all("),
        (_HOW,),
    ),
    Listed(
        "Two processes may conduct the same attempt",
        mutant(_TAKE, "        fcntl.flock(lines.descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)\n", "        pass\n"),
        (f"{_HOW}::test_two_processes_never_conduct_the_same_attempt",),
    ),
    Listed(
        "Who takes a journal up does not lock it",
        mutant(_JOURNAL, "            raise _no_journal(change, attempt) from None\n        take(lines, change, attempt)\n",
               "            raise _no_journal(change, attempt) from None\n"),
        (f"{_HOW}::test_two_processes_never_conduct_the_same_attempt",),
    ),
    Listed(
        "An event of another attempt is recorded",
        mutant(_JOURNAL, "if (entry.change, entry.attempt) != (self.change, self.attempt):", "if False:"),
        (f"{_HOW}::test_an_event_of_another_attempt_does_not_belong_here",),
    ),
    Listed(
        "What the remote has acknowledged waits for ever",
        mutant(_JOURNAL, "            waiting.clear()\n", "            pass\n"),
        (f"{_HOW}::test_unpublished_is_what_came_after_the_last_acknowledgement",),
    ),
    Listed(
        "An attempt that ended and is not published counts as over",
        mutant(_JOURNAL, "published and (ended or attempt == 0)", "(ended or attempt == 0)"),
        (f"{_HOW}::test_open_changes_are_those_without_an_end_or_not_published",),
    ),
    Listed(
        "Each body costs a sync",
        mutant(_VAULT, "durable=False)", "durable=True)"),
        (f"{_BODIES}::test_bodies_and_the_event_that_names_them_cost_one_sync",),
    ),
    Listed(
        "The digest of a secret can be guessed: there is no salt",
        mutant(_VAULT, "return secrets.token_hex(16)", 'return "0" * 32'),
        (f"{_BODIES}::test_equal_secrets_have_different_digests_and_none_can_be_guessed",),
    ),
    Listed(
        "A body that was exchanged is believed",
        mutant(_VAULT, 'if any(record["digest"] != ', 'if any(False and record["digest"] != '),
        (f"{_BODIES}::test_a_damaged_or_exchanged_body_is_an_alarm",),
    ),
)  # fmt: skip
