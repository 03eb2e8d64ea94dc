"""The http probe: what it reads, what it asks for, and how it judges."""

from datetime import timedelta

import pytest
from parts import read_part

from changectl.contracts.probe import CannotAsk, HttpAnswer, Judgement, Observation, Verdict
from changectl.probes.http import PROBE, SUCCESS, HttpSpec, keeps_credentials

URL = "https://rentals.example.com/health"
SPEC = HttpSpec(URL)


@pytest.mark.parametrize(
    ("text", "spec"),
    [
        (PROBE.example, HttpSpec(URL, (200,), "healthy", "GET", timedelta(seconds=5))),
        (f"http: {URL}", HttpSpec(URL, SUCCESS, "", "GET", timedelta(seconds=5))),
        (f"{{http: {URL}, expect: [301, 302], method: HEAD}}", HttpSpec(URL, (301, 302), "", "HEAD")),
        ("http: http://127.0.0.1:8080", HttpSpec("http://127.0.0.1:8080")),
        ("http: https://bücher.example/ü?q=ü", HttpSpec("https://bücher.example/ü?q=ü")),
        ('http: "http://[2001:db8::1]/"', HttpSpec("http://[2001:db8::1]/")),
    ],
)
def test_a_plan_says_what_to_ask_for(text: str, spec: HttpSpec) -> None:
    assert read_part(PROBE, text) == (spec, [])


BEGINS = "a URL begins with https:// or http:// and a host"
NONE = "this is no URL"
PASSWORD = "a URL with a password in it would stand in git for ever"
CREDENTIALS = "clouds hand out credentials under this address; it is not asked"


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("file:///etc/passwd", BEGINS),
        ("ftp://example.com/", BEGINS),
        ("javascript:alert(1)", BEGINS),
        ("gopher://127.0.0.1:6379/_FLUSHALL", BEGINS),
        ("rentals.example.com/health", BEGINS),
        ("//rentals.example.com", BEGINS),
        ("https:///health", BEGINS),
        ("http://example.com:0/", BEGINS),
        ("http://example.com:99999/", NONE),
        ("http://example.com:port/", NONE),
        ("http://[::1/", NONE),
        ("http://a..b/", NONE),
        ("https://example.com/a b", "a URL has no spaces"),
        ("https://example.com/\\tHost:evil", "a URL has no spaces"),
        ("https://ana:secret@example.com/", PASSWORD),
        ("https://ana@example.com/", PASSWORD),
        ("https://@example.com/", PASSWORD),
        ("http://169.254.169.254/latest/meta-data/", CREDENTIALS),
        ("http://169.254.170.2/v2/credentials", CREDENTIALS),
        ("http://2852039166/", CREDENTIALS),
        ("http://0xa9fea9fe/", CREDENTIALS),
        ("http://0251.0376.0251.0376/", CREDENTIALS),
        ("http://[::ffff:a9fe:a9fe]/", CREDENTIALS),
        ("http://[fd00:ec2::254]/", CREDENTIALS),
        ("http://[fe80::1%25eth0]/", CREDENTIALS),
        ("http://１６９.254.169.254/", CREDENTIALS),  # noqa: RUF001
    ],
)
def test_a_url_that_must_not_be_asked_is_refused(url: str, sentence: str) -> None:
    spec, complaints = read_part(PROBE, f'http: "{url}"')
    assert (spec, [(rule, said.split(";")[0]) for rule, said in complaints]) == (
        None,
        [("CHG210", sentence.split(";")[0])],
    )


@pytest.mark.parametrize(
    ("more", "rule"),
    [("expect: 99", "CHG127"), ("expect: [200, ok]", "CHG120"), ("method: POST", "CHG122"), ("timeout: 5", "CHG123")],
)
def test_what_is_wrong_is_complained_of(more: str, rule: str) -> None:
    assert [found for found, _ in read_part(PROBE, f"{{http: {URL}, {more}}}")[1]] == [rule]


@pytest.mark.parametrize(
    "host", ["example.com", "127.0.0.1", "10.0.0.1", "::1", "", "169.253.255.255", "1.2.3.4.5", "ü"]
)
def test_other_addresses_keep_no_credentials(host: str) -> None:
    assert not keeps_credentials(host)


class Server:
    """Senses that answer one thing, and remember what they were asked."""

    def __init__(self, answer: HttpAnswer | Exception) -> None:
        self.answer = answer
        self.asked: list[object] = []

    def http(self, method: str, url: str, timeout: timedelta) -> HttpAnswer:
        self.asked.append((method, url, timeout))
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.mark.parametrize(
    ("answer", "seen"),
    [
        (HttpAnswer(200, {}, b"healthy \xff", 0.1), Observation({"status": 200, "body": "healthy \ufffd"})),
        (ConnectionRefusedError("refused the connection"), Observation({"unanswered": "refused the connection"})),
        (CannotAsk("there is no network here"), Observation(error="there is no network here")),
    ],
)
def test_an_answer_and_the_lack_of_one_are_seen(answer: HttpAnswer | Exception, seen: Observation) -> None:
    server = Server(answer)
    assert PROBE.observe(SPEC, server) == seen  # type: ignore[arg-type]
    assert server.asked == [("GET", URL, timedelta(seconds=5))]


def ok(body: str = "") -> Observation:
    return Observation({"status": 200, "body": body})


@pytest.mark.parametrize(
    ("spec", "seen", "judgement"),
    [
        (SPEC, ok(), Judgement(Verdict.PASSED, f"{URL} answered 200")),
        (SPEC, Observation({"status": 299, "body": ""}), Judgement(Verdict.PASSED, f"{URL} answered 299")),
        (
            SPEC,
            Observation({"status": 503, "body": ""}),
            Judgement(Verdict.FAILED, f"{URL} answered 503, not 200 to 299"),
        ),
        (
            SPEC,
            Observation({"status": 301, "body": ""}),
            Judgement(Verdict.FAILED, f"{URL} answered 301, not 200 to 299"),
        ),
        (HttpSpec(URL, (301, 308)), ok(), Judgement(Verdict.FAILED, f"{URL} answered 200, not 301 or 308")),
        (HttpSpec(URL, (200,), "fit"), ok("I am fit."), Judgement(Verdict.PASSED, f"{URL} answered 200")),
        (
            HttpSpec(URL, (200,), "fit"),
            ok("ill"),
            Judgement(Verdict.FAILED, f'{URL} answered 200, but without "fit"'),
        ),
        (
            SPEC,
            Observation({"unanswered": "refused the connection"}),
            Judgement(Verdict.FAILED, f"{URL} refused the connection"),
        ),
        (
            SPEC,
            Observation({"unanswered": "has a \x1b[31mbad\n certificate\u202e"}),
            Judgement(Verdict.FAILED, f"{URL} has a bad certificate"),
        ),
        (
            SPEC,
            Observation(error="there is no network here"),
            Judgement(Verdict.ERROR, f"{URL} could not be asked: there is no network here"),
        ),
        (SPEC, Observation(), Judgement(Verdict.NO_DATA, f"{URL} was not seen")),
    ],
)
def test_what_was_seen_is_judged(spec: HttpSpec, seen: Observation, judgement: Judgement) -> None:
    assert PROBE.judge(spec, seen) == judgement


def test_a_check_says_what_it_tests() -> None:
    assert (PROBE.says(SPEC), PROBE.says(HttpSpec(URL, (200,)))) == (
        f"{URL} answers 200 to 299",
        f"{URL} answers 200",
    )
