"""A journal that takes nothing more, and a register without the proposal: what was not touched holds no lock."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from changectl.cli.keeper import Keeper
from changectl.cli.memory import Memory
from changectl.errors import RemoteNeeded
from changectl.model.entry import Entry
from changectl.model.events import Confirmed, LocksHeld, Proposed
from changectl.model.status import Status
from changectl.register.disk import cannot_record
from changectl.register.journal import Journal
from tests.hostile.place import CHANGE, Place, git
from tests.hostile.test_loose_ends import after, applied_but_died, assert_told_and_free


@contextmanager
def full_from(place: Place, kind: type) -> Iterator[pytest.MonkeyPatch]:
    """No journal takes an event of this kind, or any after it."""
    whole, full = Journal.append, []

    def append(self: Journal, entry: Entry, durable: bool = True) -> None:
        if full or isinstance(entry.event, kind):
            full.append(entry)
            raise cannot_record(Path("/state/journal.jsonl"), "no space left on device")
        whole(self, entry, durable)

    with place.patch.context() as patch:
        patch.setattr(Journal, "append", append)
        yield patch


@pytest.mark.parametrize("kind", [LocksHeld, Confirmed])
def test_what_cannot_be_recorded_under_its_locks_ends_and_frees_them(place: Place, kind: type) -> None:
    was = place.production()
    with full_from(place, kind):
        end = place.type("apply", CHANGE)
    assert (end.status, "df -h /state" in end.said, place.production()) == (Status.SNAPSHOT_FAILED, True, was), end
    assert_told_and_free_there(place)
    assert place.type("apply", CHANGE).status == Status.DONE
    assert_told_and_free(place)


def test_where_nobody_can_be_told_either_the_ways_on_are_said(place: Place) -> None:
    def away(_: Keeper) -> str:
        raise RemoteNeeded("origin could not be read")

    was = place.production()
    with full_from(place, Confirmed) as patch:
        patch.setattr(Keeper, "publish", away)
        end = place.type("apply", CHANGE)
    assert end.status == Status.SNAPSHOT_FAILED
    assert f"changectl apply --resume {CHANGE}, or: changectl rollback {CHANGE}" in end.said
    assert place.type("rollback", CHANGE).status == Status.DONE
    assert place.production() == was
    assert_told_and_free(place)


def assert_told_and_free_there(place: Place) -> None:
    """On the remote, whatever this machine has recorded."""
    oids = git(place.bare, "for-each-ref", "--format=%(objectname)", "refs/changectl/locks").split()
    said = [git(place.bare, "cat-file", "commit", oid) for oid in oids]
    assert said
    assert all('"state":"free"' in each for each in said)


def test_what_nobody_proposed_as_far_as_is_known_is_refused_before_its_first_call(place: Place) -> None:
    was = applied_but_died(place, after("take_locks"))
    whole = Memory.entries
    with place.patch.context() as patch:
        patch.setattr(
            Memory, "entries", lambda *of: tuple(each for each in whole(*of) if not isinstance(each.event, Proposed))
        )
        end = place.type("apply", "--resume", CHANGE)
    assert (end.status, place.production()) == (Status.GATE_REFUSED, was), end
    assert "has no proposal" in end.said
    assert_told_and_free(place)
