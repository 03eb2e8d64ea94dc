"""Each fault in each protocol, as boto3 sees it, and what it leaves in AWS."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from typing import Any

import boto3
import pytest
from botocore import exceptions as b
from botocore.config import Config
from emulators import REGION

from changectl.aws.cut import CutAnswer, refuse_a_cut_answer
from tests.faults import fault as f
from tests.faults.asking import Protocol
from tests.faults.proxy import Proxy, standing_before
from tests.faults.script import Rule, Script
from tests.faults.ways import WAYS, Way

NAME = "rentals-drill"


@pytest.fixture(scope="module")
def proxy(moto: str) -> Iterator[Proxy]:
    with standing_before(moto) as found:
        yield found


@dataclass(frozen=True)
class Side:
    """A way through the proxy, patient or not, and the same past it."""

    way: Way
    proxy: Proxy
    through: Any
    hurried: Any
    past: Any

    def make(self, fault: f.Fault) -> Any:
        """The change, which meets with the fault."""
        self.proxy.play(Script((Rule(fault, write=1),)))
        return self.way.make(self.hurried if isinstance(fault, f.Silent | f.Late) else self.through, NAME)

    @property
    def done(self) -> bool:
        """Whether it had its effect."""
        return NAME in self.way.names(self.past)


@pytest.fixture(params=WAYS, ids=lambda way: way.protocol.value.replace(" ", "-"))
def side(request: pytest.FixtureRequest, proxy: Proxy, fresh_moto: str) -> Side:
    way: Way = request.param
    through, hurried = (_client(way.service, proxy.endpoint, patience) for patience in (20.0, 0.3))
    return Side(way, proxy, through, hurried, _client(way.service, fresh_moto, 20.0))


@cache
def _client(service: str, endpoint: str, patience: float) -> Any:
    """It asks once, and waits so many seconds for an answer."""
    once = Config(
        retries={"total_max_attempts": 1}, connect_timeout=5, read_timeout=patience, s3={"addressing_style": "path"}
    )
    client = boto3.Session("testing", "testing", region_name=REGION).client(service, endpoint_url=endpoint, config=once)
    client.meta.events.register_first("before-parse.*.*", refuse_a_cut_answer)  # boto3 takes it for an empty one
    return client


def test_a_call_is_known_for_what_it_is_and_passed_on(side: Side) -> None:
    side.proxy.play(Script())
    side.way.make(side.through, NAME)
    assert side.way.names(side.through).count(NAME) == 1
    seen = [(call.number, call.write, str(call.asked), call.asked.protocol) for call in side.proxy.calls]
    protocol = side.way.protocol
    assert seen == [(1, 1, side.way.made_by, protocol), (2, 1, side.way.read_by, protocol)]
    assert [call.asked.reads for call in side.proxy.calls] == [False, True]
    assert str(side.proxy.calls[0]) == f"   1  {side.way.made_by}  write 1  passed"


THROTTLED = {
    Protocol.QUERY: "Throttling",
    Protocol.EC2: "RequestLimitExceeded",
    Protocol.JSON_10: "ThrottlingException",
    Protocol.JSON_11: "ThrottlingException",
    Protocol.REST_XML: "SlowDown",
    Protocol.REST_JSON: "TooManyRequestsException",
}


def test_a_throttled_call_is_told_so_in_its_own_words_and_has_no_effect(side: Side) -> None:
    with pytest.raises(b.ClientError) as told:
        side.make(f.Throttled())
    assert told.value.response["Error"]["Code"] == THROTTLED[side.way.protocol]
    assert not side.done


def test_a_denied_call_has_no_effect(side: Side) -> None:
    with pytest.raises(b.ClientError) as told:
        side.make(f.Denied())
    code = told.value.response["Error"]["Code"]
    assert code.startswith("AccessDenied") or code == "UnauthorizedOperation"
    assert not side.done


def test_a_refusal_has_the_code_that_is_wished_for(side: Side) -> None:
    with pytest.raises(b.ClientError) as told:
        side.make(f.Denied("LimitExceeded", 409))
    assert told.value.response["Error"]["Code"] == "LimitExceeded"
    assert told.value.response["ResponseMetadata"]["HTTPStatusCode"] == 409


def test_expired_credentials_are_refused_from_a_call_on(side: Side) -> None:
    side.proxy.play(Script((Rule(f.Expired(), since=2),)))
    side.way.make(side.through, NAME)
    for _ in range(2):
        with pytest.raises(b.ClientError) as told:
            side.way.names(side.through)
        assert "Expired" in told.value.response["Error"]["Code"]


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_server_error_comes_before_or_after_the_effect(side: Side, after: bool) -> None:
    with pytest.raises(b.ClientError) as told:
        side.make(f.Broken(after))
    assert told.value.response["ResponseMetadata"]["HTTPStatusCode"] == 500
    assert side.done == after


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_silence_comes_before_or_after_the_effect(side: Side, after: bool) -> None:
    with pytest.raises(b.ReadTimeoutError):
        side.make(f.Silent(after))
    assert side.done == after


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_reset_comes_before_or_after_the_effect(side: Side, after: bool) -> None:
    with pytest.raises(b.ConnectionClosedError):
        side.make(f.Reset(after))
    assert side.done == after


def test_a_cut_answer_comes_after_the_effect(side: Side) -> None:
    with suppress(CutAnswer):  # some answer to a change with nothing
        side.make(f.Cut())
    assert side.done
    side.proxy.play(Script((Rule(f.Cut(), only="read"),)))
    with pytest.raises(CutAnswer):
        side.way.names(side.through)


def test_a_late_effect_comes_when_the_client_has_given_up(side: Side) -> None:
    with pytest.raises(b.ReadTimeoutError):
        side.make(f.Late(1.0))
    assert not side.done
    side.proxy.wait_until_delivered()
    assert side.done


def test_stale_reads_are_answered_as_before_and_then_no_more(side: Side) -> None:
    side.proxy.play(Script((Rule(f.Stale(reads=2), write=1),)))
    assert NAME not in side.way.names(side.through)
    side.way.make(side.through, NAME)
    assert [NAME in side.way.names(side.through) for _ in range(3)] == [False, False, True]
    assert [call.did for call in side.proxy.calls] == [[], ["stale from here on"], ["stale"], ["stale"], []]
