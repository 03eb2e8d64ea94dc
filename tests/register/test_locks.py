"""Locks on the shared remote: all or none, one holder an epoch, freed with the end, never somebody else's."""

import itertools
import json
from datetime import UTC, datetime, timedelta

import pytest

from changectl.errors import InProgress, Locked, RegisterUnsound, TakenOver
from changectl.register.locks import (
    LEASE,
    Lease,
    Lock,
    LockWish,
    Owner,
    Renewal,
    Unlock,
    lease_from,
    lock_ref,
    message_of,
    next_locks,
)
from changectl.register.log import Register
from changectl.register.repository import LOCKS
from register.team import Team, entry, git, meddled, owner

WEB, DB = "123/ap-southeast-2/security-group/web ingress", "123/ap-southeast-2/db/orders tags"


BEGAN = datetime(2026, 11, 23, tzinfo=UTC)
FIRST, SECOND = lease_from(BEGAN, LEASE), lease_from(BEGAN + timedelta(minutes=5), LEASE)


def held(name: str, epoch: int, who: Owner, lease: Lease = FIRST) -> Lock:
    return Lock(name, epoch, who, lease)


def begin(register: Register, change: str, *names: str, who: Owner | None = None, over: bool = False) -> object:
    return register.append((entry(change, 0),), locks=LockWish(names, who or owner(change), over))


def test_held_until_the_end_is_published(register: Register) -> None:
    receipt = register.append((entry("c1", 0),), locks=LockWish((WEB, DB), owner("c1")))
    assert receipt.epochs == ((DB, 1), (WEB, 1))
    assert register.held() == (held(DB, 1, owner("c1")), held(WEB, 1, owner("c1")))
    register.append((entry("c1", 1),), locks=Unlock((WEB, DB), owner("c1")))
    assert (register.held(), register.holders((WEB, DB))) == ((), {})


def test_the_refusal_names_setting_change_holder_host_and_since(register: Register) -> None:
    begin(register, "c1", WEB)
    with pytest.raises(Locked) as refused:
        begin(register, "c2", DB, WEB)
    facts = refused.value.facts
    assert [facts[name] for name in ("setting", "change", "holder", "host", "since", "epoch")] == [
        WEB,
        "c1",
        "ana",
        "laptop",
        "2026-11-23T00:00:00.000000Z",
        1,
    ]
    assert refused.value.hint == "changectl status c1"


def test_a_refusal_leaves_no_event_and_no_lock(register: Register) -> None:
    begin(register, "c1", WEB)
    with pytest.raises(Locked):
        begin(register, "c2", DB, WEB)
    assert (list(register.changes()), set(register.holders((WEB, DB)))) == (["c1"], {WEB})


def test_the_same_attempt_takes_its_locks_up_again(register: Register) -> None:
    begin(register, "c1", WEB)
    again = register.append((entry("c1", 0),), locks=LockWish((WEB,), owner("c1")))
    assert (again.epochs, again.seqs) == (((WEB, 1),), (1,))
    for stranger in (owner("c1", nonce="other"), owner("c1", attempt=2)):
        with pytest.raises(Locked):
            begin(register, "c1", WEB, who=stranger)


def test_a_lost_acknowledgement_keeps_the_lock_it_took(team: Team) -> None:
    register, remote = meddled(team.clone(), acknowledged=lambda _: False)
    receipt = register.append((entry("c1", 0),), locks=LockWish((WEB,), owner("c1")))
    assert (receipt.epochs, len(remote.pushes)) == (((WEB, 1),), 1)


def test_over_lock_takes_it_and_the_old_holder_frees_only_its_own(register: Register) -> None:
    begin(register, "c1", WEB, DB)
    begin(register, "c2", WEB, over=True)
    register.append((entry("c1", 1),), locks=Unlock((WEB, DB), owner("c1")))
    assert register.held() == (held(WEB, 2, owner("c2")),)


def test_freeing_twice_frees_once(team: Team) -> None:
    register = team.clone()
    begin(register, "c1", WEB)
    for n in (1, 2):
        register.append((entry("c1", n),), locks=Unlock((WEB,), owner("c1")))
    assert git(team.bare, "rev-list", "--count", lock_ref(WEB)) == "2"


def test_whoever_took_the_lock_first_wins_the_race(team: Team) -> None:
    other = team.clone("bob")
    register, _ = meddled(team.clone(), before=lambda n: begin(other, "c2", WEB) if n == 1 else None)
    with pytest.raises(Locked, match="held by c2"):
        begin(register, "c1", DB, WEB)
    assert (register.held(), list(register.changes())) == ((held(WEB, 1, owner("c2")),), ["c2"])


def test_a_lock_that_came_free_in_between_is_won_in_the_next_epoch(team: Team) -> None:
    other = team.clone("bob")
    begin(other, "c2", WEB)
    other.append((entry("c2", 1),), locks=Unlock((WEB,), owner("c2")))
    register = team.clone()
    assert register.append((entry("c1", 0),), locks=LockWish((WEB,), owner("c1"))).epochs == ((WEB, 2),)


def test_the_chain_of_commits_is_a_history_that_people_can_read(team: Team) -> None:
    register = team.clone()
    for change in ("c1", "c2"):
        begin(register, change, WEB)
        register.append((entry(change, 1),), locks=Unlock((WEB,), owner(change)))
    log = git(team.bare, "log", "--reverse", "--format=%B", lock_ref(WEB)).split("\n")
    said = [json.loads(text) for text in log if text]
    assert [(one["state"], one["epoch"], one.get("change")) for one in said] == [
        ("held", 1, "c1"),
        ("free", 1, None),
        ("held", 2, "c2"),
        ("free", 2, None),
    ]
    assert said[0]["name"] == WEB
    assert (said[0]["renewed"], said[0]["lease_until"]) == ("2026-11-23T00:00:00+00:00", "2026-11-23T00:15:00+00:00")


def renew(register: Register, *names: str, who: Owner, lease: Lease = SECOND) -> object:
    return register.append((), locks=Renewal(names, who, lease))


def test_a_renewal_is_another_lease_in_the_same_epoch(register: Register) -> None:
    begin(register, "c1", WEB, DB)
    renew(register, WEB, DB, who=owner("c1"))
    assert register.held() == (held(DB, 1, owner("c1"), SECOND), held(WEB, 1, owner("c1"), SECOND))


def test_a_renewal_that_nobody_acknowledged_is_made_once(team: Team) -> None:
    begin(team.clone(), "c1", WEB)
    register, remote = meddled(team.register("ana"), acknowledged=lambda _: False)
    renew(register, WEB, who=owner("c1"))
    assert len(remote.pushes) == 1
    assert register.held() == (held(WEB, 1, owner("c1"), SECOND),)


@pytest.mark.parametrize("after", ["it was taken over", "it was taken over and freed", "it was freed"])
def test_what_is_not_ours_any_more_is_not_renewed_and_nothing_of_the_rest(register: Register, after: str) -> None:
    begin(register, "c1", WEB, DB)
    if "taken" in after:
        begin(register, "c2", WEB, over=True)
    if "freed" in after:
        who = owner("c2" if "taken" in after else "c1")
        register.append((entry(who.change, 1),), locks=Unlock((WEB,), who))
    before = register.held()
    with pytest.raises(TakenOver) as lost:
        renew(register, WEB, DB, who=owner("c1"))
    assert lost.value.facts["change"] == ("c2" if after == "it was taken over" else "")
    last = register.last_held(WEB)
    assert last is not None
    assert last.owner == owner("c2" if "taken" in after else "c1")
    assert register.held() == before


def test_whoever_is_taken_over_while_it_renews_learns_it(team: Team) -> None:
    other = team.clone("bob")
    begin(other, "c1", WEB)
    register, _ = meddled(team.clone(), before=lambda n: begin(other, "c2", WEB, over=True) if n == 1 else None)
    with pytest.raises(TakenOver, match="c2"):
        renew(register, WEB, who=owner("c1"))


def test_taking_what_is_ours_already_renews_it(register: Register) -> None:
    begin(register, "c1", WEB)
    register.append((), locks=LockWish((WEB, DB), owner("c1"), lease=SECOND))
    assert register.held() == (held(DB, 1, owner("c1"), SECOND), held(WEB, 1, owner("c1"), SECOND))


@pytest.mark.parametrize(("minutes", "is_gone"), [(14, False), (15, True), (60, True)])
def test_a_refusal_says_whether_anybody_conducts_the_other_still(
    register: Register, minutes: int, is_gone: bool
) -> None:
    begin(register, "c1", WEB)
    lease = lease_from(BEGAN + timedelta(minutes=minutes), LEASE)
    with pytest.raises(Locked) as refused:
        register.append((entry("c2", 0),), locks=LockWish((WEB,), owner("c2"), lease=lease))
    assert ("nobody conducts that any more" in refused.value.sentence, refused.value.facts["gone"]) == (
        is_gone,
        is_gone,
    )


@pytest.mark.parametrize(("at", "freed"), [("2026-11-23T00:19:59Z", False), ("2026-11-23T00:20:00Z", True)])
def test_what_is_freed_because_its_holder_is_gone_must_have_ended(register: Register, at: str, freed: bool) -> None:
    begin(register, "c1", WEB)
    renew(register, WEB, who=owner("c1"))
    order = Unlock((WEB,), owner("c1"), over_by=at)
    if freed:
        register.append((entry("c1", 1),), locks=order)
    else:
        with pytest.raises(InProgress, match="until 00:20 UTC"):
            register.append((entry("c1", 1),), locks=order)
    assert (register.held() == (), len(register.read("c1"))) == (freed, 1 + freed)


def test_what_was_held_is_known_without_the_remote_when_it_was_looked_at(team: Team) -> None:
    begin(team.clone(), "c1", WEB)
    ben = team.clone("ben")
    assert ben.fetch_held() == (held(WEB, 1, owner("c1")),)
    team.bare.rename(team.folder / "gone.git")
    assert ben.held_when_fetched() == (held(WEB, 1, owner("c1")),)
    assert [one.entry for one in ben.read("c1")] == [entry("c1", 0)]


def test_hostile_names_are_hashed(register: Register) -> None:
    name = "--force ../../heads/main\n$(touch x)\x00😀"
    begin(register, "c1", name)
    assert register.holders((name,)) == {name: held(name, 1, owner("c1"))}


def test_two_hundred_locks_at_once(register: Register) -> None:
    names = tuple(f"lock-{n}" for n in range(200))
    begin(register, "c1", *names)
    assert len(register.held()) == 200


def test_a_lock_ref_that_is_not_ours_is_an_alarm(team: Team) -> None:
    register = team.clone()
    junk = git(
        team.bare, "-c", "user.name=e", "-c", "user.email=e@x", "commit-tree", "-m", "junk", git(team.bare, "mktree")
    )
    git(team.bare, "update-ref", lock_ref(WEB), junk)
    with pytest.raises(RegisterUnsound, match=LOCKS):
        begin(register, "c1", WEB)


def test_a_lock_moved_to_another_name_is_an_alarm(team: Team) -> None:
    register = team.clone()
    begin(register, "c1", WEB)
    git(team.bare, "update-ref", lock_ref(DB), git(team.bare, "rev-parse", lock_ref(WEB)))
    with pytest.raises(RegisterUnsound):
        begin(register, "c2", DB)


@pytest.mark.parametrize(("mine", "theirs", "over"), [*itertools.product((True, False), repeat=3)])
def test_next_locks_by_table(mine: bool, theirs: bool, over: bool) -> None:
    now = {"free": Lock("free", 3)}
    now |= {"mine": Lock("mine", 2, owner("c1"))} if mine else {}
    now |= {"theirs": Lock("theirs", 7, owner("c2"))} if theirs else {}
    wish = LockWish(("free", "mine", "new", "theirs"), owner("c1"), over)
    if theirs and not over:
        with pytest.raises(Locked):
            next_locks(wish, now)
        return
    epochs = {name: lock.epoch for name, lock in next_locks(wish, now).items()}
    assert epochs == {"free": 4, "new": 1, **({} if mine else {"mine": 1}), "theirs": 8 if theirs else 1}


def test_a_message_is_canonical_json_on_one_line() -> None:
    assert message_of(Lock("a\nb", 1, owner("c1"))).count("\n") == 0
