"""A page without a browser: it asks the studio's routes as the page's scripts do."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from starlette.requests import Request
from starlette.testclient import TestClient

from studio.answers import API_PREFIX, TOKEN_HEADER, Endpoint

MINE = "m" * 43
"""The token of the page that most tests are."""


class Page:
    """What one browser says and hears."""

    def __init__(self, client: TestClient, token: str = MINE) -> None:
        self.client, self.token = client, token

    def ask(self, route: str, **body: object) -> dict[str, Any]:
        """Give the answer of a route, which is one."""
        answer = self.client.post(f"{API_PREFIX}/{route}", json=body, headers=self._headers)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def refused(self, route: str, status: int, **body: object) -> dict[str, Any]:
        """Give the whole answer of a route that refuses; it says what happened in words."""
        answer = self.client.post(f"{API_PREFIX}/{route}", json=body, headers=self._headers)
        assert answer.status_code == status, answer.text
        assert answer.json()["error"]["message"]
        return answer.json()

    def send(self, route: str, body: bytes) -> tuple[int, dict[str, Any]]:
        """Send bytes as they are; gives the status and the answer."""
        answer = self.client.post(f"{API_PREFIX}/{route}", content=body, headers=self._headers)
        return answer.status_code, answer.json()

    def edit(self, op: str, *, base: object = None, **told: object) -> dict[str, Any]:
        """Edit the story of `make_story`, from the revision that is saved unless said otherwise."""
        project = told.pop("project", "the-shy-fox")
        if base is None:
            base = self.ask("watch", project=project)["revision"]
        return self.ask("edit", project=project, base=base, op=op, **told)

    @property
    def _headers(self) -> dict[str, str]:
        return {TOKEN_HEADER: self.token} if self.token else {}


class Sending:
    """A browser that sends a body of ten pieces, and counts how many are asked for."""

    def __init__(self, *, declares: bool) -> None:
        self.asked = 0
        length = [(b"content-length", b"100")] if declares else []
        token = (TOKEN_HEADER.lower().encode(), MINE.encode())
        self.scope: dict[str, Any] = {"type": "http", "method": "POST", "query_string": b""}
        self.scope["headers"] = [token, *length]

    async def receive(self) -> dict[str, Any]:
        self.asked += 1
        return {"type": "http.request", "body": b"x" * 10, "more_body": self.asked < 10}

    def status_of(self, endpoint: Endpoint) -> int:
        async def answer() -> int:
            return (await endpoint(Request(self.scope, self.receive))).status_code

        with ThreadPoolExecutor(1) as thread:  # the browser tests leave a loop in this one
            return thread.submit(lambda: asyncio.run(answer())).result()
