"""A process that died at the worst moments: whatever is typed next ends the attempt, tells the team and frees its locks."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from changectl.aws.connection import Aws
from changectl.aws.reads import is_read
from changectl.cli.keeper import Keeper
from changectl.cli.memory import memory
from changectl.errors import NotSignedIn
from changectl.model.events import Begun, OperatorNeeded, SnapshotTaken
from changectl.model.resource import Call
from changectl.model.status import Status
from tests.hostile.place import CHANGE, Place, git


class Died(BaseException):
    """What no `except Exception` stops."""


def dies(*_: object) -> None:
    raise Died


def before_anything_is_recorded(place: Place) -> None:
    place.patch.setattr(Keeper, "record", dies)


def dying_at(kind: type) -> Callable[[Place], None]:
    record = Keeper.record

    def arrange(place: Place) -> None:
        place.patch.setattr(Keeper, "record", lambda self, e: dies() if isinstance(e, kind) else record(self, e))

    return arrange


def after(name: str) -> Callable[[Place], None]:
    whole = getattr(Keeper, name)

    def arrange(place: Place) -> None:
        place.patch.setattr(Keeper, name, lambda self, *how: (whole(self, *how), dies()))

    return arrange


def before_it_is_told(place: Place) -> None:
    place.patch.setattr(Keeper, "publish", dies)


def applied_but_died(place: Place, arrange: Callable[[Place], None], verb: str = "apply") -> Any:
    was = place.production()
    with place.patch.context() as patch:
        mine = Place(place.folder, place.endpoint, place.dynamodb, place.captured, patch)
        arrange(mine)
        with pytest.raises(Died):
            mine.type(verb, CHANGE)
    return was


def assert_told_and_free(place: Place) -> None:
    known = memory(place.clone, fetch=True)
    known.register.verify()
    assert known.open_changes() == ()
    oids = git(place.bare, "for-each-ref", "--format=%(objectname)", "refs/changectl/locks").split()
    said = [json.loads(git(place.bare, "cat-file", "commit", oid).partition("\n\n")[2]) for oid in oids]
    assert {lock["state"] for lock in said} <= {"free"}


NEVER_BEGUN = {
    "nothing recorded": before_anything_is_recorded,
    "no snapshot": dying_at(SnapshotTaken),
    "no begin": dying_at(Begun),
}


@pytest.mark.parametrize("arrange", NEVER_BEGUN.values(), ids=NEVER_BEGUN)
@pytest.mark.parametrize("words", [("apply", "--resume"), ("rollback",)], ids=" ".join)
def test_an_attempt_that_never_began_is_closed_and_says_to_apply(
    place: Place, arrange: Callable[[Place], None], words: tuple[str, ...]
) -> None:
    was = applied_but_died(place, arrange)
    end = place.type(*words, CHANGE)
    assert (end.status, f"Next: changectl apply {CHANGE}\n" in end.err) == (Status.USAGE, True), end
    assert place.production() == was
    assert_told_and_free(place)
    assert place.type("apply", CHANGE).status == Status.DONE
    assert_told_and_free(place)


@pytest.mark.parametrize("arrange", NEVER_BEGUN.values(), ids=NEVER_BEGUN)
def test_an_attempt_that_never_began_does_not_hinder_the_next(place: Place, arrange: Callable[[Place], None]) -> None:
    applied_but_died(place, arrange)
    assert place.type("apply", CHANGE).status == Status.DONE
    assert_told_and_free(place)


def test_locks_that_were_taken_unknowingly_are_freed(place: Place) -> None:
    was = applied_but_died(place, after("take_locks"))
    end = place.type("rollback", CHANGE)
    assert (end.status, place.production()) == (Status.DONE, was), end
    assert_told_and_free(place)


@pytest.mark.parametrize("words", [("apply", "--resume"), ("rollback",)], ids=" ".join)
def test_locks_that_were_taken_unknowingly_for_the_way_back_are_freed(place: Place, words: tuple[str, ...]) -> None:
    before = place.production()
    assert place.type("apply", CHANGE).status == Status.DONE
    applied = applied_but_died(place, after("take_locks"), "rollback")
    end = place.type(*words, CHANGE)
    assert (end.status, place.production()) == (Status.DONE, before if words == ("rollback",) else applied), end
    assert_told_and_free(place)


@pytest.mark.parametrize("arrange", [before_it_is_told, after("publish")], ids=["untold", "told unknowingly"])
def test_an_end_that_was_not_told_is_told_before_the_next_attempt(
    place: Place, arrange: Callable[[Place], None]
) -> None:
    place.plan(test=[{"command": ["false"]}])
    was = applied_but_died(place, arrange)
    assert place.type("apply", CHANGE).status == Status.ROLLED_BACK
    assert place.production() == was
    assert_told_and_free(place)


def signed_out(place: Place) -> None:
    """From the first call that changes something on, until somebody has signed in again."""
    send, sent = Aws.send, list[Call]()

    def expired(self: Aws, call: Call) -> Any:
        if sent or not is_read(call.service, call.operation):
            sent.append(call)
        if len(sent) > 1:
            raise NotSignedIn("the credentials have expired")
        return send(self, call)

    place.patch.setattr(Aws, "send", expired)


def not_to_be_asked(place: Place) -> None:
    """A check of which nobody can say anything, until its program is there."""
    (place.clone / "probe").unlink()


@pytest.mark.parametrize("stands", [signed_out, not_to_be_asked])
@pytest.mark.parametrize("words", [("apply", "--resume"), ("rollback",)], ids=" ".join)
@pytest.mark.parametrize("back", [False, True], ids=["forward", "back"])
def test_who_died_while_somebody_was_to_be_asked_tries_again_first(
    place: Place, stands: Callable[[Place], None], words: tuple[str, ...], back: bool
) -> None:
    """The reason may have passed: nobody wants to be told of it once more."""
    before = place.production()
    (place.clone / "probe").symlink_to("/bin/true")
    check = [{"command": ["./probe"]}]
    place.plan(test=check, back_out={"test": check})
    if back:
        assert place.type("apply", CHANGE).status == Status.DONE
    with place.patch.context() as patch:
        mine = Place(place.folder, place.endpoint, place.dynamodb, place.captured, patch)
        stands(mine)
        dying_at(OperatorNeeded)(mine)
        with pytest.raises(Died):
            mine.type("rollback" if back else "apply", CHANGE)
    (place.clone / "probe").unlink(missing_ok=True)
    (place.clone / "probe").symlink_to("/bin/true")
    end = place.type(*words, CHANGE)
    assert end.status == (Status.ROLLED_BACK if back and words[0] == "apply" else Status.DONE), end
    assert (place.production() == before) == (back or words == ("rollback",))
    assert_told_and_free(place)


def test_what_is_applied_is_not_applied_again(place: Place) -> None:
    assert place.type("apply", CHANGE).status == Status.DONE
    end = place.type("apply", CHANGE)
    assert (end.status, f"changectl rollback {CHANGE}" in end.err) == (Status.GATE_REFUSED, True), end
