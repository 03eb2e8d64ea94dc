"""What is recorded is held against what is promised: a journal that contradicts itself is told, with the change it is of."""

import pytest
from register.team import entry

from changectl.cli.health.records import history_of, records
from changectl.model import events as e
from changectl.model.diagnosis import Health
from tests.doctor.place import Place

CHANGE = "2026-11-23-x"
SEND = e.CallStarted(0, "forward", "lid", "toy", "PutLid", "here", {})


def journaled(place: Place, *events: e.Event) -> None:
    with place.memory.journals.create(CHANGE, 1) as journal:
        for n, event in enumerate(events):
            journal.append(entry(CHANGE, n + 1, event, attempt=1))


def test_where_nothing_is_recorded_nothing_contradicts(place: Place) -> None:
    (found,) = records(place.memory)
    assert (found.name, found.health) == ("records", Health.OK)
    assert found.sentence == "nothing that is recorded of 0 changes contradicts what is promised of every change"


def test_a_call_that_was_sent_before_anything_began_is_told(place: Place) -> None:
    journaled(place, SEND)
    (found,) = records(place.memory)
    assert found.health is Health.MISSING
    assert found.sentence.startswith(f"{CHANGE}: call 0 of attempt 1 was sent before it began. But: No call is sent")
    assert found.mend.startswith(f"changectl show {CHANGE}")


def test_an_event_that_the_register_has_and_this_disk_lost_proves_nothing(place: Place) -> None:
    journaled(place, e.Closed("applied"))
    place.memory.register.append((entry(CHANGE, 1, e.Closed("applied"), attempt=1), entry(CHANGE, 9, SEND, attempt=1)))
    assert not history_of(place.memory, CHANGE).complete
    assert [each.health for each in records(place.memory)] == [Health.OK]


@pytest.mark.parametrize("damage", [b"", b"not a line of a journal\n"])
def test_a_journal_that_cannot_be_read_is_unknown_and_hides_no_other(place: Place, damage: bytes) -> None:
    journaled(place, SEND)
    path = place.memory.journals.folder(CHANGE, 1) / "journal.jsonl"
    path.write_bytes(damage + path.read_bytes())
    (found,) = records(place.memory)
    assert found.health is (Health.UNKNOWN if damage else Health.MISSING)
