"""Weights that a storyteller brings: checked from head to foot, then kept as something learned."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path

from pydantic import ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from pipeline.errors import InputError, PipelineError
from pipeline.files import SCRATCH
from pipeline.packs.weights import find_weights
from pipeline.priors.importing import import_prior
from pipeline.priors.matching import fit_of
from pipeline.priors.store import Stored
from pipeline.settings import Settings
from studio.answers import TOKEN_HEADER, Endpoint, View, chunks, refusal, refused
from studio.bodies import BringPrior
from studio.prior_words import title_of
from studio.priors import Library, check_room
from studio.projects import open_by_id
from studio.refusals import boundary
from studio.signing import Links
from studio.views import show, story_view
from studio.visitors import Visitors

MAX_WEIGHTS_BYTES = 500_000_000
MAX_VISITOR_WEIGHTS_BYTES = 50_000_000
_HINT = "Bring a file of one adapter (LoRA) alone."


def bringing(visitors: Visitors, links: Links) -> Endpoint:
    """Give the endpoint that keeps a file of weights, which its query describes.

    The query is that of `BringPrior`. What is too long is refused with 413, not read to its end;
    nothing is kept of a file that does not fit the pack.
    """

    async def endpoint(request: Request) -> Response:
        try:
            with boundary(), tempfile.TemporaryDirectory(prefix=SCRATCH) as folder:
                settings = visitors.settings_of(request.headers.get(TOKEN_HEADER))
                told = await run_in_threadpool(_asked, settings, links, request.query_params)
                path = Path(folder) / "brought"
                most = MAX_VISITOR_WEIGHTS_BYTES if settings.visitors else MAX_WEIGHTS_BYTES
                with path.open("wb") as file:
                    async for chunk in chunks(request, most, hint=_HINT):
                        file.write(chunk)
                view = await run_in_threadpool(_brought, settings, links, told, path)
                return JSONResponse(view, headers={"Cache-Control": "no-store"})
        except PipelineError as error:
            return refusal(error)

    return endpoint


def bring(library: Library, settings: Settings, told: BringPrior, path: Path) -> Stored:
    """Keep a file of weights among what was learned.

    Raises:
        InputError: it is no safetensors, does not fit the pack, or its words are missing.
        ModelUnavailableError: the weights that it belongs to are not here yet.
        WorkspaceError: it cannot be kept.
    """
    pack = library.pack
    if path.stat().st_size == 0:
        raise InputError("This file is empty", hint="Choose another one.")
    weights = find_weights(pack.name, pack.record, home=settings.home)
    fit = fit_of(weights, pack.record.name, library.revision)
    about = told.model_dump(include={"kind", "words", "figure", "trigger", "licence"})
    return import_prior(library.store, path, fit, name=told.name or "this file", **about)


def _asked(settings: Settings, links: Links, query: Mapping[str, str]) -> BringPrior:
    """Check what is told of a file before any of it is read, and that there is room for it."""
    try:
        told = BringPrior.model_validate({name: one for name, one in query.items() if one})
    except ValidationError as error:
        raise refused(error) from error
    open_by_id(settings, told.project)
    check_room(Library(settings, links), settings)
    name = told.name.replace("\\", "/").rpartition("/")[2]
    return told.model_copy(update={"name": "".join(one for one in name if one.isprintable())})


def _brought(settings: Settings, links: Links, told: BringPrior, path: Path) -> View:
    library = Library(settings, links)
    stored = bring(library, settings, told, path)
    notice = {"title": f"“{title_of(stored.prior)}” is here", "lines": []}
    shown = show(open_by_id(settings, told.project), settings, links)
    view = {"prior": stored.key, "notice": notice, **library.view()}
    return {**view, "story": story_view(shown)}
