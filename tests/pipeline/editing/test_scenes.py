"""Scenes added, copied, put in order, taken out and brought back."""

from __future__ import annotations

import pytest

from pipeline.editing import add_scene, duplicate_scene, insert_scene, remove_scene, reorder
from pipeline.errors import InputError
from pipeline.story import MAX_SCENES, PriorUse, Story
from tests.pipeline.stories import make_story


def _ids(story: Story) -> list[str]:
    return [scene.id for scene in story.scenes]


def _full() -> Story:
    first = make_story().scenes[0]
    scenes = tuple(first.model_copy(update={"id": f"scene-{n}"}) for n in range(MAX_SCENES))
    return make_story().revised(scenes=scenes)


@pytest.mark.parametrize(
    ("after", "order"),
    [("meadow", ["meadow", "scene-3", "shore"]), (None, ["meadow", "shore", "scene-3"])],
)
def test_a_new_scene_plays_where_the_one_before_does(after: str | None, order: list[str]) -> None:
    story, made = add_scene(make_story(), after)
    before, scene = story.scene(order[order.index(made) - 1]), story.scene(made)
    assert (_ids(story), story.revision) == (order, 1)
    assert (scene.setting, scene.shot_size) == (before.setting, before.shot_size)
    assert (scene.regions, scene.narration, scene.title) == ((), "", "")


def test_a_new_id_is_none_of_those_taken() -> None:
    _, added = add_scene(make_story(), None, taken=["scene-3", "scene-3-2"])
    _, copied = duplicate_scene(make_story(), "shore", taken=["shore-2"])
    assert (added, copied) == ("scene-3-3", "shore-3")


def test_a_copy_follows_its_scene_and_differs_by_name() -> None:
    story, made = duplicate_scene(make_story(), "meadow")
    again, third = duplicate_scene(story, "meadow")
    assert _ids(story) == ["meadow", "meadow-2", "shore"]
    copy = story.scene(made)
    assert copy.model_copy(update={"id": "meadow", "title": "The kite"}) == story.scenes[0]
    assert [again.scene(one).title for one in (made, third)] == ["The kite (2)", "The kite (3)"]


def test_scenes_change_places_and_nothing_else() -> None:
    story = reorder(make_story(), ["shore", "meadow"])
    assert story.scenes == make_story().scenes[::-1]
    assert story.revision == 1


@pytest.mark.parametrize("order", [["shore"], ["shore", "shore"], ["meadow", "shore", "cave"]])
def test_an_order_of_other_scenes_is_refused(order: list[str]) -> None:
    with pytest.raises(InputError, match="each scene of the story once"):
        reorder(make_story(), order)


def test_what_is_taken_out_comes_back_as_it_was() -> None:
    shorter, scene, index = remove_scene(make_story(), "meadow")
    assert (_ids(shorter), scene, index) == (["shore"], make_story().scenes[0], 0)
    whole, made = insert_scene(shorter, scene, index, taken=["meadow"])
    assert (whole.scenes, whole.revision, made) == (make_story().scenes, 2, "meadow")


def test_the_last_scene_stays() -> None:
    story, _, _ = remove_scene(make_story(), "meadow")
    with pytest.raises(InputError, match="at least one scene"):
        remove_scene(story, "shore")


def test_a_scene_that_is_there_comes_back_beside_it() -> None:
    scene = make_story().scenes[0]
    story, made = insert_scene(make_story(), scene, 99)
    assert (_ids(story), made) == (["meadow", "shore", "meadow-2"], "meadow-2")


def test_a_scene_comes_back_without_who_has_left_the_story() -> None:
    prior = PriorUse(motion_id="walks")
    scene = make_story().scenes[0]
    region = scene.regions[0].model_copy(update={"priors": (prior,)})
    scene = scene.model_copy(update={"regions": (region,)})
    shorter, _, _ = remove_scene(make_story(), "meadow")
    empty = shorter.revised(characters=(), motions=())
    region = insert_scene(empty, scene, 0)[0].scenes[0].regions[0]
    assert (region.character_id, region.motion_id, region.priors) == (None, None, ())
    assert region.keys == scene.regions[0].keys


def test_a_full_story_takes_no_more() -> None:
    full, scene = _full(), make_story().scenes[1]
    with pytest.raises(InputError, match=f"{MAX_SCENES} scenes"):
        add_scene(full, None)
    with pytest.raises(InputError, match=f"{MAX_SCENES} scenes"):
        duplicate_scene(full, "scene-3")
    with pytest.raises(InputError, match=f"{MAX_SCENES} scenes"):
        insert_scene(full, scene, 2)


def test_a_scene_that_is_not_there_is_refused() -> None:
    for edit in (duplicate_scene, remove_scene, add_scene):
        with pytest.raises(InputError, match="no scene 'cave'"):
            edit(make_story(), "cave")
