"""The routes that a page talks to: each checks what it is sent and sees its own user's stories."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.routing import BaseRoute

from pipeline.queue import Queue
from pipeline.settings import Settings
from studio import bodies, packs
from studio.answers import API_PREFIX, Asked, Endpoint, View, answering, parsed, reading
from studio.bundles import importing
from studio.cards import Shown
from studio.changing import Stamps, change
from studio.copies import copy_view, remember
from studio.desk_api import desk_endpoints
from studio.film_api import film_endpoints
from studio.first_api import first_endpoints
from studio.history import version_views
from studio.jobs import JobDesk
from studio.jobs_api import jobs_endpoints
from studio.learned_api import learned_endpoints
from studio.learning import keep_learned
from studio.libraries import add_folder, libraries_view, look_again, remove_library
from studio.limits import FILLING, class_of
from studio.motions import decide, motions_of, search
from studio.operations import count_up
from studio.packs import packs_view
from studio.pictures import MAX_PICTURE_BYTES, keep_picture, plain_jpeg
from studio.projects import editing, find_scene, open_by_id
from studio.quotas import within_quota
from studio.reading import words_view
from studio.refusals import FAILED
from studio.rendering import make_animatic, render
from studio.reports import find_take_record, take_view
from studio.signing import Links
from studio.story_operations import OPERATIONS
from studio.takes_api import takes_endpoints
from studio.uploads import LIST, VIDEO, receiving
from studio.views import changed_view, saved_time, shelf_view, show, story_view
from studio.visitors import Visitors


def api_routes(settings: Settings, queue: Queue) -> list[BaseRoute]:
    """Give the routes that answer in JSON; see `launch(app_kwargs=...)`."""
    router, visitors = APIRouter(), Visitors(settings)
    endpoints = {
        **_endpoints(Api(settings, queue), visitors),
        **film_endpoints(settings, queue, visitors),
        **first_endpoints(settings, queue, visitors),
        **jobs_endpoints(settings, queue, visitors),
        **learned_endpoints(settings, queue, visitors),
        **takes_endpoints(settings, queue, visitors),
        **desk_endpoints(settings, queue, visitors),
        **_arriving(visitors, queue),
    }
    for name, endpoint in endpoints.items():
        kept = within_quota(endpoint, visitors) if class_of(name) in FILLING else endpoint
        router.add_route(f"{API_PREFIX}/{name}", kept, methods=["POST"])
    return router.routes


class Api:
    """What the routes do, for a visitor whose settings are known."""

    def __init__(self, settings: Settings, queue: Queue) -> None:
        self._queue = queue
        self._links = Links(settings)
        self._desk = JobDesk(queue, self._links)
        self._stamps = Stamps()

    def shelf(self, settings: Settings, _: bodies.Nothing) -> View:
        """Give the visitor's stories."""
        return shelf_view(settings)

    def open(self, settings: Settings, told: bodies.OfProject) -> View:
        """Give a whole story, and say what failed since it was looked at last."""
        with editing(settings, told.project) as project:
            keep_learned(project, settings)
        shown = self._show(settings, told)
        missed = self._desk.missed(shown.project, settings)
        return story_view(shown, notice={"title": FAILED, "lines": missed} if missed else None)

    def edit(self, asked: Asked) -> View:
        """Carry out an edit and give what it changed."""
        operation = parsed(asked.body, OPERATIONS)
        return change(operation, asked.settings, self._links, self._stamps)

    def watch(self, settings: Settings, told: bodies.Watch) -> View:
        """Give the work that goes on, and which revision of the story is saved."""
        project = open_by_id(settings, told.project)
        return {
            "jobs": self._desk.watch(project, settings, told.known),
            "revision": project.story.revision,
            "saved": saved_time(project),
        }

    def scene(self, settings: Settings, told: bodies.OfScene) -> View:
        """Give one scene as it is now."""
        shown = self._show(settings, told)
        return changed_view(shown, [find_scene(shown.project.story, told.scene).id])

    def cancel(self, settings: Settings, told: bodies.Cancel) -> View:
        """Ask for the end of some work."""
        self._desk.cancel(open_by_id(settings, told.project), told.ids)
        return {}

    def render(self, settings: Settings, told: bodies.Render) -> View:
        """Queue takes."""
        shown = self._show(settings, told)
        wish = told.model_dump(include={"quality", "seed", "unwanted", "without", "count"})
        render(shown, self._queue, told.scenes, **wish)
        return {}

    def take(self, settings: Settings, told: bodies.OfTake) -> View:
        """Give the boxes of a take, what is seen of them, and how it was made."""
        shown = self._show(settings, told)
        return take_view(shown, find_take_record(shown, told.scene, told.take))

    def animatic(self, settings: Settings, told: bodies.OfProject) -> View:
        """Queue the film of the boxes."""
        make_animatic(self._show(settings, told), self._queue)
        return {}

    def versions(self, settings: Settings, told: bodies.OfProject) -> View:
        """Give the versions that can be brought back."""
        return {"versions": version_views(open_by_id(settings, told.project))}

    def words(self, settings: Settings, told: bodies.Words) -> View:
        """Give the words that the pack reads otherwise."""
        project = open_by_id(settings, told.project)
        return words_view(project, settings, told.scene, told.region, told.text)

    def motions(self, settings: Settings, told: bodies.OfProject) -> View:
        """Give the motions of a story, and where clips of them may come from."""
        heads = motions_of(settings, told.project, self._links).heads()
        return {"motions": heads, **libraries_view(settings)}

    def motion(self, settings: Settings, told: bodies.OfMotion) -> View:
        """Give one motion with its clips."""
        return motions_of(settings, told.project, self._links).view(told.motion)

    def search(self, settings: Settings, told: bodies.Search) -> View:
        """Queue the search for a motion's clips."""
        search(open_by_id(settings, told.project), settings, self._queue, told)
        return {}

    def decide(self, settings: Settings, told: bodies.Decide) -> View:
        """Keep a verdict on a clip and give its motion."""
        decide(settings, told)
        return self.motion(settings, told)

    def libraries(self, settings: Settings, _: bodies.OfProject) -> View:
        """Give where clips may come from."""
        return libraries_view(settings)

    def library_add(self, settings: Settings, told: bodies.AddFolder) -> View:
        """Queue the look through a folder or a list of clips."""
        add_folder(open_by_id(settings, told.project), settings, self._queue, told.path)
        return {}

    def library_again(self, settings: Settings, told: bodies.OfLibrary) -> View:
        """Queue another look through the folder of a library."""
        look_again(open_by_id(settings, told.project), settings, self._queue, told.library)
        return {}

    def library_remove(self, settings: Settings, told: bodies.OfLibrary) -> View:
        """Delete a library and give those that are left."""
        remove_library(settings, self._queue, told.library)
        return libraries_view(settings)

    def packs(self, settings: Settings, _: bodies.OfProject) -> View:
        """Give the models that can play."""
        return packs_view(settings)

    def pack_fetch(self, settings: Settings, told: bodies.OfPack) -> View:
        """Queue the fetching of a model."""
        packs.fetch(open_by_id(settings, told.project), settings, self._queue, told.pack)
        return {}

    def pack_remove(self, settings: Settings, told: bodies.OfPack) -> View:
        """Delete what was fetched of a model and give those there are."""
        packs.remove(settings, self._queue, told.pack)
        return packs_view(settings)

    def copy(self, settings: Settings, told: bodies.OfProject) -> View:
        """Give what the browser keeps of a story."""
        return copy_view(open_by_id(settings, told.project))

    def remember(self, settings: Settings, told: bodies.Remember) -> View:
        """Make a story of a browser's copy again."""
        return {"project": remember(told.copied, settings).path.name}

    def picture(self, asked: Asked) -> View:
        """Keep a picture of the storyteller's own for a scene."""
        scene_id = asked.query.get("scene")
        find_scene(open_by_id(asked.settings, asked.query.get("project")).story, scene_id)
        jpeg = plain_jpeg(asked.body)  # takes its time, so before anybody else has to wait
        with editing(asked.settings, asked.query.get("project")) as project:
            find_scene(project.story, scene_id)
            count_up(project)
            keep_picture(project, scene_id, jpeg)
        shown = show(project, asked.settings, self._links)
        return changed_view(shown, [find_scene(project.story, scene_id).id])

    def _show(self, settings: Settings, told: bodies.OfProject) -> Shown:
        return show(open_by_id(settings, told.project), settings, self._links)


def _endpoints(api: Api, visitors: Visitors) -> dict[str, Endpoint]:
    """Every route by its name."""
    works = {
        "shelf": reading(bodies.Nothing, api.shelf),
        "open": reading(bodies.OfProject, api.open),
        "edit": api.edit,
        "watch": reading(bodies.Watch, api.watch),
        "scene": reading(bodies.OfScene, api.scene),
        "cancel": reading(bodies.Cancel, api.cancel),
        "render": reading(bodies.Render, api.render),
        "take": reading(bodies.OfTake, api.take),
        "animatic": reading(bodies.OfProject, api.animatic),
        "versions": reading(bodies.OfProject, api.versions),
        "words": reading(bodies.Words, api.words),
        "motions": reading(bodies.OfProject, api.motions),
        "motion": reading(bodies.OfMotion, api.motion),
        "search": reading(bodies.Search, api.search),
        "decide": reading(bodies.Decide, api.decide),
        "libraries": reading(bodies.OfProject, api.libraries),
        "library_add": reading(bodies.AddFolder, api.library_add),
        "library_again": reading(bodies.OfLibrary, api.library_again),
        "library_remove": reading(bodies.OfLibrary, api.library_remove),
        "packs": reading(bodies.OfProject, api.packs),
        "pack_fetch": reading(bodies.OfPack, api.pack_fetch),
        "pack_remove": reading(bodies.OfPack, api.pack_remove),
        "copy": reading(bodies.OfProject, api.copy),
        "remember": reading(bodies.Remember, api.remember),
    }
    return {
        **{name: answering(work, visitors) for name, work in works.items()},
        "picture": answering(api.picture, visitors, at_most=MAX_PICTURE_BYTES),
    }


def _arriving(visitors: Visitors, queue: Queue) -> dict[str, Endpoint]:
    """The routes whose bodies are files, kept as they arrive."""
    return {
        "import": importing(visitors),
        "clip": receiving(visitors, queue, VIDEO),
        "captions": receiving(visitors, queue, LIST),
    }
