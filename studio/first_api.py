"""The routes of the first page, the copy of its example, and a whole film at one press."""

from __future__ import annotations

from pipeline.queue import Queue
from pipeline.settings import Settings
from studio import bodies
from studio.answers import Endpoint, View, answering, reading
from studio.cards import Shown
from studio.example import copy_example
from studio.first import first_view
from studio.projects import open_by_id
from studio.signing import Links
from studio.views import show
from studio.visitors import Visitors
from studio.wholefilm import could_be_learned, make_whole_film


class FirstApi:
    """What the routes do, for a visitor whose settings are known."""

    def __init__(self, settings: Settings, queue: Queue) -> None:
        self._queue, self._links = queue, Links(settings)

    def first(self, settings: Settings, _: bodies.Nothing) -> View:
        """Give the first page: the example or one's own last story, and who can play."""
        return first_view(settings, self._links)

    def example_copy(self, settings: Settings, _: bodies.Nothing) -> View:
        """Make the example one of the visitor's own stories."""
        return {"project": copy_example(settings).path.name}

    def whole_film(self, settings: Settings, told: bodies.OfProject) -> View:
        """Queue drafts of all scenes, their film, then finals and the film anew."""
        return make_whole_film(self._show(settings, told), self._queue)

    def whole_film_told(self, settings: Settings, told: bodies.OfProject) -> View:
        """Say what the story could learn, as the word at the end of a whole film."""
        return could_be_learned(self._show(settings, told))

    def _show(self, settings: Settings, told: bodies.OfProject) -> Shown:
        return show(open_by_id(settings, told.project), settings, self._links)


def first_endpoints(settings: Settings, queue: Queue, visitors: Visitors) -> dict[str, Endpoint]:
    """Give these routes by their names."""
    api = FirstApi(settings, queue)
    works = {
        "first": reading(bodies.Nothing, api.first),
        "example_copy": reading(bodies.Nothing, api.example_copy),
        "whole_film": reading(bodies.OfProject, api.whole_film),
        "whole_film_told": reading(bodies.OfProject, api.whole_film_told),
    }
    return {name: answering(work, visitors) for name, work in works.items()}
