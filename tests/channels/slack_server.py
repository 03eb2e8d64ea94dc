"""A Slack on loopback that answers in Slack's shapes, keeps what it was told, and fails as it is told to."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

CHANNEL = "C0123456789"
TOKEN = "xoxb-" + "canary-0123456789"


@dataclass
class Failure:
    """One answer that is no success. `did`: whether Slack did as it was told all the same."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    did: bool = False


def refusal(code: str) -> Failure:
    return Failure(200, json.dumps({"ok": False, "error": code}).encode())


@dataclass
class Slack:
    """`messages` by their ts, as people see them now; `asked`, every method with its parameters, in order."""

    url: str = ""
    messages: dict[str, dict[str, Any]] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    tokens: set[str] = field(default_factory=set)
    failures: list[tuple[str, Failure]] = field(default_factory=list)
    page: int = 200

    @property
    def methods(self) -> list[str]:
        return [method for method, _ in self.asked]

    def fails(self, method: str, *failures: Failure) -> None:
        self.failures += [(method, failure) for failure in failures]

    def tops(self) -> list[dict[str, Any]]:
        """The messages that stand in the channel by themselves."""
        return [message for message in self.messages.values() if "thread_ts" not in message]

    def thread(self) -> list[str]:
        """What the threads say, line by line."""
        return [
            line
            for m in self.messages.values()
            if "thread_ts" in m
            for line in m["blocks"][0]["text"]["text"].split("\n")
        ]

    def says(self) -> str:
        """All texts of the last top message."""
        return " | ".join(texts(self.tops()[-1]))

    def answer(self, method: str, params: dict[str, Any]) -> Failure:
        self.asked.append((method, params))
        failure = next((each for each in self.failures if each[0] == method), None)
        if failure is not None:
            self.failures.remove(failure)
            if failure[1].did:
                self._do(method, params)
            return failure[1]
        return Failure(200, json.dumps(self._do(method, params)).encode())

    def _do(self, method: str, params: dict[str, Any]) -> dict[str, Any]:
        if len(params.get("text", "")) > 40_000 or any(len(text) > 3000 for text in texts(params)):
            return {"ok": False, "error": "msg_too_long"}
        match method:
            case "chat.postMessage":
                ts = f"1700000000.{len(self.messages):06}"
                self.messages[ts] = params
                return {"ok": True, "channel": CHANNEL, "ts": ts, "message": {}}
            case "chat.update":
                if params["ts"] not in self.messages:
                    return {"ok": False, "error": "message_not_found"}
                self.messages[params["ts"]] |= params
                return {"ok": True, "channel": CHANNEL, "ts": params["ts"]}
            case "conversations.history":
                return self._history(int(params.get("cursor") or 0))
        return {"ok": False, "error": "unknown_method"}

    def _history(self, first: int) -> dict[str, Any]:
        newest = sorted((ts for ts, m in self.messages.items() if "thread_ts" not in m), reverse=True)
        shown = [{"ts": ts, "metadata": self.messages[ts].get("metadata")} for ts in newest[first : first + self.page]]
        more = str(first + self.page) if len(newest) > first + self.page else ""
        return {"ok": True, "messages": shown, "response_metadata": {"next_cursor": more}}


def texts(message: dict[str, Any]) -> list[str]:
    """Every text in a message's blocks."""
    blocks = message.get("blocks", ())
    return [part["text"] for block in blocks for part in (*block.get("elements", ()), block.get("text")) if part]


@contextmanager
def slack() -> Iterator[Slack]:
    """It listens as long as this lasts."""
    state = Slack()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            state.tokens.add(self.headers.get("Authorization", ""))
            if self.path.startswith("/hook/"):
                state.asked.append(("webhook", body))
                failure = next((each for each in state.failures if each[0] == "webhook"), None)
                if failure:
                    state.failures.remove(failure)
                else:
                    state.messages[str(len(state.asked))] = body
                answer = failure[1] if failure else Failure(200, b"ok")
            else:
                answer = state.answer(self.path.rpartition("/")[2], body)
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state.url = f"http://127.0.0.1:{server.server_port}"
    server.socket.settimeout(1)  # a caller that is gone before accept is no reason to wait for the next
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
