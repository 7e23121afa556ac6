"""How often a visitor may ask: each route is of a class, and each class has a pace.

Only where the studio has visitors. A visitor may do much at once, but not for long: what is saved
up in a minute may be spent at any time within it. One address may be that of a whole school, so it
may ask for many visitors.
"""

from __future__ import annotations

import hashlib
import math
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from typing import Literal
from urllib.parse import parse_qs

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from pipeline.settings import on_space
from studio.answers import API_PREFIX, TOKEN_HEADER
from studio.signing import MEDIA_PREFIX
from studio.visitors import ACCOUNT

RouteClass = Literal["look", "edit", "make", "bring"]
"""look: gives what is there; edit: changes a story; make: costs time of the machine; bring: takes
files, so costs room on its disk, too."""

ROUTES: dict[RouteClass, tuple[str, ...]] = {
    "look": (
        *("shelf", "open", "watch", "scene", "take", "versions", "words", "copy", "first"),
        *("motions", "motion", "libraries", "packs", "priors", "prior", "learning", "look"),
        *("settings", "disk", "report", "jobs", "film_desk", "whole_film_told"),
    ),
    "edit": (
        *("edit", "decide", "prior_use", "look_remove", "cancel", "learn_control", "film_edit"),
        *("job_move", "job_control", "library_remove", "prior_remove", "pack_remove"),
        *("settings_keep", "clean"),
    ),
    "make": (
        *("render", "render_again", "film", "animatic", "whole_film", "example_copy", "search"),
        *("learn", "job_again", "remember", "library_again", "pack_fetch", "settings_test"),
    ),
    "bring": (
        *("import", "picture", "look_picture", "clip", "captions", "prior_import", "voice"),
        *("library_add",),
    ),
}
"""Every route of `studio.api` by its class; one that is missing counts as `make`."""
FILLING: tuple[RouteClass, ...] = ("make", "bring")
"""What takes room on the disk, of which a visitor has so much and no more."""
Class = RouteClass | Literal["media"]
PER_MINUTE: dict[Class, int] = {"look": 1200, "edit": 300, "make": 60, "bring": 60, "media": 3000}
AN_ADDRESS = 40
"""For how many visitors at once one address may ask."""
_PLANNING = "/gradio_api/queue/join"
_MOST_KNOWN = 20_000
_CLASS_OF: dict[str, RouteClass] = {name: kind for kind, names in ROUTES.items() for name in names}


def class_of(route: str) -> RouteClass:
    """Give the class of a route by its name."""
    return _CLASS_OF.get(route, "make")


class Buckets:
    """What each visitor has saved up; those who ask most rarely are forgotten first."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._held: OrderedDict[tuple[str, str], tuple[float, float]] = OrderedDict()

    def take(self, who: str, kind: Class, most: int) -> float:
        """Take one of `most` a minute; gives 0, or the seconds after which there is one again."""
        now, key = self._clock(), (who, kind)
        held, since = self._held.pop(key, (float(most), now))
        held = min(float(most), held + (now - since) * most / 60)
        wait = 0.0 if held >= 1 else (1 - held) * 60 / most
        self._held[key] = (held if wait else held - 1, now)
        if len(self._held) > _MOST_KNOWN:
            self._held.popitem(last=False)
        return wait


class Pace:
    """Refuses with 429 who asks too often, and says when to ask again."""

    def __init__(self, app: ASGIApp, *, buckets: Buckets | None = None) -> None:
        self._app, self._buckets = app, buckets or Buckets()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or let the studio answer."""
        kind = _kind_of(scope["path"]) if scope["type"] == "http" else None
        wait = 0.0
        if kind is not None:
            limits = _askers(scope, PER_MINUTE[kind])
            wait = max(self._buckets.take(who, kind, most) for who, most in limits)
        await (_too_often(wait) if wait else self._app)(scope, receive, send)


def _kind_of(path: str) -> Class | None:
    if path.startswith(f"{API_PREFIX}/"):
        return class_of(path.removeprefix(f"{API_PREFIX}/").rstrip("/"))
    if path.startswith(f"{MEDIA_PREFIX}/"):
        return "media"
    return "make" if path.rstrip("/") == _PLANNING else None


def _askers(scope: Scope, most: int) -> Iterator[tuple[str, int]]:
    """Who asks, and how often each of them may: the visitor, and the address."""
    headers = Headers(scope=scope)
    named = parse_qs(scope.get("query_string", b"").decode("latin-1")).get("u", [""])[0]
    visitor = ACCOUNT.get() or headers.get(TOKEN_HEADER) or named
    if visitor:
        yield hashlib.sha256(visitor.encode("utf-8", "replace")).hexdigest(), most
    yield f"address {address_of(scope)}", most * AN_ADDRESS


def address_of(scope: Scope) -> str:
    """Give the address that asks; on a Space, whose own proxy stands before, as that names it."""
    client = scope.get("client")
    forwarded = Headers(scope=scope).get("x-forwarded-for", "") if on_space() else ""
    last = forwarded.rpartition(",")[2].strip()[:60]  # those before it anybody may have written
    return last or (client[0] if client else "")


def _too_often(wait_seconds: float) -> JSONResponse:
    seconds = max(1, math.ceil(wait_seconds))
    told = {"message": "That was too much at once", "hint": f"Wait {seconds} s, then go on."}
    headers = {"Retry-After": str(seconds), "Cache-Control": "no-store"}
    return JSONResponse({"error": told}, 429, headers)
