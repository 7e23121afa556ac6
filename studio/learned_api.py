"""The routes of what was learned: the library, learning itself, and the pictures of a character."""

from __future__ import annotations

from pipeline.queue import Queue
from pipeline.settings import Settings
from pipeline.workspace import Project
from studio import bodies
from studio.answers import Asked, Endpoint, View, answering, reading
from studio.changing import changed_since
from studio.learning import Learning, choose, control, find_thing, keep_learned, learn
from studio.looks import (
    find_actor,
    keep_look,
    look_view,
    part_of,
    plain_png,
    remove_look,
)
from studio.pictures import MAX_PICTURE_BYTES
from studio.prior_uploads import bringing
from studio.priors import Library, remove
from studio.projects import editing, open_by_id
from studio.signing import Links
from studio.staging import stage
from studio.views import show, story_view
from studio.visitors import Visitors


class LearnedApi:
    """What the routes do, for a visitor whose settings are known."""

    def __init__(self, settings: Settings, queue: Queue) -> None:
        self._queue, self.links = queue, Links(settings)

    def priors(self, settings: Settings, _: bodies.OfProject) -> View:
        """Give all that was learned."""
        return Library(settings, self.links).view()

    def prior(self, settings: Settings, told: bodies.OfPrior) -> View:
        """Give all that is known of one."""
        return Library(settings, self.links).whole(told.prior)

    def learning(self, settings: Settings, told: bodies.OfThing) -> View:
        """Give what can be learned of a motion or a character, and what is used."""
        project = open_by_id(settings, told.project)
        return self._learning(project, settings, told).view()

    def learn(self, settings: Settings, told: bodies.Learn) -> View:
        """Queue the learning of a motion or a look."""
        project = open_by_id(settings, told.project)
        learn(self._learning(project, settings, told), project, settings, self._queue, told)
        return self._learning(project, settings, told).view()

    def control(self, settings: Settings, told: bodies.LearnControl) -> View:
        """Tell some learning what to do."""
        control(open_by_id(settings, told.project), self._queue, told)
        return {}

    def use(self, settings: Settings, told: bodies.UsePrior) -> View:
        """Keep what a story uses of what was learned."""
        with editing(settings, told.project) as project:
            before = stage(project, settings)
            choose(project, settings, Library(settings, self.links), told)
            shown = show(project, settings, self.links)
        learning = self._learning(project, settings, told).view()
        return {"learning": learning, "story": changed_since(before, shown)}

    def remove(self, settings: Settings, told: bodies.RemovePrior) -> View:
        """Delete one; with a `notice` it is not, because stories use it."""
        library = Library(settings, self.links)
        notice = remove(library, told.prior, anyway=told.anyway)
        if notice is not None:
            return {"removed": False, "notice": notice}
        with editing(settings, told.project) as project:
            keep_learned(project, settings)
            story = story_view(show(project, settings, self.links))
        return {"removed": True, "notice": None, **library.view(), "story": story}

    def look(self, settings: Settings, told: bodies.OfCharacter) -> View:
        """Give the pictures of a character, and what can be learned from them."""
        return self._look(open_by_id(settings, told.project), settings, told.character)

    def look_picture(self, asked: Asked) -> View:
        """Keep a picture of a character, or the part of it that `crop` names."""
        settings, project_id = asked.settings, asked.query.get("project")
        character = asked.query.get("character", "")
        find_actor(open_by_id(settings, project_id), character)
        part = part_of(asked.query.get("crop"))
        png = plain_png(asked.body, part)  # takes its time, so before anybody else has to wait
        with editing(settings, project_id) as project:
            before = stage(project, settings)
            keep_look(project, character, png)
            story = changed_since(before, show(project, settings, self.links))
        return {"look": self._look(project, settings, character), "story": story}

    def look_remove(self, settings: Settings, told: bodies.OfLook) -> View:
        """Take a picture of a character away."""
        with editing(settings, told.project) as project:
            before = stage(project, settings)
            remove_look(project, told.character, told.picture)
            story = changed_since(before, show(project, settings, self.links))
        return {"look": self._look(project, settings, told.character), "story": story}

    def _look(self, project: Project, settings: Settings, character: str) -> View:
        view = look_view(project, settings, self.links, character)
        told = bodies.OfThing(project=project.path.name, character=character)
        return {**view, "learning": self._learning(project, settings, told).view()}

    def _learning(self, project: Project, settings: Settings, told: bodies.OfThing) -> Learning:
        thing = find_thing(project, told)
        return Learning(project, settings, self.links, self._queue, thing)


def learned_endpoints(settings: Settings, queue: Queue, visitors: Visitors) -> dict[str, Endpoint]:
    """Give these routes by their names."""
    api = LearnedApi(settings, queue)
    works = {
        "priors": reading(bodies.OfProject, api.priors),
        "prior": reading(bodies.OfPrior, api.prior),
        "prior_use": reading(bodies.UsePrior, api.use),
        "prior_remove": reading(bodies.RemovePrior, api.remove),
        "learning": reading(bodies.OfThing, api.learning),
        "learn": reading(bodies.Learn, api.learn),
        "learn_control": reading(bodies.LearnControl, api.control),
        "look": reading(bodies.OfCharacter, api.look),
        "look_remove": reading(bodies.OfLook, api.look_remove),
    }
    return {
        **{name: answering(work, visitors) for name, work in works.items()},
        "look_picture": answering(api.look_picture, visitors, at_most=MAX_PICTURE_BYTES),
        "prior_import": bringing(visitors, api.links),
    }
