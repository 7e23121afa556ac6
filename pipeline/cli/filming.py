"""The options that say how takes become a film; what they say is kept with the story."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

from pydantic import ValidationError

from pipeline.artifacts import FilmRate, FilmSettings, Join, Subtitles
from pipeline.errors import InputError
from pipeline.files import setting_error
from pipeline.film_edit import FilmEdit, SceneEdit, save_film_edit
from pipeline.filming import film_edit_of
from pipeline.project import Project
from pipeline.settings import Settings

_TRIM = re.compile(r"(\d{1,5}):(\d{1,5})")
_PLAIN, _WHOLE = "film", "all"
Named = tuple[str, str]


def add_film_options(film: argparse.ArgumentParser) -> None:
    """Add the options that say how takes become a film."""
    switch = argparse.BooleanOptionalAction
    joins = film.add_mutually_exclusive_group()
    joins.add_argument("--crossfade", type=float, metavar="SECONDS", help="scenes fade over")
    joins.add_argument("--cut", action="store_true", help="scenes follow each other at once")
    film.add_argument("--title-card", action=switch, help="the title on paper, first")
    film.add_argument("--byline", metavar="WORDS", help="the line under the title on its card")
    film.add_argument("--end-card", action=switch, help="credits on paper, last")
    film.add_argument("--subtitles", choices=get_args(Subtitles), help="burnt: in the picture too")
    film.add_argument(
        "--rate",
        choices=get_args(FilmRate),
        help="frames a second: the takes' own, 24 with frames held, or 24 with those in between "
        "drawn by ffmpeg",
    )
    _add_scene_options(film)


def _add_scene_options(film: argparse.ArgumentParser) -> None:
    def add(name: str, metavar: str, words: str, kind: Callable[[str], object]) -> None:
        film.add_argument(name, action="append", default=[], type=kind, metavar=metavar, help=words)

    add("--trim", "SCENE=FIRST:LAST", "the frames of its take, from 1; =all: whole", _named)
    add("--join", "SCENE=JOIN", "how the next scene follows: cut, crossfade, film", _named)
    add("--leave-out", "SCENE", "not in the film", str)
    add("--put-back", "SCENE", "in the film again", str)
    add("--voice", "SCENE=FILE", "a recording of its narration", _named)
    add("--no-voice", "SCENE", "without its recording", str)


def keep_film_options(options: argparse.Namespace, project: Project, settings: Settings) -> None:
    """Keep what the options say in the project's edit of the film; nothing where none is given.

    Raises:
        InputError: a value is out of range, or there is no such scene; nothing is kept.
    """
    edit = before = film_edit_of(project, settings)
    try:
        made = FilmSettings.model_validate({**edit.settings.model_dump(), **_told(options)})
        edit = edit.model_copy(update={"settings": made})
        for scene_id, change in _changes(options):
            edit = _changed(project, edit, scene_id, change)
    except ValidationError as error:
        raise setting_error(error) from error
    for scene_id, file in options.voice:
        edit = _with_voice(project, edit, scene_id, Path(file))
    if edit != before:
        save_film_edit(project, edit)


def _told(options: argparse.Namespace) -> dict[str, Any]:
    """The settings of the film that are given."""
    names = ("title_card", "byline", "end_card", "subtitles", "rate")
    told = {name: getattr(options, name) for name in names}
    if options.crossfade is not None:
        told |= {"transition": "crossfade", "transition_seconds": options.crossfade}
    if options.cut:
        told["transition"] = "cut"
    return {name: value for name, value in told.items() if value is not None}


def _changes(options: argparse.Namespace) -> list[tuple[str, dict[str, Any]]]:
    """What is given for single scenes."""
    return [
        *((scene, _trim(words)) for scene, words in options.trim),
        *((scene, {"join": _join(words)}) for scene, words in options.join),
        *((scene, {"left_out": True}) for scene in options.leave_out),
        *((scene, {"left_out": False}) for scene in options.put_back),
        *((scene, {"voice": None}) for scene in options.no_voice),
    ]


def _changed(project: Project, edit: FilmEdit, scene_id: str, change: dict[str, Any]) -> FilmEdit:
    _check_scene(project, scene_id)
    scene = SceneEdit.model_validate({**edit.of(scene_id).model_dump(), **change})
    return edit.model_copy(update={"scenes": {**edit.scenes, scene_id: scene}})


def _with_voice(project: Project, edit: FilmEdit, scene_id: str, file: Path) -> FilmEdit:
    from pipeline.assemble.voices import keep_voice

    _check_scene(project, scene_id)
    return edit.with_voice(scene_id, *keep_voice(project, file))


def _check_scene(project: Project, scene_id: str) -> None:
    known = [scene.id for scene in project.story.scenes]
    if scene_id not in known:
        raise InputError(
            f"there is no scene {scene_id!r}", hint=f"The story has {', '.join(known)}."
        )


def _trim(words: str) -> dict[str, Any]:
    if words == _WHOLE:
        return {"from_frame": 0, "to_frame": None}
    numbers = _TRIM.fullmatch(words)
    first, last = (int(numbers[1]), int(numbers[2])) if numbers else (0, 0)
    if not 0 < first <= last:
        raise InputError(f"{words!r} names no frames", hint="Write FIRST:LAST, counted from 1.")
    return {"from_frame": first - 1, "to_frame": last}


def _join(words: str) -> str | None:
    if words not in (*get_args(Join), _PLAIN):
        known = ", ".join((*get_args(Join), _PLAIN))
        raise InputError(f"scenes cannot be joined by {words!r}", hint=f"Take {known}.")
    return None if words == _PLAIN else words


def _named(text: str) -> Named:
    scene, sign, value = text.partition("=")
    if not (scene and sign and value):
        raise argparse.ArgumentTypeError(f"{text!r} does not say SCENE=...")
    return scene, value
