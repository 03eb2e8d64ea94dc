"""Slack beside a real change: one message from begin to end, also over a crash; and a dead Slack that stops nothing."""

import signal
from collections.abc import Iterator, Mapping

import pytest
from channels.slack_server import CHANNEL, TOKEN, Failure, Slack, refusal, slack

from tests.e2e import aws
from tests.e2e.team import Team, plan, soon

CHANGE = "2026-11-23-protect-bookings"
PROTECT = """
- name: Protect the bookings
  set: table/bookings
  change: {protection: true}
"""
HOLD = """
- name: Hold on
  wait: {until: {command: [test, -e, go-on]}, for: 50s}
"""
ENV: Mapping[str, str] = {"SLACK_BOT_TOKEN": TOKEN}
COMMS = "comms: {before: Bookings may pause., after: Bookings are safe now.}"


@pytest.fixture
def server() -> Iterator[Slack]:
    with slack() as running:
        yield running


@pytest.fixture
def team(moto_team: Team, server: Slack) -> Team:
    aws.table(moto_team.emulator)
    told = f'kind = "slack"\ntoken = "SLACK_BOT_TOKEN"\nchannel = "{CHANNEL}"\napi = "{server.url}/api/"\n'
    moto_team.configures(f"\n[[channel]]\n{told}")
    return moto_team


def text(steps: str) -> str:
    return plan(steps).replace("comms: Nobody notices.", COMMS)


def test_a_change_is_one_message_from_its_begin_to_its_end(team: Team, server: Slack) -> None:
    team.ana.writes(CHANGE, text(PROTECT))
    ran = team.ana.applies(CHANGE, env=ENV)
    assert len(server.tops()) == 1
    assert "Give the bookings room | Production is as intended." in server.says()
    assert "applied | Bookings are safe now." in server.says()
    told = [line.partition(" ")[2] for line in server.thread()]
    assert (told[0].split()[0], told[1].split()[0], told[-1]) == ("proposed:", "begun", "applied")
    assert {"step protect-the-bookings done", "read again: production is as intended"} <= set(told)
    assert "Continued" not in server.says()
    assert len(server.methods) <= 6
    kept = b"".join(path.read_bytes() for path in team.ana.kept()) + b"".join(team.register().values())
    assert TOKEN not in ran.said
    assert TOKEN.encode() not in kept


def test_a_machine_that_died_goes_on_in_the_same_message(team: Team, server: Slack) -> None:
    team.ana.writes(CHANGE, text(PROTECT + HOLD))
    running = team.ana.starts("apply", CHANGE, "--confirm", "prod", env=ENV)
    running.says("step protect-the-bookings done")
    soon(lambda: bool(server.tops()))
    running.send(signal.SIGKILL)
    running.ended()
    team.ana.types("rollback", CHANGE, env=ENV)
    assert len(server.tops()) == 1
    assert "Production is as before." in server.says()


@pytest.mark.parametrize(
    ("failures", "env", "says"),
    [
        (
            [Failure(503), refusal("invalid_auth")],
            ENV,
            "channel slack failed and is dropped: Slack answered invalid_auth",
        ),
        (
            [],
            {"SLACK_BOT_TOKEN": ""},
            "channel slack is left out: SLACK_BOT_TOKEN, which token of a slack channel names",
        ),
    ],
    ids=["refuses", "no token"],
)
def test_a_slack_that_cannot_be_told_stops_nothing_and_is_said_once(
    team: Team, server: Slack, failures: list[Failure], env: Mapping[str, str], says: str
) -> None:
    server.fails("chat.postMessage", *failures)
    team.ana.writes(CHANGE, text(PROTECT))
    ran = team.ana.applies(CHANGE, env=env)
    assert (ran.err.count("channel slack"), says in ran.err) == (1, True)
    assert aws.table_now(team.emulator)["protection"] is True
