"""Scenes cut in two, and two scenes joined to one."""

from __future__ import annotations

import pytest

from pipeline.editing import merge_scenes, split_scene
from pipeline.errors import InputError
from pipeline.story import (
    MAX_REGIONS,
    MAX_SCENES,
    Box,
    Character,
    Key,
    Overlap,
    Region,
    Scene,
    Story,
)
from tests.pipeline.stories import make_story

TOLD = "A fox had a kite. It flew over Mr. Owl's tree! “Come down,” said the owl. It did not."


def _region(
    region_id: str, *xs: float | None, character: str | None = None, motion: str | None = None
) -> Region:
    keys = [None if x is None else Key(box=Box(x0=x, y0=0.21, x1=x + 0.19, y1=0.74)) for x in xs]
    keys += [None] * (6 - len(keys))
    return Region(id=region_id, character_id=character, motion_id=motion, keys=tuple(keys))


def _story(*scenes: Scene, language: str = "en") -> Story:
    owl = Character(id="owl", name="Olga", kind="owl")
    characters = (*make_story().characters, owl)
    return make_story().revised(scenes=scenes, characters=characters, language=language)


def _xs(region: Region) -> list[float | None]:
    return [box and round(box.x0, 6) for box in region.boxes()]


def _meadow() -> Scene:
    fox = _region("fox", 0.1, None, None, None, None, 0.6, character="fox", motion="walks")
    owl = _region("owl", None, None, 0.4, 0.45, 0.5, None, character="owl")
    bee = _region("bee", 0.3, 0.32)
    overlaps = (
        Overlap(region_ids=("fox", "owl"), description="the fox greets the owl"),
        Overlap(region_ids=("fox", "bee"), description="the bee on the fox"),
    )
    return Scene(
        id="meadow",
        title="The kite",
        setting="the meadow",
        background="a green meadow",
        narration=TOLD,
        regions=(fox, owl, bee),
        overlaps=overlaps,
    )


def _shore() -> Scene:
    fox = _region("fox", 0.5, None, None, None, None, 0.8, character="fox", motion="walks")
    owl = _region("owl", 0.2, 0.2, 0.2, 0.2, 0.2, 0.2, character="owl", motion="walks")
    overlaps = (Overlap(region_ids=("owl", "fox"), description="both at the shore"),)
    return Scene(
        id="shore",
        title="The storm",
        setting="the shore",
        background="a grey sea",
        narration="A storm came.",
        shot_size="wide",
        regions=(fox, owl),
        overlaps=overlaps,
    )


def test_both_halves_go_on_along_the_same_way() -> None:
    story, made = split_scene(_story(_meadow(), _shore()), "meadow")
    assert [scene.id for scene in story.scenes] == ["meadow", "meadow-2", "shore"]
    first, then = story.scene("meadow"), story.scene(made)
    assert [region.id for region in first.regions] == ["fox", "owl", "bee"]
    assert [region.id for region in then.regions] == ["fox", "owl"]
    assert _xs(first.regions[0]) == [0.1, 0.14, 0.18, 0.22, 0.26, 0.3]
    assert _xs(then.regions[0]) == [0.4, 0.44, 0.48, 0.52, 0.56, 0.6]
    assert _xs(first.regions[1]) == [None, None, None, None, 0.4, 0.4]
    assert _xs(then.regions[1]) == [0.45, 0.47, 0.49, 0.5, None, None]
    assert [one.description for one in then.overlaps] == ["the fox greets the owl"]
    assert len(first.overlaps) == 2
    assert (then.title, then.setting, then.background) == (
        "The kite (2)",
        "the meadow",
        "a green meadow",
    )


@pytest.mark.parametrize(
    ("narration", "first", "then"),
    [
        pytest.param(
            TOLD,
            "A fox had a kite. It flew over Mr. Owl's tree!",
            "“Come down,” said the owl. It did not.",
            id="in the middle",
        ),
        pytest.param("Short. L" + "o" * 60 + "ng.", "Short.", "L" + "o" * 60 + "ng.", id="one cut"),
        pytest.param("A fox had a kite.", "A fox had", "a kite.", id="between words"),
        pytest.param(
            "He sang, and all of them danced.",
            "He sang,",
            "and all of them danced.",
            id="at a comma",
        ),
        pytest.param(
            "The fox looked up and laughed.",
            "The fox looked up",
            "and laughed.",
            id="before an and",
        ),
        pytest.param("Oh!", "Oh!", "", id="one word"),
        pytest.param("", "", "", id="none"),
        pytest.param("狐狸有风筝。风筝飞走了。", "狐狸有风筝。", "风筝飞走了。", id="no spaces"),
        pytest.param("One went.\n\nTwo stayed.", "One went.", "Two stayed.", id="lines"),
    ],
)
def test_the_narration_is_cut_where_a_part_of_it_ends(
    narration: str, first: str, then: str
) -> None:
    scene = _meadow().model_copy(update={"narration": narration})
    story, made = split_scene(_story(scene), "meadow")
    assert (story.scenes[0].narration, story.scene(made).narration) == (first, then)


def test_a_full_story_is_not_cut() -> None:
    scenes = [_meadow().model_copy(update={"id": f"scene-{n}"}) for n in range(MAX_SCENES)]
    with pytest.raises(InputError, match=f"{MAX_SCENES} scenes"):
        split_scene(_story(*scenes), "scene-7")


def test_two_scenes_become_one() -> None:
    story = merge_scenes(_story(_meadow(), _shore()), "meadow")
    (scene,) = story.scenes
    assert (scene.id, scene.title, scene.background) == ("meadow", "The kite", "a green meadow")
    assert (scene.setting, scene.shot_size) == ("the meadow, then the shore", "full")
    assert scene.narration == f"{TOLD} A storm came."
    fox, owl, bee, other = scene.regions
    assert _xs(fox) == [0.1, 0.35, 0.6, 0.5, 0.65, 0.8]
    assert (owl.id, _xs(owl)) == ("owl", [None, 0.425, 0.5, None, None, None])
    assert _xs(bee) == [0.3, None, None, None, None, None]
    assert (other.id, other.character_id, _xs(other)) == ("owl-2", "owl", [None] * 3 + [0.2] * 3)
    told = {one.region_ids: one.description for one in scene.overlaps}
    assert told == {
        ("fox", "owl"): "the fox greets the owl",
        ("fox", "bee"): "the bee on the fox",
        ("owl-2", "fox"): "both at the shore",
    }


def test_a_scene_cut_and_joined_ends_where_it_did() -> None:
    whole = _story(_meadow())
    story, _ = split_scene(whole, "meadow")
    (again,) = merge_scenes(story, "meadow").scenes
    assert [(one.id, one.character_id) for one in again.regions] == [
        ("fox", "fox"),
        ("owl", "owl"),
        ("bee", None),
    ]
    assert (_xs(again.regions[0])[0], _xs(again.regions[0])[-1]) == (0.1, 0.6)
    assert (again.narration, again.setting, again.title) == (TOLD, "the meadow", "The kite")
    assert again.overlaps == _meadow().overlaps


@pytest.mark.parametrize(
    ("first", "then", "language", "joined"),
    [
        ("the meadow", "The Meadow", "en", "the meadow"),
        ("", "the shore", "en", "the shore"),
        ("die Wiese", "der Strand", "de", "die Wiese, der Strand"),
        ("x" * 120, "y" * 90, "en", "x" * 120),
    ],
)
def test_other_places_are_joined_in_words(
    first: str, then: str, language: str, joined: str
) -> None:
    scenes = (
        _meadow().model_copy(update={"setting": first}),
        _shore().model_copy(update={"setting": then}),
    )
    assert merge_scenes(_story(*scenes, language=language), "meadow").scenes[0].setting == joined


def test_what_two_scenes_cannot_hold_together_is_said() -> None:
    story = _story(_meadow(), _shore())
    with pytest.raises(InputError, match="the last one"):
        merge_scenes(story, "shore")
    many = tuple(_region(f"bird-{n}", 0.01 * n, 0.3) for n in range(MAX_REGIONS - 3))
    full = _shore().model_copy(update={"regions": (*_shore().regions, *many)})
    with pytest.raises(InputError, match=f"at most {MAX_REGIONS} boxes"):
        merge_scenes(_story(_meadow(), full), "meadow")
    long = _shore().model_copy(update={"narration": "y" * 3950})
    with pytest.raises(InputError, match="4,000 characters"):
        merge_scenes(_story(_meadow(), long), "meadow")


def test_a_region_that_is_hidden_all_the_time_goes_with_its_overlaps() -> None:
    key = Key(box=Box(x0=0.2, y0=0.3, x1=0.5, y1=0.9), visible=False)
    ghost = Region(id="bee", keys=(None, key, None, None, None, None))
    fox = _meadow().regions[0]
    scene = _meadow().model_copy(
        update={"regions": (fox, ghost), "overlaps": _meadow().overlaps[1:]}
    )
    merged = merge_scenes(_story(scene, _shore()), "meadow").scenes[0]
    assert [region.id for region in merged.regions] == ["fox", "owl"]
    assert [one.region_ids for one in merged.overlaps] == [("owl", "fox")]
