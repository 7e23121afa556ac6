"""A project as the page shows it: plain records of words, colours and addresses for the browser."""

from __future__ import annotations

import itertools
import time
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from pipeline.artifacts import Take
from pipeline.plan.exchange import FORMATS
from pipeline.plan.lint import Finding
from pipeline.settings import Settings
from pipeline.story import Character, Scene
from pipeline.workspace import Project, list_projects
from studio.cards import (
    actor_colour,
    duration_words,
    finding_view,
    part_of,
    scene_view,
    sentence,
)
from studio.planners import model_words, planner_of, planning_view
from studio.projects import Staging, media_address, plan_record

_SHELF_LENGTH = 200
_SHOWN_LOSSES = 3
_FILES = {
    "story": "The whole story",
    "plan": "The scenes as plan text",
    "jsonl": "The scenes as T2V-CompBench's lines",
}
_STAMP = itertools.count(1)

View = dict[str, Any]


def board_view(
    project: Project,
    staging: Staging,
    *,
    cost: str = "",
    notice: View | None = None,
    replanned: str = "",
) -> View:
    """Give the storyboard of a project for `static/page/board.js`.

    Args:
        project: Whose storyboard.
        staging: How the pack plays it.
        cost: What rendering a scene takes ('about 15 s'), or nothing where nobody knows yet.
        notice: What to tell above the board: `{"title": ..., "lines": [...]}`.
        replanned: The id of a scene that was just planned anew.
    """
    story, record = project.story, plan_record(project)
    return {
        "stamp": next(_STAMP),  # makes each view a new one, so the browser always hears of it
        "project": project.path.name,
        "revision": story.revision,
        "title": story.title,
        "cast": [_actor(one, staging, at) for at, one in enumerate(story.characters)],
        "notes": _notes(staging),
        "findings": [finding_view(one, story) for one in staging.findings if _is_of_all(one)],
        "mend": sum(one.safe for one in staging.findings),
        "scenes": [scene_view(project, scene, staging, cost) for scene in story.scenes],
        "model": model_words(planner_of(record)),
        "planning": planning_view(record, story),
        "files": _files(project),
        "notice": notice,
        "replanned": replanned,
    }


def _is_of_all(finding: Finding) -> bool:
    return finding.place.scene_id is None


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
            {"id": one.path.name, "title": one.title, "detail": _scenes(one.num_scenes)}
            for one in summaries
        ],
    }


def _scenes(number: int) -> str:
    return "1 scene" if number == 1 else f"{number} scenes"


def missing_scenes(project: Project) -> list[Scene]:
    """Give the scenes that have no take yet, in the story's order."""
    return [scene for scene in project.story.scenes if project.chosen_take(scene.id) is None]


def cost_words(step_seconds: float | None, num_steps: int) -> str:
    """Say what so many steps will take, 'about 15 s'; empty where nobody knows."""
    return "" if step_seconds is None else f"about {duration_words(step_seconds * num_steps)}"


def measured_step_seconds(takes: Sequence[Take]) -> float | None:
    """Give the seconds that one step of the newest take took; None without takes."""
    if not takes:
        return None
    newest = max(takes, key=lambda take: take.created)
    return newest.seconds_taken / newest.settings.num_inference_steps


def _actor(character: Character, staging: Staging, at: int) -> View:
    part = part_of(staging.casting, character.id)
    question = next((one for one in staging.questions if one.character_id == character.id), None)
    return {
        "id": character.id,
        "name": character.name,
        "colour": actor_colour(part, at),
        "played": f"the {part.colour} {part.kind}" if part else "",
        "asks": question.asks if question else "",
        "choices": [list(figure) for figure in question.choices] if question else [],
    }


def _notes(staging: Staging) -> list[str]:
    """What is cast differently from the story's words, but for what questions and cards tell."""
    asked = {question.character_id for question in staging.questions}
    parts = tuple(one for one in staging.casting.parts if one.character_id not in asked)
    casting = staging.casting.model_copy(update={"parts": parts, "places": ()})
    return [sentence(note) for note in casting.notes()]


def _files(project: Project) -> list[View]:
    """The formats in which a story can be kept, and what is lost in them."""
    return [
        {
            "words": f"{_FILES.get(name, kind.title)} ({kind.suffix})",
            "address": f"{media_address(project)}/story/{name}",
            "file": f"{project.path.name}{kind.suffix}",
            "note": _lost(kind.losses(project.story)),
        }
        for name, kind in FORMATS.items()
        if kind.write is not None
    ]


def _lost(notes: tuple[str, ...]) -> str:
    told = [sentence(note) for note in notes[:_SHOWN_LOSSES]]
    return " ".join([*told, "…"] if len(notes) > _SHOWN_LOSSES else told)


def _film(project: Project, path: Path) -> View:
    address = f"{media_address(project)}/films/{path.stem}"
    has_words = path.with_suffix(".srt").is_file()
    made = datetime.fromtimestamp(path.stat().st_mtime)
    return {
        "id": f"{path.stem}-{path.stat().st_mtime_ns}",
        "video": f"{address}.mp4",
        "captions": f"{address}.vtt" if has_words else None,
        "subtitles": f"{address}.srt" if has_words else None,
        "file": f"{project.path.name}.mp4",
        "subtitles_file": f"{project.path.name}.srt",
        "note": f"Made {_when(made)} from the chosen take of each scene.{_aged(project, made)}",
    }


def _aged(project: Project, made: datetime) -> str:
    """Say that a film is older than a take that would go into it now."""
    takes = (project.chosen_take(scene.id) for scene in project.story.scenes)
    newer = any(
        take and datetime.fromisoformat(take.created).timestamp() > made.timestamp()
        for take in takes
    )
    return " There are newer takes: make it again." if newer else ""


def _when(made: datetime) -> str:
    today = time.strftime("%Y-%m-%d") == made.strftime("%Y-%m-%d")
    return made.strftime("today at %H:%M" if today else "on %Y-%m-%d at %H:%M")
