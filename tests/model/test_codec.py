"""Every event survives its JSON; what is not known is kept."""

import dataclasses
import typing

import pytest

from changectl.model.codec import entry_id, entry_json, entry_of, event_json, event_of, event_types, type_name
from changectl.model.entry import Entry
from changectl.model.events import CallStarted, Closed, Event, Pinned, Seen, Shown, Standing, Unrecognised
from changectl.model.resource import FacetRef, Ref

REF = Ref("security-group", ("sg-1",), "ap-southeast-2")
SAMPLE: dict[object, object] = {
    str: "text\u2028\x1b[31m",
    int: 7,
    bool: True,
    typing.Any: {"a": [1, None, "x"]},
    tuple[str, ...]: ("a", "b"),
    tuple[Ref, ...]: (REF,),
    tuple[FacetRef, ...]: (FacetRef(REF, "ingress"), FacetRef(REF, "tags")),
    tuple[Shown, ...]: (Shown("f", "p", "1", "2"),),
    tuple[Seen, ...]: (Seen(FacetRef(REF, "ingress"), "sha256:0"),),
    tuple[Standing, ...]: (Standing(FacetRef(REF, "ingress"), "1", "2", "3"), Standing(FacetRef(REF, "tags"))),
    tuple[Pinned, ...]: (Pinned("security-group/web", REF),),
    tuple[tuple[str, int], ...]: (("lock", 3),),
    FacetRef: FacetRef(REF, "ingress"),
}


def sample(cls: type) -> Event:
    hints = typing.get_type_hints(cls)
    return cls(**{f.name: SAMPLE[hints[f.name]] for f in dataclasses.fields(cls)})


@pytest.mark.parametrize("cls", event_types().values(), ids=lambda cls: cls.__name__)
def test_every_event_survives_a_round_trip(cls: type) -> None:
    event = sample(cls)
    entry = Entry("c", 1, "2026-01-01T00:00:00.000000Z", "ana", "host", "n", event)
    assert entry_of(entry_json(entry)) == entry


@pytest.mark.parametrize("cls", event_types().values(), ids=lambda cls: cls.__name__)
def test_every_event_says_in_its_docstring_what_happened(cls: type) -> None:
    assert cls.__doc__ is not None
    assert not cls.__doc__.startswith(cls.__name__)


def test_a_type_from_the_future_is_kept_with_its_name_and_body() -> None:
    event = event_of("teleported", {"to": "mars"})
    assert event == Unrecognised("teleported", {"to": "mars"})
    assert (type_name(event), event_json(event)) == ("teleported", {"to": "mars"})


@pytest.mark.parametrize("body", [{"outcome": 3}, {"outcome": "applied", "mood": "good"}, {}, []], ids=str)
def test_members_that_do_not_fit_make_it_unrecognised_instead_of_a_crash(body: object) -> None:
    assert event_of("closed", body) == Unrecognised("closed", body)


def test_an_edited_entry_is_refused() -> None:
    value = entry_json(Entry("c", 1, "t", "ana", "h", "n", Closed("applied")))
    with pytest.raises(ValueError, match="edited"):
        entry_of({**value, "by": "mallory"})


def test_two_equal_events_are_two_entries_by_their_nonce() -> None:
    one, two = (Entry("c", 1, "t", "ana", "h", nonce, Closed("applied")) for nonce in ("1", "2"))
    assert entry_id(one) != entry_id(two)


def test_defaults_are_left_out_so_that_members_can_be_added_later() -> None:
    assert event_json(CallStarted(1, "forward", "s", "ssm", "PutParameter", "r", {})) == {
        "number": 1,
        "phase": "forward",
        "step": "s",
        "service": "ssm",
        "operation": "PutParameter",
        "region": "r",
        "params": {},
    }
