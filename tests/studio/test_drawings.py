"""The theatre's pictures: for everybody, of nothing that the theatre does not have."""

from __future__ import annotations

import io

import pytest
from fastapi import FastAPI
from PIL import Image
from starlette.testclient import TestClient

from pipeline.queue import Queue
from pipeline.settings import Settings
from studio.drawings import THEATRE_PREFIX
from studio.media import make_routes


@pytest.fixture
def client(settings: Settings, queue: Queue) -> TestClient:
    return TestClient(FastAPI(routes=make_routes(settings, queue)))


@pytest.mark.parametrize(
    ("path", "size", "mode"),
    [
        ("backdrops/beach", (960, 640), "RGB"),
        ("faces/fox-red", (240, 240), "RGBA"),
        ("faces/robot-teal-top-hat", (240, 240), "RGBA"),
    ],
)
def test_pictures_are_served_and_kept_for_a_day(
    client: TestClient, path: str, size: tuple[int, int], mode: str
) -> None:
    answer = client.get(f"{THEATRE_PREFIX}/{path}.png")
    assert answer.headers["content-type"] == "image/png"
    assert "max-age=86400" in answer.headers["cache-control"]
    with Image.open(io.BytesIO(answer.content)) as picture:
        assert (picture.size, picture.mode) == (size, mode)


def test_a_hat_is_seen(client: TestClient) -> None:
    bare = client.get(f"{THEATRE_PREFIX}/faces/fox-red.png")
    crowned = client.get(f"{THEATRE_PREFIX}/faces/fox-red-crown.png")
    assert bare.content != crowned.content


@pytest.mark.parametrize(
    "path",
    ["backdrops/moon", "backdrops/", "backdrops/..%2fbeach", "backdrops/Beach", "faces/fox",
     "faces/fox-", "faces/wolf-red", "faces/fox-pink", "faces/fox-red-wig",
     "faces/fox-red-crown-crown", "faces/-", "faces/red-fox"],
)  # fmt: skip
def test_what_the_theatre_does_not_have_is_not_found(client: TestClient, path: str) -> None:
    assert client.get(f"{THEATRE_PREFIX}/{path}.png").status_code == 404
