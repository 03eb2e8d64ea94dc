"""Publishing into a real git repository: every event once, on the tip that is there, and nothing else touched."""

import json
from dataclasses import replace
from typing import Any

import pytest

from changectl.errors import CannotRecord, ConfigurationWrong, NotFound, RegisterUnsound, RemoteNeeded, WrongUsage
from changectl.model import events as e
from changectl.model.codec import entry_json
from changectl.model.digest import canonical, digest
from changectl.register import publish
from changectl.register.log import Register, register_of
from changectl.register.publish import STUCK, wait_before
from changectl.register.remote import remember
from changectl.register.repository import BRANCH, repository
from changectl.register.stream import write
from register.team import Team, entry, git, meddled

CHANGE = "2026-11-23-alb-idle-timeout"
FOLDER = f"changes/2026/11/23/{CHANGE}"


def test_what_was_appended_is_read_back_in_order(register: Register) -> None:
    entries = tuple(entry(CHANGE, n) for n in range(3))
    receipt = register.append(entries)
    assert [one.entry for one in register.read(CHANGE)] == list(entries)
    assert (receipt.seqs, receipt.tip) == ((1, 2, 3), register.tip())


def test_an_event_is_a_file_that_git_and_cat_alone_can_read(team: Team) -> None:
    register = team.clone()
    register.append((entry(CHANGE, 0), entry(CHANGE, 1, e.Closed("applied"))))
    first, second = team.files()
    assert first.startswith(f"{FOLDER}/000001-step-started-")
    assert second.startswith(f"{FOLDER}/000002-closed-")
    content = git(team.bare, "show", f"{BRANCH}:{second}").encode() + b"\n"
    before = git(team.bare, "show", f"{BRANCH}:{first}").encode() + b"\n"
    assert (
        content
        == canonical({**entry_json(entry(CHANGE, 1, e.Closed("applied"))), "seq": 2, "previous": digest(before)})
        + b"\n"
    )
    assert json.loads(before)["previous"] == ""
    assert git(team.bare, "log", "--format=%an <%ae>|%s", BRANCH) == (
        f"Ana <ana@example.com>|{CHANGE}: closed applied and 1 more"
    )


def test_only_a_remote_spares_the_objects_their_sync(register: Register, monkeypatch: pytest.MonkeyPatch) -> None:
    synced = list[bool]()

    def spied(*given: Any, **named: Any) -> tuple[str, ...]:
        synced.append(named["synced"])
        return write(*given, **named)

    monkeypatch.setattr(publish, "write", spied)
    register.append((entry(CHANGE, 0),))
    assert synced == [register.repository.remote is None]


def test_the_same_entries_again_are_recorded_once(register: Register) -> None:
    entries = (entry(CHANGE, 0), entry(CHANGE, 1))
    once = register.append(entries, decide=lambda _: b"# decided\n")
    again = register.append(entries, decide=lambda _: b"# decided\n")
    assert again == once


def test_what_is_new_goes_behind_what_is_there(register: Register) -> None:
    register.append((entry(CHANGE, 0),))
    assert register.append((entry(CHANGE, 0), entry(CHANGE, 1))).seqs == (1, 2)
    assert register.verify(CHANGE) == 2


def test_the_folder_is_that_of_the_first_events_day(register: Register) -> None:
    register.append((entry(CHANGE, 0),))
    register.append((replace(entry(CHANGE, 1), at="2027-01-02T00:00:00.000000Z"),))
    assert [one.path.rpartition("/")[0] for one in register.read(CHANGE)] == [FOLDER, FOLDER]


def test_several_changes_and_many_events_go_in_one_commit(team: Team) -> None:
    register = team.clone()
    entries = tuple(entry(f"change-{n % 7}", n) for n in range(700))
    register.append(entries)
    assert git(team.bare, "rev-list", "--count", BRANCH) == "1"
    assert register.verify() == 700
    assert sorted(register.changes()) == [f"change-{n}" for n in range(7)]


def test_changes_come_newest_day_first(register: Register) -> None:
    for n, day in enumerate(("2026-11-23", "2027-01-01", "2026-12-31")):
        register.append((replace(entry(f"change-{n}", 0), at=f"{day}T00:00:00.000000Z"),))
    assert list(register.changes()) == ["change-1", "change-2", "change-0"]


def test_the_decision_lies_beside_the_events(register: Register) -> None:
    register.append((entry(CHANGE, 0),))
    assert register.decision(CHANGE) is None
    register.append((entry(CHANGE, 1, e.Closed("applied")),), decide=lambda _: b"# Why\n")
    assert register.decision(CHANGE) == b"# Why\n"
    assert len(register.read(CHANGE)) == 2


def test_head_index_and_work_tree_are_left_alone(team: Team) -> None:
    register = team.clone()
    root = register.repository.root
    (root / "draft.txt").write_text("half a thought")
    git(root, "add", "draft.txt")
    before = [git(root, "status", "--porcelain=v2", "--branch"), (root / ".git/HEAD").read_text()]
    register.append((entry(CHANGE, 0),))
    assert [git(root, "status", "--porcelain=v2", "--branch"), (root / ".git/HEAD").read_text()] == before
    assert not list((root / ".git").glob("refs/changectl/scratch*"))


def test_hooks_of_the_user_do_not_run(team: Team) -> None:
    register = team.clone()
    hooks = register.repository.root / ".git/hooks"
    for name in ("pre-push", "reference-transaction"):
        (hooks / name).write_text(f"#!/bin/sh\ntouch {team.folder}/ran\nexit 1\n")
        (hooks / name).chmod(0o755)
    register.append((entry(CHANGE, 0),))
    assert not (team.folder / "ran").exists()


@pytest.mark.parametrize("lost", [(1,), (1, 2, 3)], ids=["one", "three"])
def test_a_lost_acknowledgement_doubles_nothing(team: Team, lost: tuple[int, ...]) -> None:
    register, remote = meddled(team.clone(), acknowledged=lambda n: n not in lost)
    entries = (entry(CHANGE, 0), entry(CHANGE, 1))
    assert register.append(entries).seqs == (1, 2)
    assert len(remote.pushes) == 1
    assert (register.verify(), git(team.bare, "rev-list", "--count", BRANCH)) == (2, "1")


def test_whoever_loses_the_race_goes_behind_the_winner(register: Register) -> None:
    mine, remote = meddled(
        register, before=lambda n: None if n > 3 else register.append((entry(CHANGE, 100 + n),)) and None
    )
    receipt = mine.append((entry(CHANGE, 0), entry(CHANGE, 1)))
    assert (receipt.seqs, len(remote.pushes)) == ((4, 5), 4)
    assert [one.entry.nonce for one in register.read(CHANGE)] == [f"nonce-{n}" for n in (101, 102, 103, 0, 1)]
    assert git(register.repository.root, "rev-list", "--min-parents=2", receipt.tip) == ""


def test_an_entry_given_twice_is_recorded_once(register: Register) -> None:
    assert register.append((entry(CHANGE, 0), entry(CHANGE, 0), entry(CHANGE, 1))).seqs == (1, 1, 2)
    assert register.verify() == 2


def test_what_is_remembered_never_goes_back_over_another_process(team: Team) -> None:
    register = team.clone()
    first = register.append((entry(CHANGE, 0),)).tip
    second = register.append((entry(CHANGE, 1),)).tip
    remember(register.repository, {register.remote.seen: (first, first)})
    assert git(register.repository.root, "rev-parse", register.remote.seen) == second


def test_another_event_under_the_same_id_is_an_alarm(team: Team) -> None:
    register = team.clone()
    register.append((entry(CHANGE, 0),))
    (path,) = team.files()
    forged = git(team.bare, "show", f"{BRANCH}:{path}").replace("step-0", "step-9")
    team.rewrite({path: forged.encode() + b"\n"})
    with pytest.raises(RegisterUnsound, match=path):
        register.append((entry(CHANGE, 0), entry(CHANGE, 1)))


def test_a_remote_that_cannot_be_reached_is_told_from_one_that_refuses(team: Team) -> None:
    register = replace(team.clone(), pause=lambda _: None)
    hook = team.bare / "hooks/pre-receive"
    hook.write_text("#!/bin/sh\necho not you >&2\nexit 1\n")
    hook.chmod(0o755)
    with pytest.raises(RemoteNeeded) as refused:
        register.append((entry(CHANGE, 0),))
    team.bare.rename(team.folder / "moved.git")
    with pytest.raises(RemoteNeeded) as unreachable:
        register.append((entry(CHANGE, 0),))
    assert (refused.value.facts["denied"], unreachable.value.facts["denied"]) == (True, False)
    assert "pre-receive hook declined" in str(refused.value.facts["git"])


def test_a_refusal_is_noticed_after_few_tries_and_does_not_take_for_ever(team: Team) -> None:
    waits: list[float] = []
    register, remote = meddled(team.clone(), before=lambda _: None)
    (team.bare / "hooks/pre-receive").write_text("#!/bin/sh\nexit 1\n")
    (team.bare / "hooks/pre-receive").chmod(0o755)
    with pytest.raises(RemoteNeeded):
        replace(register, pause=waits.append).append((entry(CHANGE, 0),))
    assert len(remote.pushes) == STUCK
    assert sum(waits) < 3
    assert all(wait_before(turn, 1.0) <= 0.6 for turn in range(100))


def test_a_big_event_is_refused_before_anything_is_pushed(register: Register) -> None:
    with pytest.raises(CannotRecord, match="1,048,576"):
        register.append((entry(CHANGE, 0, e.StepFailed("s", "x" * 1_100_000)),))
    assert register.tip() is None


@pytest.mark.parametrize(
    "change",
    ["../../etc/passwd", "-x", "a/b", "", "a..b", "x.lock", "a\nb", "a b", "~", "é", ".git", "x" * 129, "a\0b"],
)
def test_a_hostile_change_id_is_refused(register: Register, change: str) -> None:
    for attempt in (lambda: register.append((entry(change, 0),)), lambda: register.read(change)):
        with pytest.raises(WrongUsage):
            attempt()
    assert register.tip() is None


HOSTILE = [
    "--upload-pack=touch pwned",
    "$(touch pwned)",
    "a\ndone\ncommit refs/heads/main",
    "\x00\x1b]0;x\x07",
    "😀" * 50,
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_only_ever_text(register: Register, text: str) -> None:
    event = entry(CHANGE, 0, e.Closed(text, text, text))
    register = replace(register, author=f"{text} <{text}>")
    register.append((event,), decide=lambda _: text.encode())
    assert register.read(CHANGE)[0].entry == event
    assert not (register.repository.root / "pwned").exists()
    assert git(register.repository.root, "rev-list", "--count", str(register.tip())) == "1"


def test_that_something_was_published_is_never_published(register: Register) -> None:
    with pytest.raises(ValueError, match="one machine only"):
        register.append((entry(CHANGE, 0, e.Published("tip")),))


def test_what_plain_git_fetched_is_shown_too(team: Team) -> None:
    ana, bob = team.clone(), team.clone("bob")
    for n in range(2):
        ana.append((entry(CHANGE, n),))
        git(bob.repository.root, "fetch", "-q")
        assert len(bob.read(CHANGE)) == n + 1


def test_an_older_tip_that_a_slower_process_left_behind_is_no_alarm(team: Team) -> None:
    register = team.clone()
    first = register.append((entry(CHANGE, 0),)).tip
    second = register.append((entry(CHANGE, 1),)).tip
    git(register.repository.root, "update-ref", register.remote.mirror(BRANCH), first)
    assert (register.tip(), register.fetch(), register.tip()) == (second, second, second)


def test_an_unknown_change_is_not_found(register: Register) -> None:
    with pytest.raises(NotFound):
        register.read(CHANGE)
    register.append((entry(CHANGE, 0),))
    with pytest.raises(NotFound):
        register.read("another")


def test_without_an_identity_nobody_commits(team: Team) -> None:
    register = replace(team.clone(), author="")
    with pytest.raises(ConfigurationWrong, match="who you are"):
        register.append((entry(CHANGE, 0),))
    git(register.repository.root, "config", "user.name", "Bob")
    git(register.repository.root, "config", "user.email", "bob@example.com")
    register.append((entry(CHANGE, 0),))
    assert git(team.bare, "log", "--format=%an <%ae>", BRANCH) == "Bob <bob@example.com>"


@pytest.mark.parametrize(
    "flags", [("--depth=1",), ("--single-branch",), ("--filter=blob:none",), ("--no-checkout",)], ids=str
)
def test_any_kind_of_clone_will_do(team: Team, flags: tuple[str, ...]) -> None:
    first = team.clone("first")
    root = first.repository.root
    for message in ("one", "two"):
        git(root, "-c", "user.name=a", "-c", "user.email=a@b", "commit", "-q", "--allow-empty", "-m", message)
    git(root, "push", "-q", "origin", "HEAD")
    git(team.bare, "config", "uploadpack.allowFilter", "true")
    first.append((entry(CHANGE, 0),))
    first.append((entry(CHANGE, 1),))
    second = team.clone("second", *flags)
    assert second.append((entry(CHANGE, 2),)).seqs == (3,)
    assert second.verify() == 3


def test_a_linked_work_tree_and_a_subfolder_will_do(team: Team) -> None:
    root = team.clone().repository.root
    git(root, "-c", "user.name=a", "-c", "user.email=a@b", "commit", "-q", "--allow-empty", "-m", "x")
    git(root, "worktree", "add", "-q", str(team.folder / "linked"))
    folder = team.folder / "linked/plans/deep"
    folder.mkdir(parents=True)
    register = register_of(repository(folder), "Ana <ana@example.com>")
    register.append((entry(CHANGE, 0),))
    assert team.register("ana").read(CHANGE) == register.read(CHANGE)


def test_a_fresh_clone_tells_the_same_story(team: Team) -> None:
    first = team.clone()
    first.append(tuple(entry(f"c{n % 3}", n) for n in range(30)))
    first.append((entry("c1", 40, e.Closed("applied")),), decide=lambda _: b"# Why\n")
    second = team.clone("bob")
    assert (second.tip(), list(second.everything())) == (first.tip(), list(first.everything()))
    assert second.decision("c1") == b"# Why\n"


def test_reading_shows_what_was_fetched_last(team: Team) -> None:
    ana, bob = team.clone(), team.clone("bob")
    ana.append((entry(CHANGE, 0),))
    assert bob.tip() is None
    assert (bob.fetch(), bob.tip()) == (ana.tip(), ana.tip())


def test_a_register_kept_here_moves_to_the_remote_once_there_is_one(team: Team) -> None:
    git(team.folder, "init", "-q", "alone")
    alone = register_of(repository(team.folder / "alone"), "Ana <ana@example.com>")
    alone.append((entry(CHANGE, 0),))
    git(team.folder / "alone", "remote", "add", "origin", str(team.bare))
    shared = register_of(repository(team.folder / "alone"), "Ana <ana@example.com>")
    assert shared.append((entry(CHANGE, 1),)).seqs == (2,)
    assert team.clone("bob").verify() == 2


def test_other_refs_go_in_the_same_push_or_nothing_goes(team: Team) -> None:
    register = team.clone()
    root = register.repository.root
    made = git(root, "-c", "user.name=a", "-c", "user.email=a@b", "commit-tree", "-m", "plan", git(root, "mktree"))
    ref = f"refs/heads/change/{CHANGE}"
    register.append((entry(CHANGE, 0),), also={ref: made})
    assert git(team.bare, "rev-parse", ref) == made
    register.append((entry(CHANGE, 0),), also={ref: made})
    identity = ("-c", "user.name=b", "-c", "user.email=b@x")
    ahead = git(team.bare, *identity, "commit-tree", "-m", "review", "-p", made, f"{made}^{{tree}}")
    git(team.bare, "update-ref", ref, ahead)
    register.append((entry(CHANGE, 0),), also={ref: made})
    assert git(team.bare, "rev-parse", ref) == ahead
    other = git(root, "-c", "user.name=b", "-c", "user.email=a@b", "commit-tree", "-m", "other", git(root, "mktree"))
    with pytest.raises(ConfigurationWrong, match="does not follow"):
        register.append((entry(CHANGE, 1),), also={ref: other})
    assert (git(team.bare, "rev-parse", ref), len(team.files())) == (ahead, 1)


def test_a_surrounding_git_does_not_turn_ours_elsewhere(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    register = team.clone()
    git(team.folder, "init", "-q", "elsewhere")
    monkeypatch.setenv("GIT_DIR", str(team.folder / "elsewhere/.git"))
    register.append((entry(CHANGE, 0),))
    monkeypatch.delenv("GIT_DIR")
    assert git(team.folder / "elsewhere", "for-each-ref") == ""
    assert len(team.files()) == 1
