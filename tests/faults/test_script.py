"""Which calls a script's rules choose; and the proxy as a program of its own."""

import json
import os
import random
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from emulators import REPOSITORY, Emulator

from tests.faults import fault as f
from tests.faults.asking import Asked, Protocol, asked
from tests.faults.proxy import standing_before
from tests.faults.script import Rule, Script, script_of

READ = Asked(Protocol.QUERY, "iam", "ListGroups", True, "1")
WRITE = Asked(Protocol.QUERY, "iam", "CreateGroup", False, "2")
CALLS = ((1, 0, READ), (2, 1, WRITE), (3, 1, READ), (4, 2, WRITE), (5, 3, WRITE))
ALL = [1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    ("where", "chosen"),
    [
        ({}, ALL),
        ({"call": 3}, [3]),
        ({"since": 4}, [4, 5]),
        ({"write": 1}, [2]),
        ({"since_write": 2}, [4, 5]),
        ({"only": "read"}, [1, 3]),
        ({"only": "write", "since": 3}, [4, 5]),
        ({"operation": "iam.Create*"}, [2, 4, 5]),
        ({"operation": "iam.listgroups"}, []),
        ({"chance": 0.0}, []),
    ],
)
def test_a_rule_chooses_its_calls(where: dict[str, object], chosen: list[int]) -> None:
    rule = script_of(json.dumps({"rules": [{"fault": "throttled", **where}]})).rules[0]
    assert [n for n, write, what in CALLS if rule.wants(n, write, what, random.Random(1))] == chosen


def test_what_is_left_to_chance_repeats_with_the_seed() -> None:
    rule = Rule(f.Throttled(), chance=0.5)

    def played(seed: int) -> list[bool]:
        dice = random.Random(seed)
        return [rule.wants(n, 0, READ, dice) for n in range(50)]

    assert played(7) == played(7)
    assert 0 < sum(played(7)) < 50


def test_a_faults_own_members_stand_beside_it() -> None:
    script = script_of('{"seed": 3, "rules": [{"fault": "stale", "reads": 2, "service": "iam", "write": 1}]}')
    assert script == Script((Rule(f.Stale(reads=2, service="iam"), write=1),), 3)


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ('{"rules": [{"fault": "earthquake"}]}', "not 'earthquake'"),
        ('{"rules": [{"fault": "throttled", "seconds": 1}]}', "throttled has no seconds"),
        ("{", "Expecting"),
    ],
)
def test_a_mistake_in_a_script_is_said(said: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        script_of(said)


@pytest.mark.parametrize(
    ("method", "target", "wanted"),
    [
        ("GET", "/", "s3.ListBuckets"),
        ("PUT", "/rentals", "s3.CreateBucket"),
        ("GET", "/rentals?list-type=2&prefix=a", "s3.ListObjectsV2"),
        ("PUT", "/rentals?versioning", "s3.PutBucketVersioning"),
        ("PUT", "/rentals/a/b", "s3.PutObject"),
        ("GET", "/rentals/a/b?acl", "s3.GetObjectAcl"),
        ("LOCK", "/rentals", "s3.?"),
    ],
)
def test_an_operation_is_told_by_its_path(method: str, target: str, wanted: str) -> None:
    signed = {"Authorization": "AWS4-HMAC-SHA256 Credential=AKID/20261126/ap-southeast-2/s3/aws4_request, Signature=0"}
    found = asked(method, target, signed, b"")
    assert (str(found), found.reads) == (wanted, "Get" in wanted or "List" in wanted)


def test_two_latencies_add_up_and_the_call_is_passed_on(fresh_moto: str) -> None:
    rules = (Rule(f.Latency(0.01)), Rule(f.Latency(0.02)))
    with standing_before(fresh_moto, Script(rules)) as proxy:
        Emulator("moto", proxy.endpoint).client("sts").get_caller_identity()
    assert proxy.calls[0].did == ["0.01 s later", "0.02 s later"]


def test_a_fault_comes_so_often_and_no_more(fresh_moto: str) -> None:
    with standing_before(fresh_moto, Script((Rule(f.Reset(), times=1),))) as proxy:
        sts = Emulator("moto", proxy.endpoint).client("sts")
        with pytest.raises(Exception, match="closed"):
            sts.get_caller_identity()
        sts.get_caller_identity()


def test_nothing_is_left_of_a_proxy_with_which_somebody_still_waits(fresh_moto: str) -> None:
    threads = threading.active_count()
    came = threading.Event()
    with standing_before(fresh_moto, Script((Rule(f.Late(60)),)), told=lambda call: came.set()) as proxy:
        sts = Emulator("moto", proxy.endpoint).client("sts")
        seen: list[Exception] = []

        def ask() -> None:
            try:
                sts.get_caller_identity()
            except Exception as why:  # noqa: BLE001 - whatever boto3 says of it
                seen.append(why)

        waiting = threading.Thread(target=ask)
        waiting.start()
        while not proxy.calls:
            assert waiting.is_alive()
    waiting.join(10)
    assert (len(seen), came.is_set(), threading.active_count()) == (1, True, threads)


def test_it_is_a_program_that_prints_its_endpoint_and_a_line_for_each_call(tmp_path: Path, fresh_moto: str) -> None:
    script = tmp_path / "script.json"
    script.write_text('{"rules": [{"fault": "throttled", "write": 1}]}')
    program = subprocess.Popen(
        [sys.executable, "-m", "tests.faults", "--to", fresh_moto, "--script", str(script)],
        cwd=REPOSITORY, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": "tests"},
    )  # fmt: skip
    assert program.stdout is not None
    iam = Emulator("moto", program.stdout.readline().strip()).client("iam")
    with pytest.raises(iam.exceptions.ClientError, match="Throttling"):
        iam.create_group(GroupName="rentals")
    iam.list_groups()
    program.send_signal(signal.SIGTERM)
    said, _ = program.communicate(timeout=20)
    assert (program.returncode, said.splitlines()) == (
        0,
        ["   1  iam.CreateGroup  write 1  throttled", "   2  iam.ListGroups  read  passed"],
    )


def test_a_wrong_script_ends_the_program(tmp_path: Path) -> None:
    script = tmp_path / "script.json"
    script.write_text('{"rules": [{"fault": "earthquake"}]}')
    words = [sys.executable, "-m", "tests.faults", "--to", "http://127.0.0.1:9", "--script", str(script)]
    done = subprocess.run(words, cwd=REPOSITORY, capture_output=True, text=True)
    assert done.returncode == 2
    assert "not 'earthquake'" in done.stderr
