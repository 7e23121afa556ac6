"""The whole app of a studio that asks who it is, and the cookies of those who signed in."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

from fastapi.routing import APIRoute
from gradio.routes import App
from starlette.routing import BaseRoute, Route
from starlette.testclient import TestClient

from pipeline.queue import Queue
from pipeline.settings import Settings
from studio.guards import Accounts
from studio.page import build_page, launch_options


@contextmanager
def whole_app(settings: Settings, queue: Queue, accounts: Accounts) -> Iterator[App]:
    """Give the app as `launch` makes it, Gradio's own routes among ours."""
    page = build_page(settings)
    page.auth = accounts or None
    page.auth_message = None
    options = launch_options(settings, queue, host="127.0.0.1", signs_in=bool(accounts))
    yield App.create_app(page, app_kwargs=options["app_kwargs"])
    page.close()
    gc.collect()  # Gradio leaves an event loop open: its warning belongs to this test


def sign_in(app: App, name: str, password: str) -> TestClient:
    """Give a browser in which somebody has signed in with Gradio's own page."""
    client = TestClient(app, base_url="http://127.0.0.1")
    answer = client.post("/login", data={"username": name, "password": password})
    assert answer.status_code == 200, answer.text
    return client


def paths_of(app: App) -> list[tuple[str, str]]:
    """Give the method and the path of every route, those that Gradio includes among them."""
    return sorted(_paths(app.routes))


def _paths(routes: list[BaseRoute]) -> Iterator[tuple[str, str]]:
    for route in routes:
        if isinstance(route, APIRoute | Route):
            yield from ((method, route.path) for method in route.methods or ())
        else:
            included = getattr(route, "original_router", None) or getattr(route, "router", None)
            prefix = getattr(getattr(route, "include_context", None), "prefix", "")
            if included is not None:
                yield from ((m, prefix + p) for m, p in _paths(included.routes))
