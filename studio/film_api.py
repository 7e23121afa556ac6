"""The routes of the film desk: the film as it would be made, its edits, recordings, its making."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from pipeline.assemble.voices import MAX_VOICE_BYTES, keep_voice
from pipeline.files import SCRATCH
from pipeline.queue import Queue
from pipeline.settings import Settings
from pipeline.story import MAX_SCENES
from studio.answers import Asked, Endpoint, View, answering, reading
from studio.bodies import OfProject
from studio.cards import Shown
from studio.filmdesk import change_film, check_room, desk_view, hear, listening, make_film
from studio.operations import Name
from studio.projects import editing, find_scene, open_by_id
from studio.signing import Links
from studio.views import show
from studio.visitors import Visitors

_MOST_VALUES = 10
Values = Annotated[dict[str, Any], Field(max_length=_MOST_VALUES)]


class MakeFilm(OfProject):
    """A film, also of takes that are outdated if it is asked for `anyway`."""

    anyway: bool = False


class FilmChange(OfProject):
    """What changes in the film (see `FilmSettings`) and in its scenes (see `SceneEdit`)."""

    settings: Values = Field(default_factory=dict)
    scenes: Annotated[dict[Name, Values], Field(max_length=MAX_SCENES)] = Field(
        default_factory=dict
    )


class FilmApi:
    """What the routes do, for a visitor whose settings are known."""

    def __init__(self, settings: Settings, queue: Queue) -> None:
        self._queue, self._links = queue, Links(settings)

    def desk(self, settings: Settings, told: OfProject) -> View:
        """Give the film as it would be made now."""
        return desk_view(self._show(settings, told.project))

    def change(self, settings: Settings, told: FilmChange) -> View:
        """Keep changes of the film and give it."""
        with editing(settings, told.project) as project:
            change_film(project, settings, told.settings, told.scenes)
        return self.desk(settings, told)

    def film(self, settings: Settings, told: MakeFilm) -> View:
        """Queue the film; with a `notice` it is not, because takes are outdated."""
        shown = self._show(settings, told.project)
        return {"notice": make_film(shown, self._queue, anyway=told.anyway)}

    def voice(self, asked: Asked) -> View:
        """Keep the recording of a scene's narration and give the film."""
        settings, project_id = asked.settings, asked.query.get("project")
        scene_id = asked.query.get("scene", "")
        project = open_by_id(settings, project_id)
        find_scene(project.story, scene_id)
        check_room(project)
        with listening, tempfile.TemporaryDirectory(prefix=SCRATCH) as folder:
            source = Path(folder) / "recording"
            source.write_bytes(asked.body)
            voice = keep_voice(project, source)
        with editing(settings, project_id) as project:
            hear(project, settings, scene_id, voice)
        return desk_view(self._show(settings, project_id))

    def _show(self, settings: Settings, project_id: object) -> Shown:
        return show(open_by_id(settings, project_id), settings, self._links)


def film_endpoints(settings: Settings, queue: Queue, visitors: Visitors) -> dict[str, Endpoint]:
    """Give these routes by their names."""
    api = FilmApi(settings, queue)
    works = {
        "film": reading(MakeFilm, api.film),
        "film_desk": reading(OfProject, api.desk),
        "film_edit": reading(FilmChange, api.change),
    }
    return {
        **{name: answering(work, visitors) for name, work in works.items()},
        "voice": answering(api.voice, visitors, at_most=MAX_VOICE_BYTES),
    }
