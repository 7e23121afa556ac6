"""What the browser is told about a story."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pipeline.story import Box, Key
from pipeline.workspace import Project
from studio.projects import edit_scene, stage
from studio.views import (
    board_view,
    cost_words,
    duration_words,
    film_view,
    measured_step_seconds,
    missing_scenes,
)
from tests.studio.fixtures import add_take


def test_board_tells_scenes_in_order_with_their_words(project: Project) -> None:
    view = board_view(project, stage(project, "theatre"))
    assert [scene["title"] for scene in view["scenes"]] == ["Dawn", "Dusk"]
    assert view["scenes"][0]["narration"] == "Once."
    assert view["scenes"][1]["setting"] == "the beach"
    json.dumps(view)


def test_cast_is_told_by_name_colour_and_player(project: Project) -> None:
    view = board_view(project, stage(project, "theatre"))
    assert view["cast"][0] == {"name": "Mia", "colour": "#da3034", "played": "the red fox"}
    assert view["cast"][1]["played"] == "the green robot"
    assert len(view["notes"]) == 1
    assert view["notes"][0].endswith("is played by the green robot.")


def test_boxes_between_the_keys_are_filled_in(project: Project) -> None:
    view = board_view(project, stage(project, "theatre"))
    boxes = view["scenes"][0]["regions"][0]["boxes"]
    assert boxes[2] == pytest.approx([0.2, 0.4, 0.4, 0.9])
    assert len(boxes) == 6


def test_what_a_model_could_hardly_obey_is_told_on_its_scene(project: Project) -> None:
    box = Box(x0=1.2, y0=0.4, x1=1.5, y1=0.9)
    dawn = project.story.scenes[0]
    away = dawn.regions[0].model_copy(update={"keys": (Key(box=box),) * 6})
    project.save_story(project.story.replace_scene(dawn.model_copy(update={"regions": (away,)})))
    scenes = board_view(project, stage(project, "theatre"))["scenes"]
    assert [scene["notes"] for scene in scenes] == [["Mia is never inside the picture."], []]


def test_actors_are_told_as_the_model_reads_them(project: Project) -> None:
    staging = stage(project, "theatre")
    view = board_view(project, staging)
    assert "red fox" in view["scenes"][0]["regions"][0]["played"]
    assert "green robot" in view["scenes"][1]["regions"][1]["played"]


def test_take_of_other_words_says_that_the_scene_has_changed(project: Project) -> None:
    prompt = stage(project, "theatre").prompts["dawn"]
    add_take(project, "dawn", prompt=prompt)
    assert "changed" not in _first_take(project)["note"]
    edit_scene(project, "dawn", "setting", "the castle")
    assert "changed since" in _first_take(project)["note"]


def _first_take(project: Project) -> dict[str, Any]:
    view = board_view(project, stage(project, "theatre"))
    return view["scenes"][0]["takes"][0]


def test_backdrop_follows_the_casting(project: Project) -> None:
    view = board_view(project, stage(project, "theatre"))
    assert [scene["backdrop"] for scene in view["scenes"]] == ["forest", "beach"]


def test_takes_are_addressed_by_id_and_the_chosen_one_is_marked(project: Project) -> None:
    first = add_take(project, "dawn")
    second = add_take(project, "dawn")
    project.choose_take("dawn", first.id)
    view = board_view(project, stage(project, "theatre"))
    takes = view["scenes"][0]["takes"]
    assert [take["chosen"] for take in takes] == [True, False]
    assert takes[1]["video"].endswith(f"/{project.id}/takes/dawn/{second.id}.mp4")
    assert str(project.path) not in json.dumps(takes)


def test_each_view_differs_so_that_the_browser_hears_of_it(project: Project) -> None:
    first = board_view(project, stage(project, "theatre"))
    assert first != board_view(project, stage(project, "theatre"))


def test_scenes_without_a_take_are_missing(project: Project) -> None:
    add_take(project, "dawn")
    assert [scene.id for scene in missing_scenes(project)] == ["dusk"]


def test_film_is_the_newest_with_its_narration(project: Project) -> None:
    assert film_view(project)["film"] is None
    project.films_dir.mkdir(parents=True, exist_ok=True)
    (project.films_dir / "film-01.mp4").write_bytes(b"film")
    assert film_view(project)["film"]["captions"] is None
    (project.films_dir / "film-01.srt").write_text("", encoding="utf-8")
    assert film_view(project)["film"]["captions"].endswith("/films/film-01.vtt")


def test_cost_is_what_the_newest_take_measured(project: Project) -> None:
    assert measured_step_seconds([]) is None
    takes = [
        add_take(project, "dawn", seconds=8.0, steps=16),
        add_take(project, "dawn", seconds=3.0, steps=10),
    ]
    assert measured_step_seconds(takes) == pytest.approx(0.3)
    assert cost_words(0.3, 50) == "about 15 s"
    assert cost_words(None, 50) == ""


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.2, "1 s"), (59, "59 s"), (60, "1 min"), (93, "1 min 30 s")]
)
def test_durations_are_said_plainly(seconds: float, words: str) -> None:
    assert duration_words(seconds) == words
