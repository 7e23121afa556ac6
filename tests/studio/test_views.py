"""What the browser is told about a story."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from typing import Any

import pytest

from pipeline.packs.obedience import load_obedience
from pipeline.packs.record import load_record
from pipeline.plan.exchange import FORMATS
from pipeline.settings import Settings
from pipeline.story import Box, Key
from pipeline.workspace import Project
from studio.cards import Shown, duration_words, reading_view
from studio.exports import losses
from studio.signing import Links
from studio.staging import played_pack
from studio.views import head_view, show, story_view
from tests.studio.fixtures import add_take
from tests.studio.found import make_clip
from tests.studio.talking import Page

BOTH = "a red fox waves facing right and a green robot waves facing right"
Scenes = Callable[[], dict[str, Any]]


@pytest.fixture
def scenes(project: Project, settings: Settings, links: Links) -> Scenes:
    """The scenes as they are now, by id."""

    def now() -> dict[str, Any]:
        return story_view(show(project, settings, links))["scenes"]

    return now


def test_scenes_are_told_in_order_with_their_words(shown: Shown) -> None:
    view = story_view(shown)
    assert view["order"] == ["dawn", "dusk"]
    assert [scene["title"] for scene in view["scenes"].values()] == ["Dawn", "Dusk"]
    assert view["scenes"]["dawn"]["narration"] == "Once."
    assert view["scenes"]["dusk"]["setting"] == "the beach"
    json.dumps(view)


def test_cast_is_told_by_name_colour_and_player(shown: Shown) -> None:
    mia, dragon = head_view(shown)["cast"]
    figure = {"kind": "fox", "colour": "red", "face": "gradio_api/studio/theatre/faces/fox-red.png"}
    assert mia["choices"][0] == figure
    assert (mia["name"], mia["colour"], mia["played"]) == ("Mia", "#da3034", "the red fox")
    assert (mia["look"], mia["face"], mia["asks"]) == ("a small red fox", figure["face"], "")
    assert dragon["played"] == "the green robot"


def test_who_is_missing_is_asked_for_with_one_chosen_already(shown: Shown) -> None:
    head = head_view(shown)
    question = head["cast"][1]
    assert question["asks"] == "There is no dragon in this troupe. Who plays it?"
    figures = [(one["kind"], one["colour"]) for one in question["choices"]]
    assert figures[0] == ("robot", "green")
    assert ("fox", "red") not in figures
    assert head["notes"] == []


def test_keys_are_told_as_they_are_set(scenes: Scenes) -> None:
    keys = scenes()["dawn"]["regions"][0]["keys"]
    assert keys[0] == {"box": [0.0, 0.4, 0.2, 0.9], "visible": True, "ease": "linear"}
    assert keys[1:5] == [None] * 4
    assert keys[5]["box"] == pytest.approx([0.5, 0.4, 0.7, 0.9])


def test_what_a_model_could_hardly_obey_is_told_on_its_scene(
    scenes: Scenes, project: Project
) -> None:
    box = Box(x0=1.2, y0=0.4, x1=1.5, y1=0.9)
    dawn = project.story.scenes[0]
    away = dawn.regions[0].model_copy(update={"keys": (Key(box=box),) * 6})
    project.save_story(project.story.replace_scene(dawn.model_copy(update={"regions": (away,)})))
    view = scenes()
    (found,) = view["dawn"]["findings"]
    assert found["words"] == "Mia: the box is never inside the picture."
    assert (found["severity"], found["fix"]) == ("warning", "move it into the picture")
    worst, *hints = view["dusk"]["findings"]
    assert worst["words"].startswith("Keyframe 1, Mia and Old Dragon: two characters stand in")
    assert (worst["keyframe"], worst["region"]) == (0, "mia")
    assert {hint["severity"] for hint in hints} == {"hint"}


def test_findings_of_the_whole_story_and_safe_fixes_are_told_above_the_board(
    shown: Shown, page: Page
) -> None:
    head = head_view(shown)
    assert [one["severity"] for one in head["findings"]] == ["hint"]
    assert head["mend"] == 0
    page.edit("describe", scene="dawn", region="mia", value="she sleeps")
    changed = page.edit("describe", scene="dawn", region="mia", value="the little one")
    assert changed["head"]["mend"] == 1


def test_overlapping_boxes_can_have_words(scenes: Scenes, project: Project, page: Page) -> None:
    pair = {"regions": ["mia", "dragon"], "who": "Mia and Old Dragon"}
    assert scenes()["dawn"]["overlaps"] == []
    assert scenes()["dusk"]["overlaps"] == [{**pair, "description": "", "played": ""}]
    page.edit("overlap", scene="dusk", regions=["mia", "dragon"], value="they embrace")
    project.reload()
    assert scenes()["dusk"]["overlaps"] == [{**pair, "description": "they embrace", "played": BOTH}]


def test_motions_say_what_the_pack_plays_and_what_is_to_be_learned(
    page: Page, shown: Shown
) -> None:
    changed = page.edit("describe", scene="dawn", region="mia", value="she sleeps")
    assert changed["scenes"]["dawn"]["regions"][0]["to_learn"] == ""
    (motion,) = changed["head"]["motions"]
    assert (motion["words"], motion["state"]) == ("sleeps", "known")
    troupe = load_record("theatre").troupe
    assert troupe is not None
    assert changed["head"]["known_motions"] == list(troupe.motions)
    for learnable in troupe.learnable[:1]:
        changed = page.edit("motion", scene="dawn", region="mia", words=learnable)
        assert changed["scenes"]["dawn"]["regions"][0]["to_learn"] == learnable
        assert changed["head"]["motions"][-1]["state"] == "to_learn"


def test_files_of_a_story_are_offered_with_what_they_lose(shown: Shown) -> None:
    files = head_view(shown)["files"]
    name = shown.project.id
    assert [file["file"] for file in files] == [
        f"{name}{suffix}" for suffix in (".zip", ".json", ".txt", ".jsonl")
    ]
    assert [file["note"] for file in files[:2]] == ["", ""]
    assert files[2]["note"].startswith("Titles, narration")
    assert all(f"/{name}/" in file["address"] and "&s=" in file["address"] for file in files)


@pytest.mark.parametrize("kind", ["story", "plan", "jsonl"])
def test_what_a_format_loses_is_told_as_of_the_whole_story(shown: Shown, kind: str) -> None:
    assert losses(shown, kind) == FORMATS[kind].losses(shown.project.story)


def test_actors_are_told_as_the_model_reads_them(scenes: Scenes) -> None:
    assert "red fox" in scenes()["dawn"]["regions"][0]["played"]
    assert "green robot" in scenes()["dusk"]["regions"][1]["played"]


def test_a_scene_is_done_until_its_words_or_boxes_change(
    scenes: Scenes, shown: Shown, project: Project, page: Page
) -> None:
    assert scenes()["dawn"]["state"] == "planned"
    add_take(project, "dawn", prompt=shown.staging.prompts["dawn"])
    fresh = scenes()["dawn"]
    assert (fresh["state"], fresh["takes"][0]["stale"]) == ("done", False)
    page.edit("edit", scene="dawn", field="narration", value="Only words to be read.")
    project.reload()
    assert scenes()["dawn"]["state"] == "done"
    page.edit("edit", scene="dawn", field="setting", value="the castle")
    project.reload()
    aged = scenes()["dawn"]
    assert (aged["state"], aged["takes"][0]["stale"]) == ("stale", True)
    assert "changed since" in aged["takes"][0]["note"]


def test_a_scene_without_anybody_is_a_draft(page: Page, project: Project) -> None:
    added = page.edit("add")
    assert added["scenes"][added["selected"]]["state"] == "draft"


def test_backdrops_follow_the_casting(scenes: Scenes) -> None:
    assert [scene["backdrop"] for scene in scenes().values()] == ["forest", "beach"]
    assert scenes()["dusk"]["picture"] == "gradio_api/studio/theatre/backdrops/beach.png"
    assert scenes()["dusk"]["mine"] is None


def test_takes_are_addressed_by_id_and_the_chosen_one_is_marked(
    scenes: Scenes, project: Project
) -> None:
    record = load_record("theatre")
    first = add_take(project, "dawn", steps=record.draft_steps, seed=5)
    second = add_take(project, "dawn", steps=record.num_inference_steps)
    project.choose_take("dawn", first.id)
    takes = scenes()["dawn"]["takes"]
    assert [take["chosen"] for take in takes] == [True, False]
    assert [take["quality"] for take in takes] == ["draft", "final"]
    assert [take["seed"] for take in takes] == [5, 0]
    path = f"/{project.id}/takes/dawn/{second.id}"
    assert f"{path}.mp4?u=local&s=" in takes[1]["video"]
    assert f"{path}.jpg?u=local&s=" in takes[1]["sheet"]
    assert str(project.path) not in json.dumps(takes)


def test_takes_that_come_and_go_are_seen(scenes: Scenes, project: Project) -> None:
    take = add_take(project, "dawn")
    assert len(scenes()["dawn"]["takes"]) == 1
    add_take(project, "dawn")
    assert len(scenes()["dawn"]["takes"]) == 2
    project.take_video(take).unlink()
    assert [one["label"] for one in scenes()["dawn"]["takes"]] == ["Take 1"]


def test_costs_are_measured_on_takes_of_that_quality(scenes: Scenes, project: Project) -> None:
    record = load_record("theatre")
    add_take(project, "dawn", seconds=40.0, steps=record.num_inference_steps)
    share = round(40 * record.draft_steps / record.num_inference_steps)
    assert scenes()["dusk"]["cost"] == {"draft": f"about {share} s", "final": "about 40 s"}
    add_take(project, "dawn", seconds=3.0, steps=record.draft_steps)
    assert scenes()["dusk"]["cost"] == {"draft": "about 3 s", "final": "about 40 s"}


@pytest.mark.parametrize(
    ("letters", "seconds", "words"),
    [
        (0, 0, ""),
        (20, 1.3, "Reads 2 s, plays 3 s"),
        (90, 6.0, "Reads 6 s, plays 3 s: the last picture is held for 3 s"),
    ],
)
def test_reading_is_held_against_the_scenes_length(
    settings: Settings, letters: int, seconds: float, words: str
) -> None:
    view = reading_view("x" * letters, played_pack(settings))
    assert view == {"seconds": seconds, "plays": 3.0, "words": words}


def test_the_stage_is_that_of_the_pack(shown: Shown) -> None:
    record, stage = load_record("theatre"), head_view(shown)["stage"]
    assert (stage["rows"], stage["columns"]) == record.grid == (6, 9)
    assert (stage["aspect"], stage["fps"], stage["seconds"]) == (1.5, 8, 3.0)
    measured = load_obedience("theatre")
    assert head_view(shown)["obedience"] == (measured and json.loads(measured.model_dump_json()))
    assert stage["keyframe_to_latent"][5] == list(record.keyframe_to_latent[5])


def test_film_is_the_newest_with_its_narration(
    project: Project, settings: Settings, links: Links
) -> None:
    def film() -> dict[str, Any]:
        return head_view(show(project, settings, links))["film"]

    assert head_view(show(project, settings, links))["film"] is None
    project.films_dir.mkdir(parents=True, exist_ok=True)
    (project.films_dir / "film-01.mp4").write_bytes(b"film")
    assert film()["captions"] is None
    (project.films_dir / "film-01.srt").write_text("", encoding="utf-8")
    assert "/films/film-01.vtt?" in film()["captions"]
    assert (film()["language"], film()["file"]) == ("en", f"{project.id}.mp4")
    assert "newer takes" not in film()["note"]
    add_take(project, "dawn")  # made in 2024
    os.utime(project.films_dir / "film-01.mp4", (1_600_000_000, 1_600_000_000))
    assert "newer takes" in film()["note"]


def test_a_film_names_the_clips_its_scenes_move_like(
    project: Project, settings: Settings, links: Links
) -> None:
    clip = make_clip("film-club", 3)
    project.keep_footage(clip)
    story = project.story
    dawn, dusk = story.scenes
    fox = dusk.regions[0].model_copy(update={"clip": clip.id})
    project.save_story(story.revised(scenes=(dawn, dusk.model_copy(update={"regions": (fox,)}))))
    project.films_dir.mkdir(parents=True, exist_ok=True)
    (project.films_dir / "film-01.mp4").write_bytes(b"film")

    def named() -> str:
        return head_view(show(project, settings, links))["film"]["credits"]

    add_take(project, "dawn")
    assert named() == ""  # the scene that moves like it has no take yet
    add_take(project, "dusk")
    assert named() == "Movement after Ada, the film club (CC-BY-4.0)"


def test_an_animatic_that_is_made_anew_has_another_address(
    project: Project, settings: Settings, links: Links
) -> None:
    assert head_view(show(project, settings, links))["animatic"] is None
    project.films_dir.mkdir(parents=True, exist_ok=True)
    file = project.films_dir / "animatic.mp4"
    videos = set()
    for made in (1_600_000_000, 1_700_000_000):
        file.write_bytes(b"boxes")
        os.utime(file, (made, made))
        videos.add(head_view(show(project, settings, links))["animatic"]["video"])
    assert len(videos) == 2
    assert all("/films/animatic.mp4?u=local&s=" in video for video in videos)


def test_a_place_played_elsewhere_is_told_on_its_scene(page: Page, project: Project) -> None:
    page.edit("edit", scene="dusk", field="setting", value="a snowy meadow")
    changed = page.edit("edit", scene="dusk", field="background", value="a snowy meadow")
    assert "a snowy meadow is played" in changed["scenes"]["dusk"]["place"].lower()
    assert not any("meadow" in note for note in changed["head"]["notes"])


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.2, "1 s"), (59, "59 s"), (60, "1 min"), (93, "1 min 30 s")]
)
def test_durations_are_said_plainly(seconds: float, words: str) -> None:
    assert duration_words(seconds) == words
