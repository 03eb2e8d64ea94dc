"""The register and its locks: published once, chained, one holder an epoch, a lease that is asked for."""

from tests.mutants.listed.entry import Listed, mutant

_LOCKS, _PUBLISH, _DRAFT, _ENVELOPE, _SEEN = (
    f"register/{name}.py" for name in ("locks", "publish", "draft", "envelope", "seen")
)
_REMOTE, _STREAM, _HOLDING, _WORLD = "register/remote.py", "register/stream.py", "cli/holding.py", "cli/world.py"
_KEEPER = "cli/keeper.py"
_APPEND, _HELD, _SOUND = (f"tests/register/test_{name}.py" for name in ("append", "locks", "soundness"))
_LEASE, _OVER = "tests/leases/test_holding.py", "tests/leases/test_take_over.py"

TEAM = (
    Listed(
        "A lock that another change holds is taken",
        mutant(_LOCKS, "                if lock.owner and not wish.over_lock:\n", "                if False:\n"),
        (f"{_HELD}::test_next_locks_by_table",),
    ),
    Listed(
        "The epoch does not grow",
        mutant(_LOCKS, "Lock(name, lock.epoch + 1, wish.owner, lease)", "Lock(name, lock.epoch, wish.owner, lease)"),
        (f"{_HELD}::test_next_locks_by_table", _HELD),
    ),
    Listed(
        "A renewal is a new epoch",
        mutant(_LOCKS, "return {name: replace(lock, lease=lease) for",
               "return {name: Lock(name, lock.epoch + 1, lock.owner, lease) for"),
        (f"{_HELD}::test_a_renewal_is_another_lease_in_the_same_epoch",),
    ),
    Listed(
        "Whoever was taken over renews what is not theirs any more",
        mutant(_LOCKS, "                if not lock.is_of(wish.owner):\n", "                if False:\n"),
        (f"{_HELD}::test_what_is_not_ours_any_more_is_not_renewed_and_nothing_of_the_rest",),
    ),
    Listed(
        "Locks of others are freed with ours",
        mutant(_LOCKS, "lock in current.items() if lock.is_of(wish.owner)}", "lock in current.items()}"),
        (_HELD,),
    ),
    Listed(
        "Another attempt of the same change has our locks",
        mutant(_LOCKS, "(mine.change, mine.attempt, mine.nonce) == (\n            owner.change,\n            owner.attempt,\n"
               "            owner.nonce,\n        )", "mine.change == owner.change"),
        (_HELD, "tests/leases/test_take_over.py"),
    ),
    Listed(
        "A living holder's locks are freed for them",
        mutant(_LOCKS, "                _refuse_living(lock, wish.over_by)\n", "                pass\n"),
        (f"{_HELD}::test_what_is_freed_because_its_holder_is_gone_must_have_ended",),
    ),
    Listed(
        "A lock is pushed without comparing",
        mutant(_REMOTE, 'leases = [f"--force-with-lease={u.ref}:{u.old}" for u in updates if u.ref.startswith(LOCKS)]',
               'leases = ["--force"]'),
        (_HELD, _APPEND),
    ),
    Listed(
        "Events go without their locks",
        mutant(_REMOTE, '            "--atomic",\n', ""),
        (_HELD, _APPEND, "tests/register/test_race.py"),
    ),
    Listed(
        "Without a remote, refs are set without comparing",
        mutant(_REMOTE, "{u.new}\\0{u.old or '0' * len(u.new)}\\0\" for u in updates)\n        answer",
               "{u.new}\\0\\0\" for u in updates)\n        answer"),
        (_APPEND, _HELD, _SOUND, "tests/register/test_race.py"),
    ),
    Listed(
        "Without a remote, objects are not synced before the refs that name them",
        mutant(_PUBLISH, "synced=repository.remote is None", "synced=False"),
        ("tests/mutants/test_gate.py::test_without_a_remote_objects_are_synced_before_the_refs_that_name_them",),
    ),
    Listed(
        "A push that nobody acknowledged counts",
        mutant(_PUBLISH, "    if updates and (words := remote.push(updates)) is not None:\n        return words\n",
               "    if updates:\n        remote.push(updates)\n"),
        (_APPEND,),
    ),
    Listed(
        "An event that is there already is published again",
        mutant(_DRAFT, '        if (found := by_id.get(short(value["id"]))) is not None:',
               "        if (found := by_id.get('')) is not None:"),
        (f"{_APPEND}::test_the_same_entries_again_are_recorded_once", _APPEND),
    ),
    Listed(
        "Another event under the same id is taken for ours",
        mutant(_DRAFT, "    if not same:\n", "    if False:\n"),
        (f"{_APPEND}::test_another_event_under_the_same_id_is_an_alarm",),
    ),
    Listed(
        "What the register has by now does not keep anybody from publishing",
        mutant(_DRAFT, "            order.admit(there)\n", "            pass\n"),
        ("tests/leases/test_same_number.py",),
    ),
    Listed(
        "The chain of digests is not looked at",
        mutant(_ENVELOPE, "    if in_envelope[1] != previous:\n", "    if False:\n"),
        (f"{_SOUND}::test_an_edited_dropped_or_moved_event_is_found_with_its_place", _SOUND),
    ),
    Listed(
        "A missing number is not noticed",
        mutant(_ENVELOPE, "    if in_envelope[0] != seq:\n", "    if False:\n"),
        (_SOUND,),
    ),
    Listed(
        "An event that was edited with its digests is believed",
        mutant(_ENVELOPE, "    if set(value) != _MEMBERS or enveloped(value, seq, previous) != content:\n", "    if False:\n"),
        (_SOUND,),
    ),
    Listed(
        "A rewritten history passes",
        mutant(_SEEN, "if tip is not None and follows(repository, seen, tip):", "if tip is not None:"),
        (f"{_SOUND}::test_a_rewound_or_vanished_branch_is_an_alarm_and_nothing_is_overwritten", _SOUND),
    ),
    Listed(
        "The last tip is not remembered",
        mutant(_PUBLISH, "**({remote.seen: (new_tip, view.seen)} if new_tip else {})", ""),
        (_SOUND, _APPEND),
    ),
    Listed(
        "The lease is not renewed at a third of it",
        mutant(_HOLDING, "now.since(self.begun) * 3 >= self.length", "now.since(self.begun) >= self.length"),
        (_LEASE,),
    ),
    Listed(
        "A call may outlast the lease",
        mutant(_HOLDING, "now.since(self.begun) + seconds < self.length", "True"),
        (_LEASE,),
    ),
    Listed(
        "After a jump of the clocks the lease is believed",
        mutant(_HOLDING, "unsure = self.begun is None or now.jumped(self.begun)", "unsure = self.begun is None"),
        (_LEASE,),
    ),
    Listed(
        "A process that has no word from the remote yet believes in its lease",
        mutant(_HOLDING, "unsure = self.begun is None or now.jumped(self.begun)",
               "unsure = self.begun is not None and now.jumped(self.begun)"),
        (_LEASE,),
    ),
    Listed(
        "A renewal counts from its answer",
        mutant(_HOLDING, "        self.acknowledged(now)\n", "        self.acknowledged(self.clock())\n"),
        (f"{_LEASE}::test_a_renewal_that_takes_long_is_counted_from_its_beginning",),
    ),
    Listed(
        "A take-over is forgotten with the next call",
        mutant(_HOLDING, "        if self.lost:\n            raise self.lost\n", ""),
        (_LEASE,),
    ),
    Listed(
        "The locks are not asked for before a call",
        mutant(_WORLD, "        signing.hold(seconds)\n        keeper.hold(seconds)\n", "        signing.hold(seconds)\n"),
        ("tests/leases/test_command.py", _OVER),
    ),
    Listed(
        "Credentials are not asked for before a call",
        mutant(_WORLD, "        signing.hold(seconds)\n        keeper.hold(seconds)\n", "        keeper.hold(seconds)\n"),
        ("tests/leases/test_command.py", "tests/leases/test_credentials.py"),
    ),
    Listed(
        "An end frees no lock",
        mutant(_KEEPER, "free = Unlock(self._names(), self._owner()) if change.closed and change.begun else None", "free = None"),
        ("tests/leases/test_same_number.py", "tests/leases/test_take_over.py"),
    ),
    Listed(
        "Where a person is needed the locks are freed",
        mutant(_KEEPER, "free = Unlock(self._names(), self._owner()) if change.closed and change.begun else None",
               "free = Unlock(self._names(), self._owner()) if change.begun else None"),
        ("tests/close/test_accept.py",),
    ),
)  # fmt: skip
