"""The vault keeps bodies exactly, proves them, and says who has what is missing."""

import os
import stat
from pathlib import Path

import pytest

from changectl.errors import NeedsOperator, RegisterUnsound
from changectl.model import events as e
from changectl.model.digest import digest_of
from changectl.register import disk
from changectl.register.journal import Journal, Journals, kept
from changectl.register.lines import line_of
from changectl.register.vault import Vault
from register.team import entry

BODIES = [
    None,
    True,
    7,
    "text\u2028\x1b[31m",
    [],
    {},
    {"rules": [{"port": 443, "cidr": "203.0.113.0/24"}], "é": [None]},
    {"digest": "d", "salt": "s", "body": "looks like one of ours"},
]


def created(state: Path) -> Journal:
    return Journals(state).create("c", 1)


def again(state: Path) -> Vault:
    with Journals(state).open("c", 1) as journal:
        return journal.vault


@pytest.mark.parametrize("body", BODIES, ids=repr)
def test_a_body_comes_back_exactly_on_another_day(tmp_path: Path, body: object) -> None:
    with created(tmp_path) as journal:
        digest = journal.vault.keep(body)
    assert again(tmp_path).fetch(digest) == body
    assert kept(journal.folder) == {digest: body}


def test_bodies_are_no_events_and_events_no_bodies(tmp_path: Path) -> None:
    with created(tmp_path) as journal:
        digest = journal.vault.keep({"event": "canary"})
        journal.append(entry("c", 0))
    with Journals(tmp_path).open("c", 1) as journal:
        assert journal.recovered == Journals(tmp_path).read("c", 1) == (entry("c", 0),)
        assert journal.vault.fetch(digest) == {"event": "canary"}
    assert "canary" not in repr(journal.recovered)


def test_an_attempt_that_ended_is_seen_to_have_ended_whatever_bodies_it_kept(tmp_path: Path) -> None:
    with created(tmp_path) as journal:
        for n, event in enumerate((e.Closed("applied"), e.Published("tip"))):
            journal.vault.keep(n)
            journal.append(entry("c", n, event))
    assert Journals(tmp_path).open_changes() == ()


def test_where_there_is_no_journal_nothing_is_kept(tmp_path: Path) -> None:
    assert kept(tmp_path) == {}


def test_equal_secrets_have_different_digests_and_none_can_be_guessed(tmp_path: Path) -> None:
    with created(tmp_path) as journal:
        one, two = journal.vault.keep("hunter2"), journal.vault.keep("hunter2")
    assert len({one, two, digest_of("hunter2"), digest_of({"body": "hunter2", "salt": ""})}) == 4


def test_a_missing_body_names_the_machine_that_has_it(tmp_path: Path) -> None:
    with created(tmp_path) as journal:
        for host, named in (("", "the machine that conducted this change"), ("laptop", "laptop")):
            with pytest.raises(NeedsOperator, match=f"{named} keeps it"):
                journal.vault.fetch("sha256:0", host)


def test_bodies_and_the_event_that_names_them_cost_one_sync(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    syncs: list[int] = []
    with created(tmp_path) as journal:
        monkeypatch.setattr(disk, "flush", syncs.append)
        for n in range(50):
            journal.vault.keep({"n": n})
        assert syncs == []
        journal.append(entry("c", 0))
        assert len(syncs) == 1


def test_only_the_owner_can_read_it(tmp_path: Path) -> None:
    with created(tmp_path) as journal:
        journal.vault.keep("hunter2")
    for path in journal.folder.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600 or b"hunter2" not in path.read_bytes()


def test_torn_at_every_byte_it_keeps_every_whole_body(tmp_path: Path) -> None:
    journal = created(tmp_path)
    path = journal.folder / "journal.jsonl"
    digests = [journal.vault.keep({"n": n}) for n in range(3)]
    os.close(journal._lines.descriptor)
    content = path.read_bytes()
    end = len(content.rstrip(b"\0"))
    for cut in range(0, end + 1, 5):
        path.write_bytes(content[:cut] + bytes(len(content) - cut))
        whole = content[:cut].count(b"\n")
        vault = again(tmp_path)
        for n, digest in enumerate(digests[:whole]):
            assert vault.fetch(digest) == {"n": n}
        for digest in digests[whole:]:
            with pytest.raises(NeedsOperator):
                vault.fetch(digest)


def test_a_damaged_or_exchanged_body_is_an_alarm(tmp_path: Path) -> None:
    with created(tmp_path) as journal:
        journal.vault.salt = lambda: "0"
        digest = journal.vault.keep("before")
    path = journal.folder / "journal.jsonl"
    content = path.read_bytes()
    for forged in (content.replace(b"before", b"beford"), line_of({"digest": digest, "salt": "0", "body": "other"})):
        path.write_bytes(forged)
        with pytest.raises(RegisterUnsound):
            Journals(tmp_path).open("c", 1)
        with pytest.raises(RegisterUnsound):
            kept(journal.folder)
