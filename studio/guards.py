"""What stands before every route: who has signed in, and which of Gradio's doors are shut.

Gradio protects its own routes where it is given accounts, and none of ours. Here the rule is the
other way round: without an account everything is refused but what its page to sign in needs, so
that a route that is added later is protected, too.
"""

from __future__ import annotations

import re
from http.cookies import CookieError, SimpleCookie
from pathlib import Path

from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from pipeline.errors import InputError
from pipeline.files import read_text
from pipeline.settings import Settings
from studio.limits import Pace
from studio.origins import OwnPages
from studio.visitors import ACCOUNT

_OPEN = re.compile(
    r"/(login/?|logout|config/?|theme\.css|favicon\.ico|robots\.txt|manifest\.json"
    r"|pwa_icon(/[0-9]+)?|(assets|static|svelte)/.*"
    r"|gradio_api/(login_check|startup-events|app_id|theme\.css)/?)?"
)
"""What Gradio's page to sign in is made of; `/` and `/config` tell a stranger no more than that."""
_GRADIO = re.compile(r"/(gradio_api|monitoring)(/.*)?")
_USED = re.compile(
    r"/gradio_api/(studio/.*|queue/(join|data)|cancel|reset|heartbeat/[^/]*|info|app_id"
    r"|login_check|startup-events|theme\.css)/?"
)
"""What the page asks of Gradio. All else, such as files by their path, its uploads and its proxy to
other websites, this studio has no use for."""
_MAX_ACCOUNTS = 200
Accounts = list[tuple[str, str]]
"""Names and passwords."""


def guards(settings: Settings, *, host: str, signs_in: bool) -> list[Middleware]:
    """Give what stands before the routes of a studio, the first one outermost.

    Only one with visitors that nobody signs in to answers the pages of other websites: there a
    browser brings nothing along by itself that would let it in.

    Args:
        settings: The studio's.
        host: The address that it serves: '127.0.0.1', '0.0.0.0', ...
        signs_in: Whether nobody is answered without an account.
    """
    asked: list[tuple[bool, Middleware]] = [
        (True, Middleware(ShutDoors)),
        (signs_in or not settings.visitors, Middleware(OwnPages, host=host)),
        (signs_in, Middleware(SignedIn)),
        (settings.visitors, Middleware(Pace)),
    ]
    return [one for wanted, one in asked if wanted]


class ShutDoors:
    """Answers 404 where Gradio would take files, give files by path, or ask other websites."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or let the studio answer."""
        path = scope["path"] if scope["type"] == "http" else ""
        shut = _GRADIO.fullmatch(path) and not _USED.fullmatch(path)
        await (PlainTextResponse("Not Found", 404) if shut else self._app)(scope, receive, send)


class SignedIn:
    """Refuses with 401 what nobody has signed in for, and remembers who asks for the rest."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or let the studio answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        account = account_of(scope)
        if account is None and not _OPEN.fullmatch(scope["path"]):
            await _refusal()(scope, receive, send)
            return
        before = ACCOUNT.set(account)
        try:
            await self._app(scope, receive, send)
        finally:
            ACCOUNT.reset(before)


def account_of(scope: Scope) -> str | None:
    """Give who signed in with Gradio's own page; None where nobody did."""
    gradio = scope["app"]
    cookies = SimpleCookie()
    try:
        for header in Headers(scope=scope).getlist("cookie"):
            cookies.load(header)
    except CookieError:
        return None
    for name in (f"access-token-{gradio.cookie_id}", f"access-token-unsecure-{gradio.cookie_id}"):
        if name in cookies and (account := gradio.tokens.get(cookies[name].value)):
            return account
    return None


def read_accounts(told: str) -> Accounts:
    """Read `--auth`: 'name:password', or the name of a file with one of these on each line.

    Raises:
        InputError: it is neither, or a name stands there twice.
        WorkspaceError: the file cannot be read.
    """
    path = Path(told)
    lines = read_text(path, "list of accounts").splitlines() if path.is_file() else [told]
    accounts = [_account(line) for line in lines if line.strip() and not line.startswith("#")]
    names = [name for name, _ in accounts]
    if not 0 < len(accounts) <= _MAX_ACCOUNTS or len({*names}) < len(names):
        raise InputError(
            "--auth names no account, more than 200, or one twice",
            hint="Give NAME:PASSWORD, or a file with one of these on each line.",
        )
    return accounts


def _account(line: str) -> tuple[str, str]:
    name, colon, password = line.strip().partition(":")
    if not (name.strip() and colon and password):  # the line is not repeated: it may be a password
        raise InputError(
            "--auth is no NAME:PASSWORD and no file",
            hint="Give NAME:PASSWORD, or a file with one of these on each line.",
        )
    return name.strip(), password


def _refusal() -> JSONResponse:
    told = {"message": "You have not signed in", "hint": "Reload the page to sign in."}
    return JSONResponse({"error": told}, 401, {"Cache-Control": "no-store"})
