"""What the browser is told about a story."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from typing import Any

import pytest

from pipeline.settings import Settings
from pipeline.story import Box, Key
from pipeline.workspace import Project
from studio.edits import describe_overlap, describe_region, edit_scene
from studio.projects import stage
from studio.views import (
    board_view,
    cost_words,
    duration_words,
    film_view,
    measured_step_seconds,
    missing_scenes,
)
from tests.studio.fixtures import add_take


def test_board_tells_scenes_in_order_with_their_words(settings: Settings, project: Project) -> None:
    view = board_view(project, stage(project, settings))
    assert [scene["title"] for scene in view["scenes"]] == ["Dawn", "Dusk"]
    assert view["scenes"][0]["narration"] == "Once."
    assert view["scenes"][1]["setting"] == "the beach"
    json.dumps(view)


def test_cast_is_told_by_name_colour_and_player(settings: Settings, project: Project) -> None:
    view = board_view(project, stage(project, settings))
    assert view["cast"][0] == {
        **{"id": "mia", "name": "Mia", "colour": "#da3034", "played": "the red fox"},
        **{"asks": "", "choices": []},
    }
    assert view["cast"][1]["played"] == "the green robot"


def test_who_is_missing_is_asked_for_with_one_chosen_already(
    settings: Settings, project: Project
) -> None:
    view = board_view(project, stage(project, settings))
    question = view["cast"][1]
    assert question["asks"] == "There is no dragon in this troupe. Who plays it?"
    assert question["choices"][0] == ["robot", "green"]
    assert ["fox", "red"] not in question["choices"]
    assert view["notes"] == []


def test_boxes_between_the_keys_are_filled_in(settings: Settings, project: Project) -> None:
    view = board_view(project, stage(project, settings))
    boxes = view["scenes"][0]["regions"][0]["boxes"]
    assert boxes[2] == pytest.approx([0.2, 0.4, 0.4, 0.9])
    assert len(boxes) == 6


def test_what_a_model_could_hardly_obey_is_told_on_its_scene(
    settings: Settings, project: Project
) -> None:
    box = Box(x0=1.2, y0=0.4, x1=1.5, y1=0.9)
    dawn = project.story.scenes[0]
    away = dawn.regions[0].model_copy(update={"keys": (Key(box=box),) * 6})
    project.save_story(project.story.replace_scene(dawn.model_copy(update={"regions": (away,)})))
    scenes = board_view(project, stage(project, settings))["scenes"]
    (found,) = scenes[0]["findings"]
    assert found["words"] == "Mia: the box is never inside the picture."
    assert (found["severity"], found["fix"]) == ("warning", "move it into the picture")
    worst, *hints = scenes[1]["findings"]
    assert worst["words"].startswith("Keyframe 1, Mia and Old Dragon: two characters stand in")
    assert worst["keyframe"] == 0
    assert {hint["severity"] for hint in hints} == {"hint"}


def test_findings_of_the_whole_story_and_safe_fixes_are_told_above_the_board(
    settings: Settings, project: Project
) -> None:
    view = board_view(project, stage(project, settings))
    assert [one["severity"] for one in view["findings"]] == ["hint"]
    assert view["mend"] == 0
    describe_region(project, "dawn", "mia", "she sleeps")
    describe_region(project, "dawn", "mia", "the little one")
    assert board_view(project, stage(project, settings))["mend"] == 1


def test_overlapping_boxes_can_have_words(settings: Settings, project: Project) -> None:
    dawn, dusk = board_view(project, stage(project, settings))["scenes"]
    assert dawn["overlaps"] == []
    pair = {"regions": ["mia", "dragon"], "who": "Mia and Old Dragon"}
    assert dusk["overlaps"] == [{**pair, "description": ""}]
    describe_overlap(project, "dusk", ["mia", "dragon"], "they embrace")
    dusk = board_view(project, stage(project, settings))["scenes"][1]
    assert dusk["overlaps"] == [{**pair, "description": "they embrace"}]


def test_motions_that_wait_to_be_learned_say_so(settings: Settings, project: Project) -> None:
    describe_region(project, "dawn", "mia", "she sleeps")
    staging = stage(project, settings)
    (part,) = staging.casting.motions
    later = part.model_copy(update={"state": "to_learn"})
    waiting = replace(staging, casting=staging.casting.model_copy(update={"motions": (later,)}))
    views = [board_view(project, one)["scenes"][0]["regions"][0] for one in (staging, waiting)]
    assert [view["to_learn"] for view in views] == ["", "sleeps"]


def test_files_of_a_story_are_offered_with_what_they_lose(
    settings: Settings, project: Project
) -> None:
    files = board_view(project, stage(project, settings))["files"]
    assert [file["file"] for file in files] == [
        f"{project.id}{suffix}" for suffix in (".json", ".txt", ".jsonl")
    ]
    assert files[0]["note"] == ""
    assert files[1]["note"].startswith("Titles, narration")


def test_actors_are_told_as_the_model_reads_them(settings: Settings, project: Project) -> None:
    staging = stage(project, settings)
    view = board_view(project, staging)
    assert "red fox" in view["scenes"][0]["regions"][0]["played"]
    assert "green robot" in view["scenes"][1]["regions"][1]["played"]


def test_take_of_other_words_says_that_the_scene_has_changed(
    settings: Settings, project: Project
) -> None:
    prompt = stage(project, settings).prompts["dawn"]
    add_take(project, "dawn", prompt=prompt)
    assert "changed" not in _first_take(settings, project)["note"]
    edit_scene(project, "dawn", "setting", "the castle")
    assert "changed since" in _first_take(settings, project)["note"]


def _first_take(settings: Settings, project: Project) -> dict[str, Any]:
    view = board_view(project, stage(project, settings))
    return view["scenes"][0]["takes"][0]


def test_backdrop_follows_the_casting(settings: Settings, project: Project) -> None:
    view = board_view(project, stage(project, settings))
    assert [scene["backdrop"] for scene in view["scenes"]] == ["forest", "beach"]


def test_takes_are_addressed_by_id_and_the_chosen_one_is_marked(
    settings: Settings, project: Project
) -> None:
    first = add_take(project, "dawn")
    second = add_take(project, "dawn")
    project.choose_take("dawn", first.id)
    view = board_view(project, stage(project, settings))
    takes = view["scenes"][0]["takes"]
    assert [take["chosen"] for take in takes] == [True, False]
    assert takes[1]["video"].endswith(f"/{project.id}/takes/dawn/{second.id}.mp4")
    assert str(project.path) not in json.dumps(takes)


def test_each_view_differs_so_that_the_browser_hears_of_it(
    settings: Settings, project: Project
) -> None:
    first = board_view(project, stage(project, settings))
    assert first != board_view(project, stage(project, settings))


def test_scenes_without_a_take_are_missing(settings: Settings, project: Project) -> None:
    add_take(project, "dawn")
    assert [scene.id for scene in missing_scenes(project)] == ["dusk"]


def test_film_is_the_newest_with_its_narration(settings: Settings, project: Project) -> None:
    assert film_view(project)["film"] is None
    project.films_dir.mkdir(parents=True, exist_ok=True)
    (project.films_dir / "film-01.mp4").write_bytes(b"film")
    assert film_view(project)["film"]["captions"] is None
    (project.films_dir / "film-01.srt").write_text("", encoding="utf-8")
    assert film_view(project)["film"]["captions"].endswith("/films/film-01.vtt")


def test_a_film_older_than_a_take_says_so(settings: Settings, project: Project) -> None:
    add_take(project, "dawn")  # made in 2024
    project.films_dir.mkdir(parents=True, exist_ok=True)
    film = project.films_dir / "film-01.mp4"
    film.write_bytes(b"film")
    assert "newer takes" not in film_view(project)["film"]["note"]
    os.utime(film, (1_600_000_000, 1_600_000_000))
    assert "newer takes" in film_view(project)["film"]["note"]


def test_a_place_played_elsewhere_is_told_on_its_card(settings: Settings, project: Project) -> None:
    edit_scene(project, "dusk", "setting", "a snowy meadow")
    edit_scene(project, "dusk", "background", "a snowy meadow")
    view = board_view(project, stage(project, settings))
    assert view["scenes"][0]["place"] == ""
    assert "a snowy meadow is played" in view["scenes"][1]["place"].lower()
    assert not any("meadow" in note for note in view["notes"])


def test_cost_is_what_the_newest_take_measured(settings: Settings, project: Project) -> None:
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
