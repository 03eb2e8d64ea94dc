"""Attacks on the register are noticed, each with its place; honest use never raises the alarm."""

import json
from collections.abc import Callable, Mapping

import pytest

from changectl.errors import RegisterUnsound
from changectl.model import events as e
from changectl.model.codec import entry_json
from changectl.model.digest import canonical
from changectl.model.status import Status
from changectl.register.envelope import enveloped, file_name
from changectl.register.log import Register, register_of
from changectl.register.repository import BRANCH, repository
from register.team import Team, entry, git

Attack = Callable[[Mapping[str, bytes], int], Mapping[str, bytes | None]]


def story(team: Team) -> Register:
    """Two changes of four events."""
    register = team.clone()
    register.append(tuple(entry(change, n) for n in range(4) for change in ("c1", "c2")))
    return register


def paths(team: Team, change: str) -> list[str]:
    return [path for path in team.files() if f"/{change}/" in path]


def contents(team: Team, change: str) -> dict[str, bytes]:
    return {path: git(team.bare, "show", f"{BRANCH}:{path}").encode() + b"\n" for path in paths(team, change)}


def put(value: object) -> bytes:
    return canonical(value) + b"\n"


def edited(files: Mapping[str, bytes], at: int) -> Mapping[str, bytes | None]:
    path, content = list(files.items())[at]
    return {path: content.replace(b'"ana"', b'"eve"')}


def dropped(files: Mapping[str, bytes], at: int) -> Mapping[str, bytes | None]:
    return {list(files)[at]: None}


def respelled(files: Mapping[str, bytes], at: int) -> Mapping[str, bytes | None]:
    path, content = list(files.items())[at]
    return {path: json.dumps(json.loads(content)).encode()}


def with_a_member_more(files: Mapping[str, bytes], at: int) -> Mapping[str, bytes | None]:
    path, content = list(files.items())[at]
    return {path: put({**json.loads(content), "mood": "good"})}


def renumbered(files: Mapping[str, bytes], at: int) -> Mapping[str, bytes | None]:
    path, content = list(files.items())[at]
    number = 7 + at
    return {path: None, path.replace(f"/{at + 1:06d}-", f"/{number:06d}-"): put({**json.loads(content), "seq": number})}


def emptied(files: Mapping[str, bytes], at: int) -> Mapping[str, bytes | None]:
    return {list(files)[at]: b""}


@pytest.mark.parametrize("at", range(4))
@pytest.mark.parametrize("attack", [edited, dropped, respelled, with_a_member_more, renumbered, emptied])
def test_an_edited_dropped_or_moved_event_is_found_with_its_place(team: Team, attack: Attack, at: int) -> None:
    story(team)
    team.rewrite(attack(contents(team, "c1"), at))
    fresh = team.clone("fresh")
    for verify in (fresh.verify, lambda: fresh.verify("c1")):
        with pytest.raises(RegisterUnsound) as found:
            verify()
        assert "/c1/" in str(found.value.facts["path"])
    assert found.value.status is Status.REGISTER_UNSOUND
    assert fresh.verify("c2") == 4


def test_two_events_in_each_others_place_are_found(team: Team) -> None:
    story(team)
    (one, first), (two, second), *_ = contents(team, "c1").items()
    team.rewrite({one: second, two: first})
    with pytest.raises(RegisterUnsound, match=one):
        team.clone("fresh").read("c1")


def test_an_event_replayed_under_a_new_number_is_found(team: Team) -> None:
    story(team)
    files = contents(team, "c1")
    path, content = list(files.items())[-1]
    team.rewrite({path.replace("/000004-", "/000005-"): put({**json.loads(content), "seq": 5})})
    with pytest.raises(RegisterUnsound, match="000005"):
        team.clone("fresh").verify("c1")


def test_an_event_of_another_change_is_found(team: Team) -> None:
    story(team)
    ours, theirs = contents(team, "c1"), contents(team, "c2")
    last = list(ours)[-1]
    (_, content) = list(theirs.items())[-1]
    team.rewrite({last: None, f"{last.rpartition('/')[0]}/{list(theirs)[-1].rpartition('/')[2]}": content})
    with pytest.raises(RegisterUnsound, match="/c1/"):
        team.clone("fresh").verify("c1")


def test_a_perfect_forgery_of_the_last_event_is_found_in_the_history(team: Team) -> None:
    register = story(team)
    *_, last = register.read("c1")
    forged = entry("c1", 3, e.Closed("applied"))
    value = entry_json(forged)
    path = f"{last.path.rpartition('/')[0]}/{file_name(value, 4)}"
    team.rewrite({last.path: None, path: enveloped(value, 4, last.previous)})
    fresh = team.clone("fresh")
    assert fresh.read("c1")[-1].entry == forged
    for verify in (fresh.verify, lambda: fresh.verify("c1")):
        with pytest.raises(RegisterUnsound, match="edited, moved or dropped it"):
            verify()


def test_a_file_that_is_none_of_ours_is_found(team: Team) -> None:
    story(team)
    team.rewrite({f"{paths(team, 'c1')[0].rpartition('/')[0]}/notes.txt": b"x"})
    with pytest.raises(RegisterUnsound, match=r"notes\.txt"):
        team.clone("fresh").verify()


def test_a_merge_is_found(team: Team) -> None:
    story(team)
    tree, tip = git(team.bare, "rev-parse", f"{BRANCH}^{{tree}}"), git(team.bare, "rev-parse", BRANCH)
    identity = ("-c", "user.name=eve", "-c", "user.email=e@x")
    side = git(team.bare, *identity, "commit-tree", tree, "-m", "side")
    merge = git(team.bare, *identity, "commit-tree", tree, "-p", tip, "-p", side, "-m", "merge")
    git(team.bare, "update-ref", BRANCH, merge)
    with pytest.raises(RegisterUnsound, match=merge):
        team.clone("fresh").verify()


def test_an_object_replaced_on_this_machine_deceives_nobody(team: Team) -> None:
    register = story(team)
    root = register.repository.root
    honest = register.read("c1")
    path, content = next(iter(contents(team, "c1").items()))
    fake = git(root, "hash-object", "-w", "--stdin", feed=content.replace(b"step-0", b"step-9"))
    git(root, "replace", git(root, "rev-parse", f"{register.tip()}:{path}"), fake)
    assert register.read("c1") == honest


@pytest.mark.parametrize("gone", [True, False], ids=["vanished", "rewound"])
def test_a_rewound_or_vanished_branch_is_an_alarm_and_nothing_is_overwritten(team: Team, gone: bool) -> None:
    register = story(team)
    first = register.tip()
    seen = register.append((entry("c1", 9),)).tip
    git(team.bare, "update-ref", *(("-d", BRANCH) if gone else (BRANCH, str(first))))
    before = git(team.bare, "for-each-ref")
    for attempt in (lambda: register.append((entry("c1", 10),)), register.fetch):
        with pytest.raises(RegisterUnsound) as found:
            attempt()
        assert (found.value.facts["seen"], found.value.facts["found"]) == (seen, "" if gone else first)
        assert f"git push --force origin {seen}:{BRANCH}" in found.value.hint
    assert git(team.bare, "for-each-ref") == before


def test_a_history_beside_ours_is_an_alarm_that_can_be_answered_as_the_hint_says(team: Team) -> None:
    register = story(team)
    seen = str(register.tip())
    root = register.repository.root
    identity = ("-c", "user.name=eve", "-c", "user.email=e@x")
    other = git(team.bare, *identity, "commit-tree", git(team.bare, "rev-parse", f"{BRANCH}^{{tree}}"), "-m", "mine")
    git(team.bare, "update-ref", BRANCH, other)
    with pytest.raises(RegisterUnsound) as found:
        register.fetch()
    put_back, _, accept = found.value.hint.partition("   to accept what is: ")
    git(root, *put_back.partition("git ")[2].split())
    assert register.fetch() == seen
    git(team.bare, "update-ref", BRANCH, other)
    with pytest.raises(RegisterUnsound):
        register.fetch()
    git(root, *accept.removeprefix("git ").split())
    assert register.fetch() == other


def test_a_rewritten_branch_that_plain_git_fetched_is_an_alarm_when_read(team: Team) -> None:
    register = story(team)
    team.rewrite(dropped(contents(team, "c1"), 3))
    git(register.repository.root, "fetch", "-q")
    other = git(team.bare, "-c", "user.name=e", "-c", "user.email=e@x", "commit-tree", "-m", "x", f"{BRANCH}^{{tree}}")
    git(team.bare, "update-ref", BRANCH, other)
    git(register.repository.root, "fetch", "-q")
    with pytest.raises(RegisterUnsound, match="rewritten"):
        register.read("c1")


def test_without_a_remote_a_rewound_branch_is_an_alarm_too(team: Team) -> None:
    git(team.folder, "init", "-q", "alone")
    register = register_of(repository(team.folder / "alone"), "Ana <ana@example.com>")
    first = register.append((entry("c1", 0),)).tip
    register.append((entry("c1", 1),))
    git(team.folder / "alone", "update-ref", BRANCH, first)
    with pytest.raises(RegisterUnsound, match="rewritten"):
        register.append((entry("c1", 2),))


def test_honest_use_by_three_machines_never_raises_the_alarm(team: Team) -> None:
    machines = [team.clone(name) for name in ("ana", "bob", "cem")]
    for n in range(12):
        machines[n % 3].append((entry(f"c{n % 5}", n),), decide=(lambda _, n=n: b"# %d\n" % n) if n % 4 == 0 else None)
        if n % 3 == 0:
            machines[(n + 1) % 3].fetch()
    for machine in machines:
        machine.fetch()
        assert machine.verify() == 12
