"""Each proof on an event's file by itself: what it finds, and which words it finds for it."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from changectl.errors import CannotRecord, RegisterUnsound
from changectl.model import events as e
from changectl.model.codec import entry_json
from changectl.model.digest import canonical, digest
from changectl.register.envelope import Recorded, chained, enveloped, event_files, file_name, recorded
from register.team import entry

FOLDER = "changes/2026/11/23/c1"
Files = list[tuple[str, bytes]]


def story(count: int = 3) -> Files:
    files: Files = []
    for n in range(count):
        value = entry_json(entry("c1", n))
        files.append((file_name(value, n + 1), enveloped(value, n + 1, digest(files[-1][1]) if files else "")))
    return files


def respelled(**members: object) -> Callable[[Files], Files]:
    """The last file with other members, and nothing else wrong with it."""

    def attack(files: Files) -> Files:
        name, content = files[-1]
        return [*files[:-1], (name, canonical({**json.loads(content), **members}) + b"\n")]

    return attack


def renamed(name: str) -> Callable[[Files], Files]:
    return lambda files: [*files[:-1], (name, files[-1][1])]


ATTACKS: dict[str, tuple[Callable[[Files], Files], str]] = {
    "moved": (respelled(seq=4), "event 3 is missing before it, or it was moved"),
    "dropped": (lambda files: [files[0], files[2]], "event 2 is missing before it, or it was moved"),
    "spliced": (respelled(previous="sha256:0"), "the event before it was edited, dropped or put in"),
    "a member more": (respelled(mood="good"), "its bytes are not as changectl writes them"),
    "spaces": (
        lambda files: [*files[:-1], (files[-1][0], b" " + files[-1][1])],
        "its bytes are not as changectl writes them",
    ),
    "another type in its name": (renamed("000003-closed-000000000000.json"), "its name is not that of the event in it"),
    "edited": (respelled(by="eve"), "it is not an event, or it was edited"),
    "a list": (lambda files: [(files[0][0], b"[]")], "it is not an event, or it was edited"),
    "deep": (lambda files: [(files[0][0], b"[" * 100_000)], "it is not an event, or it was edited"),
    "no text": (lambda files: [(files[0][0], b"\xff\xfe\x00")], "it is not an event, or it was edited"),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_each_attack_is_found_in_the_file_itself(name: str) -> None:
    attack, why = ATTACKS[name]
    files = attack(story())
    with pytest.raises(RegisterUnsound) as found:
        chained(FOLDER, files)
    assert (found.value.facts["why"], found.value.facts["path"]) == (why, f"{FOLDER}/{files[-1][0]}")


def test_an_event_in_another_changes_folder_is_found() -> None:
    with pytest.raises(RegisterUnsound, match="its name is not that of the event in it"):
        chained("changes/2026/11/23/c2", story())


def test_an_honest_chain_is_told_as_it_is() -> None:
    files = story()
    assert chained(FOLDER, files) == tuple(
        Recorded(entry("c1", n), n + 1, digest(files[n - 1][1]) if n else "", digest(content), f"{FOLDER}/{name}")
        for n, (name, content) in enumerate(files)
    )


def test_one_file_is_proven_against_its_place() -> None:
    ((name, content),) = story(1)
    assert recorded(f"{FOLDER}/{name}", content, 1, "").entry == entry("c1", 0)


def test_files_are_ordered_by_number_past_the_millionth() -> None:
    names = ["1000000-begun-aaaaaaaaaaaa.json", "999999-begun-aaaaaaaaaaaa.json", "decision.md"]
    assert [seq for seq, _, _ in event_files(names, FOLDER)] == [999_999, 1_000_000]


@pytest.mark.parametrize("name", ["notes.txt", "1-x-aaaaaaaaaaaa.json", "000001-../x-aaaaaaaaaaaa.json", "DECISION.md"])
def test_any_other_name_is_an_alarm(name: str) -> None:
    with pytest.raises(RegisterUnsound, match="nothing of changectl's is called so"):
        event_files([name], FOLDER)


@pytest.mark.parametrize("kind", ["../x", "", "Upper", "a/b", "-x", "x" * 65])
def test_a_hostile_type_never_becomes_a_name(kind: str) -> None:
    value: dict[str, Any] = entry_json(entry("c1", 0, e.Unrecognised(kind, {})))
    with pytest.raises(CannotRecord):
        file_name(value, 1)
