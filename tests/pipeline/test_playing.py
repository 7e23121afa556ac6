"""How packs with a closed cast and packs that read any words play the same story."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.packs.record import load_record
from pipeline.plan import cast_story, free_prompt, scene_prompt
from pipeline.planning import plan
from pipeline.playing import backdrop_of, cast_for, names_of, prompt_for
from pipeline.progress import finish
from pipeline.rendering import normalise, scene_prompt_of
from pipeline.settings import Settings
from pipeline.story import Scene
from pipeline.theatre.world import load_world
from tests.pipeline.stories import make_story

THEATRE, ANYONE = load_record("theatre"), load_record("cogvideox-2b")


def test_a_closed_cast_plays_and_an_open_one_is_told_in_the_storys_own_words() -> None:
    story, troupe = make_story(), names_of(THEATRE)
    scene_id = story.scenes[0].id
    cast = cast_for(story, THEATRE, pack="here/theatre")
    assert cast == cast_story(story, troupe=troupe, pack="here/theatre")
    told = prompt_for(story, scene_id, THEATRE, cast)
    assert told == scene_prompt(story, scene_id, cast, troupe=troupe)
    nobody = cast_for(story, ANYONE, pack="cogvideox-2b", previous=cast)
    assert nobody.model_dump(exclude={"schema_version", "pack"}) == {
        "parts": (),
        "motions": (),
        "places": (),
    }
    free = prompt_for(story, scene_id, ANYONE, nobody)
    assert free == free_prompt(story, scene_id) != told


def test_stories_for_an_open_cast_are_made_of_all_that_the_theatre_has() -> None:
    world, names = load_world(), names_of(ANYONE)
    assert names.kinds == world.kinds
    assert set(names.motions) == {*world.motions}
    assert names.learnable == ()
    assert names_of(THEATRE) == THEATRE.troupe


@pytest.mark.parametrize(
    ("setting", "background", "sketch"),
    [
        ("the forest", "", "forest"),
        ("the forest at night", "the forest in deep blue night", "night"),
        ("the forest", "a beach in warm sunlight", "beach"),
        ("the harbour", "", None),
        ("a spaceship", "stars go by", None),
        ("", "", None),
    ],
)
def test_behind_an_open_cast_only_what_is_named_is_sketched(
    setting: str, background: str, sketch: str | None
) -> None:
    scene = Scene(id="one", setting=setting, background=background)
    story = make_story().model_copy(update={"scenes": (scene,)})
    assert backdrop_of(scene, cast_for(story, ANYONE, pack="cogvideox-2b")) == sketch
    assert (
        backdrop_of(scene, cast_for(story, THEATRE, pack="theatre")) in names_of(THEATRE).backdrops
    )


@pytest.mark.parametrize("pack", ["theatre", "cogvideox-2b", "cogvideox-5b"])
def test_a_saved_scene_is_read_by_any_pack(tmp_path: Path, pack: str) -> None:
    settings, record = Settings(home=tmp_path, pack=pack), load_record(pack)
    project = finish(plan("A red fox and a robot dance by the sea.", settings=settings))
    scene = project.story.scenes[1]
    prompt = scene_prompt_of(project, scene.id, settings)
    assert len(prompt.regions) == len(scene.regions) >= 1
    if record.troupe is None:
        assert prompt == free_prompt(project.story, scene.id)
    else:
        assert prompt == normalise(prompt, record)
        assert scene.regions[0].description != prompt.regions[0].text
