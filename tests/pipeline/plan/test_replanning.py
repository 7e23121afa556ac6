from __future__ import annotations

import pytest

from pipeline.errors import InputError
from pipeline.plan import cast_story, lint, plan_story
from pipeline.plan.replanning import replan_scene
from pipeline.story import Key, Overlap, Scene, Story
from tests.pipeline.plan.played import EVERYONE, PLAYED

STORY, _ = plan_story(
    "Mia the witch and a robot dance in the forest with a fox", troupe=PLAYED, seed=1
)
TWO, THREE = "scene-3", "scene-6"


def replan(note: str, scene_id: str = TWO, story: Story = STORY) -> Scene:
    """The scene after a note; everything that may not change is as it was."""
    after = replan_scene(story, scene_id, note, troupe=PLAYED)
    assert after.revision == story.revision + 1
    assert [s for s in after.scenes if s.id != scene_id] == [
        s for s in story.scenes if s.id != scene_id
    ]
    assert after.characters[: len(story.characters)] == story.characters
    assert after.motions[: len(story.motions)] == story.motions
    assert after.scene(scene_id).narration == story.scene(scene_id).narration
    assert [f for f in lint(after) if f.severity != "hint"] == []
    return after.scene(scene_id)


def acts(scene: Scene) -> dict[str, str]:
    return {region.id: region.description for region in scene.regions}


def test_the_scenes_are_what_the_tests_take_them_for() -> None:
    assert acts(STORY.scene(TWO)) == {"mia": "Mia stands", "robot": "the robot waves"}
    assert len(STORY.scene(THREE).regions) == 3
    assert STORY.scene(TWO).shot_size == "medium"


@pytest.mark.parametrize(
    ("note", "setting", "background"),
    [
        ("make it night", "the forest at night", "the forest at night"),
        ("Make it night!", "the forest at night", "the forest at night"),
        ("let it rain", "the forest in the rain", "the forest in the rain"),
        ("at the beach", "the beach", "the beach in warm sunlight"),
        ("in the king's castle", "the king's castle", "the castle in warm sunlight"),
        ("in the old castle", "the old castle", "the old castle in warm sunlight"),
        ("beach", "the beach", "the beach in warm sunlight"),
        ("at the beach at night", "the beach at night", "the beach at night"),
        ("make it daytime", "the forest", "the forest on a bright day"),
    ],
)
def test_time_and_place_change_nothing_else(note: str, setting: str, background: str) -> None:
    scene = replan(note)
    before = STORY.scene(TWO)
    assert (scene.setting, scene.background) == (setting, background)
    assert scene.model_copy(
        update={"setting": before.setting, "background": before.background}
    ) == before  # fmt: skip


def test_night_stays_when_the_place_changes_and_goes_by_day() -> None:
    night = replan_scene(STORY, TWO, "make it night", troupe=PLAYED)
    beach = replan_scene(night, TWO, "at the beach", troupe=PLAYED)
    assert beach.scene(TWO).setting == "the beach at night"
    places = cast_story(beach, troupe=EVERYONE).places
    assert next(p.backdrop for p in places if p.scene_id == TWO) == "night"
    day = replan_scene(beach, TWO, "make it day", troupe=PLAYED)
    assert day.scene(TWO).background == "the beach on a bright day"


@pytest.mark.parametrize(
    ("note", "mia", "robot"),
    [
        ("she sleeps", "Mia sleeps", "the robot waves"),
        ("mia dances", "Mia dances", "the robot waves"),
        ("let the robot jump", "Mia stands", "the robot jumps"),
        ("everyone sleeps", "Mia sleeps", "the robot sleeps"),
        ("dance!", "Mia dances", "the robot dances"),
    ],
)
def test_another_motion_in_place_moves_nobody(note: str, mia: str, robot: str) -> None:
    scene = replan(note)
    assert acts(scene) == {"mia": mia, "robot": robot}
    for before, after in zip(STORY.scene(TWO).regions, scene.regions, strict=True):
        if after.description == before.description:
            assert after == before
        for old, new in zip(before.boxes(), after.boxes(), strict=True):
            assert old
            assert new
            assert abs(old.x0 + old.x1 - new.x0 - new.x1) / 2 < 0.12


def test_a_motion_that_travels_gets_a_way() -> None:
    scene = replan("Mia walks")
    boxes = [box for box in scene.regions[0].boxes() if box]
    assert abs(boxes[-1].x0 - boxes[0].x0) > 0.2
    assert scene.camera == "follows Mia"


def test_one_motion_and_then_another() -> None:
    scene = replan("the robot jumps and then sleeps")
    assert acts(scene) == {
        "mia": "Mia stands",
        "robot": "the robot jumps",
        "robot-sleeps": "the robot sleeps",
    }


def test_a_hug_brings_both_together() -> None:
    scene = replan("Mia hugs the robot")
    assert [overlap.description for overlap in scene.overlaps] == ["Mia hugs the robot"]


def test_who_is_added_joins_the_cast_or_comes_from_it() -> None:
    after = replan_scene(STORY, TWO, "add a small bear that dances", troupe=PLAYED)
    bear = after.characters[-1]
    assert (bear.id, bear.name, bear.kind, bear.look) == ("bear", "Bear", "bear", "small bear")
    assert acts(after.scene(TWO))["bear"] == "the small bear dances"
    assert acts(replan("with the fox"))["fox"] == "the fox stands"
    assert len(replan_scene(STORY, TWO, "the fox waves", troupe=PLAYED).characters) == 3
    assert acts(replan("add another robot"))["robot-2"].endswith("stands")


def test_who_is_taken_out_leaves_the_others_as_they_are() -> None:
    scene = replan("without the robot", THREE)
    kept = [r for r in STORY.scene(THREE).regions if r.character_id != "robot"]
    assert list(scene.regions) == kept
    assert replan("remove everyone", THREE).regions == ()


@pytest.mark.parametrize(
    ("note", "shot", "ratio"),
    [("closer", "close", 0.7 / 0.6), ("wider please", "full", 0.54 / 0.6),
     ("a wide shot", "wide", 0.47 / 0.6), ("zoom in", "close", 0.7 / 0.6)],
)  # fmt: skip
def test_a_nearer_shot_makes_boxes_larger_about_their_feet(
    note: str, shot: str, ratio: float
) -> None:
    scene = replan(note)
    assert scene.shot_size == shot
    for before, after in zip(STORY.scene(TWO).regions, scene.regions, strict=True):
        old, new = before.boxes()[0], after.boxes()[0]
        assert old
        assert new
        assert new.y1 == old.y1
        assert (new.y1 - new.y0) / (old.y1 - old.y0) == pytest.approx(ratio, abs=0.01)
        assert (new.x1 - new.x0) / (old.x1 - old.x0) == pytest.approx(ratio, abs=0.02)


def test_several_wishes_in_one_note() -> None:
    scene = replan("without the robot, closer, and make it night")
    assert (scene.shot_size, scene.setting) == ("close", "the forest at night")
    assert acts(scene) == {"mia": "Mia stands"}


def test_what_was_set_by_hand_stays() -> None:
    scene = STORY.scene(THREE)
    mia, robot, fox = scene.regions
    box = mia.keys[0].box if mia.keys[0] else None
    assert box
    moved = mia.model_copy(update={"locked": True, "keys": (*[Key(box=box)] * 6,)})
    words = Overlap(region_ids=(robot.id, fox.id), description="side by side")
    edited = scene.model_copy(update={"regions": (moved, robot, fox), "overlaps": (words,)})
    after = replan("make it night", THREE, STORY.replace_scene(edited))
    assert after.overlaps[0] == words
    assert replan("closer", THREE, STORY.replace_scene(edited)).regions[0] == moved


@pytest.mark.parametrize("note", ["mia sleeps", "Mia hugs the robot", "the robot hugs Mia"])
def test_locked_boxes_are_never_overwritten(note: str) -> None:
    mia, robot = STORY.scene(TWO).regions
    locked = mia.model_copy(update={"locked": True})
    held = STORY.scene(TWO).model_copy(update={"regions": (locked, robot)})
    with pytest.raises(InputError, match="the boxes of Mia are locked") as caught:
        replan_scene(STORY.replace_scene(held), TWO, note, troupe=PLAYED)
    assert "Unlock them first" in (caught.value.hint or "")


MEADOW = "a wide meadow with red poppies and an old mill"
HARBOUR = "A quiet harbour at dusk, wooden boats and gulls"
CLEARING = "A sunlit forest clearing with ferns, in heavy rain"


def placed(setting: str, background: str) -> Story:
    """The story with those words for where its scene plays."""
    words = {"setting": setting, "background": background}
    return STORY.replace_scene(STORY.scene(TWO).model_copy(update=words))


@pytest.mark.parametrize(
    ("before", "note", "setting", "background"),
    [
        (("", MEADOW), "make it night", "", f"{MEADOW}, at night"),
        (("", f"{MEADOW}, at night"), "make it day", "", f"{MEADOW}, on a bright day"),
        (("A quiet harbour at dusk", HARBOUR), "make it night",
         "A quiet harbour at night", "A quiet harbour, wooden boats and gulls, at night"),
        (("A quiet harbour at dusk", HARBOUR), "at the beach",
         "the beach at dusk", "the beach at dusk, wooden boats and gulls"),
        (("Forest clearing", CLEARING), "no rain",
         "Forest clearing", "A sunlit forest clearing with ferns, on a bright day"),
        (("Forest clearing", CLEARING), "in the castle",
         "the castle", "A sunlit castle with ferns, in heavy rain"),
        (("the mill", "the miller by the mill"), "at the beach",
         "the beach", "the miller by the beach"),
    ],
)  # fmt: skip
def test_words_of_other_planners_stay_behind_the_actors(
    before: tuple[str, str], note: str, setting: str, background: str
) -> None:
    scene = replan(note, TWO, placed(*before))
    assert (scene.setting, scene.background) == (setting, background)


@pytest.mark.parametrize(
    ("before", "note", "says"),
    [
        (("", MEADOW), "at the beach", "does not name the place"),
        (("the sea", "a stormy sea with cliffs"), "make it night", "speaks of “stormy”"),
    ],
)
def test_a_background_that_cannot_follow_is_left_to_the_storyteller(
    before: tuple[str, str], note: str, says: str
) -> None:
    with pytest.raises(InputError, match=says) as caught:
        replan_scene(placed(*before), TWO, note, troupe=PLAYED)
    assert "by hand" in (caught.value.hint or "")


def test_who_did_nothing_does_what_the_note_says() -> None:
    mia, robot = STORY.scene(TWO).regions
    idle = mia.model_copy(update={"motion_id": None, "description": "Mia"})
    scene = STORY.scene(TWO).model_copy(update={"regions": (idle, robot)})
    assert acts(replan("Mia dances", TWO, STORY.replace_scene(scene)))["mia"] == "Mia dances"


def test_night_and_weather_go_together_and_apart() -> None:
    both = replan_scene(STORY, TWO, "make it a castle at night in the rain", troupe=PLAYED)
    assert both.scene(TWO).setting == "the castle at night in the rain"
    for note in ("no rain", "stop the rain", "without the rain", "take the rain away"):
        assert replan(note, TWO, both).background == "the castle at night"


def test_verbs_after_a_comma_are_of_who_was_named() -> None:
    assert acts(replan("Mia jumps, dances")) == {
        "mia": "Mia jumps",
        "mia-dances": "Mia dances",
        "robot": "the robot waves",
    }


def test_the_same_note_and_seed_give_the_same() -> None:
    one, same = (replan_scene(STORY, TWO, "Mia walks", troupe=PLAYED, seed=4) for _ in range(2))
    assert one == same
    seeds = {str(replan_scene(STORY, TWO, "Mia walks", troupe=PLAYED, seed=s)) for s in range(6)}
    assert len(seeds) > 1


@pytest.mark.parametrize(
    ("note", "says"),
    [
        ("", "not understood"),
        ("blah blah", "not understood"),
        ("don't make it night", "what shall not be"),
        ("not at night", "what shall not be"),
        ("never mind the rain", "what shall not be"),
        ("remove everyone but Mia", "what shall not be"),
        ("instead of dancing, Mia sleeps", "what shall not be"),
        ("no rain", "not in this scene"),
        ("mia stands", "changes nothing"),
        ("Mia dances quickly", "“quickly” in .* is not understood"),
        ("the angry robot jumps", "“angry” in .* is not understood"),
        ("two robots jump", "“two” in .* is not understood"),
        ("add a bear named Bo", "“named” in .* is not understood"),
        ("without the robot and the dog", "“dog” in .* is not understood"),
        ("closer, in the evening", "“evening” in .* is not understood"),
        ("the robot jumps, waves and sleeps", "room for two"),
        ("add two bears", "4 figures at once"),
        ("without the dragon", "not in this scene"),
        ("add the robot", "in this scene already"),
        ("add a bear and a knight and a cat", "figures at once"),
    ],
)
def test_what_cannot_be_done_is_refused_with_a_hint(note: str, says: str) -> None:
    with pytest.raises(InputError, match=says) as caught:
        replan_scene(STORY, TWO, note, troupe=PLAYED)
    assert caught.value.hint


def test_an_unknown_scene_and_a_shot_at_its_end_are_refused() -> None:
    with pytest.raises(InputError, match="no scene 'scene-9'"):
        replan_scene(STORY, "scene-9", "make it night", troupe=PLAYED)
    with pytest.raises(InputError, match="as wide as it gets"):
        replan_scene(STORY, THREE, "wider", troupe=PLAYED)


@pytest.mark.parametrize("scene", STORY.scenes, ids=[scene.id for scene in STORY.scenes])
@pytest.mark.parametrize(
    "note", ["the robot chases Mia", "Mia flies", "they jump", "she gives the robot a gift"]
)
def test_every_scene_takes_every_note(scene: Scene, note: str) -> None:
    replan(note, scene.id)
