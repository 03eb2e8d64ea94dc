"""Credentials that end: before a call could be answered, before a change is over, and while somebody signs in elsewhere."""

import hashlib
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from emulators import ACCOUNT, REGION

from changectl.aws.clients import Clients, Settings
from changectl.aws.connection import Aws, connect
from changectl.aws.credentials import end, last
from changectl.cli.signing import Signing
from changectl.errors import NotSignedIn
from changectl.model.resource import Call
from tests.aws.faults import error, listening
from tests.e2e import aws
from tests.e2e.team import Team, plan
from tests.leases.time import SetClocks

WHO = Call("sts", "GetCallerIdentity", {})
CHANGE = "2026-11-23-slow"
STEP = """
- name: Tag it
  set: table/bookings
  change: {tags: {First: "1"}}
"""


def later(seconds: float) -> datetime:
    return datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=seconds)


def written(home: Path, key: str, ends: datetime | None, member: str = "x_security_token_expires") -> None:
    """What tools that sign people in write for the profile `prod`."""
    (home / ".aws").mkdir(exist_ok=True)
    until = f"{member} = {ends.isoformat()}\n" if ends else ""
    (home / ".aws" / "credentials").write_text(
        f"[prod]\naws_access_key_id = {key}\naws_secret_access_key = s\naws_session_token = t\n{until}"
    )


def of_profile(**settings: str) -> Clients:
    return Clients(Settings(REGION, "prod", **settings))


@pytest.fixture(autouse=True)
def _signed_out(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def in_environment(monkeypatch: pytest.MonkeyPatch) -> Clients:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.setenv(name, "x")
    return Clients(Settings(REGION))


# Long enough for a call


@pytest.mark.parametrize("member", ["x_security_token_expires", "aws_expiration", "expiration"])
def test_a_session_token_that_says_when_it_ends_is_believed(home: Path, member: str) -> None:
    ends = later(50)
    written(home, "old", ends, member)
    last(of_profile(), 40, "prod")
    with pytest.raises(NotSignedIn) as refused:
        last(of_profile(), 60, "prod")
    assert refused.value.sentence == f"the AWS credentials end at {ends:%H:%M:%S} UTC and cannot be renewed"
    assert refused.value.hint == "aws sso login --profile prod"


def test_those_of_the_environment_say_it_in_a_variable(
    in_environment: Clients, monkeypatch: pytest.MonkeyPatch
) -> None:
    last(in_environment, 3600, "")
    monkeypatch.setenv("AWS_CREDENTIAL_EXPIRATION", later(50).isoformat())
    last(Clients(Settings(REGION)), 40, "")
    with pytest.raises(NotSignedIn, match="cannot be renewed"):
        last(Clients(Settings(REGION)), 60, "")


def test_those_that_have_ended_are_none(in_environment: Clients, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_CREDENTIAL_EXPIRATION", later(-1).isoformat())
    with pytest.raises(NotSignedIn, match="still expired"):
        last(in_environment, 1, "")


def test_those_that_nobody_dates_are_taken_to_be_good(home: Path) -> None:
    written(home, "old", None)
    last(of_profile(), 3600, "prod")
    assert end(of_profile()) is None


def test_whoever_signs_in_again_in_another_terminal_is_heard_of_at_once(home: Path) -> None:
    written(home, "old", later(50))
    clients = of_profile()
    last(clients, 40, "prod")
    written(home, "new", later(3600))
    last(clients, 60, "prod")
    assert clients.credentials().access_key == "new"


def test_after_a_sleep_credentials_are_read_anew(home: Path) -> None:
    written(home, "old", later(3600))
    clients, clock = of_profile(), SetClocks()
    signing = Signing(clients, "prod", clock)
    signing.hold(60)
    written(home, "new", later(3600))
    clock.passes(100)
    signing.hold(60)
    before = clients.credentials().access_key
    clock.sleeps(100)
    signing.hold(60)
    assert (before, clients.credentials().access_key) == ("old", "new")


def test_whoever_is_signed_in_to_another_account_by_then_reads_nothing(fresh_moto: str, home: Path) -> None:
    written(home, "old", later(3600))
    connection = connect(Settings(REGION, "prod", endpoint=fresh_moto))
    connection.clients.account = "999999999999"
    connection.send(WHO)
    connection.clients.forget()
    for _ in range(2):
        with pytest.raises(
            NotSignedIn, match=f"signed in to account {ACCOUNT}, but this is meant for account 999999999999"
        ):
            connection.send(Call("dynamodb", "ListTables", {}))


def test_the_same_account_goes_on(fresh_moto: str, home: Path) -> None:
    written(home, "old", later(3600))
    connection: Aws = connect(Settings(REGION, "prod", endpoint=fresh_moto))
    connection.clients.account = ACCOUNT
    connection.clients.forget()
    assert connection.send(Call("dynamodb", "ListTables", {}))["TableNames"] == []
    assert not connection.clients.unsure


# Long enough for a change


def sso(home: Path, **token: str) -> None:
    (home / ".aws" / "sso" / "cache").mkdir(parents=True)
    start = "https://rentals.example.com/start"
    (home / ".aws" / "config").write_text(
        f"[profile prod]\nsso_start_url = {start}\nsso_region = {REGION}\nsso_account_id = {ACCOUNT}\nsso_role_name = change\n"
    )
    name = hashlib.sha1(start.encode(), usedforsecurity=False).hexdigest()
    (home / ".aws" / "sso" / "cache" / f"{name}.json").write_text(json.dumps({"accessToken": "x", **token}))


def test_a_sign_in_ends_when_its_token_does(home: Path) -> None:
    ends = later(1800)
    sso(home, expiresAt=ends.isoformat())
    assert end(of_profile()) == ends


def test_a_sign_in_that_renews_itself_does_not_end(home: Path) -> None:
    sso(home, expiresAt=later(1800).isoformat(), refreshToken="r")
    assert end(of_profile()) is None


def test_a_role_ends_with_what_it_is_taken_by(home: Path) -> None:
    ends = later(1800)
    written(home, "old", ends)
    assert end(of_profile(role=f"arn:aws:iam::{ACCOUNT}:role/change")) == ends


@pytest.mark.parametrize("enough", [False, True])
def test_credentials_that_end_before_a_change_may_be_over_begin_nothing(moto_team: Team, enough: bool) -> None:
    team = moto_team
    aws.table(team.emulator)
    before = aws.table_now(team.emulator)
    team.ana.writes(CHANGE, plan(STEP, test="{after: [{command: [test, -d, /], retry: 31 x 1m}]}"))
    ends = later(3 * 3600 if enough else 1800)
    env = {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x", "AWS_CREDENTIAL_EXPIRATION": ends.isoformat()}
    ran = team.ana.applies(CHANGE, status=0 if enough else 4, env=env)
    if not enough:
        assert f"the AWS credentials end at {ends:%Y-%m-%d %H:%M:%S} UTC and cannot be renewed" in ran.err
        assert f"{CHANGE} may take 30m" in ran.err
        assert "Production is untouched." in ran.err
        assert (aws.table_now(team.emulator), team.locks()) == (before, {})
        assert [path for path in team.ana.kept() if path.name == "journal.jsonl"] == []


def test_what_aws_calls_expired_is_read_anew_before_the_next_call(home: Path) -> None:
    written(home, "old", None)
    with listening() as faults:
        faults.script = [error(403, "ExpiredToken")]
        connection = connect(Settings(REGION, "prod", endpoint=faults.endpoint)).gated(lambda _: None)
        with pytest.raises(NotSignedIn, match="ExpiredToken"):
            connection.send(Call("ec2", "RebootInstances", {"InstanceIds": ["i-1"]}))
        written(home, "new", None)
        assert connection.clients.credentials().access_key == "new"
        assert len(faults.requests) == 1
