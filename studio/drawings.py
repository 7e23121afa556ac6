"""The theatre's own pictures for the page: empty stages, and figures to choose actors by."""

from __future__ import annotations

from functools import lru_cache

from fastapi import HTTPException
from fastapi.responses import Response

from pipeline.theatre.pictures import backdrop_png, face_png
from pipeline.theatre.world import load_world

THEATRE_PREFIX = "/gradio_api/studio/theatre"
_BACKDROP_PX, _FACE_PX = 960, 240
_HEADERS = {"Cache-Control": "public, max-age=86400", "X-Content-Type-Options": "nosniff"}


def backdrop(name: str) -> Response:
    """Serve an empty stage; 404 for one that the theatre does not have."""
    if name not in load_world().backdrops:
        raise HTTPException(404)
    return Response(_backdrop(name), media_type="image/png", headers=_HEADERS)


def face(figure: str) -> Response:
    """Serve a figure named `kind-colour` or `kind-colour-hat`; 404 for one nobody plays."""
    world = load_world()
    kind, _, rest = figure.partition("-")
    colour, _, worn = rest.partition("-")
    hats = {"": None, **{hat.replace(" ", "-"): hat for hat in world.hats}}
    if kind not in world.kinds or colour not in world.colours or worn not in hats:
        raise HTTPException(404)
    return Response(_face(kind, colour, hats[worn]), media_type="image/png", headers=_HEADERS)


@lru_cache(maxsize=32)
def _backdrop(name: str) -> bytes:
    return backdrop_png(name, _BACKDROP_PX)


@lru_cache(maxsize=512)
def _face(kind: str, colour: str, hat: str | None) -> bytes:
    return face_png(kind, colour, hat, size_px=_FACE_PX)
