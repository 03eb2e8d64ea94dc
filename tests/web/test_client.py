"""The client of JSON APIs, on a real server that misbehaves: patient where it may be, never fooled, never twice."""

import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import urllib3

from changectl.errors import ForgeFailed
from changectl.web import client, exchange
from changectl.web.client import Web, open_web
from tests.forges.fake_server import NOW_SECONDS, FakeServer, Received, Reply

TOKEN = "s3cret-t0ken"


class Echo(FakeServer):
    """Answers with what it is asked; its listing has ten things."""

    def answer(self, request: Received) -> Reply:
        if request.path == "/api/things":
            return self.page(request, list(range(10)))
        return Reply(200, {"path": request.target, "body": request.body})


@pytest.fixture
def server() -> Iterator[Echo]:
    with Echo() as found:
        found.prefix = "/api"
        yield found


@pytest.fixture
def waits() -> list[float]:
    return []


@pytest.fixture
def web(server: Echo, waits: list[float]) -> Web:
    return opened(server.api, waits)


def opened(api: str, waits: list[float], token: str = TOKEN) -> Web:
    return open_web(
        "GitHub", api, ("GH_TOKEN", "GITHUB_TOKEN"), token, {"authorization": f"Bearer {token}"}, waits.append
    )


# Asking


def test_it_asks_and_tells(server: Echo, web: Web) -> None:
    assert web.get("/x", {"a": "b c"}) == {"path": "/api/x?a=b+c", "body": None}
    assert web.send("POST", "/x", {"say": "ü"}) == {"path": "/api/x", "body": {"say": "ü"}}
    first, second = server.asked
    assert (first.method, first.headers["authorization"], first.headers["user-agent"]) == (
        "GET",
        f"Bearer {TOKEN}",
        "changectl",
    )
    assert (second.method, second.headers["content-type"]) == ("POST", "application/json")


def test_the_token_is_not_in_what_is_shown_of_it(web: Web) -> None:
    assert TOKEN not in repr(web)


@pytest.mark.parametrize("token", ["a b", "a\r\nX: y", "ü", "\x00"])
def test_a_token_that_is_none_is_refused_without_being_repeated(token: str) -> None:
    with pytest.raises(ForgeFailed, match="characters that no token has") as failure:
        opened("https://api.github.com", [], token)
    assert token not in failure.value.sentence + failure.value.hint


# Again, and not again


@pytest.mark.parametrize("status", [502, 503, 504])
def test_what_reads_is_asked_again_while_the_service_is_busy(
    server: Echo, web: Web, waits: list[float], status: int
) -> None:
    server.fail(status=status, times=3)
    assert web.get("/x") == {"path": "/api/x", "body": None}
    assert (waits, len(server.asked)) == ([0.5, 1.0, 2.0], 4)


def test_what_stays_busy_is_given_up(server: Echo, web: Web, waits: list[float]) -> None:
    server.fail(status=503, times=9, document={"message": "Unicorn!"})
    with pytest.raises(ForgeFailed, match=r"^GitHub answered 503: Unicorn!$"):
        web.get("/x")
    assert (waits, len(server.asked)) == ([0.5, 1.0, 2.0], 4)


@pytest.mark.parametrize("method", ["POST", "PATCH", "PUT"])
@pytest.mark.parametrize("fault", [{"status": 503}, {"cut": True}, {"hang": True}])
def test_what_writes_is_never_sent_again_on_suspicion(
    server: Echo, web: Web, waits: list[float], monkeypatch: pytest.MonkeyPatch, method: str, fault: dict[str, object]
) -> None:
    monkeypatch.setattr(exchange, "PATIENCE", 0.2)
    server.fail(**fault)  # type: ignore[arg-type]
    with pytest.raises(ForgeFailed, match=r"may have done (it all the same|what it was told)$") as failure:
        web.send(method, "/x", {})
    assert (waits, failure.value.hint) == ([], "look there, then run the same command again")
    assert len(server.asked) <= 1  # none, where the server is slower than we are patient


@pytest.mark.parametrize("method", ["POST", "PATCH", "PUT"])
def test_what_writes_is_sent_again_where_the_service_says_that_it_did_nothing(
    server: Echo, web: Web, waits: list[float], method: str
) -> None:
    server.fail(status=429, headers={"Retry-After": "3"}).fail(status=403, headers={"Retry-After": "4"})
    assert web.send(method, "/x", {}) == {"path": "/api/x", "body": {}}
    assert (waits, len(server.asked)) == ([3.0, 4.0], 3)


def test_a_refused_connection_is_tried_again_for_writes_too(waits: list[float]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(ForgeFailed, match=r"^GitHub cannot be reached$"):
        opened(f"http://127.0.0.1:{port}", waits).send("POST", "/x", {})
    assert waits == [0.5, 1.0, 2.0]


def test_a_body_that_ends_in_its_middle_is_read_again(server: Echo, web: Web, waits: list[float]) -> None:
    server.fail(cut=True)
    assert (web.get("/x"), waits) == ({"path": "/api/x", "body": None}, [0.5])


def test_a_service_that_says_nothing_is_not_waited_for(
    server: Echo, web: Web, waits: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exchange, "PATIENCE", 0.1)
    server.fail(hang=True, times=9)
    with pytest.raises(ForgeFailed, match=r"^GitHub did not answer within 0\.1 s$"):
        web.get("/x")
    assert waits == [0.5, 1.0, 2.0]


# Limits


def test_a_limit_is_waited_for(server: Echo, web: Web, waits: list[float]) -> None:
    server.fail(status=403, headers={"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(NOW_SECONDS + 20)})
    assert (web.get("/x"), waits) == ({"path": "/api/x", "body": None}, [21.0])


def test_a_limit_that_lasts_longer_than_we_wait_is_said_at_once(server: Echo, web: Web, waits: list[float]) -> None:
    server.fail(status=403, headers={"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(NOW_SECONDS + 2400)})
    with pytest.raises(ForgeFailed) as failure:
        web.get("/x")
    assert (failure.value.sentence, failure.value.hint, waits) == (
        "GitHub takes no more requests for another 40 min, longer than the 120 s that we wait",
        "run the same command again in 40 min",
        [],
    )
    assert failure.value.facts == {"status": 403, "method": "GET", "path": "/x", "seconds": 2401.0}


def test_limits_one_after_another_are_not_waited_for_without_end(server: Echo, web: Web, waits: list[float]) -> None:
    server.fail(status=429, times=9)
    with pytest.raises(ForgeFailed, match=r"^GitHub takes no more requests for another 60 s$"):
        web.get("/x")
    assert waits == [60.0, 60.0]


def test_who_asks_without_a_token_is_told_that_one_would_help(server: Echo, waits: list[float]) -> None:
    server.fail(status=403, headers={"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(NOW_SECONDS + 2400)})
    with pytest.raises(ForgeFailed) as failure:
        opened(server.api, waits, token="").get("/x")
    assert failure.value.hint == "set GH_TOKEN or GITHUB_TOKEN: with a token more may be asked"


# Refusals


@pytest.mark.parametrize(
    ("status", "sentence", "hint"),
    [
        (401, "GitHub does not know the token, or it has expired", "set GH_TOKEN or GITHUB_TOKEN to a valid token"),
        (403, "GitHub forbids this: because", "give the token in GH_TOKEN or GITHUB_TOKEN the right to do it"),
        (
            404,
            "GitHub has no /x, or the token may not see it",
            "check repository under [review] in changectl.toml, and what the token in GH_TOKEN or GITHUB_TOKEN may see",
        ),
        (422, "GitHub refuses what it was sent: because", "report this with what it says"),
        (500, "GitHub answered 500: because", "run the same command again in a while"),
    ],
)
def test_each_refusal_says_what_to_do(server: Echo, web: Web, status: int, sentence: str, hint: str) -> None:
    server.fail(status=status, document={"message": "because"})
    with pytest.raises(ForgeFailed) as failure:
        web.get("/x")
    assert (failure.value.sentence, failure.value.hint) == (sentence, hint)
    assert failure.value.facts == {"status": status, "method": "GET", "path": "/x"}


def test_a_status_that_is_expected_is_none(server: Echo, web: Web) -> None:
    server.fail(status=404, times=2)
    assert (web.get("/x", absent=(404,)), web.listing("/things", absent=(404,))) == (None, None)


def test_what_the_service_says_is_shown_in_one_line_without_the_token(server: Echo, web: Web) -> None:
    server.fail(status=403, document={"message": f"\x1b[31mNo\n::error::{TOKEN}\u202e" + "x" * 5000})
    with pytest.raises(ForgeFailed) as failure:
        web.get("/x")
    said = failure.value.sentence
    assert (said.startswith("GitHub forbids this: No ::error::…xxx"), said.isprintable(), len(said) < 300) == (
        True,
    ) * 3
    assert TOKEN not in said


# Lies


@pytest.mark.parametrize("target", ["https://evil.example/api/x", "//127.0.0.1:9/api/x", "/elsewhere", "/api/../etc"])
def test_a_redirect_that_leads_away_is_not_followed(server: Echo, web: Web, target: str) -> None:
    server.fail(status=302, headers={"Location": target})
    with pytest.raises(ForgeFailed, match="elsewhere now, where we do not send a token"):
        web.get("/x")
    assert len(server.asked) == 1


def test_a_redirect_below_the_api_is_followed_by_what_reads_alone(server: Echo, web: Web) -> None:
    server.fail(status=301, headers={"Location": "/api/renamed?a=1"}, times=2)
    assert web.get("/x") == {"path": "/api/renamed?a=1", "body": None}
    assert server.targets() == ["/api/x", "/api/renamed?a=1", "/api/renamed?a=1"]
    server.fail(status=307, headers={"Location": "/api/renamed"})
    with pytest.raises(ForgeFailed, match="elsewhere now") as failure:
        web.send("POST", "/x", {})
    assert "was the repository renamed or moved?" in failure.value.hint


def test_redirects_in_a_circle_end(server: Echo, web: Web) -> None:
    server.fail(status=302, headers={"Location": "/api/x"}, times=99)
    with pytest.raises(ForgeFailed, match="elsewhere now"):
        web.get("/x")
    assert len(server.asked) == 4


def test_a_listing_is_read_to_its_last_page(server: Echo, web: Web) -> None:
    server.per_page = 3
    assert web.listing("/things", {"q": "a&b"}) == tuple(range(10))
    assert [each.query["page"] for each in server.asked[1:]] == ["2", "3", "4"]
    assert {each.query["q"] for each in server.asked} == {"a&b"}


@pytest.mark.parametrize(
    "target", ["https://evil.example/api/things?page=2", "http://127.0.0.1:9/api/things", "/things"]
)
def test_a_next_page_elsewhere_is_not_asked_for(server: Echo, web: Web, target: str) -> None:
    server.fail(status=200, document=[1], headers={"Link": f'<{target}>; rel="next"'})
    with pytest.raises(ForgeFailed, match="next page outside its API, where we do not send a token"):
        web.listing("/things")
    assert len(server.asked) == 1


def test_a_listing_without_end_is_an_error_and_not_cut(server: Echo, web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "PAGES", 5)
    server.fail(status=200, document=[1], times=99, headers={"Link": '</api/things>; rel="next"'})
    with pytest.raises(ForgeFailed, match="lists more than 5 pages of /things, which is not read to its end"):
        web.listing("/things")
    assert len(server.asked) == 5


def test_a_body_that_is_too_large_is_not_read(server: Echo, web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exchange, "LARGEST", 2**20)
    server.fail(status=200, body=b" " * (2**20 + 1))
    with pytest.raises(ForgeFailed, match=r"^GitHub answered more than 1 MiB$"):
        web.get("/x")
    assert len(server.asked) == 1


def test_what_is_packed_is_not_unpacked(server: Echo, web: Web) -> None:
    server.fail(status=200, body=b"\x1f\x8b\x08\x00", headers={"Content-Encoding": "gzip"})
    with pytest.raises(ForgeFailed, match=r"^GitHub answered no JSON$"):
        web.get("/x")
    assert server.asked[0].headers["accept-encoding"] == "identity"


# TLS and proxies


@contextmanager
def secured(folder: Path) -> Iterator[str]:
    """A server with a certificate that nobody vouches for, in `folder`/cert.pem."""
    key, cert = folder / "key.pem", folder / "cert.pem"
    new = [
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
        "-days",
        "2",
        "-subj",
        "/",
    ]
    names = ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", cert]
    subprocess.run(["openssl", *new, *names], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    with Echo() as server:
        server._server.socket = context.wrap_socket(server._server.socket, server_side=True)
        yield server.url.replace("http://", "https://")


def test_a_certificate_counts_only_where_it_is_trusted(
    tmp_path: Path, waits: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    with secured(tmp_path) as url:
        with pytest.raises(ForgeFailed, match=r"^GitHub has no certificate that is trusted: self-signed certificate$"):
            opened(url, waits).get("/x")
        assert waits == []
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "cert.pem"))
        assert opened(url, waits).get("/x") == {"path": "/x", "body": None}


@contextmanager
def proxy() -> Iterator[tuple[str, list[bytes]]]:
    """A proxy that refuses everybody, and what it was asked."""
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def answer() -> None:
            caller, _ = listener.accept()
            with caller:
                heard.append(caller.recv(65536))
                caller.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")

        threading.Thread(target=answer, daemon=True).start()
        yield f"127.0.0.1:{listener.getsockname()[1]}", heard


def test_the_environments_proxy_is_used_and_its_password_is_told_to_nobody_else(
    waits: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    with proxy() as (address, heard):
        monkeypatch.setenv("HTTPS_PROXY", f"http://ana:pr0xy-secret@{address}")
        monkeypatch.setenv("https_proxy", f"http://ana:pr0xy-secret@{address}")
        monkeypatch.setattr("changectl.web.waits.TRIES", 1)
        with pytest.raises(ForgeFailed, match=r"^GitHub cannot be reached through the proxy \(OSError\)$") as failure:
            opened("https://git.example.com", waits).get("/x")
    assert heard[0].startswith(b"CONNECT git.example.com:443 HTTP/1.")
    assert b"\r\nproxy-authorization: Basic YW5hOnByMHh5LXNlY3JldA==\r\n" in heard[0]
    assert (TOKEN.encode() in heard[0], "pr0xy-secret" in str(failure.value.__dict__)) == (False, False)


def test_this_machine_and_what_no_proxy_names_are_asked_directly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("no_proxy", "git.example.com")
    hosts = ["127.0.0.1", "localhost", "git.example.com", "api.github.com"]
    assert [type(exchange.pool_for(host)) for host in hosts] == [urllib3.PoolManager] * 3 + [urllib3.ProxyManager]


def test_nothing_slow_is_loaded_before_something_is_asked() -> None:
    script = (
        "import sys; from changectl.catalogue import forges; from changectl.contracts.forge import ForgeSettings;"
        "[(kind.environment({}), kind.open(ForgeSettings('a/b')).asks_at('x')) for kind in forges().values()];"
        "print([name for name in ('urllib3', 'ssl', 'http') if name in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert (result.stdout, result.stderr) == ("[]\n", "")
