"""The vault keeps bodies exactly, proves them, and says who has what is missing."""

import os
import stat
from pathlib import Path

import pytest

from changectl.errors import NeedsOperator, RegisterUnsound
from changectl.model.digest import digest_of
from changectl.register import disk
from changectl.register.vault import open_vault

BODIES = [
    None,
    True,
    7,
    "text\u2028\x1b[31m",
    [],
    {},
    {"rules": [{"port": 443, "cidr": "203.0.113.0/24"}], "é": [None]},
]


@pytest.mark.parametrize("body", BODIES, ids=repr)
def test_a_body_comes_back_exactly_on_another_day(tmp_path: Path, body: object) -> None:
    with open_vault(tmp_path) as vault:
        digest = vault.keep(body)
    with open_vault(tmp_path) as again:
        assert again.fetch(digest) == body


def test_equal_secrets_have_different_digests_and_none_can_be_guessed(tmp_path: Path) -> None:
    with open_vault(tmp_path) as vault:
        one, two = vault.keep("hunter2"), vault.keep("hunter2")
    assert len({one, two, digest_of("hunter2"), digest_of({"body": "hunter2", "salt": ""})}) == 4


def test_a_missing_body_names_the_machine_that_has_it(tmp_path: Path) -> None:
    with open_vault(tmp_path, host="ops-7") as vault:
        for host, named in (("", "ops-7"), ("laptop", "laptop")):
            with pytest.raises(NeedsOperator, match=f"{named} keeps it"):
                vault.fetch("sha256:0", host)


def test_many_bodies_cost_one_sync(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    syncs: list[int] = []
    with open_vault(tmp_path) as vault:
        monkeypatch.setattr(disk, "flush", syncs.append)
        for n in range(50):
            vault.keep({"n": n}, durable=n == 49)
        assert len(syncs) == 1


def test_only_the_owner_can_read_it(tmp_path: Path) -> None:
    open_vault(tmp_path).close()
    assert stat.S_IMODE((tmp_path / "vault.jsonl").stat().st_mode) == 0o600


def test_torn_at_every_byte_it_keeps_every_whole_body(tmp_path: Path) -> None:
    path = tmp_path / "vault.jsonl"
    vault = open_vault(tmp_path)
    digests = [vault.keep({"n": n}) for n in range(3)]
    os.close(vault._lines.descriptor)
    content = path.read_bytes()
    end = len(content.rstrip(b"\0"))
    for cut in range(0, end + 1, 5):
        path.write_bytes(content[:cut] + bytes(len(content) - cut))
        whole = content[:cut].count(b"\n")
        with open_vault(tmp_path) as again:
            for n, digest in enumerate(digests[:whole]):
                assert again.fetch(digest) == {"n": n}
            for digest in digests[whole:]:
                with pytest.raises(NeedsOperator):
                    again.fetch(digest)


def test_a_damaged_or_exchanged_body_is_an_alarm(tmp_path: Path) -> None:
    from changectl.register.lines import line_of

    path = tmp_path / "vault.jsonl"
    with open_vault(tmp_path, salt=lambda: "0") as vault:
        digest = vault.keep("before")
    content = path.read_bytes()
    for forged in (content.replace(b"before", b"beford"), line_of({"digest": digest, "salt": "0", "body": "other"})):
        path.write_bytes(forged)
        with pytest.raises(RegisterUnsound):
            open_vault(tmp_path)
