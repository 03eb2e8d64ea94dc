"""The index is what the register says, however it was brought there, and never in the way."""

import sqlite3
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from changectl.errors import CannotRecord
from changectl.model import events as e
from changectl.model.entry import Entry
from changectl.model.resource import FacetRef, Ref
from changectl.register import arrivals
from changectl.register.index import Index, catch_up
from changectl.register.locks import LockWish
from changectl.register.log import Register
from changectl.register.repository import BRANCH
from changectl.register.rows import ChangeRow
from register.team import Team, entry, git, owner

FACET = FacetRef(Ref("security-group", ("sg-1",), "ap-southeast-2"), "ingress")


def proposed(title: str, rationale: str = "Checkouts are cut off (INC-42)") -> e.Proposed:
    shown = (e.Shown(str(FACET), "tcp/443", "absent", "203.0.113.0/24"),)
    seen = (e.Seen(FACET, "sha256:0"),)
    return e.Proposed("p", "v", title, rationale, "prod", "low", "1", "r", "lea", seen, shown, "exact", ("ana",))


def begun() -> e.Begun:
    return e.Begun("p", "v", "t", "prod", "1", "r", "", ("bob",), "s", (FACET,), (), "0")


def story(change: str, day: int, *more: e.Event) -> tuple[Entry, ...]:
    """A change that was proposed, begun, and whatever came then."""
    entries = [entry(change, n, event) for n, event in enumerate((proposed(f"Open {change}"), begun(), *more))]
    return tuple(replace(one, at=one.at.replace("2026-11-23", f"2026-11-{day:02}")) for one in entries)


def everything(index: Index) -> list[list[tuple[object, ...]]]:
    tables = {"changes": "id", "events": "change, seq", "facets": "change, facet", "built_from": "tip"}
    return [index.connection.execute(f"SELECT * FROM {t} ORDER BY {by}").fetchall() for t, by in tables.items()]


def test_a_change_is_one_line_that_says_where_it_stands(register: Register, tmp_path: Path) -> None:
    register.append(story("c1", 3, e.Closed("applied", "all well")))
    with catch_up(register, tmp_path / "index.sqlite") as index:
        assert index.newest() == (
            ChangeRow(
                id="c1",
                title="Open c1",
                env="prod",
                risk="low",
                state="closed",
                outcome="applied",
                attempt=1,
                by="ana",
                lead="lea",
                proposed_at="2026-11-03T00:00:00.000000Z",
                begun_at="2026-11-03T00:00:01.000000Z",
                closed_at="2026-11-03T00:00:02.000000Z",
                last="closed",
                last_at="2026-11-03T00:00:02.000000Z",
                emergency="",
                owed=0,
            ),
        )
        assert index.change("c2") is None


def test_without_a_register_it_is_empty(register: Register, tmp_path: Path) -> None:
    with catch_up(register, tmp_path / "deep/index.sqlite") as index:
        assert (index.newest(), index.search("x"), index.unfinished()) == ((), (), ())


def test_no_folder_that_it_makes_can_be_looked_into_by_others(register: Register, tmp_path: Path) -> None:
    catch_up(register, tmp_path / "state/deep/index.sqlite").close()
    assert [(tmp_path / made).stat().st_mode & 0o777 for made in ("state", "state/deep")] == [0o700, 0o700]


def test_events_come_oldest_first_with_their_file_as_json(register: Register, tmp_path: Path) -> None:
    register.append(story("c1", 3, e.StepFailed("one", "it broke")))
    with catch_up(register, tmp_path / "index.sqlite") as index:
        rows = index.of_change("c1")
    assert [(row.seq, row.type, row.text) for row in rows] == [
        (1, "proposed", "Open c1"),
        (2, "begun", "t"),
        (3, "step-failed", "it broke, one"),
    ]
    assert rows[2].json.startswith('{"at":"2026-11-03T00:00:02')


def test_newest_first_page_by_page(register: Register, tmp_path: Path) -> None:
    for day in (5, 2, 9, 7):
        register.append(story(f"c{day}", day))
    with catch_up(register, tmp_path / "index.sqlite") as index:
        first = index.newest(limit=3)
        assert [row.id for row in first] == ["c9", "c7", "c5"]
        assert [row.id for row in index.newest(limit=3, before=first[-1].id)] == ["c2"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("open", ["c2", "c1"]),
        ("INC-42", ["c2", "c1"]),
        ("203.0.113.0/24", ["c2", "c1"]),
        ("brok", ["c2"]),
        ("c1 open", ["c1"]),
        ("nowhere", []),
        ("", []),
        ('"', []),
        ("open AND NOT (", []),
        ("title:open*", []),
        ("NEAR(a b)", []),
        ("zq\0x", []),
    ],
)
def test_search_finds_every_word_and_takes_no_orders(
    register: Register, tmp_path: Path, text: str, found: list[str]
) -> None:
    register.append(story("c1", 3))
    register.append(story("c2", 4, e.StepFailed("one", "it broke")))
    with catch_up(register, tmp_path / "index.sqlite") as index:
        assert [row.id for row in index.search(text)] == found


def test_why_is_answered_by_resource_or_setting(register: Register, tmp_path: Path) -> None:
    register.append(story("c1", 3))
    with catch_up(register, tmp_path / "index.sqlite") as index:
        for setting, found in (("security-group/sg-1", 1), (str(FACET), 1), ("security-group/sg", 0), ("", 0)):
            assert len(index.touching(setting)) == found


def test_unfinished_are_those_without_an_end(register: Register, tmp_path: Path) -> None:
    register.append(story("c1", 3, e.Closed("applied")))
    register.append(story("c2", 4, e.OperatorNeeded("stuck", (FACET,))))
    with catch_up(register, tmp_path / "index.sqlite") as index:
        assert [(row.id, row.state) for row in index.unfinished()] == [("c2", "needs-operator")]


def test_what_was_noted_and_learnt_is_found_and_moves_nothing(register: Register, tmp_path: Path) -> None:
    register.append(story("c1", 3, e.Closed("rolled-back", "it broke")))
    register.append(story("c2", 4, e.Closed("applied")))
    looked_back = e.Reviewed("Ben <ben@example.com>", "a typo", "carts were emptied", "an alarm on carts")
    register.append((entry("c1", 80_000, e.Noted("Ben <ben@example.com>", "see the dashboard")),))
    register.append((entry("c1", 80_001, looked_back),))
    with catch_up(register, tmp_path / "index.sqlite") as index:
        for words in ("dashboard", "typo", "emptied", "alarm on carts"):
            assert [row.id for row in index.search(words)] == ["c1"], words
        assert [(row.id, row.last, row.outcome) for row in index.newest()] == [
            ("c2", "closed", "applied"),
            ("c1", "closed", "rolled-back"),
        ]
        assert [(row.type, row.text) for row in index.of_change("c1")][3:] == [
            ("noted", "see the dashboard"),
            ("reviewed", "a typo"),
        ]


def test_an_emergency_waits_until_somebody_else_has_reviewed_it(register: Register, tmp_path: Path) -> None:
    emergency = replace(begun(), emergency="INC-4831")
    register.append(
        (entry("c1", 0, proposed("Open c1")), entry("c1", 1, emergency), entry("c1", 2, e.Closed("applied")))
    )
    said: list[tuple[str, int, str]] = []
    own, others = (e.Reviewed(who, "a", "b", "c", own=own) for who, own in (("ana", True), ("ben", False)))
    for n, event in enumerate((e.Noted("ana", "done"), own, others)):
        with catch_up(register, tmp_path / "index.sqlite") as index:
            said += [(row.id, row.owed, row.emergency) for row in index.unfinished()]
        register.append((entry("c1", 3 + n, event),))
    with catch_up(register, tmp_path / "index.sqlite") as index:
        assert (said, index.unfinished()) == ([("c1", 1, "INC-4831")] * 3, ())
        assert [row.id for row in index.search("INC-4831")] == ["c1"]


def test_catching_up_event_by_event_ends_where_building_anew_does(team: Team, tmp_path: Path) -> None:
    register = team.clone()
    kept = tmp_path / "kept.sqlite"
    more = (e.StepStarted("s"), e.StepFailed("s", "why"), e.RollbackWanted("back"), e.Closed("rolled-back", "undone"))
    stories = [*story("c1", 3, *more), *story("c2", 4, *more[:2])]
    for n in range(1, len(stories) + 1):
        register.append(tuple(stories[n - 1 : n]), decide=(lambda _: b"# n\n") if n % 3 == 0 else None)
        catch_up(register, kept).close()
    with catch_up(register, kept) as one, catch_up(register, tmp_path / "anew.sqlite") as other:
        assert everything(one) == everything(other)


def test_a_few_new_events_are_read_and_no_others(team: Team, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    register = team.clone()
    for n in range(20):
        register.append(story(f"c{n}", 3))
    catch_up(register, tmp_path / "index.sqlite").close()
    register.append((entry("c7", 9, e.Closed("applied")),))
    read: list[str] = []
    blobs = arrivals.blobs
    monkeypatch.setattr(arrivals, "blobs", lambda root, oids: blobs(root, [read.append(oid) or oid for oid in oids]))
    with catch_up(register, tmp_path / "index.sqlite") as index:
        change = index.change("c7")
    assert (len(read), change and change.outcome) == (1, "applied")


def test_up_to_date_it_starts_no_process_and_loads_no_library(team: Team, tmp_path: Path) -> None:
    register = team.clone()
    register.append(story("c1", 3))
    git(register.repository.root, "pack-refs", "--all")
    catch_up(register, tmp_path / "index.sqlite").close()
    reader = """
import sys
sys.addaudithook(lambda event, args: sys.exit(event) if event == "subprocess.Popen" else None)
from pathlib import Path
from changectl.register.index import catch_up
from changectl.register.log import register_of
from changectl.register.repository import repository
index = catch_up(register_of(repository(Path(sys.argv[1]))), Path(sys.argv[2]))
print(index.newest()[0].id, *{"git", "sqlite_utils", "click"} & set(sys.modules))
"""
    args = [sys.executable, "-c", reader, str(register.repository.root), str(tmp_path / "index.sqlite")]
    done = subprocess.run(args, capture_output=True, text=True, env={"PYTHONPATH": ":".join(sys.path)})
    assert (done.stdout, done.stderr) == ("c1\n", "")


@pytest.mark.parametrize(
    "damage",
    [
        lambda path: path.write_bytes(b"not a database at all" * 100),
        lambda path: path.write_bytes(path.read_bytes()[:5000]),
        lambda path: path.write_bytes(path.read_bytes()[:4096] + b"\xff" * (path.stat().st_size - 4096)),
        lambda path: path.write_bytes(b""),
        lambda path: path.unlink(),
        lambda path: sqlite3.connect(path).execute("DROP TABLE changes"),
        lambda path: sqlite3.connect(path).execute("PRAGMA user_version = 99"),
    ],
    ids=["junk", "cut", "overwritten", "empty", "gone", "table gone", "another format"],
)
def test_whatever_becomes_of_the_file_it_comes_back(team: Team, tmp_path: Path, damage: object) -> None:
    register, path = team.clone(), tmp_path / "index.sqlite"
    register.append(tuple(one for n in range(9) for one in story(f"c{n}", 3 + n)))
    with catch_up(register, path) as index:
        before = everything(index)
    damage(path)  # type: ignore[operator]
    register.append((entry("c1", 50, e.Closed("applied")),))
    with catch_up(register, path) as index, catch_up(register, tmp_path / "anew.sqlite") as anew:
        assert everything(index) == everything(anew) != before


def test_a_rewritten_register_is_indexed_anew(team: Team, tmp_path: Path) -> None:
    register, path = team.clone(), tmp_path / "index.sqlite"
    first = register.append(story("c1", 3)).tip
    register.append(story("c2", 4))
    catch_up(register, path).close()
    for ref in (register.remote.mirror(BRANCH), register.remote.seen):
        git(register.repository.root, "update-ref", ref, first)
    with catch_up(register, path) as index:
        assert [row.id for row in index.newest()] == ["c1"]


def test_a_type_from_the_future_is_kept_and_shown(register: Register, tmp_path: Path) -> None:
    register.append((entry("c1", 0, e.Unrecognised("teleported", {"to": "mars"})),))
    with catch_up(register, tmp_path / "index.sqlite") as index:
        assert (index.of_change("c1")[0].type, index.newest()[0].last) == ("teleported", "teleported")


def test_a_place_where_it_cannot_be_written_is_told(register: Register, tmp_path: Path) -> None:
    register.append(story("c1", 3))
    (tmp_path / "file").write_text("")
    with pytest.raises(CannotRecord):
        catch_up(register, tmp_path / "file/index.sqlite")


def test_where_the_disk_takes_no_index_it_is_made_in_memory(register: Register, tmp_path: Path) -> None:
    register.append(story("c1", 3))
    (tmp_path / "index.sqlite").mkdir()
    with catch_up(register, tmp_path / "index.sqlite") as index, catch_up(register, tmp_path / "anew.sqlite") as anew:
        assert everything(index) == everything(anew)


def test_four_processes_that_catch_up_at_once_agree(team: Team, tmp_path: Path) -> None:
    register = team.clone()
    register.append(tuple(one for n in range(150) for one in story(f"c{n}", 1 + n % 28)))
    reader = """
import sys
from pathlib import Path
from changectl.register.index import catch_up
from changectl.register.log import register_of
from changectl.register.repository import repository
for _ in range(3):
    with catch_up(register_of(repository(Path(sys.argv[1]))), Path(sys.argv[2])) as index:
        print(len(index.newest(1000)))
"""
    args = [sys.executable, "-c", reader, str(register.repository.root), str(tmp_path / "index.sqlite")]
    env = {"PYTHONPATH": ":".join(sys.path)}
    children = [subprocess.Popen(args, stdout=subprocess.PIPE, text=True, env=env) for _ in range(4)]
    register.append((entry("c0", 90),), locks=LockWish(("x",), owner("c0")))
    assert [child.communicate()[0] for child in children] == ["150\n150\n150\n"] * 4
