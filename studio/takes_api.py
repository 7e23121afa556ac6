"""The routes of takes beside `render`: one made again by its recipe."""

from __future__ import annotations

from pipeline.queue import Queue
from pipeline.settings import Settings
from studio.answers import Endpoint, View, answering, reading
from studio.projects import open_by_id
from studio.rendering import render_again
from studio.reports import find_take_record
from studio.signing import Links
from studio.takes_bodies import RenderAgain
from studio.views import show
from studio.visitors import Visitors


def takes_endpoints(settings: Settings, queue: Queue, visitors: Visitors) -> dict[str, Endpoint]:
    """Give these routes by their names."""
    links = Links(settings)

    def again(settings: Settings, told: RenderAgain) -> View:
        """Queue a take by the recipe of another."""
        shown = show(open_by_id(settings, told.project), settings, links)
        take = find_take_record(shown, told.scene, told.take)
        changes = told.model_dump(include={"seed", "steps", "guidance", "unwanted", "without"})
        render_again(shown, queue, take, **changes)
        return {}

    return {"render_again": answering(reading(RenderAgain, again), visitors)}
