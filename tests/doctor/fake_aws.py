"""STS and IAM on loopback, as far as a doctor asks them: who somebody is, which roles may be taken, whom these trust."""

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, quote

ACCOUNT = "123456789012"


@dataclass
class FakeAws:
    """What it knows; set before it is asked."""

    endpoint: str = ""
    account: str = ACCOUNT
    roles: set[str] = field(default_factory=set)
    disabled: set[str] = field(default_factory=set)
    time: datetime | None = None
    date: str | None = None
    providers: list[str] = field(default_factory=list)
    trusts: dict[str, Any] = field(default_factory=dict)
    denied: set[str] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)

    def answer(self, form: dict[str, str], authorization: str) -> tuple[int, str]:
        """Status and XML."""
        action = form["Action"]
        self.asked.append(action)
        found = re.search(r"Credential=([^/]+)/\d+/([^/]+)/", authorization)
        key, region = (found[1], found[2]) if found else ("", "")
        if region in self.disabled:
            return _error("InvalidClientTokenId", 403)
        if action in self.denied:
            return _error("AccessDenied", 403)
        match action:
            case "GetCallerIdentity":
                who = f"assumed-role/{key.removeprefix('ASIA')}/doctor" if key.startswith("ASIA") else "user/ana"
                arn = f"arn:aws:{'sts' if 'assumed' in who else 'iam'}::{self.account}:{who}"
                return 200, _result(action, f"<Arn>{arn}</Arn><UserId>x</UserId><Account>{self.account}</Account>")
            case "AssumeRole" if form["RoleArn"] in self.roles:
                name = form["RoleArn"].rpartition("/")[2]
                keys = f"<AccessKeyId>ASIA{name}</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>"
                until = "<Expiration>2099-01-01T00:00:00Z</Expiration>"
                return 200, _result(action, f"<Credentials>{keys}{until}</Credentials>")
            case "AssumeRole":
                return _error("AccessDenied", 403)
            case "ListOpenIDConnectProviders":
                members = "".join(f"<member><Arn>{arn}</Arn></member>" for arn in self.providers)
                return 200, _result(action, f"<OpenIDConnectProviderList>{members}</OpenIDConnectProviderList>")
            case "GetRole" if form["RoleName"] in self.trusts:
                policy = quote(json.dumps(self.trusts[form["RoleName"]]))
                arn = f"arn:aws:iam::{ACCOUNT}:role/{form['RoleName']}"
                role = f"<Path>/</Path><RoleName>{form['RoleName']}</RoleName><RoleId>r</RoleId><Arn>{arn}</Arn>"
                trust = f"<AssumeRolePolicyDocument>{policy}</AssumeRolePolicyDocument>"
                rest = f"<CreateDate>2026-01-01T00:00:00Z</CreateDate>{trust}"
                return 200, _result(action, f"<Role>{role}{rest}</Role>")
            case _:
                return _error("NoSuchEntity", 404)


@contextmanager
def fake_aws() -> Iterator[FakeAws]:
    """It listens while the block lasts."""
    aws = FakeAws()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = {name: values[0] for name, values in parse_qs(body).items()}
            status, said = aws.answer(form, self.headers.get("Authorization", ""))
            self.send_response_only(status)
            if aws.date != "":
                now = aws.time or datetime.now().astimezone()
                self.send_header("Date", aws.date or format_datetime(now))
            self.send_header("Content-Length", str(len(said.encode())))
            self.end_headers()
            self.wfile.write(said.encode())

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        aws.endpoint = f"http://127.0.0.1:{server.server_port}"
        server.socket.settimeout(1)  # a caller that is gone before accept is no reason to wait for the next
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        yield aws
        server.shutdown()


def _result(action: str, inner: str) -> str:
    return f"<{action}Response><{action}Result>{inner}</{action}Result></{action}Response>"


def _error(code: str, status: int) -> tuple[int, str]:
    return status, f"<ErrorResponse><Error><Code>{code}</Code><Message>no</Message></Error></ErrorResponse>"
