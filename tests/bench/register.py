"""What the register costs: `python -m tests.bench.register [EVENTS]`. Medians; a push goes to a bare remote on this disk."""

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from statistics import median

from changectl.model import events as e
from changectl.model.entry import Entry
from changectl.model.resource import FacetRef, Ref
from changectl.register.index import catch_up
from changectl.register.journal import Journals
from changectl.register.locks import LockWish, Owner, Unlock
from changectl.register.log import Register, register_of
from changectl.register.repository import repository
from changectl.register.stream import Commit, write

ROUNDS = 15
NAMES = tuple(f"123/ap-southeast-2/security-group/sg-{n} ingress" for n in range(3))


def change(number: int) -> tuple[Entry, ...]:
    """Ten events of one change, as a small one has them; a hundred changes a day."""
    facets = (FacetRef(Ref("security-group", (f"sg-{number}",), "ap"), "ingress"),)
    shown = (e.Shown(str(facets[0]), "tcp/443", "absent", "203.0.113.0/24"),)
    told = (
        e.Proposed(
            "p", "v", f"Open {number}", "Why it is so", "prod", "low", "1", "ap", "ana", (), shown, "exact", ("a",)
        ),
        e.Approved("p", "v", "bob"),
        e.Begun("p", "v", "t", "prod", "1", "ap", "", ("bob",), "s", facets, (), "0"),
        e.StepStarted("s1"),
        e.CallStarted(1, "forward", "s1", "ec2", "AuthorizeSecurityGroupIngress", "ap", {"a": 1}, facets),
        e.CallDone(1),
        e.StepDone("s1"),
        e.CheckPassed("after", 0, "health", "200"),
        e.Verified(),
        e.Closed("applied", "as planned"),
    )
    day = f"2026-{1 + number // 2800 % 12:02}-{1 + number // 100 % 28:02}"
    return tuple(
        Entry(f"change-{number}", 1, f"{day}T00:00:{n:02}.0Z", "ana", "h", str(n), it) for n, it in enumerate(told)
    )


def took(act: Callable[[], object]) -> float:
    """Milliseconds."""
    begun = time.perf_counter()
    act()
    return (time.perf_counter() - begun) * 1000


def show(what: str, ms: list[float] | float, more: str = "") -> None:
    """One line of the table."""
    print(f"{what:<58}{median(ms) if isinstance(ms, list) else ms:>10.1f} ms  {more}")


def made(folder: Path, *, remote: bool) -> Register:
    """A repository, with a bare remote or without."""
    subprocess.run(["git", "init", "-q", str(folder / "work")], check=True)
    if remote:
        subprocess.run(["git", "init", "-q", "--bare", str(folder / "remote.git")], check=True)
        subprocess.run(
            ["git", "-C", str(folder / "work"), "remote", "add", "origin", str(folder / "remote.git")], check=True
        )
    return register_of(repository(folder / "work"), "Ana <ana@example.com>")


def appends(register: Register, size: int, label: str) -> None:
    """Begin with locks, end with unlocks, and the bare commit without any push, at a register of `size` events."""
    begins, ends, commits = [], [], []
    for n in range(ROUNDS):
        first, *rest = change(10_000_000 + size * 100 + n)
        who = Owner(first.change, 1, "n", "ana", "h", "2026-11-23T00:00:00Z")
        begins.append(took(partial(register.append, (first,), locks=LockWish(NAMES, who))))
        ends.append(took(partial(register.append, tuple(rest), locks=Unlock(NAMES, who), decide=lambda _: b"# Why\n")))
        files = {f"changes/2026/11/23/x{n}/0.json".encode(): b"{}"}
        commit = Commit(str(register.tip()), "x", register.author, first.at, files)
        commits.append(took(partial(write, register.repository.root, (commit,))))
    show(f"begin with 3 locks at {size:,} events, {label}", begins)
    show(f"end with 9 events and 3 unlocks at {size:,}, {label}", ends)
    show(f"fast-import of one commit at {size:,}", commits)


def measure(folder: Path, count: int) -> None:
    """Everything, once."""
    git = [took(lambda: subprocess.run(["git", "version"], capture_output=True)) for _ in range(ROUNDS)]
    show("one git process, for comparison", git)
    shared = made(folder, remote=True)
    shared.append(tuple(one for n in range(10) for one in change(n)))
    appends(shared, 100, "pushed")
    show(
        f"{count:,} events in one append",
        took(lambda: shared.append(tuple(one for n in range(10, count // 10) for one in change(n)))),
    )
    subprocess.run(["git", "-C", str(shared.repository.root), "gc", "-q"], check=True)
    subprocess.run(["git", "-C", str(folder / "remote.git"), "gc", "-q"], check=True)
    appends(shared, count, "pushed")
    (folder / "alone").mkdir()
    alone = made(folder / "alone", remote=False)
    alone.append(tuple(one for n in range(10) for one in change(n)))
    appends(alone, 100, "no remote, synced")
    show("read one change of 10 events", [took(lambda: shared.read("change-7")) for _ in range(ROUNDS)])
    reading(shared, folder)
    journals(folder)


def reading(shared: Register, folder: Path) -> None:
    """Reading everything, and the index."""
    total = sum(1 for _ in shared.everything())
    ms = took(lambda: sum(1 for _ in shared.everything()))
    show(f"read and prove {total:,} events", ms, f"{total / ms * 1000:,.0f} events/s")
    show(f"verify {total:,} events and their history", took(shared.verify))
    ms = took(lambda: catch_up(shared, folder / "index.sqlite").close())
    show(f"index of {total:,} events, built", ms, f"{total / ms * 1000:,.0f} events/s")
    show(
        "index, up to date, opened",
        [took(lambda: catch_up(shared, folder / "index.sqlite").close()) for _ in range(ROUNDS)],
    )
    last = change(7)[-1]
    caught = []
    for n in range(ROUNDS):
        shared.append((replace(last, nonce=f"more-{n}"),))
        caught.append(took(lambda: catch_up(shared, folder / "index.sqlite").close()))
    show("index, one event behind", caught)
    with catch_up(shared, folder / "index.sqlite") as index:
        show("the newest 50 changes", [took(index.newest) for _ in range(ROUNDS)])
        show("search for a word that every change has", [took(lambda: index.search("open")) for _ in range(ROUNDS)])


def journals(folder: Path) -> None:
    """The file on the path of every call."""
    journal = Journals(folder / "state")
    show("journal created", [took(partial(journal.create, "c", n)) for n in range(1, ROUNDS)])
    with journal.create("d", 1) as opened:
        events = [Entry("d", 1, "2026-11-23T00:00:00Z", "ana", "h", str(n), e.StepStarted("s")) for n in range(400)]
        show("journal, one event, durable", [took(partial(opened.append, one)) for one in events[:200]])
        show(
            "journal, one event, not yet durable",
            [took(partial(opened.append, one, False)) for one in events[200:]],
        )
        show("vault, one body", [took(lambda: opened.vault.keep({"a": [1] * 50})) for _ in range(200)])


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        measure(Path(name), int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
