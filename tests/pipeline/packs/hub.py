"""A hub of one repository on this machine: what huggingface_hub asks for, and its troubles."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

COMMIT = "0123456789abcdef0123456789abcdef01234567"
_LARGE_BYTES = 4_000


@dataclass
class Hub:
    """What the hub holds, how it behaves, and what it was asked for."""

    folder: Path
    commit: str = COMMIT
    refusal: tuple[int, str] | None = None
    """Status and `X-Error-Code` of every answer."""
    moved_to: str = ""
    """The repository's new name, which the old one is redirected to."""
    claimed_bytes: int = 0
    """Added to the size that the hub says its first large file has."""
    cut_after: int | None = None
    """Bytes after which each answer breaks off, once for each file."""
    slow_after: int | None = None
    """Bytes after which answers wait until the hub is closed."""
    corrupt: bool = False
    trailing_bytes: int = 0
    """Sent after the end of each file."""
    asked: list[tuple[str, str]] = field(default_factory=list)
    """Path and range of each request for a file."""
    was_cut: set[str] = field(default_factory=set)
    tokens: set[str] = field(default_factory=set)

    def files(self) -> list[Path]:
        return sorted(path for path in self.folder.rglob("*") if path.is_file())

    def info(self) -> dict[str, Any]:
        siblings = [self._sibling(path) for path in self.files()]
        siblings.append({"rfilename": "../../escape.json", "size": 3, "blobId": "0" * 40})
        siblings.append({"rfilename": "pytorch_model.bin", "size": 3, "blobId": "0" * 40})
        return {"_id": "1", "id": "someone/tiny", "sha": self.commit, "siblings": siblings}

    def _sibling(self, path: Path) -> dict[str, Any]:
        content, name = path.read_bytes(), path.relative_to(self.folder).as_posix()
        if len(content) < _LARGE_BYTES:
            blob = hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()
            return {"rfilename": name, "size": len(content), "blobId": blob}
        size = len(content) + (self.claimed_bytes if "transformer" in name else 0)
        lfs = {"sha256": hashlib.sha256(content).hexdigest(), "size": size, "pointerSize": 130}
        return {"rfilename": name, "size": size, "blobId": "0" * 40, "lfs": lfs}


class _Handler(BaseHTTPRequestHandler):
    server: HubServer  # pyright: ignore[reportIncompatibleVariableOverride]
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        hub = self.server.hub
        hub.tokens.add(self.headers.get("Authorization") or "")
        path = self.path.partition("?")[0]
        if hub.refusal:
            self._answer(hub.refusal[0], b"{}", {"X-Error-Code": hub.refusal[1]})
        elif hub.moved_to and hub.moved_to not in path and "/cdn/" not in path:
            self._answer(307, b"", {"Location": path.replace("someone/tiny", hub.moved_to)})
        elif path.startswith("/api/models/"):
            self._answer_info(path)
        elif found := re.search(r"/resolve/\w+/(.+)$", path):
            self._answer(302, b"", {"Location": f"/cdn/{found[1]}"})
        else:
            self._answer_file(path.removeprefix("/cdn/"))

    def _answer_info(self, path: str) -> None:
        hub, asked = self.server.hub, re.search(r"/revision/(\w+)$", path)
        if asked and asked[1] != hub.commit:
            self._answer(404, b"{}", {"X-Error-Code": "RevisionNotFound"})
        else:
            self._answer(200, json.dumps(hub.info()).encode(), {})

    def _answer_file(self, name: str) -> None:
        hub, asked = self.server.hub, self.headers.get("Range") or ""
        hub.asked.append((name, asked))
        content = (hub.folder / name).read_bytes()
        first = int(asked.removeprefix("bytes=").rstrip("-")) if asked else 0
        rest = content[first:] + bytes(hub.trailing_bytes)
        if hub.corrupt and len(rest) > 100:
            rest = rest[:-1] + bytes([rest[-1] ^ 1])
        self.send_response(206 if asked else 200)
        self.send_header("Content-Length", str(len(rest)))
        if asked:
            self.send_header("Content-Range", f"bytes {first}-{len(content) - 1}/{len(content)}")
        self.end_headers()
        self._send(name, rest)

    def _send(self, name: str, rest: bytes) -> None:
        hub = self.server.hub
        if hub.slow_after is not None and len(rest) > hub.slow_after:
            self.wfile.write(rest[: hub.slow_after])
            self.wfile.flush()
            self.server.closing.wait(30)
            self.close_connection = True
        elif hub.cut_after is not None and len(rest) > hub.cut_after and name not in hub.was_cut:
            hub.was_cut.add(name)
            self.wfile.write(rest[: hub.cut_after])
            self.close_connection = True
        else:
            self.wfile.write(rest)

    def _answer(self, status: int, content: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


class HubServer(ThreadingHTTPServer):
    """Serves a hub at `address` until it is closed."""

    daemon_threads = True

    def __init__(self, hub: Hub) -> None:
        import threading

        super().__init__(("127.0.0.1", 0), _Handler)
        self.hub, self.closing = hub, threading.Event()
        self.address = f"http://127.0.0.1:{self.server_address[1]}"
        self._thread = threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of those who hang up."""

    def close(self) -> None:
        self.closing.set()
        self.shutdown()
        self.server_close()
        self._thread.join()
