"""The cast of a story: changed, grown, and entering a scene."""

from __future__ import annotations

import pytest

from pipeline.editing import add_character, change_character, enter
from pipeline.errors import InputError
from pipeline.planning import load_troupe
from pipeline.story import MAX_REGIONS, Box, Key, Region, Story
from tests.pipeline.stories import make_story


def _with_owl() -> Story:
    return add_character(make_story(), name="The Owl", kind="owl", look="a grey owl")[0]


def _standing_at(story: Story, region_id: str, scene: str = "shore") -> float:
    regions = story.scene(scene).regions
    box = next(one for one in regions if one.id == region_id).boxes()[0]
    assert box is not None
    return (box.x0 + box.x1) / 2


def test_what_is_not_given_of_a_character_stays() -> None:
    story = change_character(make_story(), "fox", kind="wolf", look="")
    fox = story.character("fox")
    assert (fox.name, fox.kind, fox.look) == ("Fen", "wolf", "")
    assert (story.revision, story.scenes) == (1, make_story().scenes)


def test_who_is_new_gets_a_free_id() -> None:
    story, first = add_character(make_story(), name="Fox")
    again, other = add_character(story, name="Лиса", kind="fox")
    assert (first, other) == ("fox-2", "character")
    assert [one.name for one in again.characters] == ["Fen", "Fox", "Лиса"]


@pytest.mark.parametrize("name", ["", "  ", "x" * 201])
def test_a_name_that_cannot_be_kept_is_refused(name: str) -> None:
    with pytest.raises(InputError, match="name"):
        add_character(make_story(), name=name)
    with pytest.raises(InputError, match="name"):
        change_character(make_story(), "fox", name=name)


def test_who_enters_an_empty_scene_stands_in_its_middle() -> None:
    story, made = enter(make_story(), "shore", "fox", troupe=load_troupe("theatre"))
    (region,) = story.scene("shore").regions
    assert (made, region.id, region.character_id) == ("fox", "fox", "fox")
    assert region.description == "Fen stands"
    assert story.motion(region.motion_id or "").words == "stands"
    assert not story.motion("stands").locomotion
    assert _standing_at(story, "fox") == pytest.approx(0.5, abs=0.06)
    heights = [box.y1 - box.y0 for box in region.boxes() if box]
    assert len(heights) == 6
    assert 0.4 < min(heights) < 0.52
    assert story.revision == 1


def test_who_comes_later_finds_room_beside_the_others() -> None:
    story, first = enter(_with_owl(), "shore", "fox")
    story, second = enter(story, "shore", "the-owl")
    assert abs(_standing_at(story, first) - _standing_at(story, second)) > 0.2
    fox, owl = story.scene("shore").regions
    assert (fox.layer, owl.layer) == (0, 1)
    assert fox.motion_id == owl.motion_id == "stands"
    assert len(story.motions) == 2
    for box, other in zip(fox.boxes(), owl.boxes(), strict=True):
        assert box is not None
        assert other is not None
        assert box.x1 <= other.x0 or other.x1 <= box.x0


@pytest.mark.parametrize(("left", "right"), [(0.0, 0.8), (0.21, 1.0)])
def test_who_enters_beside_a_wide_one_stays_inside_the_frame(left: float, right: float) -> None:
    wide = Key(box=Box(x0=left, y0=0.2, x1=right, y1=0.9))
    crowd = Region(id="crowd", description="a crowd", keys=(wide, None, None, None, None, wide))
    shore = make_story().scenes[1].model_copy(update={"regions": (crowd,), "shot_size": "close"})
    story, made = enter(_with_owl().replace_scene(shore), "shore", "the-owl")
    (entered,) = [one for one in story.scene("shore").regions if one.id == made]
    assert all(box is not None and box.x0 >= 0 and box.x1 <= 1 for box in entered.boxes())


def test_a_region_of_that_name_keeps_its_id() -> None:
    key = Key(box=Box(x0=0.1, y0=0.2, x1=0.3, y1=0.6))
    tree = Region(id="the-owl", description="a tree", layer=99, keys=(key, *[None] * 5))
    shore = make_story().scenes[1].model_copy(update={"regions": (tree,)})
    story, made = enter(_with_owl().replace_scene(shore), "shore", "the-owl")
    assert [region.id for region in story.scene("shore").regions] == ["the-owl", made]
    assert story.scene("shore").regions[1].layer == 99


def test_who_is_there_or_finds_no_place_is_refused() -> None:
    with pytest.raises(InputError, match="Fen is in this scene already"):
        enter(make_story(), "meadow", "fox")
    with pytest.raises(InputError, match="no character 'bear'"):
        enter(make_story(), "meadow", "bear")
    with pytest.raises(InputError, match="no scene 'cave'"):
        enter(make_story(), "cave", "fox")
    meadow = make_story().scenes[0]
    birds = [
        meadow.regions[0].model_copy(update={"id": f"bird-{n}", "character_id": None})
        for n in range(MAX_REGIONS)
    ]
    full = make_story().replace_scene(meadow.model_copy(update={"regions": tuple(birds)}))
    with pytest.raises(InputError, match=f"at most {MAX_REGIONS} boxes"):
        enter(full, "meadow", "fox")
