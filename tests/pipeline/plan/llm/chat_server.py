"""A real HTTP server on this machine that speaks chat completions and answers by a script."""

from __future__ import annotations

import itertools
import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Asked:
    """A request: its body, and what it asks for ('story', 'scene-2', 'replan')."""

    body: dict[str, Any]
    what: str
    key: str

    @property
    def format(self) -> str:
        return self.body.get("response_format", {}).get("type", "plan_text")

    @property
    def prompt(self) -> str:
        return self.body["messages"][0]["content"]

    @property
    def turns(self) -> int:
        return (len(self.body["messages"]) + 1) // 2


@dataclass(frozen=True)
class Says:
    """An answer, in pieces if it was asked to stream and `streams`."""

    text: str | None
    finish: str | None = "stop"
    refusal: str | None = None
    streams: bool = True
    delay_seconds: float = 0.0


@dataclass(frozen=True)
class Fails:
    """A status other than 200."""

    status: int
    message: str = "no"
    code: str | None = None
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Sends:
    """Bytes as they are, of that type; the connection is dropped after them if `drops`."""

    content: bytes
    type: str = "application/json"
    drops: bool = False


@dataclass(frozen=True)
class Hangs:
    """Says nothing at all until the server stops; with `pings`, comments of a stream."""

    pings: bool = False


Reply = Says | Fails | Sends | Hangs
Script = Callable[[Asked], Reply]
_NUMBERS = itertools.count(1)


class ChatServer(ThreadingHTTPServer):
    """Keeps every request, and how many were in hand at a time."""

    daemon_threads = True

    def __init__(self, script: Script) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.script = script
        self.asked: list[Asked] = []
        self.most_at_once = 0
        self.gone = threading.Event()
        """Set once a client has left in the middle of an answer."""
        self.stopped = threading.Event()
        self._now = 0
        self._lock = threading.Lock()
        self._number = next(_NUMBERS)

    @property
    def url(self) -> str:
        """Unlike that of any other server: ports come again, and what is known of one is kept."""
        return f"http://127.0.0.1:{self.server_port}/{self._number}/v1"

    def formats(self, what: str = "") -> list[str]:
        return [asked.format for asked in self.asked if what in asked.what]

    @contextmanager
    def in_hand(self, asked: Asked) -> Iterator[None]:
        with self._lock:
            self.asked.append(asked)
            self._now += 1
            self.most_at_once = max(self.most_at_once, self._now)
        try:
            yield
        finally:
            with self._lock:
                self._now -= 1

    def handle_error(self, request: object, client_address: object) -> None:
        self.gone.set()


@contextmanager
def chat_server(script: Script) -> Iterator[ChatServer]:
    """Serve in threads of its own until the end of the block."""
    server = ChatServer(script)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server
    finally:
        server.stopped.set()
        server.shutdown()
        thread.join()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    @property
    def chats(self) -> ChatServer:
        assert isinstance(self.server, ChatServer)
        return self.server

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        asked = Asked(body, _what(body), self.headers.get("authorization", ""))
        with self.chats.in_hand(asked):
            reply = self.chats.script(asked)
            match reply:
                case Says():
                    time.sleep(reply.delay_seconds)
                    streamed = bool(body.get("stream")) and reply.streams
                    self._stream(reply) if streamed else self._whole(reply)
                case Fails():
                    error = {"message": reply.message, "code": reply.code, "type": "error"}
                    content = json.dumps({"error": error}).encode()
                    self._send(reply.status, "application/json", content, reply.headers)
                case Sends():
                    self._send(200, reply.type, reply.content, {}, lacks=9 * reply.drops)
                    self.close_connection = reply.drops
                case Hangs():
                    self._hang(reply)

    def _whole(self, reply: Says) -> None:
        said = {"role": "assistant", "content": reply.text, "refusal": reply.refusal}
        choice = {"index": 0, "message": said, "finish_reason": reply.finish}
        whole = {"id": "c1", "object": "chat.completion", "created": 1, "model": "m"}
        self._send(200, "application/json", json.dumps({**whole, "choices": [choice]}).encode(), {})

    def _stream(self, reply: Says) -> None:
        self._begin_stream()
        self._chunk({"role": "assistant", "content": "", "refusal": reply.refusal}, None)
        text = reply.text or ""
        for at in range(0, len(text), 700):
            self._chunk({"content": text[at : at + 700]}, None)
        self._chunk({}, reply.finish)
        self._event(json.dumps({"id": "c1", "choices": [], "usage": {"total_tokens": 9}}))
        self._event("[DONE]")
        self._write(b"0\r\n\r\n")

    def _hang(self, reply: Hangs) -> None:
        if reply.pings:
            self._begin_stream()
        while not self.chats.stopped.wait(0.02):
            if reply.pings:
                self._piece(b": still here\n\n")
            elif self._client_left():
                break
        self.close_connection = True

    def _client_left(self) -> bool:
        self.connection.settimeout(0.01)
        with suppress(TimeoutError):
            if not self.connection.recv(1):
                self.chats.gone.set()
                return True
        return False

    def _begin_stream(self) -> None:
        self.send_response(200)
        self.send_header("content-type", "text/event-stream; charset=utf-8")
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()

    def _chunk(self, delta: dict[str, Any], finish: str | None) -> None:
        choice = {"index": 0, "delta": delta, "finish_reason": finish}
        chunk = {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "m"}
        self._event(json.dumps({**chunk, "choices": [choice]}))

    def _event(self, data: str) -> None:
        self._piece(f"data: {data}\n\n".encode())

    def _piece(self, content: bytes) -> None:
        self._write(f"{len(content):x}\r\n".encode() + content + b"\r\n")

    def _send(
        self, status: int, kind: str, content: bytes, headers: dict[str, str], *, lacks: int = 0
    ) -> None:
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(content) + lacks))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self._write(content)

    def _write(self, content: bytes) -> None:
        self.wfile.write(content)
        self.wfile.flush()

    def log_message(self, format: str, *args: object) -> None:
        """Nothing is printed."""


def _what(body: dict[str, Any]) -> str:
    prompt = body["messages"][0]["content"]
    if "The idea:" in prompt:
        return "story"
    if "The note:" in prompt:
        return "replan"
    found = re.search(r'"number": "(\d+) of', prompt)
    return f"scene-{found[1]}" if found else ""
