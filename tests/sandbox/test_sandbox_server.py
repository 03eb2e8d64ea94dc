"""The sandbox's server, with real processes: what is said to run runs, and what is not ours is left alone."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest
from emulators import Emulator

from changectl.aws.sandbox import record, server
from changectl.aws.sandbox.errors import SandboxError
from changectl.aws.sandbox.record import Sandbox


@pytest.fixture
def state(tmp_path: Path) -> Iterator[Path]:
    state = tmp_path / "sandbox"
    yield state
    server.stop(state)


def client(sandbox: Sandbox, service: str) -> Any:
    return Emulator("moto", sandbox.endpoint).client(service)


def is_there(pid: int) -> bool:
    """Whether the process exists and has not ended: one that nobody has waited for yet keeps its number."""
    shown = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True).stdout.strip()
    return bool(shown) and not (shown.startswith("Z") and _threads(pid) <= 1)


def _threads(pid: int) -> int:
    """Of a process that was killed the first thread may be gone while others still hold its files, and so its locks."""
    with suppress(OSError):
        return len([*Path(f"/proc/{pid}/task").iterdir()])
    return 0


def killed(sandbox: Sandbox) -> None:
    os.kill(sandbox.pid, signal.SIGKILL)
    deadline = time.monotonic() + 5
    while is_there(sandbox.pid) and time.monotonic() < deadline:
        time.sleep(0.005)


def test_a_started_sandbox_answers_as_aws_on_loopback_and_says_so(state: Path) -> None:
    sandbox = server.start(state)

    assert sandbox.endpoint.startswith("http://127.0.0.1:")
    assert client(sandbox, "sts").get_caller_identity()["Account"] == sandbox.account
    assert server.status(state) == sandbox
    assert os.getsid(sandbox.pid) == sandbox.pid  # a session of its own: Ctrl-C in the terminal is not for it


def test_a_second_start_gives_the_one_that_runs(state: Path) -> None:
    first = server.start(state)
    client(first, "sqs").create_queue(QueueName="kept")

    assert server.start(state) == first
    assert len(client(first, "sqs").list_queues()["QueueUrls"]) == 1


def test_two_starts_at_once_give_one_server(state: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from changectl.aws.sandbox import server;"
        "print(server.start(Path(sys.argv[1])).pid)"
    )
    starts = [
        subprocess.Popen([sys.executable, "-c", program, state], cwd=server.SOURCE, stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    pids = {start.communicate()[0].strip() for start in starts}

    running = server.status(state)
    assert running is not None
    assert pids == {str(running.pid)}
    assert [start.returncode for start in starts] == [0, 0, 0]


def test_a_start_waits_for_the_one_that_has_looked_but_not_begun(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    forget = record.forget

    def slowly(state: Path) -> None:  # what comes between seeing that none runs and starting one
        time.sleep(0.1)
        forget(state)

    monkeypatch.setattr(record, "forget", slowly)
    with ThreadPoolExecutor() as pool:
        started = [*pool.map(server.start, [state] * 4)]

    assert len(set(started)) == 1


def test_a_stopped_sandbox_is_gone_when_stop_returns(state: Path) -> None:
    sandbox = server.start(state)

    assert server.stop(state) is True
    assert not is_there(sandbox.pid)
    assert server.status(state) is None
    assert server.stop(state) is False


def test_a_server_that_does_not_listen_to_the_first_signal_is_ended_all_the_same(
    state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "STOP_WITHIN", 0.2)
    sandbox = server.start(state)
    os.kill(sandbox.pid, signal.SIGSTOP)

    assert server.stop(state) is True
    assert not is_there(sandbox.pid)


def test_a_server_that_was_killed_is_not_said_to_run_and_the_next_start_gives_a_new_one(state: Path) -> None:
    dead = server.start(state)
    killed(dead)

    assert server.status(state) is None
    alive = server.start(state)
    assert alive.pid != dead.pid
    assert server.status(state) == alive


def test_a_process_id_that_somebody_else_has_now_is_not_ours_and_is_not_ended(state: Path) -> None:
    sandbox = server.start(state)
    server.stop(state)
    with subprocess.Popen(["sleep", "60"]) as stranger:
        record.write(state, replace(sandbox, pid=stranger.pid))

        assert server.status(state) is None
        assert server.stop(state) is False
        assert stranger.poll() is None
        assert record.read(state) is None
        stranger.kill()


@pytest.mark.parametrize("body", ["", "{", "[]", '{"pid": 1}', '{"unicorn": true}'])
def test_a_record_that_cannot_be_read_is_no_sandbox(state: Path, body: str) -> None:
    state.mkdir()
    (state / "sandbox.json").write_text(body)

    assert server.status(state) is None
    assert server.stop(state) is False


def test_asking_for_a_sandbox_that_never_was_leaves_nothing_behind(state: Path) -> None:
    assert server.status(state) is None
    assert server.stop(state) is False
    assert not state.exists()


def test_reset_empties_it_and_keeps_the_process(state: Path) -> None:
    sandbox = server.start(state)
    client(sandbox, "sqs").create_queue(QueueName="forgotten")

    assert server.reset(state) == sandbox
    assert "QueueUrls" not in client(sandbox, "sqs").list_queues()


def test_reset_without_a_sandbox_says_how_to_start_one(state: Path) -> None:
    with pytest.raises(SandboxError) as raised:
        server.reset(state)

    assert (raised.value.sentence, raised.value.hint) == ("No sandbox is running.", "changectl sandbox start")


def test_it_listens_on_the_port_that_was_asked_for(state: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as found:
        port = found.getsockname()[1]

    assert server.start(state, port).endpoint == f"http://127.0.0.1:{port}"


def test_a_port_that_is_taken_is_said_at_once_and_starts_nothing(state: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(SandboxError, match=f"Port {port} of 127.0.0.1 cannot be used: Address already in use"):
            server.start(state, port)

    assert server.status(state) is None
    assert server.start(state, port).endpoint.endswith(f":{port}")


def test_a_server_that_cannot_come_up_is_reported_with_its_log(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "PROGRAM", "changectl.no_such_program")

    with pytest.raises(SandboxError) as raised:
        server.start(state)

    assert raised.value.hint == f"tail {state / 'sandbox.log'}"
    assert "no_such_program" in (state / "sandbox.log").read_text()
    assert server.status(state) is None


def test_without_moto_it_says_what_to_install(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "find_spec", lambda name: None)

    with pytest.raises(SandboxError) as raised:
        server.start(state)

    assert raised.value.hint == "pip install 'changectl[sandbox]'"
    assert not state.exists()


def test_it_starts_whatever_the_callers_aws_settings_and_directory(
    state: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "json.py").write_text("raise SystemExit('not this one')")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AWS_PROFILE", "no-such-profile")

    sandbox = server.start(Path("sandbox"))  # the same directory as `state`, said relatively

    monkeypatch.delenv("AWS_PROFILE")
    assert client(sandbox, "ec2").describe_vpcs()["Vpcs"]
    assert server.status(state) == sandbox


def test_its_environment_leads_any_sdk_to_it_and_to_nothing_else(state: Path) -> None:
    sandbox = server.start(state)
    program = "import boto3; print(boto3.client('sts').get_caller_identity()['Account'])"

    said = subprocess.run(
        [sys.executable, "-c", program],
        env=server.environment(sandbox) | {"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
    )

    assert (said.stdout.strip(), said.stderr) == (sandbox.account, "")


def test_the_record_is_plain_json_with_every_field(state: Path) -> None:
    sandbox = server.start(state)

    assert json.loads((state / "sandbox.json").read_text()) == asdict(sandbox)
