"""Whose pages may ask a studio of one person: its own alone, whatever Gradio would answer."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

_HERE = ("localhost", "127.0.0.1", "::1")
_REFUSED = "This page is none of the studio's own. Open the studio by its own address."


class OwnPages:
    """Refuses with 403 what a page of another website asks for.

    A studio of one person asks nobody for a secret, so that any page open in the same browser could
    read and write the stories. Browsers say which page asks (`Origin`). A name that an attacker
    leads to this machine (DNS rebinding) is not one of a studio that serves this machine alone.
    """

    def __init__(self, app: ASGIApp, *, host: str) -> None:
        """`host` is the address that the studio serves: '127.0.0.1', '0.0.0.0', ..."""
        self._app = app
        self._host = host

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or let the studio answer."""
        foreign = scope["type"] == "http" and not self._admits(Headers(scope=scope))
        app = PlainTextResponse(_REFUSED, 403) if foreign else self._app
        await app(scope, receive, send)

    def _admits(self, headers: Headers) -> bool:
        host, origin = headers.get("host", ""), headers.get("origin")
        here = _name(host) in _HERE
        if self._host in _HERE and not here:
            return False
        # a page cannot send this header here: Gradio refuses its preflight, but only to this name
        known = {host, headers.get("x-forwarded-host", "")} if here else {host}
        return origin is None or urlsplit(origin).netloc.lower() in map(str.lower, known - {""})


def is_this_machine(host: str) -> bool:
    """Say whether an address to be served is reached from this machine alone."""
    return host in _HERE


def _name(host: str) -> str | None:
    try:
        return urlsplit(f"//{host}").hostname
    except ValueError:
        return None
