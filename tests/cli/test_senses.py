"""The real outside: hostile servers and hostile children cannot hang, flood, or rob us."""

import contextlib
import os
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from changectl.cli.senses import KEPT, _hung_up, real_command, real_http
from changectl.contracts.probe import CannotAsk, CommandAnswer

Talk = Callable[[socket.socket], None]
Serve = Callable[[Talk], str]
SECOND = timedelta(seconds=1)
LONG = timedelta(seconds=20)


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Starts a server on loopback that talks as it is told with whoever calls; gives its URL."""
    with contextlib.ExitStack() as stack:

        def start(talk: Talk) -> str:
            listener = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
            threading.Thread(target=_answer, args=(listener, talk), daemon=True).start()
            return f"http://127.0.0.1:{listener.getsockname()[1]}"

        yield start


def _answer(listener: socket.socket, talk: Talk) -> None:
    with contextlib.suppress(OSError):
        while True:
            caller, _ = listener.accept()
            with contextlib.suppress(OSError), caller:
                talk(caller)


def saying(answer: bytes) -> Talk:
    def talk(caller: socket.socket) -> None:
        caller.recv(65536)
        caller.sendall(answer)

    return talk


def test_an_answer_is_given_with_status_lower_case_headers_and_body(serve: Serve) -> None:
    url = serve(saying(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 7\r\n\r\nhealthy"))
    answer = real_http("GET", url, LONG)
    assert (answer.status, answer.headers, answer.body) == (
        200,
        {"content-type": "text/plain", "content-length": "7"},
        b"healthy",
    )
    assert 0 < answer.seconds < 20


def test_a_redirect_is_the_answer_and_is_not_followed(serve: Serve) -> None:
    asked: list[bytes] = []
    elsewhere = serve(lambda caller: asked.append(caller.recv(1)))
    location = b"HTTP/1.1 301 Moved\r\nLocation: " + elsewhere.encode() + b"\r\nContent-Length: 0\r\n\r\n"
    assert real_http("GET", serve(saying(location)), LONG).status == 301
    assert asked == []


def test_of_a_huge_body_only_the_beginning_is_read(serve: Serve) -> None:
    def talk(caller: socket.socket) -> None:
        caller.recv(65536)
        caller.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            caller.sendall(b"x" * 65536)

    assert real_http("GET", serve(talk), LONG).body == b"x" * KEPT


def test_a_chunk_that_claims_to_be_huge_takes_no_memory(serve: Serve) -> None:
    url = serve(saying(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffff\r\nabc"))
    with contextlib.suppress(OSError):
        assert len(real_http("GET", url, LONG).body) <= KEPT


@pytest.mark.parametrize(
    "begin", [b"", b"HTTP/1.1 200 OK\r\nX: ", b"HTTP/1.1 200 OK\r\n\r\n"], ids=["status", "header", "body"]
)
def test_a_slow_drip_ends_at_the_deadline_of_the_whole(serve: Serve, begin: bytes) -> None:
    hung_up = threading.Event()

    def talk(caller: socket.socket) -> None:
        caller.recv(65536)
        caller.sendall(begin)
        try:
            for _ in range(400):
                caller.sendall(b"H")
                time.sleep(0.05)
        except OSError:
            hung_up.set()

    began = time.monotonic()
    with pytest.raises(TimeoutError, match=r"^did not answer within 0\.5 s$"):
        real_http("GET", serve(talk), timedelta(seconds=0.5))
    assert time.monotonic() - began < 5
    assert hung_up.wait(5)


def test_a_server_that_is_not_there_refuses_the_connection() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(OSError, match=r"^refused the connection$"):
        real_http("GET", f"http://127.0.0.1:{port}", LONG)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (b"", "broke the connection off"),
        (b"220 mail.example ESMTP\r\n", "did not answer in HTTP: BadStatusLine"),
        (b"HTTP/1.1 200 OK\r\nX: " + b"x" * 100_000 + b"\r\n\r\n", "did not answer in HTTP: LineTooLong"),
        (b"HTTP/1.1 200 OK\r\n" + b"X: x\r\n" * 1000 + b"\r\n", "did not answer in HTTP: HTTPException"),
        (b"HTTP/1.1 9999999 OK\r\n\r\n", "did not answer in HTTP: BadStatusLine"),
    ],
)
def test_what_is_no_answer_in_http_is_said_in_words(serve: Serve, answer: bytes, words: str) -> None:
    with pytest.raises(OSError, match=f"^{words}$"):
        real_http("GET", serve(saying(answer)), LONG)


@pytest.mark.parametrize(
    "path",
    ["/\r\nX-Injected: 1", "/ HTTP/1.1\r\nHost: evil", "/\x00", "/\u2028", "/a b", "/ü?q=ü"],
)
def test_a_url_cannot_inject_a_header(serve: Serve, path: str) -> None:
    asked: list[bytes] = []

    def talk(caller: socket.socket) -> None:
        asked.append(caller.recv(65536))
        caller.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")

    url = serve(talk)
    assert real_http("GET", url + path, LONG).status == 204
    head = asked[0].decode("ascii").split("\r\n")
    assert [line.split(":")[0] for line in head[1:]] == ["Host", "Accept-Encoding", "User-Agent", "Connection", "", ""]
    assert head[0].startswith("GET /")
    assert head[0].count(" ") == 2


@pytest.mark.parametrize(
    ("host", "words"),
    [
        ("nowhere.example", "has a host name that cannot be looked up"),
        ("bücher.example", "has a host name that cannot be looked up"),
        ("a..b", "has a host that is no host name"),
        ("x" * 300, "has a host that is no host name"),
        ("", "has no host"),
    ],
)
def test_a_host_that_cannot_be_found_is_said_in_words(names: dict[str, str], host: str, words: str) -> None:
    with pytest.raises(OSError, match=f"^{words}$"):
        real_http("GET", f"http://{host}/", LONG)


def test_a_host_that_is_not_in_ascii_is_asked_by_its_spelling_in_the_dns(names: dict[str, str], serve: Serve) -> None:
    names["xn--bcher-kva.example"] = "127.0.0.1"
    asked: list[bytes] = []
    port = serve(lambda caller: asked.append(caller.recv(65536))).rpartition(":")[2]
    with pytest.raises(ConnectionError):
        real_http("GET", f"http://bücher.example:{port}/", LONG)
    assert f"Host: xn--bcher-kva.example:{port}".encode() in asked[0].split(b"\r\n")


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The names that can be looked up, with their addresses; and a network, wherever this runs."""
    known: dict[str, str] = {}
    really = socket.getaddrinfo

    def look_up(host: str, *rest: object, **named: object) -> object:
        if host == "127.0.0.1":
            return really(host, *rest, **named)  # type: ignore[arg-type]
        if host in known:
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (known[host], 80))]
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    monkeypatch.setattr("changectl.cli.connection._has_network", lambda: True)
    return known


def test_a_name_that_leads_to_where_credentials_are_is_not_asked(names: dict[str, str]) -> None:
    names["innocent.example"] = "169.254.169.254"
    with pytest.raises(CannotAsk, match=r"^innocent\.example leads to where clouds hand out credentials"):
        real_http("GET", "http://innocent.example/", LONG)


@pytest.mark.parametrize(
    "host", ["169.254.169.254", "2852039166", "0xa9fea9fe", "[::ffff:169.254.169.254]", "[fd00:ec2::254]"]
)
def test_an_address_that_hands_out_credentials_is_not_asked(host: str) -> None:
    with pytest.raises(CannotAsk, match="credentials"):
        real_http("GET", f"http://{host}/latest/meta-data/", LONG)


def test_without_any_network_it_cannot_be_asked() -> None:
    asks = (
        "from datetime import timedelta; from changectl.cli.senses import real_http\n"
        "for host in ('198.51.100.1', 'rentals.example.com'):\n"
        "    try: real_http('GET', f'http://{host}/', timedelta(seconds=20))\n"
        "    except Exception as error: print(type(error).__name__)\n"
    )
    alone = ["unshare", "--user", "--map-root-user", "--net", sys.executable, "-c", asks]
    result = subprocess.run(alone, capture_output=True, text=True, check=False)
    if "unshare" in result.stderr:
        pytest.skip("this machine gives us no network namespace")
    assert result.stdout.split() == ["CannotAsk", "CannotAsk"], result.stderr


def test_a_certificate_that_nobody_vouches_for_is_not_trusted(serve: Serve, tmp_path: Path) -> None:
    url = serve(_over_tls(tmp_path)).replace("http", "https")
    with pytest.raises(OSError, match=r"^has a certificate that is not trusted: self-signed certificate"):
        real_http("GET", url, LONG)


def test_a_trusted_certificate_gives_an_answer(serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url = serve(_over_tls(tmp_path)).replace("http", "https")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "cert.pem"))
    assert real_http("GET", url, LONG).status == 204


def test_a_server_without_tls_makes_no_tls_connection(serve: Serve) -> None:
    url = serve(saying(b"HTTP/1.1 200 OK\r\n\r\n")).replace("http", "https")
    with pytest.raises(OSError, match=r"^made no TLS connection: "):
        real_http("GET", url, LONG)


def test_a_tls_handshake_that_never_ends_ends_at_the_deadline(serve: Serve) -> None:
    hung_up = threading.Event()

    def talk(caller: socket.socket) -> None:
        while caller.recv(65536):
            pass
        hung_up.set()

    with pytest.raises(TimeoutError, match=r"^did not answer within 0\.5 s$"):
        real_http("GET", serve(talk).replace("http", "https"), timedelta(seconds=0.5))
    assert hung_up.wait(5)


def _over_tls(folder: Path) -> Talk:
    key, cert = folder / "key.pem", folder / "cert.pem"
    new = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=test"]
    subprocess.run(
        ["openssl", *new, "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", cert],
        check=True,
        capture_output=True,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)

    def talk(caller: socket.socket) -> None:
        with context.wrap_socket(caller, server_side=True) as secured:
            saying(b"HTTP/1.1 204 No Content\r\n\r\n")(secured)

    return talk


HOSTILE = [
    "; touch pwned",
    "$(touch pwned)",
    "`touch pwned`",
    "| touch pwned",
    "&& touch pwned",
    "\n touch pwned",
    "> pwned",
    "*",
    "~",
    "${HOME}",
    "-n",
    "--",
    "'\"\\",
    "ü\u202e\x1b[31m",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_an_argument_is_data_whatever_it_says(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    shows = "import sys; sys.stdout.buffer.write(sys.argv[1].encode())"
    assert real_command([sys.executable, "-c", shows, text], LONG) == CommandAnswer(0, text)
    assert list(tmp_path.iterdir()) == []


def test_a_child_gets_no_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE", "AWS_ENDPOINT_URL"):
        monkeypatch.setenv(name, "canary")
    monkeypatch.setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1/canary")
    monkeypatch.setenv("AWS_WEB_IDENTITY_TOKEN_FILE", "/canary")
    monkeypatch.setenv("RENTALS", "kept")
    printed = real_command(["env"], LONG).output
    assert "canary" not in printed
    environment = dict(line.split("=", 1) for line in printed.splitlines() if "=" in line)
    assert environment["RENTALS"] == "kept"
    assert {name: value for name, value in environment.items() if name.startswith(("AWS_", "BOTO"))} == {
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "BOTO_CONFIG": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def test_output_and_errors_come_in_order_and_only_the_end_is_kept() -> None:
    prints = "import os; os.write(1, b'x' * 300_000); os.write(2, b'oops'); os.write(1, b'\\xff'); raise SystemExit(3)"
    assert real_command([sys.executable, "-c", prints], LONG) == CommandAnswer(3, "x" * (KEPT - 5) + "oops\ufffd")


def test_a_child_that_waits_for_input_gets_none_of_ours() -> None:
    ours, (silent, open_end) = os.dup(0), os.pipe()
    os.dup2(silent, 0)
    try:
        assert real_command(["cat"], timedelta(seconds=5)) == CommandAnswer(0, "")
    finally:
        os.dup2(ours, 0)
        for each in (ours, silent, open_end):
            os.close(each)


def test_a_child_killed_by_a_signal_has_a_negative_status() -> None:
    assert real_command(["sh", "-c", "kill -TERM $$"], LONG).status == -signal.SIGTERM


def test_a_child_that_takes_too_long_is_killed_with_all_that_it_started(tmp_path: Path) -> None:
    began = time.monotonic()
    with pytest.raises(TimeoutError, match=r"^did not end within 1 s$"):
        real_command(["sh", "-c", f"(trap '' TERM; sleep 60) & echo $! > {tmp_path}/pid; sleep 60"], SECOND)
    assert time.monotonic() - began < 10
    assert _ends(int((tmp_path / "pid").read_text()))


def test_what_a_child_leaves_running_is_killed_and_not_waited_for(tmp_path: Path) -> None:
    began = time.monotonic()
    answer = real_command(["sh", "-c", f"sleep 60 & echo $! > {tmp_path}/pid; echo done"], LONG)
    assert answer == CommandAnswer(0, "done\n")
    assert time.monotonic() - began < 10
    assert _ends(int((tmp_path / "pid").read_text()))


def _ends(pid: int) -> bool:
    for _ in range(100):
        stat = Path(f"/proc/{pid}/stat")
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        if stat.exists() and stat.read_text().rsplit(")", 1)[1].split()[0] == "Z":
            return True
        time.sleep(0.05)
    return False


def test_ctrl_c_of_ours_does_not_reach_the_child() -> None:
    session = "import os; print(os.getsid(0) == os.getpgid(0) == os.getpid())"
    assert real_command([sys.executable, "-c", session], LONG) == CommandAnswer(0, "True\n")


@pytest.mark.parametrize("argv", [["/nowhere/smoke.sh"], ["a\x00b"], ["/"], [__file__]], ids=repr)
def test_what_cannot_be_started_cannot_be_asked(argv: list[str]) -> None:
    with pytest.raises(CannotAsk, match="cannot be started"):
        real_command(argv, LONG)


def test_a_socket_that_is_hung_up_keeps_its_number_until_whoever_uses_it_is_done() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        _hung_up([ours])
        assert ours.fileno() >= 0  # else a journal that is opened now would get it, and the rest of a TLS handshake
        assert theirs.recv(1) == b""
