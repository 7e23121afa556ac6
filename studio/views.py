"""A project as the page shows it: plain records of words, colours and addresses for the browser."""

from __future__ import annotations

import itertools
import time
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from pipeline.artifacts import Casting, Part, ScenePrompt, Take
from pipeline.plan.lint import Doubt
from pipeline.settings import Settings
from pipeline.story import Character, Region, Scene, Story
from pipeline.theatre.world import load_world
from pipeline.workspace import Project, list_projects
from studio.media import MEDIA_PREFIX
from studio.projects import Staging

_SPARE_COLOURS = ("#a0673c", "#5f7f6a", "#7d5f8c", "#4f728f")
_SHELF_LENGTH = 12
_STAMP = itertools.count(1)

View = dict[str, Any]


def board_view(project: Project, staging: Staging, *, cost: str = "") -> View:
    """Give the storyboard of a project for `static/page/board.js`.

    `cost` says what rendering a scene takes ('about 15 s'), or nothing where nobody knows yet.
    """
    story, casting = project.story, staging.casting
    return {
        "stamp": next(_STAMP),  # makes each view a new one, so the browser always hears of it
        "project": project.path.name,
        "revision": story.revision,
        "title": story.title,
        "cast": [_actor(character, casting, at) for at, character in enumerate(story.characters)],
        "notes": [_sentence(note) for note in casting.notes()],
        "scenes": [_scene(project, scene, staging, cost) for scene in story.scenes],
    }


def film_view(project: Project, *, fresh: bool = False) -> View:
    """Give the newest film of a project for `static/page/film.js`."""
    films = project.films()
    film = _film(project, films[-1]) if films else None
    return {"project": project.path.name, "film": film, "fresh": fresh}


def shelf_view(settings: Settings) -> View:
    """Give the list of stories for `static/page/shelf.js`, newest first."""
    summaries = list_projects(settings)[:_SHELF_LENGTH]
    return {
        "stamp": next(_STAMP),
        "stories": [
            {"id": one.path.name, "title": one.title, "detail": f"{one.num_scenes} scenes"}
            for one in summaries
        ],
    }


def missing_scenes(project: Project) -> list[Scene]:
    """Give the scenes that have no take yet, in the story's order."""
    return [scene for scene in project.story.scenes if project.chosen_take(scene.id) is None]


def cost_words(step_seconds: float | None, num_steps: int) -> str:
    """Say what so many steps will take, 'about 15 s'; empty where nobody knows."""
    return "" if step_seconds is None else f"about {duration_words(step_seconds * num_steps)}"


def duration_words(seconds: float) -> str:
    """Say a time as a person would: '8 s', '1 min 20 s'."""
    whole = max(1, round(seconds))
    if whole >= 90:
        whole = round(whole / 10) * 10
    minutes, rest = divmod(whole, 60)
    words = [f"{minutes} min"] if minutes else []
    return " ".join([*words, f"{rest} s"] if rest else words)


def measured_step_seconds(takes: Sequence[Take]) -> float | None:
    """Give the seconds that one step of the newest take took; None without takes."""
    if not takes:
        return None
    newest = max(takes, key=lambda take: take.created)
    return newest.seconds_taken / newest.settings.num_inference_steps


def _actor(character: Character, casting: Casting, at: int) -> View:
    part = _part(casting, character.id)
    played = f"the {part.colour} {part.kind}" if part else ""
    return {"name": character.name, "colour": _colour(part, at), "played": played}


def _scene(project: Project, scene: Scene, staging: Staging, cost: str) -> View:
    chosen = project.chosen_take(scene.id)
    takes = enumerate(project.takes(scene.id), 1)
    casting, prompt = staging.casting, staging.prompts[scene.id]
    backdrop = next((one.backdrop for one in casting.places if one.scene_id == scene.id), "plain")
    words = {region.region_id: region.text for region in prompt.regions}
    regions = [
        {**_region(region, project.story, casting, at), "played": words.get(region.id, "")}
        for at, region in enumerate(scene.regions)
    ]
    names = {region["id"]: region["name"] for region in regions}
    return {
        "id": scene.id,
        "title": scene.title,
        "setting": scene.setting,
        "narration": scene.narration,
        "backdrop": backdrop,
        "regions": regions,
        "notes": [_doubt(doubt, names) for doubt in staging.doubts[scene.id]],
        "takes": [_take(project, take, number, chosen, prompt) for number, take in takes],
        "cost": cost,
    }


def _doubt(doubt: Doubt, names: Mapping[str, str]) -> str:
    """What a model could hardly obey, said of the one it concerns."""
    who = f"{names[doubt.region_id]} " if doubt.region_id else ""
    return _sentence(f"{who}{doubt.words}")


def _region(region: Region, story: Story, casting: Casting, at: int) -> View:
    name, colour = region.description[:24] or region.id, _SPARE_COLOURS[at % len(_SPARE_COLOURS)]
    if region.character_id is not None:
        name = story.character(region.character_id).name
        order = [character.id for character in story.characters].index(region.character_id)
        colour = _colour(_part(casting, region.character_id), order)
    return {
        "id": region.id,
        "name": name,
        "colour": colour,
        "layer": region.layer,
        "description": region.description,
        "boxes": [box.as_list() if box else None for box in region.boxes()],
    }


def _take(
    project: Project, take: Take, number: int, chosen: Take | None, prompt: ScenePrompt
) -> View:
    same = (take.prompt.regions, take.prompt.background) == (prompt.regions, prompt.background)
    changed = "" if same else "; the scene has changed since"
    return {
        "id": take.id,
        "label": f"Take {number}",
        "chosen": chosen is not None and chosen.id == take.id,
        "video": f"{_media(project)}/takes/{take.scene_id}/{take.id}.mp4",
        "note": f"Take {number}, rendered in {duration_words(take.seconds_taken)}{changed}",
    }


def _film(project: Project, path: Path) -> View:
    address = f"{_media(project)}/films/{path.stem}"
    has_words = path.with_suffix(".srt").is_file()
    made = datetime.fromtimestamp(path.stat().st_mtime)
    return {
        "id": f"{path.stem}-{path.stat().st_mtime_ns}",
        "video": f"{address}.mp4",
        "captions": f"{address}.vtt" if has_words else None,
        "subtitles": f"{address}.srt" if has_words else None,
        "file": f"{project.path.name}.mp4",
        "subtitles_file": f"{project.path.name}.srt",
        "note": f"Made {_when(made)} from the chosen take of each scene.",
    }


def _when(made: datetime) -> str:
    today = time.strftime("%Y-%m-%d") == made.strftime("%Y-%m-%d")
    return made.strftime("today at %H:%M" if today else "on %Y-%m-%d at %H:%M")


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:].rstrip(".") + "."


def _part(casting: Casting, character_id: str) -> Part | None:
    return next((part for part in casting.parts if part.character_id == character_id), None)


def _colour(part: Part | None, at: int) -> str:
    rgb = load_world().colours.get(part.colour) if part else None
    if rgb is None:
        return _SPARE_COLOURS[at % len(_SPARE_COLOURS)]
    return "#{:02x}{:02x}{:02x}".format(*rgb)


def _media(project: Project) -> str:
    return f"{MEDIA_PREFIX.lstrip('/')}/{project.path.name}"
