"""The film desk: each scene's place in the film, how the film is made, and the making of it."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from pipeline.artifacts import Cut, FilmSettings, Take, Timeline
from pipeline.assemble.timeline import cut_frames, duration_seconds, film_fps, placed_cuts
from pipeline.errors import InputError
from pipeline.film_edit import FilmEdit, SceneEdit, Voice, save_film_edit, voice_file
from pipeline.filming import film_edit_of, planned_timeline
from pipeline.packs.record import load_record
from pipeline.project import Project
from pipeline.queue import Queue
from pipeline.settings import Settings
from pipeline.story import Scene
from studio.answers import refused
from studio.cards import Shown, View
from studio.films import chosen_takes, film_view
from studio.projects import checked_id, find_scene
from studio.refusals import NotThereError, TooLargeError
from studio.rendering import check_queue

MAX_VOICES_BYTES = 300_000_000
"""Of all recordings of one story."""
Changes = Mapping[str, Mapping[str, Any]]
listening = threading.BoundedSemaphore(2)
"""How many recordings are decoded at once."""


def desk_view(shown: Shown) -> View:
    """Give the film as it would be made now, scene by scene."""
    edit, takes = film_edit_of(shown.project, shown.settings), chosen_takes(shown)
    line = _line(shown, takes, edit)
    record = load_record(shown.settings.pack)
    takes_fps = next((take.fps for take in takes.values()), record.fps)
    fps = line.fps if line else film_fps(takes_fps, edit.settings.rate)
    places = (
        {cut.scene_id: (first, end, cut) for first, end, cut in placed_cuts(line)} if line else {}
    )
    name = shown.project.path.name
    return {
        "project": name,
        "revision": edit.revision,
        "settings": edit.settings.model_dump(),
        "fps": fps,
        "takes_fps": takes_fps,
        "seconds": duration_seconds(line) if line else 0,
        "film": film_view(shown),
        "stills": {"address": shown.address("stills.zip"), "file": f"{name}-stills.zip"},
        "scenes": [
            {
                **_scene(shown, scene, edit, takes.get(scene.id)),
                "number": number,
                **_place(places.get(scene.id), fps),
            }
            for number, scene in enumerate(shown.project.story.scenes, 1)
        ],
    }


def change_film(
    project: Project, settings: Settings, wanted: Mapping[str, Any], scenes: Changes
) -> None:
    """Keep changes of the film and of single scenes; what is not named stays as it is.

    Raises:
        InputError: a value cannot be kept; then nothing is.
        NotThereError: there is no such scene or recording.
    """
    edit = film_edit_of(project, settings)
    try:
        made = FilmSettings.model_validate({**edit.settings.model_dump(), **wanted})
        places = {
            find_scene(project.story, scene_id).id: SceneEdit.model_validate(
                {**edit.of(scene_id).model_dump(), **change}
            )
            for scene_id, change in scenes.items()
        }
    except ValidationError as error:
        raise refused(error) from error
    if any(place.voice and place.voice not in edit.voices for place in places.values()):
        raise NotThereError("This recording is no longer there", hint="Record it again.")
    update = {"settings": made, "scenes": {**edit.scenes, **places}}
    save_film_edit(project, edit.model_copy(update=update))


def hear(project: Project, settings: Settings, scene_id: str, voice: tuple[str, Voice]) -> None:
    """Let a recording that is kept already be heard with a scene."""
    scene = find_scene(project.story, scene_id)
    save_film_edit(project, film_edit_of(project, settings).with_voice(scene.id, *voice))


def check_room(project: Project) -> None:
    """Refuse (TooLargeError) one more recording where those of the story take too much room."""
    held = sum(one.stat().st_size for one in (project.path / "media").glob("voice-*.m4a"))
    if held > MAX_VOICES_BYTES:
        raise TooLargeError(
            f"The recordings of this story take more than {MAX_VOICES_BYTES // 10**6} MB",
            hint="Take some away first.",
        )


def find_voice(project: Project, voice_id: object) -> Path:
    """Give the file of a recording; NotThereError if there is none."""
    path = voice_file(project, checked_id(voice_id, "recording"))
    if not path.is_file():
        raise NotThereError("There is no such recording", hint="Record it again.")
    return path


def make_film(shown: Shown, queue: Queue, *, anyway: bool) -> View | None:
    """Queue the film of the scenes that have takes and are not left out.

    Where takes are outdated it is not made unless asked for `anyway`: then this gives a notice
    that names their scenes.

    Raises:
        InputError: no scene is rendered, or too much waits already.
    """
    edit = film_edit_of(shown.project, shown.settings)
    scenes = [one for one in shown.project.story.scenes if not edit.of(one.id).left_out]
    states = [shown.state(scene) for scene in scenes]
    rendered = [state in ("done", "stale") for state in states]
    if not scenes:
        raise InputError("Every scene is left out of the film", hint="Put one back.")
    if not any(rendered):
        raise InputError("No scene is rendered yet", hint="Render at least one scene first.")
    stale = [scene for scene, state in zip(scenes, states, strict=True) if state == "stale"]
    if stale and not anyway:
        return _outdated(stale)
    check_queue(queue, shown.settings.user, 1)
    left_out = {} if all(rendered) else {"only_rendered": True}
    edited = {"edited": edit.revision} if edit.revision else {}
    queue.submit("film", shown.project.path, left_out | edited, user=shown.settings.user)
    return None


def _line(shown: Shown, takes: Mapping[str, Take], edit: FilmEdit) -> Timeline | None:
    try:
        return planned_timeline(shown.project, takes, edit)
    except InputError:
        return None  # there is nothing to be shown yet


def _scene(shown: Shown, scene: Scene, edit: FilmEdit, take: Take | None) -> View:
    place, voice = edit.of(scene.id), edit.voice_of(scene.id)
    return {
        "id": scene.id,
        "title": scene.title,
        "narration": scene.narration,
        **place.model_dump(exclude={"voice"}),
        "take": _take(shown, take) if take else None,
        "voice": {
            "id": place.voice,
            "seconds": voice.seconds,
            "levels": voice.levels,
            "address": shown.address(f"voices/{place.voice}.m4a"),
        }
        if voice
        else None,
    }


def _take(shown: Shown, take: Take) -> View:
    return {
        "id": take.id,
        "video": shown.address(f"takes/{take.scene_id}/{take.id}.mp4"),
        "sheet": shown.address(f"takes/{take.scene_id}/{take.id}.jpg"),
        **take.model_dump(include={"width", "height", "fps", "num_frames"}),
    }


def _place(placed: tuple[int, int, Cut] | None, fps: int) -> View:
    """When a scene is seen, in seconds of the film; nothing of one that is not."""
    if placed is None:
        return {"start": None, "seconds": 0, "held": 0}
    first, _, cut = placed
    return {
        "start": first / fps,
        "seconds": cut_frames(cut) / fps,
        "held": cut.hold_frames / fps,
    }


def _outdated(scenes: Sequence[Scene]) -> View:
    title = "These scenes have changed since their takes were rendered"
    return {"title": title, "lines": [scene.title or scene.id for scene in scenes]}
